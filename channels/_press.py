"""Sheets of paper as PDF: typst in a short-lived process of its own (LIBRARIES R11).

What a sheet says goes in as data and is never read as a program. A process that
breaks, hangs or grows takes only the sheet in hand with it.
"""

import hashlib
import json
import os
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from channels import _files
from notifier.aside import Aside
from notifier.resources import resource

TEMPLATES = ("blocks.typ",)
MOST_SHEETS = 1000
"""Sheets that one process makes before the next takes over: what a compiler keeps then goes with it."""
FEW = 50
"""After a run of no more sheets than these the process may wait for the next one: to fetch it costs as much as ten."""
LONGEST = 120.0
"""Seconds for one job; a process that takes longer is ended."""


class PressFault(Exception):
    """The sheet could not be made. ``sort`` is ``glyph``, ``picture``, ``other`` or ``broken`` (the process died)."""

    def __init__(self, sort: str, said: str) -> None:
        super().__init__(f"the press made no sheet: {sort}, {said}")
        self.sort = sort


class Press:
    """Used from threads; one job at a time. Nothing runs before the first job or long after the last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        worker, paper = Path(__file__).with_name("_press_worker.py"), resource("templates") / "paper"
        self._aside = Aside(worker, str(paper))
        self._sheets = 0

    def pdf(self, template: str, root: Path, data: Mapping[str, Any], *, rare: bool = False) -> bytes:
        """``template`` is a name in templates/paper; ``root`` holds the pictures that ``data`` names.

        Blocks. Raises PressFault.
        """
        return self.make(template, root, data, rare=rare)[0]

    def make(
        self,
        template: str,
        root: Path,
        data: Mapping[str, Any],
        *,
        rare: bool = False,
        format: str = "pdf",
        ppi: float | None = None,
    ) -> Sequence[bytes]:
        """One document, or with ``format`` ``png`` a picture of each page. Blocks. Raises PressFault."""
        return self._jobs(template, root, data, {"rare": rare, "format": format, "ppi": ppi}, 1)

    def gather(
        self, template: str, root: Path, data: Mapping[str, Any], run: Sequence[Mapping[str, Any]], *, both_sides: bool
    ) -> bytes:
        """One document for the printer. A part of ``run`` has a ``file`` in ``root``, or a ``sheet`` to be set."""
        made = self._jobs(template, root, data, {"run": run, "both_sides": both_sides, "rare": False}, len(run))
        return made[0]

    def into(
        self,
        path: Path,
        template: str,
        root: Path,
        data: Mapping[str, Any],
        *,
        run: Sequence[Mapping[str, Any]] = (),
        both_sides: bool = False,
        rare: bool = False,
    ) -> bool:
        """One document, put there unless what lies there was made of the very same; ``run`` as in ``gather``.

        Sheets are made again at every start from whatever items there are, and a year has many. A line behind
        the document's end, which no reader looks at, says what it was made of. Blocks. Raises PressFault.
        """
        mark = b"%%made of %s\n" % self._recipe(template, root, data, run, both_sides).encode("ascii")
        if _ends_with(path, mark):
            return False
        if run:
            made = self.gather(template, root, data, run, both_sides=both_sides)
        else:
            made = self.pdf(template, root, data, rare=rare)
        return _files.write(path, made.rstrip(b"\n") + b"\n" + mark)

    def _recipe(
        self, template: str, root: Path, data: Mapping[str, Any], run: Sequence[Mapping[str, Any]], both_sides: bool
    ) -> str:
        """A digest of layout, words and files; a file that is not there is made, or told of, when it is printed."""
        found = hashlib.sha256(json.dumps([data, list(run), both_sides], sort_keys=True, default=str).encode())
        names = [*(one["file"] for one in run if "file" in one), *filter(None, [data.get("logo")])]
        for file in (*_templates(template), *(root / str(name) for name in names)):
            found.update(hashlib.sha256(file.read_bytes()).digest() if file.is_file() else b"-")
        return found.hexdigest()

    def _jobs(
        self, template: str, root: Path, data: Mapping[str, Any], more: Mapping[str, Any], sheets: int
    ) -> list[bytes]:
        root.mkdir(parents=True, exist_ok=True)
        job = {"template": template, "root": str(root.absolute()), "data": data, **more}
        line = json.dumps(job, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        with self._lock:
            answer = self._answer(line)
            self._sheets += sheets
            if self._sheets >= MOST_SHEETS:
                self._end()
        return answer

    def rest(self) -> None:
        """A run is over. What a large one took is given back now; after a small one that can wait a few seconds."""
        with self._lock:
            if self._sheets > FEW:
                self._end()

    def close(self) -> None:
        with self._lock:
            self._end()

    def _answer(self, line: bytes) -> list[bytes]:
        for last in (False, True):
            answer = self._aside.ask(line, LONGEST)
            if answer is not None:
                told, found = answer
                if "fault" in told:
                    raise PressFault(told["fault"], told["said"])
                return found
            if self._aside.code != 0 or last:  # 0: it had gone home for want of work, and another is fetched
                raise PressFault("broken", f"the process ended with {self._aside.code}")
        raise AssertionError("unreachable")

    def _end(self) -> None:
        self._sheets = 0
        self._aside.end()


def _templates(template: str) -> list[Path]:
    folder = resource("templates") / "paper"
    return [folder / name for name in (*TEMPLATES, f"{template}.typ")]


def _ends_with(path: Path, mark: bytes) -> bool:
    try:
        with path.open("rb") as file:
            file.seek(-len(mark), os.SEEK_END)
            return file.read() == mark
    except OSError:  # not there, or shorter
        return False
