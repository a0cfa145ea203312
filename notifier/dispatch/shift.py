"""The workers of one run: started together, and sent home together (DESIGN 3.6)."""

import asyncio
from collections.abc import Sequence

from notifier.dispatch.crew import Crew, Office
from notifier.dispatch.recorder import Recorder


class Shift:
    """What is in flight is always finished and written down; what was not begun is given back."""

    def __init__(self, office: Office, crews: Sequence[Crew], recorder: Recorder) -> None:
        self.office = office
        self.recorder = recorder
        self._crews = crews
        self._size = sum(crew.size for crew in crews)
        self._workers: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._workers = [asyncio.create_task(crew.work()) for crew in self._crews for _ in range(crew.size)]

    @property
    def idle(self) -> bool:
        return self.office.bell.all_asleep(self._size)

    async def lull(self) -> None:
        """Wait until every worker found nothing due. Raises what a worker raised."""
        asleep = asyncio.ensure_future(self.office.bell.lull(self._size))
        try:
            await asyncio.wait({asleep, *self._workers}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            asleep.cancel()
        for worker in self._workers:
            if worker.done():
                worker.result()

    async def stop(self) -> None:
        """Ends after what is in flight, whoever is cancelled meanwhile. Raises if outcomes could not be written."""
        await asyncio.shield(asyncio.ensure_future(self._stop()))

    async def _stop(self) -> None:
        self.office.stop()
        if self._workers:
            await asyncio.wait(self._workers)
        await self.recorder.close()
