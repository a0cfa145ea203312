"""The press's own process: sheets come in as data, PDFs go out. Run as a file, by ``_press``.

A line of JSON in: ``template`` (a file of ours), ``root`` (the only folder out of which
pictures are read), ``data`` (what the template says), ``rare`` (letters that only the
computer's own fonts may have), ``format``. A line of JSON out:
``sizes`` and that many bytes for each page or document, or ``fault`` (``glyph``, ``picture``
or ``other``) and ``said`` without a word of the data. Ends when nothing has come for a
while, so that what a compiler keeps is given back.
"""

import hashlib
import io
import json
import re
import resource
import select
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

import typst

IDLE = 5.0
"""Seconds without work after which it ends by itself."""
MOST_MEMORY = 3 * 1024**3
"""Bytes of address space: a sheet that wants more breaks this process and nothing else."""
_ID = re.compile(rb"(/ID\[[^\]]{0,80}<)[0-9A-F]{32}(>\])")
FIXED = 946684800
"""The moment that stands in every PDF, so that the same sheet gives the same bytes."""


class Desk:
    """Our templates and one sheet's pictures, side by side in a folder that a compiler may read and no other.

    A template is a module that knows nothing of the sheet before, so the compiler reads it once and keeps what
    it made of the words that are the same; the sheet's own words stand in the few lines that call it. One
    compiler is reused for all sheets; another one with the computer's own fonts, if it comes to that.
    """

    def __init__(self, paper: Path, folder: Path) -> None:
        self._fonts = str(paper / "fonts")
        self._folder = folder
        self._root = ""
        self._made: dict[bool, typst.Compiler] = {}
        for file in paper.glob("*.typ"):
            (folder / file.name).symlink_to(file)

    def lay(self, root: str) -> None:
        """The pictures of one message."""
        if root == self._root:
            return
        place = self._folder / "files"
        place.unlink(missing_ok=True)
        place.symlink_to(root, target_is_directory=True)
        self._root = root

    def compile(self, template: str, data: dict[str, Any], *, rare: bool, format: Any, **more: Any) -> list[bytes]:
        """Raises typst.TypstError."""
        found = self._of(rare).compile(
            input=f'#import "/{template}.typ": made\n#show: _ => made(json(bytes({_quoted(data)})))\n'.encode("ascii"),
            root=str(self._folder),
            format=format,
            timestamp=FIXED,
            **more,
        )
        return found if isinstance(found, list) else [found or b""]

    def _of(self, rare: bool) -> typst.Compiler:
        if rare not in self._made:
            fonts = typst.Fonts(include_system_fonts=rare, include_embedded_fonts=False, font_paths=[self._fonts])
            self._made[rare] = typst.Compiler(font_paths=fonts, ignore_system_fonts=not rare)
        return self._made[rare]


def _quoted(data: dict[str, Any]) -> str:
    """As a string of typst: JSON in ASCII has no line ends and no marks but these two that could end it."""
    return '"' + json.dumps(data).replace("\\", "\\\\").replace('"', '\\"') + '"'


def pages_of(path: Path) -> int:
    """How many pages a PDF has. Raises ValueError for one that cannot be read or is locked."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(path)
        if reader.is_encrypted:
            raise ValueError(path.name)
        return len(reader.pages)
    except (PyPdfError, OSError, RecursionError, KeyError, TypeError, AttributeError) as fault:
        raise ValueError(path.name) from fault


def made(job: dict[str, Any], desk: Desk) -> list[bytes]:
    """Raises ValueError for papers that cannot be read, and typst.TypstError."""
    root = Path(job["root"])
    if "run" in job:
        return [gathered(job, desk)]
    foreign = False  # a sheet that holds another program's pages cannot promise what PDF/UA promises
    for paper in job["data"].get("sheet", {}).get("papers", ()):
        paper["pages"] = pages_of(root / paper["file"])
        foreign = True
    desk.lay(job["root"])
    form = job.get("format", "pdf")
    standards = ["ua-1"] if form == "pdf" and not foreign else []
    return desk.compile(
        job["template"], job["data"], rare=job["rare"], format=form, ppi=job.get("ppi"), pdf_standards=standards
    )


def gathered(job: dict[str, Any], desk: Desk) -> bytes:
    """Many sheets as one document for the printer: files that are there already, and sheets set for it."""
    from pypdfium2 import PdfDocument, PdfiumError

    begun = desk.compile("blank", {"title": job["data"]["title"]}, rare=job["rare"], format="pdf", pdf_tags=False)[0]
    try:
        whole = PdfDocument(begun)
        for part in job["run"]:
            if "file" in part:
                content = (Path(job["root"]) / part["file"]).read_bytes()
            else:
                alone = {name: value for name, value in job.items() if name != "run"}
                content = made(alone | {"data": job["data"] | {"sheet": part["sheet"]}}, desk)[0]
            one = PdfDocument(content)
            whole.import_pages(one)
            if job["both_sides"] and len(one) % 2:
                whole.new_page(*one.get_page_size(len(one) - 1))
            one.close()
        whole.del_page(0)
        out = io.BytesIO()
        whole.save(out)
    except PdfiumError as fault:
        raise ValueError("run") from fault
    return _signed(out.getvalue())


def _signed(document: bytes) -> bytes:
    """The same sheets make the same bytes: the chance in the document's id gives way to a digest."""
    tail = document[-400:]
    mark = hashlib.sha256(document[:-400]).hexdigest()[:32].upper().encode("ascii")
    return document[:-400] + _ID.sub(rb"\g<1>" + mark + rb"\g<2>", tail)


def fault_of(error: Exception) -> tuple[str, str]:
    """The sort of fault, and what the compiler said about our template; words of the data never stand in it."""
    if isinstance(error, ValueError):
        return "picture", "papers"
    said = str(getattr(error, "message", "")).lower()
    if "could not be displayed" in said or "glyph" in said or "missing glyph" in said or "codepoint" in said:
        return "glyph", "a letter that no font has"
    if "image" in said or "decode" in said or "pdf" in said or "svg" in said:
        return "picture", said[:80]
    return "other", said[:80]


def main(paper: str) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory(prefix="notifier-press-") as folder:
        work(Desk(Path(paper), Path(folder)))


def work(desk: Desk) -> None:
    incoming, outgoing = sys.stdin.buffer, sys.stdout.buffer
    while select.select([incoming], [], [], IDLE)[0]:
        line = incoming.readline()
        if not line:
            return
        try:
            documents = made(json.loads(line), desk)
        except (typst.TypstError, ValueError) as error:
            sort, said = fault_of(error)
            outgoing.write(json.dumps({"fault": sort, "said": said}).encode() + b"\n")
        else:
            outgoing.write(json.dumps({"sizes": [len(one) for one in documents]}).encode() + b"\n")
            for one in documents:
                outgoing.write(one)
        outgoing.flush()


if __name__ == "__main__":
    main(sys.argv[1])
