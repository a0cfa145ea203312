"""What fell due while nobody could see to it, and is too old now or may have gone already before the database was put
back: recorded, held back, and told to the office."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from notifier.acceptance.staff import OFFICE, first_of, staff_message
from notifier.acceptance.world import World
from notifier.model.message import Kind
from notifier.model.occurrence import Occurrence, OccurrenceState
from notifier.model.plan import Task
from notifier.queue import Store
from notifier.queue.rows import Decision

RULE = "DESIGN 5.4"
LISTED = 40
"""Lines in one email; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Why:
    """``key`` begins that of the email; ``task`` is said of each, with its moment and title for ``{}``."""

    key: str
    subject: str
    words: tuple[str, str]
    task: str
    reason: str


LATE = Why(
    "missed",
    "Not sent: its time had passed",
    (
        "This should have gone out, but the computer that sends was off or could not work then. "
        "It is too late for it to go by itself now:",
        "Nothing is lost. Please look at “notifier tasks”: it says for each what you can do.",
    ),
    "This missed its time and did not go ({}).",
    "its time had passed before anybody could see to it",
)
PUT_BACK = Why(
    "restored",
    "Not sent: it may have gone already",
    (
        "The records were put back from a backup. This was due before that, and the records cannot tell whether it "
        "went. So that families do not get it twice, it does not go by itself:",
        "Please look at “notifier tasks”: it says for each what you can do.",
    ),
    "This was due before the records were put back from a backup, and may have gone already ({}).",
    "it may have gone already, before the records were put back",
)


class Missing:
    def __init__(self, store: Store, world: Callable[[], World], make_id: Callable[[Kind], str]) -> None:
        self._store = store
        self._world = world
        self._make_id = make_id

    async def record(self, occurrences: Sequence[Occurrence], now: datetime) -> int:
        """Each with its task, and one email to the office about all of them; those of which nobody need hear, without.
        A message that waited is held: it still goes if a person says so. How many were new."""
        world, restored = self._world(), await self._store.restored_at()
        decisions = [Decision(one, OccurrenceState.MISSED) for one in occurrences if not one.told]
        told = [one for one in occurrences if one.told]
        doubtful = [one for one in told if restored is not None and one.at <= restored]
        late = [one for one in told if one not in doubtful]
        for why, found in ((LATE, late), (PUT_BACK, doubtful)):
            decisions += self._told(found, why, world, now) if found else ()
        return sum(await self._store.decisions.decide(decisions, world.mode, now))

    def _told(self, missed: Sequence[Occurrence], why: Why, world: World, now: datetime) -> list[Decision]:
        zone = world.policy.timezone
        lines = [f"{one.at.astimezone(zone):%A %-d %B, %H:%M}: {one.title}" for one in missed]
        shown = lines[:LISTED] + ([f"And {len(lines) - LISTED} more."] if len(lines) > LISTED else [])
        digest = hashlib.sha256("\0".join(one.key for one in missed).encode()).hexdigest()[:24]
        letter = staff_message(
            self._make_id(Kind.LETTER),
            f"{why.key}:{digest}",
            first_of(world, OFFICE),
            why.subject,
            (why.words[0], "\n".join(shown), why.words[1]),
            world,
            now,
        )
        return [
            Decision(
                occurrence=one,
                state=OccurrenceState.MISSED,
                # The message to staff has one key, so that whichever of these is new brings it, once.
                entries=(letter,) if letter else (),
                holds=(one.message_id,) if one.message_id else (),
                tasks=(Task(_what(one, why.task.format(line)), _about(one), RULE),),
                message_id=one.message_id,
                reason=why.reason,
            )
            for one, line in zip(missed, lines, strict=True)
        ]


def _about(one: Occurrence) -> tuple[str, ...]:
    return tuple(part for part in (one.message_id, one.event_id) if part)


def _what(one: Occurrence, missed: str) -> str:
    if one.message_id:
        return (
            f"{missed} If it is still wanted: notifier approve {one.message_id} --as ID. "
            f"If not: notifier cancel {one.message_id} --as ID. Then tick this off."
        )
    return f"{missed} Tell families another way if they still need to know, then tick this off."
