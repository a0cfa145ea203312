from datetime import date, timedelta

import pytest

from notifier.directory import reviews
from tests.unit.routing.families import row

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize("sort", ["court-order", "injunction", "agreement", "welfare-hold"])
@pytest.mark.parametrize(
    ("days", "advised"), [(-400, True), (-1, True), (0, True), (28, True), (29, False), (400, False)]
)
def test_h34_an_order_is_asked_about_before_its_last_day_and_until_somebody_ends_it(
    sort: str, days: int, advised: bool
) -> None:
    until = TODAY + timedelta(days=days)
    found = list(reviews([row(sort, "DAD", "P1", until=until)], TODAY))
    assert [(one.id, one.severity.value, one.rule) for one in found] == [
        ("order-review-due", "advice", "H34")
    ] * advised
    assert list(reviews([row(sort, "DAD", "P1", until=until, ended_on=until)], TODAY)) == []


@pytest.mark.parametrize("sort", ["site-ban", "unsubscribe", "consent", "copy", "paper"])
def test_what_ends_by_itself_is_not_asked_about(sort: str) -> None:
    assert list(reviews([row(sort, "DAD", "P1", until=TODAY)], TODAY)) == []


def test_it_says_which_day_and_whom_it_is_about_by_id() -> None:
    one, all_ = reviews([row("court-order", "DAD", "P1", until=TODAY), row("injunction", "EX", until=TODAY)], TODAY)
    assert one.sentence.startswith("The court-order for DAD about P1 names 23 November 2026 as its last day.")
    assert all_.sentence.startswith("The injunction for EX names")
