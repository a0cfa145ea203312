"""The ways to reach people: every channel of the folder, written out, and how they are put together."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel

from channels import _tree
from channels._outbox_page import Headline, build_outbox_index
from channels._press import Press, PressFault
from channels._preview_page import PREVIEW, build_preview
from channels.base import Channel, Composes, PermanentFailure, Surroundings
from channels.call import Call
from channels.email import Email
from channels.letter import Letter
from channels.noticeboard import Noticeboard
from channels.outbox import Outbox
from channels.text import Text
from channels.voice import Voice
from channels.website import Website

__all__ = [
    "PREVIEW",
    "REGISTRY",
    "Headline",
    "build",
    "build_outbox_index",
    "build_preview",
    "needs_settings",
    "sheet",
    "works",
]

REGISTRY: dict[str, type[Channel]] = {
    "email": Email,
    "text": Text,
    "voice": Voice,
    "letter": Letter,
    "call": Call,
    "website": Website,
    "noticeboard": Noticeboard,
}


def needs_settings(channel: type[Channel]) -> bool:
    """Whether live mode leaves the channel out until the school has written a table for it (DESIGN 3.8)."""
    return any(field.is_required() for field in channel.Settings.model_fields.values())


def works(name: str, settings: Mapping[str, BaseModel]) -> bool:
    """Whether a channel has all that it needs in live mode: its own settings, and those it borrows."""
    needs = getattr(REGISTRY[name].Settings, "needs", None)
    return name in settings and (needs is None or needs in settings)


def build(settings: Mapping[str, BaseModel], surroundings: Surroundings) -> dict[str, Channel]:
    """Every channel that works with these settings. Inside the running loop.

    In trial mode that is every channel, account or not, and one that would leave the
    school is stood in for by the outbox; in live mode those that have what they need.
    """
    built: dict[str, Channel] = {}
    surroundings = replace(surroundings, others=settings)
    for name, channel in REGISTRY.items():
        given = settings.get(name)
        if given is None:
            if surroundings.trial:
                given = getattr(channel, "rehearsal", None) or channel.Settings()
            elif needs_settings(channel):
                continue
            else:
                given = channel.Settings()
        elif not surroundings.trial and not works(name, settings):
            continue
        made = channel(given, surroundings)
        if surroundings.trial and isinstance(made, Composes):
            made = cast(Channel, Outbox(name, made, surroundings))  # a channel, with an instance's facts for a class's
        built[name] = made
    return built


def sheet(template: str, folder: Path, data: Mapping[str, Any]) -> bytes:
    """A PDF that goes by no channel, from a layout in templates/paper; ``folder`` has the pictures it names.

    Blocks. Raises PermanentFailure where no font has a letter of it.
    """
    press = Press()
    try:
        return press.pdf(template, folder, data, rare=_tree.rare(data))
    except PressFault as fault:
        raise PermanentFailure(f"The PDF could not be made ({fault.sort}).") from fault
    finally:
        press.close()
