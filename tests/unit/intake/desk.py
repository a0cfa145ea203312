"""A drop folder, documents made on the spot, and a moment: Monday 23 November 2026, half past nine."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

import docx

from notifier.intake import IntakeFolder, read
from notifier.model.message import Submission
from notifier.model.problem import Severity

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def png(width: int = 2, height: int = 2) -> bytes:
    """A real picture, one grey."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\x00" + b"\x80" * width) * min(height, 64)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def word(*paragraphs: str, then: Callable[[docx.document.Document], None] | None = None) -> bytes:
    """A Word file; a paragraph beginning with ``# `` is a heading."""
    document = docx.Document()
    for text in paragraphs:
        if text.startswith("# "):
            document.add_heading(text[2:], 1)
        else:
            document.add_paragraph(text)
    if then:
        then(document)
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def email(body: str, html: str = "", **headers: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Office <office@school.example.org>"
    mail["To"] = "somebody@example.org"
    mail["Subject"] = headers.get("subject", "FW: what I wrote")
    if body:
        mail.set_content(body)
    if html and body:
        mail.add_alternative(html, subtype="html")
    elif html:
        mail.set_content(html, subtype="html")
    return mail


@dataclass
class Desk:
    """Somebody at the office: puts files into a drop folder and has them read."""

    path: Path
    intake: IntakeFolder
    now: datetime = NOW
    read_names: list[str] = field(default_factory=list)

    def put(self, name: str, content: str | bytes) -> Path:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def read(self, name: str, content: str | bytes | None = None) -> Submission:
        """The only submission of this file."""
        found = self.read_all(name, content)
        assert len(found) == 1
        return found[0]

    def read_all(self, name: str, content: str | bytes | None = None) -> tuple[Submission, ...]:
        if content is not None:
            self.put(name, content)
        return read(self.path / name, self.intake, self.now, LONDON)


def ids(submission: Submission, severity: Severity | None = None) -> set[str]:
    return {problem.id for problem in submission.problems if severity is None or problem.severity is severity}


def errors(submission: Submission) -> set[str]:
    return ids(submission, Severity.ERROR)


def pdf(*lines: str, pages: int = 1) -> bytes:
    """A real PDF that shows these lines, each page the same."""
    shown = b"\n".join(b"(%s) Tj T*" % line.encode("latin-1") for line in lines)
    stream = b"BT /F1 12 Tf 72 720 Td 14 TL\n%s\nET" % shown
    kids = b" ".join(b"%d 0 R" % (4 + number) for number in range(pages))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, pages),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        *(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % (4 + pages)
            for _ in range(pages)
        ),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
    ]
    made, starts = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        starts.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % start for start in starts)
    return made + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (len(objects) + 1, table, len(objects) + 1, len(made))
    )


def zipped(**parts: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml").replace("_bin", ".bin"), content)
    return made.getvalue()
