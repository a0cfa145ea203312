"""Items of a sheet or print run: one small file each, from which the whole is rebuilt (DESIGN 3.7).

FOLDER/MESSAGE/items/ITEM.json
"""

import csv as tables
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from channels import _files
from channels.base import Outgoing
from notifier.logs import logger

Payload = TypeVar("Payload")
_log = logger("channels.items")


@dataclass(frozen=True)
class Item(Generic[Payload]):
    stem: str
    language: str
    drill: bool
    payload: Payload
    enclosed: tuple[str, ...] = ()


class Items(Generic[Payload]):
    """The item files of one channel."""

    def __init__(self, root: Path, payload: type[Payload], *, trial: bool) -> None:
        self._root = root
        self._trial = trial
        self._reader: TypeAdapter[Payload] = TypeAdapter(payload)

    def folder(self, message: str) -> Path:
        return self._root / _files.stem(message)

    def place(self, message: str, item: str) -> Path:
        return self.folder(message) / "items" / f"{_files.stem(item)}.json"

    def write(self, outgoing: Outgoing, payload: Payload, enclosed: tuple[str, ...] = ()) -> Path:
        """The same item again changes nothing."""
        item = Item(outgoing.item, outgoing.language, outgoing.drill, payload, enclosed)
        return self.rewrite(outgoing.message, item, payload)

    def rewrite(self, message: str, item: "Item[Payload]", payload: Payload) -> Path:
        """The item with another payload."""
        fields: dict[str, Any] = {
            "item": item.stem,
            "language": item.language,
            "drill": item.drill,
            "mode": "TRIAL" if self._trial else "live",
            "enclosed": item.enclosed,
            "payload": asdict(payload),  # type: ignore[call-overload]
        }
        path = self.place(message, item.stem)
        words = json.dumps(fields, ensure_ascii=False, indent=1, sort_keys=True, default=str)
        _files.write(path, words.encode("utf-8", "replace"))
        return path

    def read(self, message: str) -> list[Item[Payload]]:
        """Every item that can be read; one that cannot is left out and told of, and spoils nothing else."""
        found = []
        for path in sorted((self.folder(message) / "items").glob("[!.]*.json")):
            try:
                fields = json.loads(path.read_text(encoding="utf-8"))
                payload = self._reader.validate_python(fields["payload"])
                enclosed = tuple(fields["enclosed"])
                found.append(Item(fields["item"], fields["language"], fields["drill"], payload, enclosed))
            except (ValueError, KeyError, TypeError):
                _log.error("an item cannot be read", message=message, file=path.name)
        return found

    def stems(self, message: str) -> Sequence[str]:
        """The items' own names, as ``withdraw`` takes them."""
        return [item.stem for item in self.read(message)]

    def remove(self, message: str, item: str) -> None:
        _files.remove(self.place(message, item))

    def prune(self, message: str) -> None:
        _files.prune(self.folder(message) / "items")
        _files.prune(self.folder(message))


def csv(columns: Sequence[str], rows: Iterable[Sequence[str]], *, trial: bool, drill: bool) -> bytes:
    """For a spreadsheet: a BOM so that names keep their letters, and no cell that it could take for a formula."""
    out = io.StringIO()
    writer = tables.writer(out, lineterminator="\r\n")
    marks = [mark for mark, on in (("TRIAL", trial), ("DRILL", drill)) if on]
    writer.writerow([*columns, *marks])
    for row in rows:
        writer.writerow([*(_cell(value) for value in row), *marks])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")


def _cell(value: str) -> str:
    value = " ".join(value.split())
    return f"'{value}" if value.startswith(("=", "+", "-", "@")) else value
