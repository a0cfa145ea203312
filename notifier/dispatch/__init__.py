"""Due legs are claimed, checked once more, rendered, sent and settled; emergencies first (DESIGN 3.6, 3.7)."""

from notifier.dispatch.dispatcher import Dispatcher

__all__ = ["Dispatcher"]
