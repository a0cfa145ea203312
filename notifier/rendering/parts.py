"""Words in parts: what all families share is made once, what differs is put in by joining strings (PERFORMANCE 9).

A place is written into the text as a mark between two noncharacters of Unicode,
which no keyboard makes and ``clean`` takes out of what staff wrote. A block is a
stretch between two marks that some deliveries have and others do not. Values are
never searched for marks: a pupil called ``{{ pupils }}`` stays exactly that.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from notifier.model.payload import Personal

_OPEN, _CLOSE = "\ufdd0", "\ufdd1"
_MARK = re.compile(f"{_OPEN}([?/]?)([a-z_]*){_CLOSE}")


def clean(text: str) -> str:
    """What staff wrote, without anything that could pass for a mark."""
    return text.replace(_OPEN, "").replace(_CLOSE, "")


def place(name: str) -> str:
    return f"{_OPEN}{name}{_CLOSE}"


def block(flag: str, inside: str) -> str:
    """``inside`` only for deliveries with this flag."""
    return f"{_OPEN}?{flag}{_CLOSE}{inside}{_OPEN}/{_CLOSE}"


@dataclass(frozen=True, slots=True)
class Place:
    name: str

    def text(self, values: Mapping[str, str], flags: frozenset[str]) -> str:
        return values[self.name]


@dataclass(frozen=True, slots=True)
class Block:
    flag: str
    inside: tuple["str | Place | Block", ...]

    def text(self, values: Mapping[str, str], flags: frozenset[str]) -> str:
        if self.flag not in flags:
            return ""
        return "".join(part if isinstance(part, str) else part.text(values, flags) for part in self.inside)


Part: TypeAlias = str | Place | Block

_bare = str.__str__
"""Plain str: Markup would escape what a channel puts in."""


class Parts:
    """A text cut at its marks. ``fill`` hands out the same fixed strings each time."""

    def __init__(self, text: str) -> None:
        pieces: list[str] = []
        personal: list[tuple[int, Place | Block]] = []
        for part in _cut(text):
            if isinstance(part, str):
                pieces.append(part)
                continue
            if len(pieces) % 2 == 0:  # two places side by side, or a place at the very start
                pieces.append("")
            personal.append((len(pieces), part))
            pieces.append("")
        if len(pieces) % 2 == 0:
            pieces.append("")
        self._pieces = tuple(pieces)
        self._personal = tuple(personal)
        self.names = frozenset(_names(part for _, part in personal))
        """The places that need a value."""

    def fill(self, values: Mapping[str, str], flags: frozenset[str]) -> Personal:
        pieces = list(self._pieces)
        for index, part in self._personal:
            pieces[index] = _bare(part.text(values, flags))
        return Personal(tuple(pieces))


def _names(parts: Iterable[Part]) -> Iterable[str]:
    for part in parts:
        if isinstance(part, Place):
            yield part.name
        elif isinstance(part, Block):
            yield from _names(part.inside)


def _cut(text: str) -> tuple[Part, ...]:
    open_blocks: list[tuple[str, list[Part]]] = []
    here: list[Part] = []
    at = 0
    for mark in _MARK.finditer(text):
        if mark.start() > at:
            here.append(text[at : mark.start()])
        at = mark.end()
        sort, name = mark.groups()
        if sort == "?":
            open_blocks.append((name, here))
            here = []
        elif sort == "/":
            if not open_blocks:
                raise ValueError("a block ends that never began")
            flag, outside = open_blocks.pop()
            outside.append(Block(flag, tuple(here)))
            here = outside
        else:
            here.append(Place(name))
    if open_blocks:
        raise ValueError(f"the block {open_blocks[-1][0]} never ends")
    if at < len(text):
        here.append(text[at:])
    return tuple(here)
