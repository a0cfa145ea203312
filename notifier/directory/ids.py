"""The ids of one file, asked by the rows of the others."""

from collections.abc import Iterable
from difflib import get_close_matches

HINTS = 20
"""Guesses offered per file: a file cut in half has thousands of unknown ids, and no guess helps there."""

COMPARED = 5000
"""In a larger school only a difference of capitals is recognised: comparing everything takes too long."""


class Ids:
    def __init__(self, ids: Iterable[str]) -> None:
        self._ids = frozenset(ids)
        self._lower: dict[str, str] | None = None
        self._left = HINTS

    def __contains__(self, id: object) -> bool:
        return id in self._ids

    def nearest(self, id: str) -> str:
        """The id that was probably meant, empty when none is near."""
        if self._left == 0:
            return ""
        self._left -= 1
        if self._lower is None:
            self._lower = {known.lower(): known for known in sorted(self._ids, reverse=True)}
        if id.lower() in self._lower:
            return self._lower[id.lower()]
        if len(self._ids) > COMPARED:
            return ""
        near = get_close_matches(id, self._ids, n=1, cutoff=0.75)
        return near[0] if near else ""
