"""How long before an event families hear of it (W35)."""

import re
from dataclasses import dataclass
from enum import StrEnum

_WRITTEN = re.compile(r"(\d{1,3})\s*(school\s*days?|days?|weeks?|d|w)?(?:\s+before)?", re.IGNORECASE)


class Unit(StrEnum):
    """Weeks and days are those of the wall calendar."""

    SCHOOL_DAY = "school day"
    DAY = "day"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Offset:
    """So much before an event: ``Offset(10, Unit.SCHOOL_DAY)``."""

    count: int
    unit: Unit = Unit.SCHOOL_DAY

    def __str__(self) -> str:
        return f"{self.count} {self.unit.value}{'' if self.count == 1 else 's'}"


def offset(written: str) -> Offset:
    """As people write it: "10 school days", "2 weeks", "3 days before", "10". Raises ValueError with a sentence."""
    found = _WRITTEN.fullmatch(" ".join(written.split()))
    if found is None:
        raise ValueError(f"“{written}” says no time before an event. Write “10 school days”, “3 days” or “2 weeks”.")
    unit = (found[2] or "school day").casefold()
    count = int(found[1])
    if unit.startswith("w"):
        return Offset(count, Unit.WEEK)
    return Offset(count, Unit.DAY if unit.startswith("d") else Unit.SCHOOL_DAY)


class Post(StrEnum):
    """How a copy on paper comes to a family, and how long that takes at most (SCHOOL 39)."""

    FIRST = "first"  # 2 days after it was collected, Saturdays among them
    SECOND = "second"  # 4 working days after it was collected
    BY_HAND = "by hand"  # with the child, on the day it is printed


@dataclass(frozen=True, slots=True)
class Selection:
    """Who of a message's recipients it is for, beyond its audience; all message ids.

    ``had``: only those who had one of these. ``not_had``: not those for whom one of these goes or went.
    ``posted``: only those whose copy somebody carries to them, so that it must leave early; ``not_posted``: not those.
    """

    had: tuple[str, ...] = ()
    not_had: tuple[str, ...] = ()
    posted: bool = False
    not_posted: bool = False

    def __bool__(self) -> bool:
        return bool(self.had or self.not_had or self.posted or self.not_posted)


EVERYBODY = Selection()
