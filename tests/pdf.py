"""What stands where in a PDF: text with its place in millimetres from the top left of the sheet."""

import io
from collections.abc import Iterator
from dataclasses import dataclass

from pypdf import PageObject, PdfReader

MM = 72 / 25.4


@dataclass(frozen=True)
class Run:
    """``x`` and ``y`` are where the line stands (its foot), in mm; ``size`` in points."""

    text: str
    x: float
    y: float
    size: float
    page: int


def reader(content: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(content))


def words(content: bytes) -> str:
    return "\n".join(" ".join(page.extract_text().split()) for page in reader(content).pages)


def runs(content: bytes) -> Iterator[Run]:
    for number, page in enumerate(reader(content).pages):
        yield from _of(page, number)


def _of(page: PageObject, number: int) -> list[Run]:
    found: list[Run] = []
    height = float(page.mediabox.height)

    def visit(text: str, cm: list[float], tm: list[float], font: object, size: float) -> None:
        if text.strip():
            x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
            y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
            scale = abs(tm[3] * cm[3]) or 1
            found.append(Run(text.strip(), x / MM, (height - y) / MM, size * scale, number))

    page.extract_text(visitor_text=visit)
    return found
