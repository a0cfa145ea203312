"""What the school is told about a file it dropped."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Outcome(StrEnum):
    ACCEPTED = "accepted"
    HELD = "held"  # waits for a person
    ALREADY = "already"  # the same name and bytes on the same day
    REFUSED = "refused"
    FAULT = "fault"  # could not: try again


class Exit(IntEnum):
    """Exit codes of every command (DESIGN 3.3)."""

    DONE = 0
    ATTENTION = 1
    REFUSED = 2
    FAULT = 3


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence to add to the answer of an earlier file: what became of it since."""

    intake: str
    source: str
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """``text`` is plain English for the person who dropped the file; ``message_id`` empty when refused.

    ``notes`` belong beside earlier files (a newer issue of a newsletter replaces the waiting one).
    ``attention``: it is accepted, but a person must do something about a part of it.
    """

    outcome: Outcome
    text: str
    message_id: str = ""
    notes: tuple[Note, ...] = ()
    attention: bool = False

    @property
    def exit(self) -> Exit:
        return {
            Outcome.ACCEPTED: Exit.ATTENTION if self.attention else Exit.DONE,
            Outcome.ALREADY: Exit.DONE,
            Outcome.HELD: Exit.ATTENTION,
            Outcome.REFUSED: Exit.REFUSED,
            Outcome.FAULT: Exit.FAULT,
        }[self.outcome]
