"""Message, delivery and language become what a family reads: mail, text, letter, page, poster, call sheet entry."""

from notifier.rendering.fields import MERGE_FIELDS, merge_problems
from notifier.rendering.renderer import Payload, Renderer
from notifier.rendering.school import SchoolFacts

__all__ = ["MERGE_FIELDS", "Payload", "Renderer", "SchoolFacts", "merge_problems"]
