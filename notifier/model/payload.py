"""What rendering makes for each medium and a channel carries (DESIGN 3.7).

A channel class declares one of ``MEDIA`` as its ``medium``; rendering has one
maker for each. Nothing here knows which channel uses it.
"""

from dataclasses import dataclass, field
from datetime import date, datetime

MAIL = "mail"
SHORT = "short"
PAPER = "paper"
PAGE = "page"
POSTER = "poster"
CALL_ITEM = "call-item"
VOICE = "voice"
MEDIA = frozenset({MAIL, SHORT, PAPER, PAGE, POSTER, CALL_ITEM, VOICE})


@dataclass(frozen=True, slots=True)
class Personal:
    """Words in parts: fixed pieces shared by all deliveries of a message, with personal ones between.

    ``pieces`` alternate fixed, personal, fixed, ...; the fixed ones are the same
    objects for every delivery of one message, language and layout, so that a
    channel may keep what it made of them.
    """

    pieces: tuple[str, ...]

    def __str__(self) -> str:
        return "".join(self.pieces)


@dataclass(frozen=True, slots=True)
class MailPayload:
    """An email without its envelope. ``to_name`` is shown beside the address; ``headers`` follow in order."""

    subject: str
    html: Personal
    plain: Personal
    language: str
    to_name: str = ""
    from_name: str = ""
    reply_to: str = ""
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ShortPayload:
    """A text message, whole. ``segments`` in ``encoding`` (``GSM-7`` or ``UCS-2``), for cost and pace."""

    text: str
    language: str
    encoding: str
    segments: int


SPOKEN = frozenset(
    ("ar", "cy", "da", "de", "en", "es", "fr", "hi", "it", "nl", "pl", "pt", "ro", "ru", "sv", "tr", "zh")
)
"""Languages for which a telephone call has a voice."""


@dataclass(frozen=True, slots=True)
class VoicePayload:
    """What a telephone call says. ``press`` asks for the key that confirms, ``thanks`` answers it."""

    words: str
    press: str
    thanks: str
    language: str


@dataclass(frozen=True, slots=True)
class PaperPayload:
    """A letter on paper. ``address`` lines as printed in the window, postcode last.

    ``second_home``: it is posted, never put into a child's book bag (H27).
    """

    subject: str
    address: tuple[str, ...]
    html: str
    language: str
    class_: str = ""
    large_print: bool = False
    second_home: bool = False


@dataclass(frozen=True, slots=True)
class PagePayload:
    """A public page or poster: nothing that names a child. ``slug`` is safe as a file name."""

    slug: str
    title: str
    html: str
    summary: str
    language: str
    published: datetime
    take_down: date | None = None
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Ring:
    """One adult on a call sheet. ``number`` empty: none is known, and the sheet says so."""

    contact_id: str
    name: str
    relationship: str
    number: str
    language: str = ""
    check_first: bool = False


@dataclass(frozen=True, slots=True)
class CallPayload:
    """One family on the call sheet: whom to ring about which children, and the words to say."""

    title: str
    pupils: tuple[tuple[str, str], ...]
    """(name, class)"""
    rings: tuple[Ring, ...]
    words: str
    reason: str = ""
    kind: str = ""
    notes: tuple[str, ...] = field(default=())
