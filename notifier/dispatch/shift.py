"""The crews of one run: started together, and sent home together (DESIGN 3.6)."""

import asyncio
from collections.abc import Sequence

from notifier.dispatch.crew import Crew
from notifier.dispatch.office import Office


class Shift:
    """What is in flight is always finished and written down; what was not begun is given back."""

    def __init__(self, office: Office, crews: Sequence[Crew]) -> None:
        self.office = office
        self._crews = crews
        self._running: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._running = [asyncio.create_task(crew.run()) for crew in self._crews]

    @property
    def idle(self) -> bool:
        return all(crew.idle for crew in self._crews)

    async def lull(self) -> None:
        """Wait until nothing is due any more. Raises what ended the run."""
        while not self.idle and self.office.error is None:
            self.office.moved.clear()
            await self.office.moved.wait()
        if self.office.error is not None:
            raise self.office.error

    async def stop(self) -> None:
        """Ends after what is in flight, whoever is cancelled meanwhile. Raises if outcomes could not be written."""
        self.office.stop()
        await asyncio.shield(asyncio.ensure_future(self._stop()))

    async def _stop(self) -> None:
        if self._running:
            await asyncio.wait(self._running)
        await self.office.recorder.close()
