"""Words in parts: what all families share is made once, what differs is put in by joining strings (PERFORMANCE 9).

A place is written into the text as a mark between two noncharacters of Unicode,
which no keyboard makes and ``clean`` takes out of what staff wrote. A block is a
stretch between two marks that some deliveries have and others do not. Values are
never searched for marks: a pupil called ``{{ pupils }}`` stays exactly that.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter
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


@dataclass(frozen=True, slots=True)
class Block:
    flag: str
    inside: tuple["str | Place | Block", ...]


Part: TypeAlias = str | Place | Block
Pick: TypeAlias = Callable[[Mapping[str, str]], tuple[str, ...]]


class Parts:
    """A text cut at its marks. ``fill`` hands out the same fixed strings each time for the same flags."""

    def __init__(self, text: str) -> None:
        self._parts = _cut(text)
        self._by_flags: dict[frozenset[str], tuple[tuple[str, ...], Pick]] = {}
        self.names = frozenset(_names(self._parts))
        """The places that need a value."""

    def fill(self, values: Mapping[str, str], flags: frozenset[str]) -> Personal:
        """``values`` are plain str: Markup would escape what a channel puts in."""
        laid_out = self._by_flags.get(flags)
        if laid_out is None:
            fixed, places = _laid_out(self._parts, flags)
            laid_out = self._by_flags[flags] = (fixed, _pick(places))
        return Personal(laid_out[0], laid_out[1](values))


def _pick(places: tuple[str, ...]) -> Pick:
    """The values for these places."""
    if len(places) < 2:
        return lambda values: tuple([values[name] for name in places])
    return itemgetter(*places)


def _laid_out(parts: Iterable[Part], flags: frozenset[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The fixed words before, between and after the places for deliveries with these flags, and the places' names."""
    fixed, places = [""], []
    for part in _shown(parts, flags):
        if isinstance(part, str):
            fixed[-1] += part
        else:
            places.append(part.name)
            fixed.append("")
    return tuple(fixed), tuple(places)


def _shown(parts: Iterable[Part], flags: frozenset[str]) -> Iterable[str | Place]:
    for part in parts:
        if not isinstance(part, Block):
            yield part
        elif part.flag in flags:
            yield from _shown(part.inside, flags)


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
