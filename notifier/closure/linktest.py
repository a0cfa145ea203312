"""Once a month a test goes to the head's own telephone and email, by the same providers and the same lane as a closure.

It is a drill for the head alone: nothing of it can reach a family. What does not arrive is not rung about, but
becomes a task, because it means that the next closure would not arrive either.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from notifier.acceptance.world import World
from notifier.clock import Clock
from notifier.logs import logger
from notifier.model.message import Body, Kind, Message, Mode, Reach, Term
from notifier.model.plan import Delivery, Plan
from notifier.model.staff import Role
from notifier.model.states import MessageState
from notifier.queue import Entry, Store
from notifier.routing import plan

AT = time(10)
UNTIL = time(17)
"""At a time of day at which somebody can look into it."""
LATE = timedelta(days=7)
"""A computer that was off on the day makes up for it within this time."""
LASTS = timedelta(hours=1)
SUBJECT = "Link test"
TEXT = "Link test: a message about a closure would reach you like this. There is nothing to do."

log = logger("closure")


def due(day: int, started: datetime, now: datetime, zone: ZoneInfo) -> str:
    """The key of the test that is to go now, the same for its whole month; empty where none is.

    ``day`` of the month, 0 for never; ``started``: when this school began, before which there was none to miss.
    """
    here = now.astimezone(zone)
    if not day or not AT <= here.time() < UNTIL:
        return ""
    month = here.replace(day=1) - timedelta(days=1) if here.day < day else here
    moment = datetime.combine(month.date().replace(day=day), AT, zone)
    if moment <= started or here - moment > LATE:
        return ""
    return f"link-test:{moment:%Y-%m}"


def as_message(key: str, world: World, now: datetime) -> Entry | None:
    """The test as a message; None where no head can be reached at all."""
    message = Message(
        id=f"{Kind.EMERGENCY.value}-{key.replace(':', '-')}",
        key=key,
        mode=world.mode,
        kind=Kind.EMERGENCY,
        audience=(Term(Reach.SCHOOL),),
        author=Role.HEAD.value,
        bodies=(Body("en", f"<p>{TEXT}</p>", TEXT, SUBJECT, TEXT),),
        source="link test",
        accepted_at=now,
        expires_at=now + LASTS,
        drill=True,
    )
    heads = {person.id for person in world.policy.staff if person.role is Role.HEAD}
    directory = world.directory
    if directory is None:
        return None
    found = plan(message, directory, world.policy, now).deliveries
    to_heads = tuple(_at_once(one, world) for one in found if one.staff_id in heads)
    reachable = tuple(one for one in to_heads if one.ladder)
    return Entry(message, MessageState.ACCEPTED, Plan(reachable)) if reachable else None


def _at_once(delivery: Delivery, world: World) -> Delivery:
    """The first step alone, without a person: whether texts and emails arrive is what is asked."""
    channels = world.policy.channels
    ladder = tuple(rung for rung in delivery.ladder[:1] if not any(channels[one].by_person for one in rung))
    return replace(delivery, ladder=ladder)


class LinkTest:
    """Looked at whenever time has passed; the key in the database makes it one a month, on however many nodes."""

    def __init__(self, store: Store, world: Callable[[], World], clock: Clock, *, day: int, zone: ZoneInfo) -> None:
        self._store = store
        self._world = world
        self._clock = clock
        self._day = day
        self._zone = zone
        self._started: datetime | None = None
        self._done = ""

    async def look(self) -> bool:
        """Whether one went out now. In trial nothing leaves the school, so there is nothing to test."""
        world, now = self._world(), self._clock.now()
        if not self._day or world.mode is not Mode.LIVE:
            return False
        if self._started is None:
            self._started = await self._store.began()
        key = due(self._day, self._started, now, self._zone)
        if not key or key == self._done:
            return False
        entry = as_message(key, world, now)
        self._done = key
        if entry is None:
            log.warning("a link test has nobody to go to: give the head a mobile and an email under [[staff]]")
            return False
        sent = not (await self._store.enqueue(entry, now)).already
        if sent:
            log.info("link test", message=entry.message.id)
        return sent
