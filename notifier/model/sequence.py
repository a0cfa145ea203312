"""What begins with a date of the child: coming to the school, moving on to another stage (W15, W16, H9, H10)."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from notifier.model.notice import Offset, offset

AT_ONCE = Offset(0)


class Begins(StrEnum):
    """From which date of a child the steps are counted."""

    ADMISSION = "admission"  # the first day at the school
    NEXT_YEAR = "next school year"  # its first school day, for who is in ``years`` now


@dataclass(frozen=True, slots=True)
class When:
    """``offset`` before or after the date, or the first school day of a ``month`` (1-12) before it."""

    offset: Offset = AT_ONCE
    before: bool = False
    month: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """``words`` names prepared words, ``task`` is what a person does; at least one of them is there."""

    name: str
    when: When
    words: str = ""
    task: str = ""


@dataclass(frozen=True, slots=True)
class Sequence:
    """``years``: only for children in these year groups; empty: for all."""

    name: str
    begins: Begins
    steps: tuple[Step, ...]
    years: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Begun:
    """A sequence for one child, with its date."""

    sequence: Sequence
    pupil_id: str
    start: date


MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_SIDE = re.compile(r"(.+?)\s+(before|after)")


def when(written: str) -> When:
    """ "at once", "10 school days after", "3 weeks before", "in May". Raises ValueError with a sentence."""
    text = " ".join(written.casefold().split())
    if text == "at once":
        return When()
    month = text.removeprefix("in ")
    if text.startswith("in ") and month in MONTHS:
        return When(before=True, month=MONTHS.index(month) + 1)
    side = _SIDE.fullmatch(text)
    if side is None:
        raise ValueError(
            f"“{written}” says no time. Write “at once”, “10 school days after”, “3 weeks before” or “in May”."
        )
    return When(offset(side[1]), before=side[2] == "before")
