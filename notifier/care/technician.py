"""What the technician is told about, and how: by whichever channel carries mail."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from html import escape
from pathlib import Path

from channels.base import Channel, ChannelError, Outgoing
from notifier.care.alarm import Alarm
from notifier.clock import Clock
from notifier.model.ladder import stem
from notifier.model.payload import MAIL, MailPayload, Personal
from notifier.queue import Store, StoreProblem


class Technician:
    """``folders``: each drop folder's name, and whether it is there."""

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, Channel],
        folders: Callable[[], Mapping[str, bool]],
        school: str,
        clock: Clock,
    ) -> None:
        self._store = store
        self._channels = channels
        self._folders = folders
        self._school = school
        self._clock = clock

    def alarm(self, to: str, after: timedelta, state: Path) -> Alarm:
        return Alarm(self.away, partial(self.tell, to), after, self._clock, state)

    async def away(self) -> dict[str, str]:
        """By a name for it, with what to do."""
        found = {
            f"The folder {name}": "Nothing that is dropped there is taken. Look at the share."
            for name, there in self._folders().items()
            if not there
        }
        try:
            lost = await self._store.lost_accounts()
        except StoreProblem as problem:
            return {**found, "The database": problem.sentence}
        return {**found, **{f"The account for {name}": one.reason for name, one in lost.items()}}

    async def tell(self, to: str, subject: str, words: str) -> bool:
        """Whether it went."""
        channel = next((one for one in self._channels.values() if one.medium == MAIL), None)
        if channel is None:
            return False
        plain = f"{self._school}\n\n{words}\nWhat to do: notifier status, notifier check --connect\n"
        payload = MailPayload(subject, Personal((f"<pre>{escape(plain)}</pre>",)), Personal((plain,)), "en")
        name = stem(f"alarm {self._clock.now().isoformat()}")
        try:
            await channel.send(Outgoing(name, to, MAIL, payload, (), "en", None, name, message="alarm", item=name))
        except ChannelError:
            return False
        return True
