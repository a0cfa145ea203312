"""Who gets a message, by which way, and why: the ten steps of DESIGN 3.5. Pure: ``now`` is an argument."""

from notifier.routing.audience import resolve
from notifier.routing.beforehand import work_out
from notifier.routing.offers import asking, offers
from notifier.routing.plan import plan
from notifier.routing.recheck import recheck

__all__ = ["asking", "offers", "plan", "recheck", "resolve", "work_out"]
