"""An email to the technician when something has been away for a set time, and one when it is back.

The log says it once when it goes and once when it is back, whatever the set time. What cannot be told because the
mail account itself is away is told when that is back. That the program itself was away it says at its next start,
by the time of the file that it touches while it runs.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from notifier.clock import Clock
from notifier.logs import logger

EVERY = 60.0
"""Seconds between two looks."""
ALIVE = "alive"

Ails = Callable[[], Awaitable[Mapping[str, str]]]
"""What is away now, by a name for it, with a sentence."""
Tell = Callable[[str, str], Awaitable[bool]]
"""Subject and words; whether it could be sent."""

log = logger("alarm")


@dataclass
class Alarm:
    """``look`` is asked again and again, and does the rest."""

    ails: Ails
    tell: Tell
    after: timedelta
    clock: Clock
    state: Path
    _since: dict[str, datetime] = field(default_factory=dict)
    _told: set[str] = field(default_factory=set)
    _waiting: list[str] = field(default_factory=list)
    _away: str = ""

    def begin(self) -> None:
        """At the start: was the program away, without having been stopped?"""
        with suppress(OSError):
            last = datetime.fromtimestamp((self.state / ALIVE).stat().st_mtime, UTC)
            if self.clock.now() - last >= self.after:
                log.warning("this program was away", since=last.isoformat(timespec="seconds"))
                self._waiting.append(f"notifier itself was not running from {last:%d/%m/%Y %H:%M} UTC until now.")

    def end(self) -> None:
        """Stopped by a person: nobody need be told that it was away."""
        with suppress(OSError):
            (self.state / ALIVE).unlink(missing_ok=True)

    async def run(self) -> None:
        """For ever."""
        self.begin()
        while True:
            try:
                await self.look()
            except Exception:  # whoever watches must not fall silent because of one look
                log.exception("a fault in the program")
            await self.clock.sleep(EVERY)

    async def look(self) -> None:
        now = self.clock.now()
        with suppress(OSError):
            await asyncio.to_thread((self.state / ALIVE).touch)
        found = await self.ails()
        for name in found.keys() - self._since.keys():
            self._since[name] = now
            log.warning("away", what=name)
        for name in self._since.keys() - found.keys():
            since = self._since.pop(name)
            log.info("back", what=name)
            if name in self._told:
                self._told.discard(name)
                self._waiting.append(f"{name} is back; it was away since {since:%d/%m/%Y %H:%M} UTC.")
        for name, since in self._since.items():
            if name not in self._told and now - since >= self.after:
                self._told.add(name)
                self._waiting.append(f"{name} has been away since {since:%d/%m/%Y %H:%M} UTC. {found[name]}")
        if self._waiting and await self.tell(self._subject(), "\n\n".join(self._waiting) + "\n"):
            self._waiting.clear()

    def _subject(self) -> str:
        return "School messages: something is away" if self._since else "School messages: all is back"
