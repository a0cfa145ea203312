"""Dates for your diary: each family sees those of its own children, everybody's eyes those of the school."""

from dataclasses import replace
from datetime import date, time

import pytest

from notifier.model.calendar import Event
from notifier.model.message import DiaryDate
from notifier.model.payload import MailPayload, PagePayload, PaperPayload
from notifier.model.plan import Delivery
from notifier.rendering import Renderer
from tests.unit.rendering.school_life import DIRECTORY, KHANS, NEWSLETTER, NOW, SCHOOL

RENDERER = Renderer(SCHOOL)
FAIR = DiaryDate(Event("fair", "Fair & feast", date(2026, 12, 5), time(10), place="Hall"), everybody=True, public=True)
SWIM = DiaryDate(
    Event("swim", "Swimming", date(2026, 12, 8), time(9), time(11)),
    pupil_ids=frozenset({"P2"}),
    for_whom="Willow",
    public=True,
)
REVIEW = DiaryDate(Event("review", "Review meeting", date(2026, 12, 9)), pupil_ids=frozenset({"P1"}))
NEWS = replace(NEWSLETTER, diary=(FAIR, SWIM, REVIEW))


def about(*pupil_ids: str) -> Delivery:
    return replace(KHANS, pupil_ids=pupil_ids)


def mail(delivery: Delivery) -> MailPayload:
    found = RENDERER.render("mail", NEWS, delivery, DIRECTORY, NOW)
    assert isinstance(found, MailPayload)
    return found


@pytest.mark.parametrize(
    ("pupil_ids", "titles"),
    [
        pytest.param(("P1",), {"Fair", "Review"}, id="the one child's"),
        pytest.param(("P2",), {"Fair", "Swimming"}, id="the other child's"),
        pytest.param(("P1", "P2"), {"Fair", "Swimming", "Review"}, id="both, in a delivery about both"),
    ],
)
def test_a_family_sees_what_concerns_its_own_children(pupil_ids: tuple[str, ...], titles: set[str]) -> None:
    # A family with the same events as another comes after one with others: what is kept must not be mixed up.
    for _ in range(2):
        mail(about("P1", "P2"))
        found = mail(about(*pupil_ids))
        for words in (str(found.html), str(found.plain)):
            assert "Dates for your diary" in words
            assert {title for title in ("Fair", "Swimming", "Review") if title in words} == titles


def test_the_lines_say_when_what_for_whom_and_where() -> None:
    plain = str(mail(about("P2")).plain)
    assert "- Saturday 5 December 2026, 10:00am: Fair & feast, Hall" in plain
    assert "- Tuesday 8 December 2026, 9:00am to 11:00am: Swimming (Willow)" in plain
    assert "Fair &amp; feast, Hall</li>" in str(mail(about("P2")).html)


def test_without_anything_that_concerns_them_there_is_no_heading() -> None:
    only = replace(NEWS, diary=(REVIEW,))
    found = RENDERER.render("mail", only, about("P2"), DIRECTORY, NOW)
    assert isinstance(found, MailPayload)
    assert "Dates for your diary" not in str(found.html)
    assert "Dates for your diary" not in str(found.plain)


def test_paper_has_the_same_dates() -> None:
    found = RENDERER.render("paper", NEWS, about("P1"), DIRECTORY, NOW)
    assert isinstance(found, PaperPayload)
    assert "Review meeting" in found.html
    assert "Swimming" not in found.html


def test_the_website_shows_what_anybody_may_know() -> None:
    found = RENDERER.render("page", NEWS, None, DIRECTORY, NOW)
    assert isinstance(found, PagePayload)
    assert "Fair &amp; feast" in found.html
    assert "Swimming" in found.html
    assert "Review meeting" not in found.html
