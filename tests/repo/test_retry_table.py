"""The table of tries that people read is the one that the program goes by."""

from datetime import timedelta

import pytest

from notifier.dispatch.allowance import SHARE
from notifier.dispatch.breaker import GONE_AFTER, PAUSES, URGENT_PAUSE
from notifier.dispatch.retry import TABLE, Failure, Terms
from notifier.model.message import Lane
from tests.repo.pages import page

ROWS = {
    Failure.TEMPORARY: "This one address, for now",
    Failure.ACCOUNT: "The account: out of reach, too fast, logged out",
    Failure.DOUBT: "Nobody knows whether a text was taken",
}
COLUMNS = (Lane.BULK, Lane.NORMAL, Lane.EMERGENCY)


def short(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    for size, unit in ((86400, "day" if seconds == 86400 else "days"), (3600, "h"), (60, "min")):
        if seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def told(terms: Terms, failure: Failure) -> str:
    waits = ", ".join(short(wait) for wait in terms.waits)
    match failure:
        case Failure.ACCOUNT:
            return f"waits for it, up to {short(terms.in_all)}"
        case Failure.DOUBT:
            return f"asks after {waits}"
        case _:
            return waits


@pytest.mark.parametrize("failure", Failure)
def test_each_row_of_the_page_is_the_row_of_the_code(failure: Failure) -> None:
    (row,) = [line for line in page("operating.md").splitlines() if line.startswith(f"| {ROWS[failure]} |")]
    cells = [cell.strip() for cell in row.strip("|").split("|")][1:]
    assert len(cells) == len(COLUMNS)
    for lane, cell in zip(COLUMNS, cells, strict=True):
        assert cell.startswith(told(TABLE[lane, failure], failure)), (lane, cell)


def test_the_pauses_of_a_lost_account_are_those_of_the_code() -> None:
    text = page("operating.md")
    assert GONE_AFTER == 5
    assert "fails five times in a row" in text
    first, second, third, *_, last = map(short, PAUSES)
    assert f"After {first} one message tries, then after {second}, {third}, up to {last}" in text
    assert f"an emergency tries every {short(URGENT_PAUSE)}" in text


def test_the_reserve_of_the_day_is_that_of_the_code() -> None:
    text = page("channels/email.md")
    assert SHARE == {Lane.BULK: 0.90, Lane.NORMAL: 0.95}
    assert "Newsletters stop at nine tenths of it and letters at 95 in a hundred" in text
