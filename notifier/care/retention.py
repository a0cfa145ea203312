"""Once a day: what has had its time goes (``[retention]``). A few messages at a time, behind everything that sends."""

import asyncio
import shutil
from collections.abc import Collection
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import channels
from notifier.acceptance.families import Families
from notifier.clock import Clock
from notifier.config.config import Retention
from notifier.logs import logger
from notifier.model.english import counted
from notifier.model.ladder import stem
from notifier.model.plan import Task
from notifier.queue import Part, Store
from notifier.queue.never_rung import RULE

AT_ONCE = 20
HOUR = 2
"""From this hour on, local time: when nobody works and nothing is due. A computer that was off then does it later."""
GRACE = timedelta(days=28)
"""So long the office has to tick off whom somebody did ring, before nobody is asked any more."""
SHOWN = 20
"""Messages named in that task; the rest are counted."""
FAMILIES = 200
COPIES = "notifier.before-*"
"""Whole databases that an upgrade or a restore kept beside the one in use."""

PREVIEWS_KEPT = timedelta(days=1)

log = logger("retention")


class Keeping:
    """``today`` asks whether it is time, and does it; it may be asked as often as one likes."""

    def __init__(
        self, store: Store, families: Families, kept: Retention, outbox: Path, state: Path, clock: Clock, zone: ZoneInfo
    ) -> None:
        self._store = store
        self._families = families
        self._kept = kept
        self._outbox = outbox
        self._state = state
        self._clock = clock
        self._zone = zone
        self._done: date | None = None

    async def today(self) -> bool:
        """Whether it was done now."""
        local = self._clock.now().astimezone(self._zone)
        if self._done == local.date() or local.hour < HOUR:
            return False
        await self.do()
        self._done = local.date()
        return True

    async def do(self) -> dict[str, int]:
        """How much went, by what it was; what went is written into the audit."""
        now = self._clock.now()
        gone = {
            "families never rung: {}": await self._never_rung(now),
            "messages without their addresses: {}": await self._parts(Part.ADDRESSES, self._kept.addresses, now),
            "without their words: {}": await self._parts(Part.WORDS, self._kept.messages, now),
            "without who got them: {}": await self._parts(Part.DELIVERIES, self._kept.deliveries, now),
            "older lists and tasks: {}": await self._store.let_go_of_the_rest(
                _before(now, self._kept.addresses), _before(now, self._kept.deliveries)
            ),
            "old databases: {}": await asyncio.to_thread(self._copies, _before(now, self._kept.addresses)),
            "previews: {}": await asyncio.to_thread(forget_preview, self._outbox, now - PREVIEWS_KEPT),
        }
        if self._kept.orders is not None:
            day = (now - self._kept.orders).astimezone(self._zone).date()
            gone["ended orders: {}"] = await self._families.forget_ended(day, now)
        if self._kept.audit is not None:
            gone["lines of the audit: {}"] = await self._store.shorten_audit(now - self._kept.audit)
        gone = {what: number for what, number in gone.items() if number}
        if gone:
            told = ", ".join(what.format(number) for what, number in gone.items())
            await self._store.audit("had its time", "the program", told, now)
            log.info("no longer kept", what=told)
        return gone

    async def _parts(self, part: Part, kept: timedelta | None, now: datetime) -> int:
        before, number = _before(now, kept), 0
        if before is None:
            return 0
        while True:
            messages, legs = await self._store.let_go(part, before, AT_ONCE)
            if not messages:
                return number
            number += len(messages)
            if part is Part.ADDRESSES:
                await asyncio.to_thread(forget_files, self._outbox, messages, legs)

    async def _never_rung(self, now: datetime) -> int:
        """What has had its time, and families of it are still to be rung: the office is told, then it is let go."""
        clocks = [one for one in (self._kept.addresses, self._kept.messages, self._kept.deliveries) if one is not None]
        if not clocks:
            return 0
        before, number = now - min(clocks), 0
        while True:
            given_up = await self._store.give_up_ringing(before, now - GRACE, now, FAMILIES)
            number += given_up
            if given_up < FAMILIES:
                break
        found = await self._store.never_rung(before)
        if found:
            ids = tuple(one.message_id for one in found)
            until = (now + GRACE).astimezone(self._zone)
            what = (
                f"{counted(sum(one.families for one in found), 'family was', 'families were')} never ticked off, of "
                f"{counted(len(ids), 'message')} over long ago. See: notifier unreached. Tick off whom somebody told: "
                f"notifier tasks done. From {until:%-d %B %Y} on the others count as not reached, nobody is asked to "
                "ring them any more, and what is kept of these messages goes as of all others."
            )
            await self._store.tell_of_never_rung(ids, Task(what, ids[:SHOWN], RULE), now)
        return number

    def _copies(self, before: datetime | None) -> int:
        if before is None:
            return 0
        old = [one for one in self._state.glob(COPIES) if one.stat().st_mtime < before.timestamp()]
        for one in old:
            one.unlink()
        return len(old)


def forget_preview(outbox: Path, before: datetime) -> int:
    """What `preview --open` wrote to be looked at, with a few families' copies in it. 1 where it went."""
    folder = outbox / channels.PREVIEW
    if not folder.is_dir() or folder.stat().st_mtime >= before.timestamp():
        return 0
    shutil.rmtree(folder, ignore_errors=True)
    return 1


def forget_files(outbox: Path, messages: Collection[str], legs: Collection[str]) -> int:
    """What was written to be printed, rung from or looked at in trial: the files of these legs, and their sheets."""
    names = {*messages, *(stem(leg) for leg in legs)}
    found = [one for one in outbox.rglob("*") if _belongs(one.name, names)] if outbox.is_dir() else []
    for one in found:
        if one.is_dir():
            shutil.rmtree(one, ignore_errors=True)
        else:
            one.unlink(missing_ok=True)
    return len(found)


def _belongs(name: str, names: Collection[str]) -> bool:
    """Whether it is called after one of them, with or without words before it: ``sheet-letter-k7m2qd.html``."""
    words = name.partition(".")[0].split("-")
    return any("-".join(words[at:]) in names for at in range(len(words)))


def _before(now: datetime, kept: timedelta | None) -> datetime | None:
    return None if kept is None else now - kept
