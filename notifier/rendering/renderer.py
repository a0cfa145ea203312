"""Message, delivery and directory become the payload of a medium (DESIGN 4). The one door of this room."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from notifier.model.directory import Directory
from notifier.model.message import Message
from notifier.model.payload import (
    CALL_ITEM,
    MAIL,
    PAGE,
    PAPER,
    POSTER,
    SHORT,
    VOICE,
    CallPayload,
    MailPayload,
    PagePayload,
    PaperPayload,
    ShortPayload,
    VoicePayload,
)
from notifier.model.plan import Address, Delivery
from notifier.model.problem import Problem
from notifier.rendering.callsheet import CallSheet
from notifier.rendering.catalogues import Catalogues, Phrase
from notifier.rendering.mail import Mail
from notifier.rendering.paper import Paper
from notifier.rendering.public import Public, for_everybody
from notifier.rendering.sample import broken
from notifier.rendering.school import SchoolFacts
from notifier.rendering.short import Short
from notifier.rendering.spoken import Spoken
from notifier.rendering.theme import Theme
from notifier.rendering.words import OFFER

Payload = MailPayload | ShortPayload | PaperPayload | PagePayload | CallPayload | VoicePayload


class Renderer:
    """Built once: reads templates and catalogues. ``overrides`` is the school's ``templates/`` folder, or None.

    ``use`` and ``reviewed`` are languages, as Catalogues takes them.
    """

    def __init__(
        self,
        school: SchoolFacts,
        *,
        overrides: Path | None = None,
        locales: Path | None = None,
        use: Collection[str] = (),
        reviewed: Collection[str] = (),
    ) -> None:
        self._catalogues = Catalogues(locales, use=use, reviewed=reviewed)
        self._theme = Theme(overrides)
        self._mail = Mail(school, self._theme, self._catalogues)
        self._short = Short(school, self._catalogues)
        self._spoken = Spoken(school, self._catalogues)
        self._paper = Paper(school, self._theme, self._catalogues)
        self._page = Public(school, self._theme, self._catalogues, "public/page.html")
        self._poster = Public(school, self._theme, self._catalogues, "public/poster.html")
        self._outside = Public(school, self._theme, self._catalogues, "public/outside.html")
        self._school = school
        self._call = CallSheet(school, self._catalogues)

    def render(
        self,
        medium: str,
        message: Message,
        delivery: Delivery | None,
        directory: Directory,
        now: datetime,
        address: Address | None = None,
    ) -> Payload:
        """The payload of this medium. ``delivery`` None is for public media; ``address`` is the leg's.

        Raises ValueError for a medium nobody makes, and for a call sheet entry without a delivery.
        """
        match medium:
            case _ if medium == MAIL:
                return self._mail.render(message, delivery, directory, now, address)
            case _ if medium == SHORT:
                return self._short.render(message, delivery, directory)
            case _ if medium == VOICE:
                return self._spoken.render(message, delivery, directory)
            case _ if medium == PAPER:
                return self._paper.render(message, delivery, directory, now, address)
            case _ if medium == PAGE:
                return self._page.render(message, now)
            case _ if medium == POSTER:
                outside = self._outside.render(message, now).html if for_everybody(message, self._school) else ""
                return replace(self._poster.render(message, now), outside=outside)
            case _ if medium == CALL_ITEM and delivery is not None:
                return self._call.render(message, delivery, directory)
        raise ValueError(f"nothing is made for the medium {medium!r}" + ("" if delivery else " without a delivery"))

    def phrases(self, language: str) -> tuple[Phrase, ...]:
        """The fixed phrases of a language, to be read over; empty where there is no catalogue of it in use."""
        return self._catalogues.phrases_of(language)

    def offers_in(self, language: str) -> bool:
        """Whether a message can offer in this language to be explained by word of mouth (W34)."""
        return self._catalogues.of(language).has(OFFER)

    def check(self) -> list[Problem]:
        """Everything wrong with templates, the school's own included, and catalogues, with file and line."""
        found = [
            *self._theme.unread(),
            *broken(self._mail, self._paper, (self._page, self._poster, self._outside), self._theme),
            *self._theme.unused(),
            *self._catalogues.problems,
        ]
        return list(dict.fromkeys(found))
