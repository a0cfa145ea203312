"""The clock that wakes the daemon. What is due is decided elsewhere, from the database."""

from notifier.schedule.alarm import Alarm

__all__ = ["Alarm"]
