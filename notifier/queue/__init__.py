"""What must not be lost: messages, deliveries, legs, attempts, tasks. The only place that knows SQL (DESIGN 4)."""

from notifier.queue.held import AuditLine, AuditState, Doubtful, Found, Gone
from notifier.queue.problem import StoreProblem
from notifier.queue.retention import Part
from notifier.queue.rows import Enqueued, Entry, Left, OpenWork, StoredDelivery, StoredLeg, StoredMessage, StoredTask
from notifier.queue.store import Store

__all__ = [
    "AuditLine",
    "AuditState",
    "Doubtful",
    "Enqueued",
    "Entry",
    "Found",
    "Gone",
    "Left",
    "OpenWork",
    "Part",
    "Store",
    "StoreProblem",
    "StoredDelivery",
    "StoredLeg",
    "StoredMessage",
    "StoredTask",
]
