"""The files of one submission, each read once and only if it may be."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from notifier.intake import limits
from notifier.intake.disk import Disk, Lying, NotAFile, Unreadable
from notifier.intake.names import same, shown
from notifier.model.problem import Problem, error

if TYPE_CHECKING:
    from notifier.intake.documents.draft import Draft
    from notifier.intake.understanding import Page


class Bundle:
    """The files lying in one folder, by name. Raises Unreadable where the system refuses to give one.

    ``drafts`` and ``pages`` keep what was made of them: a Word file takes a while.
    """

    def __init__(self, folder: Path, disk: Disk) -> None:
        self.folder = folder
        self._disk = disk
        self._contents: dict[str, bytes | Problem] = {}
        self.drafts: dict[str, Draft] = {}
        self.pages: dict[str, Page] = {}
        try:
            self.lying: dict[str, Lying] = disk.listing(folder)
        except OSError as problem:
            raise Unreadable(_locked(folder.name)) from problem
        self._found = {same(name): name for name in self.lying}

    def find(self, name: str) -> str | None:
        """The name as it lies there, however it is spelled."""
        return name if name in self.lying else self._found.get(same(name))

    def content(self, name: str) -> bytes | Problem:
        if name not in self._contents:
            self._contents[name] = self._read(name)
        return self._contents[name]

    def digest(self, name: str) -> str:
        """What tells these bytes from others; of a file that is not read, its size."""
        content = self.content(name)
        if isinstance(content, Problem):
            return f"{content.id}:{self.lying[name].size}"
        return hashlib.sha256(content).hexdigest()

    def _read(self, name: str) -> bytes | Problem:
        lies = self.lying[name]
        if lies.is_folder:
            return error("folder-inside", f"{shown(name)} is a folder; only files can be read here.", shown(name))
        if not lies.is_plain:
            return _link(name)
        if lies.size > limits.FILE:
            return limits.too_large(shown(name), lies.size)
        try:
            content = self._disk.read(self.folder / name, limits.FILE)
        except NotAFile:
            return _link(name)
        except OSError as problem:
            raise Unreadable(_locked(name)) from problem
        return content if len(content) <= limits.FILE else limits.too_large(shown(name), len(content))


def _link(name: str) -> Problem:
    return error(
        "file-is-link",
        f"{shown(name)} is a shortcut, not a file of its own. Copy the file itself into the folder.",
        shown(name),
    )


def _locked(name: str) -> str:
    return (
        f"I cannot open {shown(name)}: another program has it open or I have no right to read it. "
        "Close it there; I shall try again by myself."
    )
