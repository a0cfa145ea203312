"""What goes to families by the clock because of an event: notices, reminders, corrections (docs/calendar.md)."""

from collections.abc import Callable

from notifier.acceptance.acceptance import Acceptance
from notifier.acceptance.noticing.announcing import Announcing
from notifier.acceptance.noticing.correcting import Correcting
from notifier.acceptance.noticing.known import Known
from notifier.acceptance.noticing.reminding import Reminding
from notifier.acceptance.noticing.writing import Writing
from notifier.acceptance.world import World
from notifier.clock import Clock
from notifier.queue import Store
from notifier.rendering.prepared import Prepared

__all__ = ["Announcing", "Correcting", "Reminding", "duties"]


def duties(
    store: Store, world: Callable[[], World], acceptance: Acceptance, words: Prepared, clock: Clock
) -> tuple[Correcting, Announcing, Reminding]:
    """Each a ``schedule.Duty``; what has to be put right comes first."""
    known = Known(store, world)
    writing = Writing(store, acceptance, known, world)
    return (
        Correcting(store, world, known, writing, words, clock),
        Announcing(store, world, known, writing, words, clock),
        Reminding(store, world, known, writing, words, clock),
    )
