"""The clock that wakes the daemon, and what falls due by it. What was done is known from the database alone."""

from notifier.schedule.alarm import Alarm
from notifier.schedule.rota import Duty, Looked, Rota

__all__ = ["Alarm", "Duty", "Looked", "Rota"]
