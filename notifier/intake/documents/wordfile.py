"""What a Word file must be before anything reads it: whole, without password or macros, and no zip bomb."""

import io
import re
import zipfile
from xml.etree import ElementTree

from notifier.intake import limits
from notifier.model.problem import Problem, advice, error

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_BODY = "word/document.xml"
_LOST = (
    (rb"<c:chart\b", "a chart"),
    (rb"<dgm:relIds\b", "a SmartArt drawing"),
    (rb"<m:oMath\b", "a formula"),
    (rb"<o:OLEObject\b", "an embedded object"),
)


def refusal(content: bytes, name: str) -> Problem | None:
    """Why this Word file is not read, None where it may be. Nothing is unpacked for it but the table of contents."""
    if content.startswith(_OLE):
        return error(
            "word-protected",
            f"{name} is protected by a password or is an old .doc file. Save it as .docx without a password.",
            name,
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError):
        return broken(name)
    unpacked = sum(part.file_size for part in parts)
    suspicious = unpacked > limits.UNPACKED_PART and unpacked > limits.UNPACKED_RATIO * max(1, len(content))
    too_much = unpacked > limits.UNPACKED or len(parts) > limits.PARTS
    xml = any(part.file_size > limits.UNPACKED_PART for part in parts if part.filename.endswith((".xml", ".rels")))
    if suspicious or too_much or xml:
        return error(
            "word-unpacks-too-large",
            f"{name} unpacks to {limits.in_words(unpacked)}, far more than a letter can be, so I did not open it. "
            "Copy the text into a new Word document.",
            name,
        )
    if any(part.flag_bits & 1 for part in parts):
        return error("word-protected", f"{name} is protected by a password. Save it without one.", name)
    if any(part.filename.lower().endswith("vbaproject.bin") for part in parts):
        return error("word-macros", f"{name} holds macros (a program). Save it as a plain .docx.", name)
    if _BODY not in {part.filename for part in parts} and "[Content_Types].xml" not in {p.filename for p in parts}:
        return broken(name)
    return None


def broken(name: str) -> Problem:
    return error(
        "word-broken",
        f"{name} is damaged or no Word document. Open it in Word, save it as .docx and drop it again.",
        name,
    )


def prepare(content: bytes, name: str) -> tuple[bytes, list[Problem]]:
    """The file without its hidden text, and what will not come along. Raises on a broken one, like any reader."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        xml = archive.read(_BODY) if _BODY in archive.namelist() else b""
        if any(b"<!DOCTYPE" in archive.read(part)[:2048] for part in archive.namelist() if part.endswith(".xml")):
            raise ValueError("a Word file declares no document type")
    problems = [
        advice(
            "word-left-out", f"{name} holds {what}, which cannot go into a message. Send it as a picture or PDF.", name
        )
        for pattern, what in _LOST
        if re.search(pattern, xml)
    ]
    if re.search(rb"<w:(ins|del)\b[^>]*w:author", xml):
        problems.append(
            advice("word-tracked", f"{name} holds tracked changes; the text goes out as if all were accepted.", name)
        )
    if b"w:vanish" not in xml:
        return content, problems
    shown, hidden = _without_hidden(xml)
    if hidden:
        problems.append(advice("word-hidden", f"{name} holds hidden text, which does not go out.", name))
        content = _replaced(content, shown)
    return content, problems


def _without_hidden(xml: bytes) -> tuple[bytes, bool]:
    """Word's hidden text would otherwise come out in the open."""
    root = ElementTree.fromstring(xml)  # noqa: S314  -- no document type, and expat limits expansion
    hidden = False
    for parent in root.iter():
        for run in parent.findall(f"{_W}r"):
            mark = run.find(f"{_W}rPr/{_W}vanish")
            if mark is not None and mark.get(f"{_W}val", "true") not in {"false", "0", "off"}:
                hidden = hidden or any(text.text for text in run.iter(f"{_W}t"))
                parent.remove(run)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True), hidden


def _replaced(content: bytes, body: bytes) -> bytes:
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for part in old.infolist():
            new.writestr(part.filename, body if part.filename == _BODY else old.read(part))
    return made.getvalue()
