"""When a message will be through, row by row."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from notifier.dispatch.forecast import Forecast, Limits, forecast, said
from notifier.model.message import Lane
from notifier.queue.rows import Lost, Waiting

NOW = datetime(2026, 9, 14, 8, 0, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")
PACED = Limits(per_minute=30)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def news(count: int, message: str = "news", channel: str = "email", later: datetime | None = None) -> Waiting:
    return Waiting(message, channel, Lane.BULK, count, later)


def letter(count: int, message: str = "letter") -> Waiting:
    return Waiting(message, "email", Lane.NORMAL, count)


def sent(count: int, ago: timedelta, every: timedelta = timedelta(seconds=2)) -> list[datetime]:
    """So many sends, the first of them so long ago."""
    return [NOW - ago + every * number for number in range(count)]


@pytest.mark.parametrize(
    ("waiting", "limits", "after"),
    [
        pytest.param([news(360)], PACED, {"news": minutes(12)}, id="the pace"),
        pytest.param([news(300), letter(30)], PACED, {"letter": minutes(1), "news": minutes(11)}, id="a lane first"),
        pytest.param(
            [news(300), news(30, "small")], PACED, {"small": minutes(2), "news": minutes(11)}, id="in turns in a lane"
        ),
        pytest.param([news(300)], Limits(), {"news": minutes(1)}, id="without a pace"),
        pytest.param([news(1800)], Limits(60, per_day=2000), {"news": minutes(30)}, id="within the cap"),
        pytest.param([news(1801)], Limits(60, per_day=2000), {"news": timedelta(days=1, minutes=1 / 60)}, id="over it"),
        pytest.param(
            [letter(10)],
            Limits(60, per_day=100, sent=sent(95, timedelta(hours=23))),
            {"letter": timedelta(hours=1, seconds=18)},
            id="as yesterday's drop out",
        ),
        pytest.param(
            [news(270)], Limits(6000, per_day=100), {"news": timedelta(days=2, seconds=0.9)}, id="three days' worth"
        ),
        pytest.param(
            [Waiting("closure", "email", Lane.EMERGENCY, 60)],
            Limits(60, per_day=10, sent=sent(10, minutes(30))),
            {"closure": minutes(1)},
            id="an emergency is not capped by us",
        ),
        pytest.param([news(30, later=NOW + minutes(40))], PACED, {"news": minutes(40)}, id="a later try"),
        pytest.param(
            [news(30), news(3000, channel="letter")], PACED, {"news": minutes(10)}, id="the slowest way counts"
        ),
    ],
)
def test_when_the_last_copy_will_have_gone(waiting: list[Waiting], limits: Limits, after: dict[str, timedelta]) -> None:
    found = forecast(waiting, {"email": limits}, NOW)
    for message, wait in after.items():
        at = found[message].at
        assert at is not None
        assert abs(at - NOW - wait) < timedelta(seconds=1), at - NOW


@pytest.mark.parametrize(
    ("waiting", "limits", "words"),
    [
        ([news(360)], PACED, "in about 12 minutes because the email account takes 30 a minute"),
        ([news(30)], PACED, "in about a minute"),
        (
            [news(1850)],
            Limits(60, per_day=2000, sent=[]),
            "tomorrow at about 09:00 because the email account takes 2,000 a day",
        ),
        ([news(9000)], PACED, "today at about 14:00 because the email account takes 30 a minute"),
        (
            [news(6000)],
            Limits(6000, per_day=2000),
            "on Thu 17 Sep at about 09:00 because the email account takes 2,000 a day",
        ),
        ([news(30, later=NOW + minutes(40))], PACED, "in about 40 minutes because some copies wait for a later try"),
        (
            [news(30)],
            Limits(lost=Lost(NOW - minutes(5), "The mail server cannot be reached.")),
            "waits, and is tried again by itself: The mail server cannot be reached.",
        ),
    ],
)
def test_it_is_said_in_words(waiting: list[Waiting], limits: Limits, words: str) -> None:
    assert said(forecast(waiting, {"email": limits}, NOW)["news"], NOW, LONDON) == words


def test_nothing_is_forecast_where_nothing_waits() -> None:
    assert forecast([], {"email": PACED}, NOW) == {}


def test_a_lost_account_outweighs_every_moment() -> None:
    waiting = [news(10), news(10, channel="text")]
    lost = Limits(lost=Lost(NOW, "Out of reach."))
    assert forecast(waiting, {"email": PACED, "text": lost}, NOW)["news"] == Forecast(None, "Out of reach.")


def test_what_waits_for_the_end_of_quiet_hours_says_so() -> None:
    morning = NOW + timedelta(hours=9)
    given_back = Waiting("letter", "text", Lane.NORMAL, 0, morning)
    closure = Waiting("closure", "text", Lane.EMERGENCY, 5)
    found = forecast([given_back, closure, news(3)], {}, NOW, {"text": morning})
    assert found["letter"].at is not None
    assert minutes(0) <= found["letter"].at - morning < minutes(1)
    assert found["letter"].because == "the text waits until quiet hours are over"
    assert (found["closure"].because, found["news"].because) == ("", "")
