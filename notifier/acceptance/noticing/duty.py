"""What every duty about events works with."""

from collections.abc import Callable
from dataclasses import dataclass

from notifier.acceptance.noticing.known import Known
from notifier.acceptance.noticing.writing import Writing
from notifier.acceptance.world import World
from notifier.clock import Clock
from notifier.queue import Store
from notifier.rendering.prepared import Prepared


@dataclass(frozen=True, slots=True)
class Means:
    """``known``: the letters and notices about events as the store has them; ``words``: what is said by itself."""

    store: Store
    world: Callable[[], World]
    known: Known
    writing: Writing
    words: Prepared
    clock: Clock


class AboutEvents:
    """The beginning of each such duty."""

    def __init__(self, means: Means) -> None:
        self._store = means.store
        self._world = means.world
        self._known = means.known
        self._writing = means.writing
        self._words = means.words
        self._clock = means.clock
