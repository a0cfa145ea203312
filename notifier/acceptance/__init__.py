"""The one way in: authority, plan, when, enqueue in one transaction, answer (DESIGN 4)."""

from notifier.acceptance.acceptance import Acceptance
from notifier.acceptance.world import World

__all__ = ["Acceptance", "World"]
