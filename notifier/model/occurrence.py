"""Something that falls due once: an issue of a newsletter, a notice, a reminder (DESIGN 5.3)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

QUESTION = "question"
"""The kind of an occurrence of which a person has to think, and nobody else hears."""


class OccurrenceState(StrEnum):
    """What was decided about an occurrence, once and for all."""

    DONE = "done"
    MISSED = "missed"  # its time had passed before anybody could see to it
    SKIPPED = "skipped"  # there was nothing to do or to send
    WITHDRAWN = "withdrawn"  # it is not wanted any more, as its event was moved or cancelled


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One thing that falls due at ``at`` and may still be done until ``until`` (both aware); after that it is missed.

    ``key`` says what it is, without regard to when it is looked at: its kind, what it belongs to and which of
    its occurrences, such as ``newsletter:School News:2026-10-02`` or ``notice:farm-2027:10 school days:1``.
    In the database there is one of each key and mode, whatever restarts, computers and clocks do.

    ``kind`` is a message's kind for what goes to families, and a word of its own for what does not.
    ``audience`` is as the school says it; ``lead_school_days`` counts to the event, None without one.
    ``message_id`` is the message that waits for this moment, where one does. ``told``: whether anybody need hear
    that it was missed.
    """

    key: str
    at: datetime
    until: datetime
    kind: str
    title: str
    audience: tuple[str, ...] = ()
    event_id: str = ""
    newsletter: str = ""
    reason: str = ""
    lead_school_days: int | None = None
    message_id: str = ""
    told: bool = True
