"""When what is on its way will be through: the accounts' limits and the database put before the forecast."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from channels.base import Limited
from notifier.daemon import School
from notifier.dispatch.accounts import SOON
from notifier.dispatch.forecast import Forecast, Limits, forecast, said
from notifier.queue.rows import Lost, Waiting


@dataclass(frozen=True, slots=True)
class Expected:
    """What is on its way in the school's own mode, and the accounts that do not serve us."""

    now: datetime
    forecasts: dict[str, Forecast]
    waiting: tuple[Waiting, ...]
    lost: dict[str, Lost]

    def words(self, school: School, message_id: str) -> str:
        """Empty where nothing of it is on its way."""
        found = self.forecasts.get(message_id)
        return "" if found is None else said(found, self.now, school.config.school.timezone)

    def json(self, school: School, message_id: str) -> dict[str, str | None] | None:
        found = self.forecasts.get(message_id)
        if found is None:
            return None
        return {
            "at": found.at.isoformat() if found.at else None,
            "because": found.because,
            "words": self.words(school, message_id),
        }


async def expected(school: School) -> Expected:
    """Asks no account: what a process that sends has learned of them stands in the database."""
    now, mode = school.clock.now(), school.config.school.mode
    waiting = await school.store.waiting(mode, now + SOON)  # what an account put off for a moment is as good as due
    lost = await school.store.lost_accounts()
    limits: dict[str, Limits] = {}
    for name, channel in school.channels().items():
        cap = channel.per_day if isinstance(channel, Limited) else None
        sent = await school.store.sent_since(name, now - timedelta(days=1), mode) if cap else []
        limits[name] = Limits(channel.per_minute, cap, sent, lost.get(name))
        await channel.close()
    return Expected(now, forecast(waiting, limits, now), tuple(waiting), lost)
