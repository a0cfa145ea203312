"""What fell due while nobody could see to it, and is too old now: recorded, held back, and told to the office."""

import hashlib
from collections.abc import Callable, Sequence
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


class Missing:
    def __init__(self, store: Store, world: Callable[[], World], make_id: Callable[[Kind], str]) -> None:
        self._store = store
        self._world = world
        self._make_id = make_id

    async def record(self, occurrences: Sequence[Occurrence], now: datetime) -> int:
        """Each with its task, and one email to the office about all of them; those of which nobody need hear, without.
        A message that waited is held: it still goes if a person says so. How many were new."""
        world = self._world()
        untold = [Decision(one, OccurrenceState.MISSED) for one in occurrences if not one.told]
        told = self._told([one for one in occurrences if one.told], world, now)
        return sum(await self._store.decisions.decide([*untold, *told], world.mode, now))

    def _told(self, missed: Sequence[Occurrence], world: World, now: datetime) -> list[Decision]:
        zone = world.policy.timezone
        lines = [f"{one.at.astimezone(zone):%A %-d %B, %H:%M}: {one.title}" for one in missed]
        shown = lines[:LISTED] + ([f"And {len(lines) - LISTED} more."] if len(lines) > LISTED else [])
        digest = hashlib.sha256("\0".join(one.key for one in missed).encode()).hexdigest()[:24]
        letter = staff_message(
            self._make_id(Kind.LETTER),
            f"missed:{digest}",
            first_of(world, OFFICE),
            "Not sent: its time had passed",
            (
                "This should have gone out, but the computer that sends was off or could not work then. "
                "It is too late for it to go by itself now:",
                "\n".join(shown),
                "Nothing is lost. Please look at “notifier tasks”: it says for each what you can do.",
            ),
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
                tasks=(Task(_what(one, line), _about(one), RULE),),
                message_id=one.message_id,
                reason="its time had passed before anybody could see to it",
            )
            for one, line in zip(missed, lines, strict=True)
        ]


def _about(one: Occurrence) -> tuple[str, ...]:
    return tuple(part for part in (one.message_id, one.event_id) if part)


def _what(one: Occurrence, line: str) -> str:
    missed = f"This missed its time and did not go ({line})."
    if one.message_id:
        return (
            f"{missed} If it is still wanted: notifier approve {one.message_id} --as ID. "
            f"If not: notifier cancel {one.message_id} --as ID. Then tick this off."
        )
    return f"{missed} Tell families another way if they still need to know, then tick this off."
