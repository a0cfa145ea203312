"""When what is on its way will be through: the accounts' limits and the database put before the forecast."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from channels.base import Limited
from notifier.calendar.quiet import covers
from notifier.daemon import School
from notifier.dispatch.accounts import SOON
from notifier.dispatch.forecast import Forecast, Limits, forecast, said
from notifier.model.message import Mode
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
    return Expected(now, forecast(waiting, limits, now, _quiet(school, now)), tuple(waiting), lost)


def _quiet(school: School, now: datetime) -> dict[str, datetime]:
    """The channels that wait for the end of quiet hours, and until when; trial waits for nothing."""
    until = school.peace(now)
    if until is None or school.config.school.mode is Mode.TRIAL:
        return {}
    hours = school.policy.quiet_hours
    return {
        one.name: until for one in school.policy.channels.values() if not one.by_person and covers(hours, one.address)
    }
