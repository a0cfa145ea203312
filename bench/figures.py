"""A measured figure beside what it must be, and what we aim at."""

import sys
from dataclasses import dataclass
from typing import Literal

Better = Literal["more", "less"]


@dataclass(frozen=True, slots=True)
class Figure:
    """``unit`` follows the number in words. ``better``: which way is good."""

    name: str
    value: float
    must: float
    aim: float
    unit: str = ""
    better: Better = "more"
    places: int = 2

    def _reaches(self, goal: float) -> bool:
        return self.value >= goal if self.better == "more" else self.value <= goal

    @property
    def met(self) -> bool:
        return self._reaches(self.must)

    @property
    def verdict(self) -> str:
        if self._reaches(self.aim):
            return "aim met"
        return "met" if self.met else "MISSED"

    @property
    def row(self) -> tuple[str, ...]:
        return self.name, self._said(self.value), self._said(self.must), self._said(self.aim), self.verdict

    def _said(self, number: float) -> str:
        return f"{number:,.{self.places}f}{self.unit}"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A figure that could not be taken, and why."""

    name: str
    why: str

    @property
    def row(self) -> tuple[str, ...]:
        return self.name, "not taken", "", "", self.why


HEAD = ("figure", "measured", "must", "aim", "verdict")


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """As Markdown; numbers to the right."""
    marks = ["---", *["---:"] * (len(head) - 2), "---"] if len(head) > 2 else ["---"] * len(head)
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, tuple(marks), *rows))


def say(text: str = "") -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
