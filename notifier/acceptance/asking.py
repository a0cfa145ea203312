"""What waits for somebody's yes is told to those who may say it, by email, as a duty of the rota (W12).

Once for each message that waits, several in one email, and with an outline that names no child: an email is read on a
telephone at a bus stop.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from notifier.acceptance.acceptance import EVENT_MOVED, OF_THE_FILES
from notifier.acceptance.answers import spoken_moment
from notifier.acceptance.authority import may_approve
from notifier.acceptance.staff import staff_message
from notifier.acceptance.waiting import waiting
from notifier.acceptance.world import World
from notifier.calendar.quiet import opens
from notifier.clock import Clock
from notifier.model.directory import Directory
from notifier.model.message import Kind, Message, Mode, Reach, Term
from notifier.model.occurrence import QUESTION, Occurrence, OccurrenceState
from notifier.model.staff import Authority, Role, Staff
from notifier.model.states import MessageState
from notifier.queue import Store, StoredMessage
from notifier.queue.rows import Decision
from notifier.routing.audience import spoken
from notifier.routing.safeguards import words_of

GATHERED = timedelta(minutes=15)
"""So long an email waits for what else may come to wait."""
URGENT = timedelta(minutes=1)
"""So long for an emergency: whoever sent it in may be on the telephone to the head already."""
STAYS_OPEN = timedelta(days=1)
LISTED = 20
"""Messages named in one email; the rest are counted."""
WHY = {
    "in-person-words": "its words are kept for talks in person",
    "group-names-child": "it goes to a group and names a child",
    "others-told-of-child": "it names a child to somebody who gets nothing about that child",
    "emergency-needs-two": "an emergency needs a second person",
    "emergency-needs-head": "an emergency needs the head",
    "whole-school-needs-approval": "it goes to the whole school",
    "report-missing": "a report is missing",
    "report-beyond": "a report is of a child it does not go to",
    "mail-machine-made": "a program wrote it",
    "restored": "it was put back from a backup and may have gone",
    EVENT_MOVED: "its event was moved or cancelled",
}
"""By the id of the doubt; what else there is stands in the answer."""


class Asking:
    def __init__(self, store: Store, world: Callable[[], World], make_id: Callable[[Kind], str], clock: Clock) -> None:
        self._store = store
        self._world = world
        self._make_id = make_id
        self._clock = clock
        self._waits: dict[str, StoredMessage] = {}
        self._found: list[Occurrence] = []

    async def upcoming(self, first: datetime, last: datetime) -> Iterable[Occurrence]:
        """One for each message, each time it comes to wait, as long as it does and somebody can be told."""
        world, now = self._world(), self._clock.now()
        held = [one for one in await waiting(self._store, MessageState.HELD) if _for_a_yes(one, world, now)]
        pairs = [(_occurrence(one, world, last), one) for one in held if _asked(one.message, world)]
        self._waits = {occurrence.key: one for occurrence, one in pairs}
        self._found = [occurrence for occurrence, _ in pairs]
        return [one for one in self._found if one.at <= last]

    async def see_to(self, occurrence: Occurrence, now: datetime) -> bool:
        """With all others that wait for the same people, whether or not their own moment has come."""
        world = self._world()
        to = _asked(self._waits[occurrence.key].message, world)
        alike = [one for one in self._found if _asked(self._waits[one.key].message, world) == to]
        decided = await self._store.decisions.decided([one.key for one in alike], world.mode)
        others = [one for one in alike if one.key not in decided and one.key != occurrence.key]
        waits = [self._waits[one.key] for one in (occurrence, *others)]
        letter = staff_message(
            self._make_id(Kind.LETTER),
            f"staff:{occurrence.key}",
            to,
            _subject(waits),
            _words(waits, world),
            world,
            now,
        )
        decision = Decision(
            occurrence,
            OccurrenceState.DONE if letter else OccurrenceState.SKIPPED,
            entries=(letter,) if letter else (),
            message_id=letter.message.id if letter else "",
            reason="it waits for a yes" if letter else "nobody can be told by email",
            with_=tuple(others),
        )
        (done,) = await self._store.decisions.decide([decision], world.mode, now)
        return done


def _for_a_yes(stored: StoredMessage, world: World, now: datetime) -> bool:
    """Not what a person keeps back on purpose, nor what goes by itself once the families' files are in order."""
    message = stored.message
    if message.mode is not world.mode or (message.expires_at is not None and message.expires_at <= now):
        return False
    if stored.by in world.staff or stored.by in set(Role):
        return False
    return not message.doubts or not OF_THE_FILES.issuperset(message.doubts)


def _asked(message: Message, world: World) -> tuple[Staff, ...]:
    """Whoever may say yes to it and has an email address."""
    return tuple(
        one
        for one in world.staff.values()
        if one.email and may_approve(message, Authority(one.role, one.id, classes=one.classes), world.policy)
    )


def _occurrence(stored: StoredMessage, world: World, last: datetime) -> Occurrence:
    message, held = stored.message, stored.changed_at
    urgent = message.kind is Kind.EMERGENCY
    at = held + (URGENT if urgent else GATHERED)
    if not urgent and world.mode is Mode.LIVE:
        at = opens(at, world.policy.quiet_hours, world.policy.timezone, world.calendar) or at
    return Occurrence(
        key=f"yes:{message.id}:{held:%Y%m%dT%H%M%S}",
        at=at,
        until=max(at, last) + STAYS_OPEN,  # it is met at every look, however late
        kind=QUESTION,
        title=f"{message.id} waits for a yes",
        message_id=message.id,
        told=False,
    )


def _subject(waits: Sequence[StoredMessage]) -> str:
    if any(one.message.kind is Kind.EMERGENCY for one in waits):
        return "An emergency waits for your yes"
    return "A message waits for your yes" if len(waits) == 1 else f"{len(waits)} messages wait for your yes"


def _words(waits: Sequence[StoredMessage], world: World) -> list[str]:
    names = _names(world.directory)
    first = sorted(waits, key=lambda one: (one.message.kind is not Kind.EMERGENCY, one.received_at))
    lines = [_outline(one, names, world) for one in first[:LISTED]]
    if len(first) > LISTED:
        lines.append(f"And {len(first) - LISTED} more: notifier status")
    which = waits[0].message.id if len(waits) == 1 else "ID"
    return [
        "This waits until somebody says yes. Families have not had it yet."
        if len(waits) == 1
        else "These wait until somebody says yes. Families have not had them yet.",
        *lines,
        "Who would get it stands in the answer beside the file that was handed in. "
        f"To let it go: notifier approve {which} --as YOU. To stop it: notifier cancel {which} --as YOU. "
        f"{'' if len(waits) == 1 else 'For ID write the one in brackets. '}"
        "For YOU write your id from the staff list in config.toml.",
        "You get this once. If a colleague has said yes already, there is nothing to do.",
    ]


def _outline(stored: StoredMessage, names: frozenset[str], world: World) -> str:
    message = stored.message
    author = world.staff.get(message.author)
    whose = author.name if author is not None else f"the {message.author}"
    title = f" “{message.subject}”" if _names_nobody(message, names) else ""
    lines = [
        f"{message.kind.value.capitalize()}{title} ({message.id})",
        f"From {whose}, {spoken_moment(stored.received_at, world)}, for {_audience(message.audience)}",
    ]
    said = (*(id for id in message.doubts if id not in message.approved), stored.by)
    if why := [WHY[id] for id in said if id in WHY]:
        lines.append(f"It waits because {', and '.join(why)}.")
    if message.send_at is not None:
        lines.append(f"It was to go on {spoken_moment(message.send_at, world)}.")
    if message.expires_at is not None:
        lines.append(f"It is no use after {spoken_moment(message.expires_at, world)}.")
    return "\n".join(lines)


def _audience(terms: Sequence[Term]) -> str:
    """As the school says it, but for single children, who are counted."""
    children = sum(term.reach is Reach.PUPIL for term in terms)
    said = [spoken(term) for term in terms if term.reach is not Reach.PUPIL]
    if children:
        said.append("one child" if children == 1 else f"{children} single children")
    return ", ".join(said)


def _names(directory: Directory | None) -> frozenset[str]:
    pupils = directory.pupils.values() if directory is not None else ()
    return frozenset(word for pupil in pupils for word in words_of(f"{pupil.forename} {pupil.surname}").split())


def _names_nobody(message: Message, names: frozenset[str]) -> bool:
    """Whether its subject can be told: no word of it is any child's name, and it is not for single children."""
    if message.kind is Kind.REPORT or any(term.reach is Reach.PUPIL for term in message.audience):
        return False
    return bool(names) and names.isdisjoint(words_of(message.subject).split())
