"""The press's own process: sheets come in as data, PDFs go out. Run as a file, by ``_press``.

A line of JSON in: ``templates`` (files of ours, set one after the other), ``root`` (the
only folder out of which pictures are read), ``data`` (what the template says), ``rare``
(letters that only the computer's own fonts may have), ``format``. A line of JSON out:
``size`` and that many bytes for each page or document, or ``fault`` (``glyph``, ``picture``
or ``other``) and ``said`` without a word of the data. Ends when nothing has come for a
while, so that what a compiler keeps is given back.
"""

import io
import json
import resource
import select
import sys
import warnings
from pathlib import Path
from typing import Any

import typst

IDLE = 5.0
"""Seconds without work after which it ends by itself."""
MOST_MEMORY = 3 * 1024**3
"""Bytes of address space: a sheet that wants more breaks this process and nothing else."""
FIXED = 946684800
"""The moment that stands in every PDF, so that the same sheet gives the same bytes."""


class Compilers:
    """One compiler reused for all sheets of a root; another with the computer's own fonts, if it comes to that."""

    def __init__(self, fonts: str) -> None:
        self._fonts = fonts
        self._made: dict[bool, typst.Compiler] = {}

    def of(self, rare: bool) -> typst.Compiler:
        if rare not in self._made:
            fonts = typst.Fonts(include_system_fonts=rare, include_embedded_fonts=False, font_paths=[self._fonts])
            self._made[rare] = typst.Compiler(font_paths=fonts, ignore_system_fonts=not rare)
        return self._made[rare]


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


def made(job: dict[str, Any], compilers: Compilers, sources: dict[tuple[str, ...], bytes]) -> list[bytes]:
    """Raises ValueError for papers that cannot be read, and typst.TypstError."""
    root = Path(job["root"])
    if "run" in job:
        return [gathered(job, compilers, sources)]
    foreign = False  # a sheet that holds another program's pages cannot promise what PDF/UA promises
    for paper in job["data"].get("sheet", {}).get("papers", ()):
        paper["pages"] = pages_of(root / paper["file"])
        foreign = True
    names = tuple(job["templates"])
    if names not in sources:
        sources[names] = b"\n".join(Path(name).read_bytes() for name in names)
    form = job.get("format", "pdf")
    found = compilers.of(job["rare"]).compile(
        input=sources[names],
        root=str(root),
        format=form,
        ppi=job.get("ppi"),
        sys_inputs={"data": json.dumps(job["data"], ensure_ascii=False)},
        pdf_standards=["ua-1"] if form == "pdf" and not foreign else [],
        timestamp=FIXED,
    )
    return found if isinstance(found, list) else [found or b""]


def gathered(job: dict[str, Any], compilers: Compilers, sources: dict[tuple[str, ...], bytes]) -> bytes:
    """Many sheets as one document for the printer: files that are there already, and sheets set for it."""
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter()
    writer.metadata = {"/Title": job["data"]["title"]}
    for part in job["run"]:
        if "file" in part:
            content = (Path(job["root"]) / part["file"]).read_bytes()
        else:
            alone = {name: value for name, value in job.items() if name != "run"}
            content = made(alone | {"data": job["data"] | {"sheet": part["sheet"]}}, compilers, sources)[0]
        reader = PdfReader(io.BytesIO(content))
        for page in reader.pages:
            writer.add_page(page)
        if job["both_sides"] and len(reader.pages) % 2:
            writer.add_blank_page()
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


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


def main(fonts: str) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    warnings.simplefilter("ignore")
    compilers = Compilers(fonts)
    sources: dict[tuple[str, ...], bytes] = {}
    incoming, outgoing = sys.stdin.buffer, sys.stdout.buffer
    while select.select([incoming], [], [], IDLE)[0]:
        line = incoming.readline()
        if not line:
            return
        try:
            documents = made(json.loads(line), compilers, sources)
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
