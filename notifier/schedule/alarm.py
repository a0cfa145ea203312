"""APScheduler as an alarm clock and nothing more (LIBRARIES R4).

A job does no work: it sets an event. So a job that is cancelled, comes late or
comes twice does no harm; the regular tick covers a sleeping host and a clock that jumps.
"""

import asyncio
from datetime import datetime

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MISSED
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from notifier.logs import logger

TICK_SECONDS = 30


class Alarm:
    """``rang`` is set every half minute and at the moment asked for."""

    def __init__(self) -> None:
        self.rang = asyncio.Event()
        self._scheduler = AsyncIOScheduler(
            timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )
        self._scheduler.add_listener(self._failed, EVENT_JOB_ERROR | EVENT_JOB_MISSED)

    def start(self) -> None:
        """Must be called inside the running loop."""
        self._scheduler.add_job(self._ring, "interval", seconds=TICK_SECONDS, id="tick", replace_existing=True)
        self._scheduler.start()

    def at(self, moment: datetime | None) -> None:
        """Ring at this moment (aware) too; None takes an earlier wish back."""
        if moment is not None:
            self._scheduler.add_job(self._ring, "date", run_date=moment, id="next", replace_existing=True)
        elif self._scheduler.get_job("next"):
            self._scheduler.remove_job("next")

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)

    async def _ring(self) -> None:
        self.rang.set()

    def _failed(self, event: object) -> None:
        logger("schedule").error("alarm failed", error=repr(getattr(event, "exception", None)))
        self.rang.set()
