"""Nothing that dispatch keeps at hand ever says what asking anew would not."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from channels.base import Outgoing
from notifier.clock import FixedClock
from notifier.dispatch.blobs import Blobs
from notifier.dispatch.outgoing import Packer
from notifier.dispatch.readying import Ready, Readying
from notifier.dispatch.refusals import Refusals
from notifier.dispatch.standing import Standings
from notifier.dispatch.stillness import FRESH, Stillness
from notifier.model.directory import Arrangement, Directory, Sort
from notifier.model.message import Body, Kind, Message, Mode, Reach, Term
from notifier.model.plan import Address, Delivery, Send, Task
from notifier.model.policy import AddressKind, ChannelFacts, KindPolicy, Policy
from notifier.queue.rows import ClaimedLeg, Sight, Wanted
from notifier.routing import plan, recheck
from tests.unit.dispatch.hand_clock import settle_down
from tests.unit.dispatch.school import START, Recording, Words, directory_of, family

often = settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])

# What is made ready along ---------------------------------------------------------------------------------------

LONDON = ZoneInfo("Europe/London")
EVENING = datetime(2026, 10, 24, 22, 59, 59, tzinfo=UTC)
"""A second before midnight in London, and before the day on which the clocks there are put back."""
MOMENTS = [EVENING + timedelta(seconds=seconds) for seconds in (-86_400, -1, 0, 1, 24 * 3600, 25 * 3600, 25 * 3600 + 1)]
POLICY = Policy(
    "test",
    {kind: KindPolicy((("post",),)) for kind in Kind},
    LONDON,
    {"post": ChannelFacts("post", "mail", AddressKind.EMAIL)},
)
NEWS = Message(
    "m1", "m1", Mode.LIVE, Kind.NEWSLETTER, (Term(Reach.SCHOOL),), "head", (Body("en", "<p>Hi</p>", "Hi", "News"),)
)
MESSAGES = {"m1": NEWS, "m1 again": replace(NEWS, important=True), "m2": replace(NEWS, id="m2")}
PLANNED = directory_of(family(number) for number in range(3))


def _later(*rows: Arrangement, **left_on: date) -> Directory:
    pupils = {id: replace(one, left_on=left_on.get(id)) for id, one in PLANNED.pupils.items()}
    return replace(PLANNED, version=2, pupils=pupils, arrangements=rows)


DIRECTORIES = [
    PLANNED,
    _later(Arrangement(Sort.COURT_ORDER, "C0a", "P0", evidence="file 7")),
    _later(P0=date(2026, 10, 24), P1=date(2026, 10, 25), P2=date(2026, 10, 23)),
    replace(PLANNED, contacts={id: replace(one, email=f"new{one.email}") for id, one in PLANNED.contacts.items()}),
]
DELIVERIES = plan(NEWS, PLANNED, POLICY, EVENING).deliveries


def leg(number: int, message: str, crashes: int, tries: int, wide: bool) -> ClaimedLeg:
    """``wide``: it was planned for a second child too, who is none of this adult's any more."""
    planned: Delivery = DELIVERIES[number]
    if wide:
        planned = replace(planned, pupil_ids=(*planned.pupil_ids, "P9"), language="en")
    id = f"{message}.{number}.0.post.0"
    return ClaimedLeg(
        id, f"{id}.{tries}", f"{message}.{number}", message, planned, 0, "post", f"C{number}a", False, tries, crashes,
        False, EVENING, EVENING + timedelta(minutes=2), EVENING,
    )  # fmt: skip


LEGS = [
    leg(number, message, crashes, tries, wide)
    for number in range(3)
    for message in ("m1", "m2")
    for crashes, tries, wide in ((0, 1, False), (0, 1, True), (0, 2, False), (1, 3, False))
]


class Said(Words):
    """Says all that it was asked for."""

    def render(
        self,
        medium: str,
        message: Message,
        delivery: Delivery | None,
        directory: Directory,
        now: datetime,
        address: Address | None = None,
    ) -> object:
        return medium, message, delivery, directory.version, address


async def nothing(digest: str) -> bytes | None:
    return None


def readying() -> Readying:
    return Readying(Packer(Said(), Blobs(nothing)), POLICY, recheck)


def told(ready: Ready) -> tuple[object, tuple[Task, ...], Delivery | None, Outgoing | None]:
    return ready.verdict, ready.tasks, ready.reduced, ready.outgoing


Ask = tuple[ClaimedLeg, list[ClaimedLeg], bool, Directory, datetime]
asks: st.SearchStrategy[list[Ask]] = st.lists(
    st.tuples(
        st.sampled_from(LEGS),
        st.lists(st.sampled_from(LEGS), max_size=8),
        st.sampled_from([False, False, False, True]),
        st.sampled_from([*DIRECTORIES[:1] * 4, *DIRECTORIES]),
        st.sampled_from([*[EVENING, EVENING + timedelta(seconds=1)] * 3, *MOMENTS]),
    ),
    min_size=2,
    max_size=8,
)


@often
@given(asks)
async def test_what_was_made_ready_along_is_what_would_be_made_now(asked: list[Ask]) -> None:
    kept, channel = readying(), Recording()
    for one, following, another, directory, now in asked:
        message = MESSAGES["m1 again" if another and one.message_id == "m1" else one.message_id]
        found = await kept.of(one, channel, message, directory, now, lambda: following)  # noqa: B023 - asked at once
        anew = await readying().of(one, channel, message, directory, now, lambda: ())
        assert told(found) == told(anew)
        assert found.leg is one
        assert now in found.day
        if found.outgoing is not None:
            assert isinstance(found.verdict, Send)
            assert found.outgoing.payload[2] == found.verdict.delivery, "about whom it still may be, not as planned"
        event(type(found.verdict).__name__)


# What is known of a leg and of an address just before it goes ---------------------------------------------------


@dataclass(frozen=True)
class State:
    """What the database holds from a moment on. ``ours``: this process wrote it."""

    since: datetime
    ours: bool
    wanted: tuple[tuple[str, Wanted], ...] = ()
    version: int = 1
    refused: frozenset[tuple[str, str]] = frozenset()


class Database:
    """One that several write to; ``meanwhile`` happens while it is read. A server does not say whether somebody did."""

    def __init__(self, *, embedded: bool) -> None:
        self.clock = FixedClock(START)
        self.embedded = embedded
        self.states = [State(START, ours=True)]
        self.stirred = 0
        self.theirs = 0
        """Writes of others that this process has not seen yet."""
        self.news = 0
        self.meanwhile: list[tuple[str, int, str]] = []
        self.stillness = Stillness(lambda: self.stirred if embedded else None, self.look, self.clock)
        self.standings = Standings(self.standing, self.clock, lambda: self.news, self.stillness)
        self.refusals = Refusals(self.one, self.all_of, self.stillness)
        self.claimed: dict[str, ClaimedLeg] = {}
        self.unknown: set[str] = set()

    @property
    def now(self) -> State:
        return self.states[-1]

    def write(self, *, ours: bool, leg: str = "", address: str = "") -> None:
        wanted = dict(self.now.wanted) | ({leg: Wanted.CANCELLED} if leg else {})
        refused = self.now.refused | ({("post", address), ("ring", "a")} if address == "a" else {("post", address)})
        version = self.now.version + (not leg and not address)
        self.states.append(
            State(self.clock.at, ours, tuple(wanted.items()), version, refused if address else self.now.refused)
        )
        if ours:
            self.news += 1
            self.stirred += 1
        else:
            self.theirs += 1

    def see(self) -> None:
        self.stirred, self.theirs = self.stirred + self.theirs, 0

    def claim(self, leg_id: str) -> None:
        self.see()
        sight = Sight(self.now.version, self.stirred) if self.embedded else None
        self.claimed[leg_id] = LEGS[0]._replace(leg_id=leg_id, sight=sight)
        self.stillness.looked(self.clock.at)

    async def look(self) -> None:
        self.see()
        await self._meanwhile()

    async def standing(self, leg_ids: Sequence[str], now: datetime) -> tuple[dict[str, Wanted], int]:
        state = self.now
        await self._meanwhile()
        return {
            one: dict(state.wanted).get(one, Wanted.SEND) for one in leg_ids if one not in self.unknown
        }, state.version

    async def one(self, channel: str, address: str) -> datetime | None:
        return START if (channel, address) in self.now.refused else None

    async def all_of(self, channel: str) -> dict[str, datetime]:
        state = self.now
        await self._meanwhile()
        return {address: START for of, address in state.refused if of == channel}

    async def _meanwhile(self) -> None:
        if self.meanwhile:
            await self.does(self.meanwhile.pop(0))

    async def does(self, done: tuple[str, int, str]) -> None:
        what, milliseconds, which = done
        match what:
            case "pass":
                self.clock.at += timedelta(milliseconds=milliseconds)
            case "cancel" if which in self.claimed:
                self.write(ours=milliseconds < 30, leg=which)
            case "refuse":
                self.write(ours=milliseconds < 30, address=which)
            case "directory":
                self.write(ours=milliseconds < 30)

    def possible(self, asked_at: datetime) -> list[State]:
        """What an answer may rest upon: all that we wrote before, and all that others wrote that is not quite new."""
        known = [n for n, one in enumerate(self.states) if one.ours or one.since < asked_at - FRESH]
        return self.states[known[-1] :]


NAMES = st.sampled_from("ab")
LENGTHS = st.sampled_from([1, 5, 20, 29, 30, 31, 49, 50, 51, 70])
changes = st.tuples(st.sampled_from(["pass", "pass", "pass", "cancel", "refuse", "directory"]), LENGTHS, NAMES)
questions = st.tuples(st.sampled_from(["claim", "may go", "may go", "takes"]), LENGTHS, NAMES)


@often
@given(
    st.lists(st.one_of(changes, questions, questions), min_size=15, max_size=40),
    st.lists(changes, max_size=8),
    st.booleans(),
)
async def test_what_is_known_without_asking_is_no_older_than_a_moment(
    done: list[tuple[str, int, str]], meanwhile: list[tuple[str, int, str]], embedded: bool
) -> None:
    database = Database(embedded=embedded)
    for name in "ab":
        database.claim(name)
    database.meanwhile = meanwhile
    for one in done:
        what, milliseconds, which = one
        possible = len(database.states) - len(database.possible(database.clock.at))
        match what:
            case "claim" if which not in dict(database.now.wanted):
                database.claim(which)
            case "may go" if which in database.claimed:
                others = [leg for name, leg in database.claimed.items() if name != which]
                found = await database.standings.of(database.claimed[which], None, lambda: others)  # noqa: B023
                answers = {
                    (dict(state.wanted).get(which, Wanted.SEND), state.version) for state in database.states[possible:]
                }
                assert (found.wanted, found.directory_version) in answers
                event(f"may go: {found.wanted}")
            case "takes":
                channel = "post" if milliseconds < 40 else "ring"
                refused = await database.refusals.of(channel, which) is not None
                assert refused in {(channel, which) in state.refused for state in database.states[possible:]}
                event(f"refused: {refused}")
            case _:
                await database.does(one)
        await settle_down()


async def test_what_is_refused_while_all_are_read_is_refused_at_the_next() -> None:
    database = Database(embedded=True)
    database.claim("a")
    database.meanwhile = [("refuse", 1, "b")]
    assert await database.refusals.of("post", "a") is None
    assert await database.refusals.of("post", "b") == START


@pytest.mark.parametrize("embedded", [True, False])
async def test_a_read_that_takes_long_is_as_old_as_when_it_was_asked(embedded: bool) -> None:
    database = Database(embedded=embedded)
    for name in "ab":
        database.claim(name)
    database.clock.at += FRESH * 2
    database.meanwhile = [("pass", 51, "a"), ("pass", 51, "a")]
    following = [database.claimed["b"]]
    await database.standings.of(database.claimed["a"], None, lambda: following)
    await settle_down()
    database.write(ours=False, leg="b")
    database.clock.at += FRESH / 2
    assert (await database.standings.of(database.claimed["b"], None)).wanted is Wanted.CANCELLED


async def test_a_leg_of_which_the_database_knows_nothing_does_not_go() -> None:
    database = Database(embedded=False)
    database.claim("a")
    database.unknown = {"a"}
    assert (await database.standings.of(database.claimed["a"], None)).wanted is Wanted.CANCELLED


async def test_a_look_that_takes_long_is_as_old_as_when_it_began() -> None:
    database = Database(embedded=True)
    for name in "ab":
        database.claim(name)
    database.clock.at += FRESH * 0.7
    database.meanwhile = [("pass", 40, "")]
    assert (await database.standings.of(database.claimed["a"], None)).wanted is Wanted.SEND
    await settle_down()
    assert not database.meanwhile
    database.write(ours=False, leg="b")
    database.clock.at += FRESH * 0.4
    assert (await database.standings.of(database.claimed["b"], None)).wanted is Wanted.CANCELLED
