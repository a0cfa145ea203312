"""What lies beside the drop folders and not in one: nobody takes it, so it is said there and then."""

import contextlib
from collections.abc import Sequence
from pathlib import Path

from notifier.intake import answers
from notifier.intake.disk import Disk
from notifier.intake.folder import IntakeFolder
from notifier.intake.names import PROBLEM, is_document, never_taken, shown, suffix


class Astray:
    """Looks into the folders around the intakes, as far as they are the school's own, and touches nothing there.

    ``home`` is the school's folder. A folder elsewhere, such as a share, may hold what is none of our business.
    """

    def __init__(self, intakes: Sequence[IntakeFolder], home: Path, disk: Disk) -> None:
        self._ours = {one.path for one in intakes}
        around = {path.parent for path in self._ours}
        self._around = sorted(folder for folder in around if folder != home and folder.is_relative_to(home))
        self._names = {
            folder: ", ".join(sorted(one.name for one in intakes if one.path.parent == folder))
            for folder in self._around
        }
        self._disk = disk
        self._told: set[Path] = set()

    def tell(self) -> None:
        """One answer beside each, until it is gone. Never raises OSError: the drop folders go on."""
        found = {path: is_folder for folder in self._around for path, is_folder in self._strays(folder)}
        for path in self._told - found.keys():
            with contextlib.suppress(OSError):
                self._disk.remove(path.with_name(path.name + PROBLEM))
                self._told.discard(path)
        for path in found.keys() - self._told:
            with contextlib.suppress(OSError):
                answers.write(path.parent, path.name, self._sentence(path, found[path]), self._disk, bad=True)
                self._told.add(path)

    def _strays(self, folder: Path) -> list[tuple[Path, bool]]:
        try:
            lying = self._disk.listing(folder)
        except OSError:
            return []
        strays = []
        for one in lying.values():
            path = folder / one.name
            if never_taken(one.name) or any(ours.is_relative_to(path) for ours in self._ours):
                continue
            if one.is_folder and self._holds_message(path):
                strays.append((path, True))
            elif one.is_plain and _like_a_message(one.name):
                strays.append((path, False))
        return strays

    def _holds_message(self, folder: Path) -> bool:
        try:
            return any(_like_a_message(name) and not never_taken(name) for name in self._disk.listing(folder))
        except OSError:
            return False

    def _sentence(self, path: Path, is_folder: bool) -> str:
        name, into = shown(path.name), self._names[path.parent]
        if is_folder:
            what = (
                f"“{name}” is no drop folder, so nobody looks into it. Move what is in it into one of these: {into}; "
                "or make it a drop folder with an [[intake]] in config.toml."
            )
        else:
            what = f"{name} lies beside the drop folders, where nobody takes it. Move it into one of these: {into}."
        return f"NOT SENT: “{name}”. Nobody got anything.\n\nWhat to do:\n  - {what}\n"


def _like_a_message(name: str) -> bool:
    return is_document(name) or suffix(name) in {".doc", ".pdf", ".odt", ".rtf", ".msg"}
