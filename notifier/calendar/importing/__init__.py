"""A calendar feed (iCalendar, RFC 5545) becomes a draft of terms.toml and events.csv for a person to confirm.

drafted = draft(feed, calendar folder, ...)     writes calendar/draft/, changes nothing else
accept(calendar folder, stamp)                  the draft becomes the calendar
"""

from notifier.calendar.importing.blocks import BadFeed
from notifier.calendar.importing.draft import Drafted, School, accept, draft
from notifier.calendar.importing.feed import Years

__all__ = ["BadFeed", "Drafted", "School", "Years", "accept", "draft"]
