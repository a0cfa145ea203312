"""What families see, word for word. After a wanted change: ``NOTIFIER_WRITE_GOLDEN=1 pytest tests/unit/rendering``."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from notifier.model.payload import MAIL, PAGE, PAPER, SHORT, MailPayload, PagePayload, PaperPayload, ShortPayload
from notifier.model.plan import Address, Basis
from notifier.rendering import Renderer
from tests.unit.rendering.school_life import ASKS, CLOSED, DIRECTORY, EVENING, KHANS, LETTER, NEWSLETTER, NOW, SCHOOL

GOLDEN = Path(__file__).parents[2] / "golden"
URDU = replace(KHANS, language="ur", text_language="ur")
CASES = {
    "letter-en": (LETTER, replace(KHANS, language="ur")),
    "letter-ur": (LETTER, URDU),
    "newsletter-en": (NEWSLETTER, replace(KHANS, basis=Basis.COPY, pupil_ids=("P1",))),
    "sessions-en": (EVENING, KHANS),
    "emergency-en": (CLOSED, KHANS),
    "emergency-drill-ur": (replace(CLOSED, drill=True), URDU),
    "details-en": (ASKS, replace(KHANS, contact_ids=("C1",))),
    "details-ur": (ASKS, replace(KHANS, contact_ids=("C1",), language="ur")),
    "details-ar": (ASKS, replace(KHANS, contact_ids=("C1",), language="ar")),
}


def compare(name: str, made: str) -> None:
    file = GOLDEN / name
    if os.environ.get("NOTIFIER_WRITE_GOLDEN"):
        file.write_text(made, encoding="utf-8", newline="\n")
    assert made == file.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer(SCHOOL)


@pytest.mark.parametrize("case", list(CASES))
def test_the_email_reads_as_agreed(case: str, renderer: Renderer) -> None:
    message, delivery = CASES[case]
    mail = renderer.render(MAIL, message, delivery, DIRECTORY, NOW, Address("C1", "sana@example.org"))
    assert isinstance(mail, MailPayload)
    headers = "".join(f"{name}: {value}\n" for name, value in mail.headers)
    compare(f"{case}.html", str(mail.html))
    compare(f"{case}.txt", f"Subject: {mail.subject}\n{headers}\n{mail.plain}")


@pytest.mark.parametrize("case", ["letter-ur", "emergency-en", "emergency-drill-ur"])
def test_the_text_reads_as_agreed(case: str, renderer: Renderer) -> None:
    message, delivery = CASES[case]
    short = renderer.render(SHORT, message, delivery, DIRECTORY, NOW)
    assert isinstance(short, ShortPayload)
    compare(f"{case}.sms", f"{short.text}\n({short.encoding}, {short.segments})\n")


@pytest.mark.parametrize("case", ["letter-en", "letter-ur", "sessions-en", "details-en", "details-ur"])
def test_the_letter_reads_as_agreed(case: str, renderer: Renderer) -> None:
    message, delivery = CASES[case]
    paper = renderer.render(PAPER, message, delivery, DIRECTORY, NOW, Address("C1", "12 Elm Road, London, E7 8AB"))
    assert isinstance(paper, PaperPayload)
    compare(f"{case}.paper.html", paper.html)


def test_the_page_reads_as_agreed(renderer: Renderer) -> None:
    page = renderer.render(PAGE, LETTER, None, DIRECTORY, NOW)
    assert isinstance(page, PagePayload)
    compare("letter.page.html", page.html)
