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
ON_PAPER = frozenset({PAPER, POSTER})
MEDIA = frozenset({MAIL, SHORT, PAPER, PAGE, POSTER, CALL_ITEM, VOICE})


@dataclass(slots=True)
class Personal:
    """Words in parts: a delivery's ``own`` ones stand between ``fixed`` ones, of which there is one more.

    Not frozen, as nothing is that is made for each email: that takes three times as long.

    ``fixed`` is the same object for all deliveries of one message, language and layout that have the same
    parts, so that a channel may keep what it made of it.
    """

    fixed: tuple[str, ...]
    own: tuple[str, ...] = ()

    def __str__(self) -> str:
        pieces = [""] * (2 * len(self.fixed) - 1)
        pieces[::2], pieces[1::2] = self.fixed, self.own
        return "".join(pieces)


@dataclass(slots=True)
class MailPayload:
    """An email without its envelope. ``to_name`` is shown beside the address; ``headers`` follow in order.

    ``own_header``: one more, name and words, that differs from family to family.
    """

    subject: str
    html: Personal
    plain: Personal
    language: str
    to_name: str = ""
    from_name: str = ""
    reply_to: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    own_header: tuple[str, Personal] | None = None


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
class Slip:
    """What a family fills in, cuts off and sends back; every word in the letter's language."""

    title: str
    cut: str
    lines: tuple[tuple[str, str], ...]
    """(what it is, what the school knows already), such as the child's name"""
    choices: tuple[str, ...]
    blanks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PaperPayload:
    """A letter on paper. ``address`` lines as printed in the window, postcode last; ``html`` the words alone.

    ``second_home``: it is posted, never put into a child's book bag (H27). ``online`` is the web
    address of the public copy, with the words that say so; empty where there is none.
    """

    subject: str
    address: tuple[str, ...]
    html: str
    language: str
    class_: str = ""
    large_print: bool = False
    second_home: bool = False
    online: str = ""
    online_words: str = ""
    slip: Slip | None = None


@dataclass(frozen=True, slots=True)
class PagePayload:
    """A public page or poster: nothing that names a child. ``slug`` is safe as a file name.

    ``online`` is the web address of the public copy, with the words that say so; empty where there is none.
    Of all that have the same ``place`` only the newest stands; one without a place stands for itself.
    """

    slug: str
    title: str
    html: str
    summary: str
    language: str
    published: datetime
    take_down: date | None = None
    kind: str = ""
    online: str = ""
    online_words: str = ""
    calendar_words: str = ""
    """How the calendar file that comes with the message is offered."""
    place: str = ""
    outside: str = ""
    """What a poster says on a board outside, where anybody passes; empty where nothing hangs there (W23)."""


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
    youngest: int = 99
    """The school year of its youngest child as a number, nursery before reception before 1; 99: not known."""
