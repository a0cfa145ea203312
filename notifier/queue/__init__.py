"""What must not be lost: messages, deliveries, legs, attempts, tasks. The only place that knows SQL (DESIGN 4)."""

from notifier.queue.problem import StoreProblem
from notifier.queue.rows import Enqueued, Entry, StoredDelivery, StoredLeg, StoredMessage, StoredTask
from notifier.queue.store import Store

__all__ = ["Enqueued", "Entry", "Store", "StoreProblem", "StoredDelivery", "StoredLeg", "StoredMessage", "StoredTask"]
