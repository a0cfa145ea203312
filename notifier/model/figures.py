"""What became of a message in numbers: nobody's name, address or id is in it, so it may be kept for good (W53)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from notifier.model.message import Kind, Mode
from notifier.model.plan import Basis
from notifier.model.states import DeliveryState, MessageState

REACHED = frozenset({DeliveryState.CONFIRMED, DeliveryState.HANDED_OVER})


class CopySort(NamedTuple):
    """What copies have in common that are counted together.

    ``by`` is the channel that brought them, empty where none has. ``language`` is that of who reads it (empty: not
    known), ``written`` that of the words sent. Without languages where only an older version has counted them.
    """

    state: DeliveryState
    by: str = ""
    language: str = ""
    written: str = ""
    basis: Basis = Basis.MAIN
    interpreter: bool = False


@dataclass(frozen=True, slots=True)
class AboutEvent:
    """The event a message was about, as it was told then; ``title`` empty once the words are no longer kept.

    ``id`` is empty for one that stands in no calendar.
    """

    id: str
    date: date
    category: str
    title: str = ""
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one message. ``copies`` are those for families; ``public`` counts by channel what stood for everybody.

    ``first_copy``: when the first one left, to the minute. ``minutes``: after how many minutes how many families had
    been reached, of an emergency alone. ``wide``: it was for whole classes or more.
    """

    message_id: str
    kind: Kind
    mode: Mode
    drill: bool
    state: MessageState
    received_at: datetime
    wide: bool = False
    language: str = ""
    copies: Mapping[CopySort, int] = field(default_factory=dict)
    public: Mapping[str, int] = field(default_factory=dict)
    minutes: Mapping[int, int] = field(default_factory=dict)
    first_copy: datetime | None = None
    events: tuple[AboutEvent, ...] = ()
