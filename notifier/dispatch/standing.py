"""What is asked of the database just before each send, for all who ask at that moment in one read (DESIGN 3.6)."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from notifier.clock import Clock
from notifier.queue.rows import Wanted


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether the leg may still go, and by which version of the directory."""

    wanted: Wanted
    directory_version: int


StillWanted = Callable[[Sequence[str], datetime], Awaitable[Mapping[str, Wanted]]]


class Standings:
    """While one read is under way, further questions gather for the next; none is answered from an older read."""

    def __init__(self, still_wanted: StillWanted, version: Callable[[], Awaitable[int]], clock: Clock) -> None:
        self._still_wanted = still_wanted
        self._version = version
        self._clock = clock
        self._asked: dict[str, asyncio.Future[Standing]] = {}
        self._reading: asyncio.Task[None] | None = None

    async def of(self, leg_id: str) -> Standing:
        answer = self._asked.get(leg_id)
        if answer is None:
            answer = self._asked[leg_id] = asyncio.get_running_loop().create_future()
        if self._reading is None:
            self._reading = asyncio.create_task(self._read())
        return await asyncio.shield(answer)

    async def _read(self) -> None:
        await asyncio.sleep(0)  # whoever is ready at this moment asks along
        while self._asked:
            asked, self._asked = self._asked, {}
            try:
                wanted = await self._still_wanted(list(asked), self._clock.now())
                version = await self._version()
            except Exception as error:
                for answer in asked.values():
                    answer.set_exception(error)
                continue
            for leg_id, answer in asked.items():
                answer.set_result(Standing(wanted.get(leg_id, Wanted.CANCELLED), version))
        self._reading = None
