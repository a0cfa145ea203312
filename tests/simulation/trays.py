"""Paper: letters that wait for the printer and families that wait to be rung.

Items are files under a deterministic name, so that one written again is one item;
people only ever look at the sheet that was made of them last.
"""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from random import Random
from typing import ClassVar

from pydantic import BaseModel

from channels.base import Outgoing, Sent, TemporaryFailure
from notifier.model.policy import AddressKind
from tests.simulation.life import Life
from tests.simulation.providers import NoSettings

JAMS = 0.01


class Tray:
    """What lies in the outbox, whatever process wrote it. ``done`` is what people carried out, by item.

    ``stuck`` is a bug that a test plants: what lies on a sheet once is never taken off.
    """

    def __init__(self, name: str, random: Random, asked: Callable[[str, Outgoing], None], *, closes: bool) -> None:
        self.name = name
        self.random = random
        self.asked = asked
        self.closes = closes
        self.stuck = False
        self.items: dict[str, dict[str, Outgoing]] = {}
        self.sheets: dict[str, dict[str, Outgoing]] = {}
        self.done: dict[str, dict[str, Outgoing]] = {}

    def work_through(self) -> list[tuple[str, str]]:
        """Somebody takes the sheets as they lie there. A print run is then closed; a call sheet stays.

        The (message, item) pairs that had been printed before.
        """
        twice = []
        for message, sheet in self.sheets.items():
            done = self.done.setdefault(message, {})
            if self.closes:
                twice += [(message, item) for item in sheet if item in done]
                for item in sheet:
                    self.items[message].pop(item, None)
            done.update(sheet)
            if self.closes:
                self.sheets[message] = {}
        return twice


class Paper:
    """One process's way to a tray."""

    medium: ClassVar[str] = "paper"
    address: ClassVar[AddressKind] = AddressKind.POSTAL
    public: ClassVar[bool] = False
    by_person: ClassVar[bool] = False
    confirms: ClassVar[bool] = False
    writes_files: ClassVar[bool] = True
    repeatable: ClassVar[bool] = True
    Settings: ClassVar[type[BaseModel]] = NoSettings

    def __init__(self, tray: Tray, life: Life) -> None:
        self.tray = tray
        self.life = life
        self.parallelism = 2
        self.per_minute: float | None = None

    async def send(self, outgoing: Outgoing) -> Sent:
        self.life.instant()
        self.tray.asked(self.tray.name, outgoing)
        lying = self.tray.items.setdefault(outgoing.message, {})
        if outgoing.item not in lying and self.tray.random.random() < JAMS:
            raise TemporaryFailure("The disk is full.")
        lying[outgoing.item] = outgoing
        self.life.instant()
        return Sent(outgoing.item)

    def collate(self, message: str, first: Collection[str] = ()) -> list[Path]:
        self.life.instant()
        self.tray.sheets[message] = dict(self.tray.items.get(message, {}))
        self.life.instant()
        return []

    def items(self, message: str) -> Sequence[str]:
        return sorted(self.tray.items.get(message, {}))

    def withdraw(self, message: str, item: str) -> None:
        self.life.instant()
        if not self.tray.stuck:
            self.tray.items.get(message, {}).pop(item, None)

    async def close(self) -> None:
        pass


class Letter(Paper):
    pass


class Call(Paper):
    medium: ClassVar[str] = "call-item"
    address: ClassVar[AddressKind] = AddressKind.NONE
    by_person: ClassVar[bool] = True
