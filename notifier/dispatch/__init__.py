"""Due legs are claimed, checked once more, rendered, sent and settled; emergencies first (DESIGN 3.6, 3.7)."""

from notifier.dispatch.dispatcher import Dispatcher
from notifier.dispatch.node import Alone, Node, new_id

__all__ = ["Alone", "Dispatcher", "Node", "new_id"]
