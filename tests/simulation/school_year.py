"""One school year of an example school on a clock that jumps from moment to moment: all of it real but the time.

What is told is read from the database at the end, so nothing can be told that was not sent.
"""

import shutil
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from notifier.clock import FixedClock
from notifier.config import load
from notifier.daemon import School
from notifier.dispatch import Dispatcher
from notifier.fittings import channel_settings
from notifier.model.occurrence import OccurrenceState
from notifier.model.states import LegState
from notifier.queue import StoredMessage

EXAMPLE = Path(__file__).parents[2] / "examples" / "hyde-park"
LONDON = ZoneInfo("Europe/London")
LONGEST = timedelta(days=14)
"""Between two looks at the time where nothing is known to come."""
SENT = (LegState.SENT, LegState.DELIVERED)


@dataclass(frozen=True)
class Act:
    """Something that people do at a moment; ``says`` stands in the account of the year.

    ``then``: what they or a provider do with the running program, after it has seen to what was due.
    """

    at: datetime
    says: str
    do: Callable[[Path], object] = lambda folder: None
    restarts: bool = False
    off_until: datetime | None = None
    then: Callable[[School], Awaitable[object]] | None = None


@dataclass
class Year:
    """A copy of the example in ``folder``, and what people do in it."""

    folder: Path
    acts: Sequence[Act]
    looks: int = 0
    told: list[tuple[datetime, str]] = field(default_factory=list)
    _dispatcher: Dispatcher = field(init=False)

    def prepare(self) -> None:
        shutil.copytree(EXAMPLE, self.folder)

    async def live(self, begin: datetime, end: datetime) -> None:
        """From ``begin`` to ``end``, restarting and being off as the acts say; then the account is complete."""
        clock = FixedClock(begin.astimezone(UTC))
        left = sorted(self.acts, key=lambda act: act.at)
        async with AsyncExitStack() as stack:
            school = await self._opened(stack, clock)
            while clock.at < end:
                while left and left[0].at <= clock.at:
                    act = left.pop(0)
                    act.do(self.folder)
                    if act.says:
                        self._say(clock.at, act.says)
                    if act.then is not None:
                        await act.then(school)
                    if act.restarts or act.off_until:
                        await stack.aclose()
                        clock.at = act.off_until.astimezone(UTC) if act.off_until else clock.at
                        school = await self._opened(stack, clock)
                await self._look(school, clock)
                clock.at = await self._next(school, clock, end, left)
            await self._account(school, begin, end)

    async def _look(self, school: School, clock: FixedClock) -> None:
        """Take what was dropped, see to what is due, and send where there is something to send."""
        self.looks += 1
        await school.leader.begin()
        await school.drop.drain()
        await school.rota.look()
        if await school.store.waiting(school.config.school.mode, clock.now()):
            await self._dispatcher.drain()

    async def _opened(self, stack: AsyncExitStack, clock: FixedClock) -> School:
        """As one life of the program, which begins and ends with it."""
        config = load(self.folder / "config.toml", channel_settings(), {})
        school = await stack.enter_async_context(School.opened(config, clock, create=True))
        node = await stack.enter_async_context(school._among_others())
        self._dispatcher = school._dispatcher(node, await stack.enter_async_context(school._built()))
        return school

    async def _next(self, school: School, clock: FixedClock, end: datetime, left: Sequence[Act]) -> datetime:
        """As the daemon's alarm: the next thing that falls due, or that somebody does."""
        ahead = await school.rota.ahead(clock.at, clock.at + LONGEST)
        moments = [clock.at + LONGEST, end, *(one.at for one in ahead), *(act.at for act in left[:1])]
        if (stored := await school.store.next_moment(clock.at)) is not None:
            moments.append(stored)
        return max(min(moments).astimezone(UTC), clock.at + timedelta(seconds=1))

    # the account

    def _say(self, at: datetime, what: str) -> None:
        self.told.append((at, what))

    async def _account(self, school: School, begin: datetime, end: datetime) -> None:
        for stored in await school.store.messages(limit=10_000):
            await self._sent(school, stored)
        for one in await school.store.decisions.between(begin, end, school.config.school.mode):
            if one.state in (OccurrenceState.MISSED, OccurrenceState.WITHDRAWN):
                self._say(one.decided_at, f"{one.state.value}: {one.key.partition(':')[2] or one.kind}")

    async def _sent(self, school: School, stored: StoredMessage) -> None:
        """One line for each moment at which something of it went."""
        channels = {leg.id: leg.channel for leg in await school.store.legs(stored.id) if leg.state in SENT}
        went: dict[datetime, Counter[str]] = {}
        for attempt in await school.store.attempts(stored.id):
            if attempt.outcome in SENT and attempt.leg_id in channels:
                minute = attempt.started_at.replace(second=0, microsecond=0)
                went.setdefault(minute, Counter())[channels[attempt.leg_id]] += 1
        staff = any(one.delivery.staff_id for one in await school.store.deliveries(stored.id))
        what = "to staff" if staff else stored.message.kind.value
        for at, ways in went.items():
            counted = ", ".join(f"{number} {way}" for way, number in sorted(ways.items()))
            self._say(at, f"{what} “{stored.message.subject}”: {counted}")

    def text(self) -> str:
        lines = [
            f"{at.astimezone(LONDON):%Y-%m-%d %a %H:%M}  {what}"
            for at, what in sorted(self.told, key=lambda one: (one[0], one[1]))
        ]
        return "\n".join(lines) + "\n"
