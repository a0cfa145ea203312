"""What the office believed when: every version of the register, and from when the program had to go by it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from notifier.model.directory import Directory

SLACK = 100_000
"""Microseconds by which a send may lag behind a change: what was asked just before it, and rendering."""


@dataclass
class Version:
    """``written`` and ``in_force`` in microseconds; between them the old and the new are both right.

    ``families`` are those whose entitlements may have changed; a new address alone changes none.
    """

    written: int
    directory: Directory
    families: frozenset[int]
    in_force: int | None = None


class History:
    """``family_of`` numbers the family of every id."""

    def __init__(self, family_of: Mapping[str, int]) -> None:
        self.family_of = family_of
        self.versions: list[Version] = []

    def write(self, at: int, directory: Directory, families: frozenset[int]) -> None:
        self.versions.append(Version(at, directory, families))

    def taken_up(self, at: int, since: int) -> None:
        """The program has read the files, as they stood at ``since``."""
        for version in self.versions:
            if version.in_force is None and version.written <= since:
                version.in_force = at

    @property
    def newest(self) -> Directory:
        return self.versions[-1].directory

    def possible(self, at: int, slack: int = SLACK) -> Iterator[Directory]:
        """The versions by which something may rightly be done at this moment, newest first."""
        for version in reversed(self.versions):
            if version.written <= at:
                yield version.directory
                if version.in_force is not None and version.in_force <= at - slack:
                    return

    def between(self, since: int, until: int) -> list[Version]:
        """The versions that may have been in force at some moment of this span."""
        found: list[Version] = []
        for version in reversed(self.versions):
            if version.written <= until:
                found.append(version)
                if version.in_force is not None and version.in_force <= since - SLACK:
                    break
        return found
