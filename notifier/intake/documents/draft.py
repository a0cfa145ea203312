"""What a reader makes of one document, before it is cleaned and its header typed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from notifier.intake.entries import Entry
from notifier.model.message import Enclosure
from notifier.model.problem import Problem


@dataclass(frozen=True, slots=True)
class Draft:
    """``html`` is not yet safe. ``leading``: the header stands in its first lines, still to be split off.

    ``pictures`` maps an ``src`` to a picture out of the document itself,
    ``beside`` names pictures that must lie beside it. ``names`` are further
    documents it stands on (the ``file`` of a ``.toml``).
    """

    entries: tuple[Entry, ...] = ()
    html: str = ""
    leading: bool = False
    pictures: Mapping[str, Enclosure] = field(default_factory=dict)
    beside: tuple[str, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    problems: tuple[Problem, ...] = ()
