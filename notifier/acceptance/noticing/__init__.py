"""What goes to families by the clock because of an event: notices, reminders, corrections (docs/calendar.md)."""

from collections.abc import Callable

from notifier.acceptance.acceptance import Acceptance
from notifier.acceptance.noticing.announcing import Announcing
from notifier.acceptance.noticing.correcting import Correcting
from notifier.acceptance.noticing.duty import Means
from notifier.acceptance.noticing.following import Following
from notifier.acceptance.noticing.known import Known
from notifier.acceptance.noticing.reminding import Reminding
from notifier.acceptance.noticing.writing import Writing
from notifier.acceptance.world import World
from notifier.clock import Clock
from notifier.queue import Store
from notifier.rendering.prepared import Prepared

__all__ = ["Announcing", "Correcting", "Following", "Reminding", "duties"]


def duties(
    store: Store, world: Callable[[], World], acceptance: Acceptance, words: Prepared, clock: Clock
) -> tuple[Correcting, Announcing, Reminding, Following]:
    """Each a ``schedule.Duty``; what has to be put right comes first."""
    known = Known(store, world)
    means = Means(store, world, known, Writing(store, acceptance, known, world), words, clock)
    return Correcting(means), Announcing(means), Reminding(means), Following(means)
