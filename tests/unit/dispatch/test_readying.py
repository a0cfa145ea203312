"""What is made ready along is only ever used where making it ready now would begin from the very same values."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from notifier.dispatch.blobs import Blobs
from notifier.dispatch.outgoing import Packer
from notifier.dispatch.readying import ROW, Day, Readying
from notifier.model.directory import Directory
from notifier.model.message import Body, Kind, Message, Mode, Reach, Term
from notifier.model.plan import Delivery, PublicItem, Send, Verdict, Withhold
from notifier.model.policy import Policy
from notifier.queue.rows import ClaimedLeg
from notifier.routing import recheck, rules
from tests.unit.dispatch.school import Recording, Words, delivery, directory_of, family

LONDON = ZoneInfo("Europe/London")
EVENING = datetime(2026, 11, 23, 22, tzinfo=UTC)
MESSAGE = Message(
    "m1", "m1", Mode.LIVE, Kind.NEWSLETTER, (Term(Reach.SCHOOL),), "head", (Body("en", "<p>Hi</p>", "Hi", "News"),)
)
POLICY = Policy("test", {}, LONDON, {})


def leg(number: int, message: str = "m1", crashes: int = 0) -> ClaimedLeg:
    id = f"{message}.{number}.0.post.0"
    return ClaimedLeg(
        id, f"{id}.1", f"{message}.{number}", message, delivery(number), 0, "post", f"C{number}a", False, 1, crashes,
        False, EVENING, EVENING + timedelta(minutes=2), EVENING,
    )  # fmt: skip


class Desk:
    """Makes legs ready, and remembers about whom it asked."""

    def __init__(self) -> None:
        async def nothing(digest: str) -> bytes | None:
            return None

        self.words = Words()
        self.asked: list[str] = []
        self.directory = directory_of(family(number) for number in range(20))
        self.channel = Recording()
        self.readying = Readying(Packer(self.words, Blobs(nothing)), POLICY, self.recheck)

    def recheck(
        self, message: Message, delivery: Delivery, directory: Directory, policy: Policy, now: datetime
    ) -> Verdict:
        self.asked.append(delivery.key)
        return Send(delivery)

    async def ready(
        self, one: ClaimedLeg, following: Sequence[ClaimedLeg] = (), message: Message = MESSAGE, now: datetime = EVENING
    ) -> str:
        """The address it goes to; ``asked`` holds about whom was asked for that."""
        self.asked.clear()
        found = await self.readying.of(one, self.channel, message, self.directory, now, lambda: following)
        assert found.outgoing is not None
        assert found.outgoing.attempt_id == one.attempt_id
        return found.outgoing.address


async def test_those_that_go_next_are_made_ready_along_and_not_asked_about_again() -> None:
    desk, legs = Desk(), [leg(number) for number in range(ROW + 2)]
    await desk.ready(legs[0], legs[1:])
    assert desk.asked == [one.delivery.key for one in legs[:ROW]]
    for number in range(1, ROW):
        assert await desk.ready(legs[number], legs[number + 1 :]) == f"C{number}a@post.example.org"
        assert desk.asked == []
    await desk.ready(legs[ROW])
    assert desk.asked == [f"F{ROW}"]


async def test_another_directory_asks_again_about_each() -> None:
    desk, legs = Desk(), [leg(0), leg(1), leg(2)]
    await desk.ready(legs[0], legs[1:])
    desk.directory = replace(desk.directory, version=2)
    for number in (1, 2):
        await desk.ready(legs[number])
        assert desk.asked == [f"F{number}"]


@pytest.mark.parametrize("later", [timedelta(hours=2), timedelta(days=-1)], ids=["midnight", "clock put back"])
async def test_another_day_asks_again(later: timedelta) -> None:
    desk, legs = Desk(), [leg(0), leg(1)]
    await desk.ready(legs[0], legs[1:])
    await desk.ready(legs[1], now=EVENING + later)
    assert desk.asked == ["F1"]


async def test_a_leg_claimed_again_is_asked_about_again() -> None:
    desk, other = Desk(), leg(1)
    await desk.ready(leg(0), [other])
    await desk.ready(other._replace(attempt_id=f"{other.leg_id}.2", tries=2))
    assert desk.asked == ["F1"]


async def test_a_message_read_anew_asks_again() -> None:
    desk, legs = Desk(), [leg(0), leg(1)]
    await desk.ready(legs[0], legs[1:])
    await desk.ready(legs[1], message=replace(MESSAGE, important=True))
    assert desk.asked == ["F1"]


async def test_neither_another_messages_legs_nor_suspicious_ones_are_made_ready_along() -> None:
    desk = Desk()
    await desk.ready(leg(0), [leg(1, "m2"), leg(2, crashes=1), leg(3)])
    assert desk.asked == ["F0", "F3"]
    await desk.ready(leg(4, crashes=1), [leg(5)])
    assert desk.asked == ["F4"]


async def test_the_trouble_of_one_is_its_own() -> None:
    desk, legs = Desk(), [leg(0), leg(1), leg(2)]
    desk.words.breaks_on = {"P1"}
    await desk.ready(legs[0], legs[1:])
    with pytest.raises(KeyError):
        await desk.ready(legs[1])
    await desk.ready(legs[2])
    assert desk.asked == []


def test_a_day_is_the_schools_own_also_when_the_clocks_change() -> None:
    policy = replace(POLICY, timezone=LONDON)
    longest = Day.of(datetime(2026, 10, 25, 12, tzinfo=UTC), policy)
    assert longest.ends - longest.begins == timedelta(hours=25)
    assert datetime(2026, 10, 24, 23, tzinfo=UTC) in longest
    assert datetime(2026, 10, 26, tzinfo=UTC) not in longest


class Public(Recording):
    """As a website is."""

    public = True


@pytest.mark.parametrize("drill", [True, False])
async def test_nothing_of_a_drill_is_put_where_everybody_reads_it_however_it_came_into_the_queue(drill: bool) -> None:
    async def nothing(digest: str) -> bytes | None:
        return None

    desk = Desk()
    said = replace(MESSAGE, kind=Kind.EMERGENCY, drill=drill)
    one = leg(0)._replace(delivery=PublicItem("post").delivery, contact_id="", public=True)
    readying = Readying(Packer(desk.words, Blobs(nothing)), POLICY, recheck)
    found = await readying.of(one, Public(), said, desk.directory, EVENING, lambda: ())
    if drill:
        assert found.outgoing is None
        assert isinstance(found.verdict, Withhold)
        assert found.verdict.rule == rules.DRILL
    else:
        assert found.outgoing is not None
