"""What was made of a message and is shared by its deliveries, kept while it may be needed again (PERFORMANCE 9)."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from notifier.model.message import Message

Made = TypeVar("Made")


class Fixed(Generic[Made]):
    """At most ``keep`` made things by message and variant; a message that has changed under its id is made anew."""

    def __init__(self, keep: int = 64) -> None:
        self._keep = keep
        self._made: OrderedDict[tuple[str, str], tuple[Message, Made]] = OrderedDict()

    def get(self, message: Message, variant: str, make: Callable[[], Made]) -> Made:
        key = (message.id, variant)
        known = self._made.get(key)
        if known is not None and known[0] is message:
            self._made.move_to_end(key)
            return known[1]
        # Read anew it is an equal one, which is the one to be asked about from now on.
        made = known[1] if known is not None and known[0] == message else make()
        self._made[key] = (message, made)
        self._made.move_to_end(key)
        while len(self._made) > self._keep:
            self._made.popitem(last=False)
        return made
