"""An email's bytes, made by hand: fixed words and attachments are encoded once, not per family (PERFORMANCE 9).

    mixed, where there are attachments
     +- alternative
     |   +- text/plain
     |   +- text/html, or related: text/html and the pictures it names as cid:DIGEST
     +- attachment ...

Everything is 7-bit; text is quoted-printable. Nothing from a message reaches a header unchecked.
"""

import base64
import binascii
import re
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import cache, lru_cache
from urllib.parse import quote

from channels._headers import Unfit, listed, mailbox, message_id, structured, unstructured
from notifier.model.message import Attachment, Enclosure
from notifier.model.payload import MailPayload, Personal

_MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+")
_WORD = re.compile(r"[A-Za-z0-9_-]{1,100}")
_SOFT_BREAK = b"=\r\n"
_SHORT = 70
_KEPT_PARTS = 64
_KEPT_FILES = 16

OPEN_NAMES = frozenset(
    {"auto-submitted", "comments", "content-language", "feedback-id", "importance", "in-reply-to", "keywords"}
    | {"organization", "precedence", "priority", "references"}
)
"""Headers that rendering may set, besides List-* and X-*; every other one is written here or not at all."""


@dataclass(slots=True)
class Envelope:
    """Who writes to whom. ``id`` is the leg's stable id; ``domain`` makes a Message-ID of it."""

    sender: str
    sender_name: str
    recipient: str
    reply_to: str
    id: str
    domain: str
    date: datetime


class Composer:
    """Keeps what it made of the fixed pieces of the last messages and of their attachments."""

    def __init__(self) -> None:
        self._fixed = lru_cache(maxsize=_KEPT_PARTS)(_around)
        self._files: OrderedDict[str, bytes] = OrderedDict()

    def compose(
        self,
        envelope: Envelope,
        payload: MailPayload,
        enclosures: Iterable[Enclosure],
        marks: Iterable[tuple[str, str]] = (),
    ) -> bytes:
        """The whole message with CRLF line ends, not yet dot-stuffed. Raises Unfit for what no header may hold."""
        enclosures = tuple(enclosures)
        pictures = [one for one in enclosures if _shows(payload.html.fixed, one.attachment.digest)]
        files = [one for one in enclosures if one not in pictures]
        body = self._alternative(payload, pictures)
        if files:
            body = _multipart("mixed", [body, *(self._attachment(one) for one in files)])
        return b"".join([self._head(envelope, payload, marks), *body])

    def _head(self, envelope: Envelope, payload: MailPayload, marks: Iterable[tuple[str, str]]) -> bytes:
        own = (
            f"To: {mailbox(payload.to_name, envelope.recipient)}\r\n"
            f"Date: {_date(envelope.date.replace(microsecond=0))}\r\n"
            f"Message-ID: {message_id(envelope.id, envelope.domain)}\r\n"
        )
        head = own.encode("utf-8")
        if payload.own_header is not None:
            head += _own_header(*payload.own_header)
        return head + _shared(
            payload.from_name or envelope.sender_name,
            envelope.sender,
            payload.subject,
            payload.reply_to or envelope.reply_to,
            (*payload.headers, *marks),
            payload.language,
        )

    def _alternative(self, payload: MailPayload, pictures: list[Enclosure]) -> list[bytes]:
        html = self._text("html", payload.html)
        if pictures:
            html = _multipart("related", [html, *(self._picture(one) for one in pictures)], "text/html")
        return _multipart("alternative", [self._text("plain", payload.plain), html])

    def _text(self, subtype: str, words: Personal) -> list[bytes]:
        """What is fixed comes from the cache, with the head of the part; only a family's own words are encoded."""
        fixed = self._fixed(subtype, words.fixed)
        pieces = [b""] * (2 * len(fixed) - 1)
        pieces[::2] = fixed
        pieces[1::2] = [_short(word) if len(word) < _SHORT else quoted_printable(word) for word in words.own]
        return pieces

    def _attachment(self, enclosure: Enclosure) -> list[bytes]:
        return [_attached(enclosure.attachment), self._content(enclosure)]

    def _picture(self, enclosure: Enclosure) -> list[bytes]:
        head = (
            f"Content-Type: {_media_type(enclosure.attachment)}\r\nContent-ID: <{enclosure.attachment.digest}>\r\n"
            f"Content-Disposition: inline;{filename(enclosure.attachment.name)}\r\n"
        )
        return [head.encode("ascii"), self._content(enclosure)]

    def _content(self, enclosure: Enclosure) -> bytes:
        digest = enclosure.attachment.digest
        found = self._files.get(digest)
        if found is None:
            found = b"Content-Transfer-Encoding: base64\r\n\r\n"
            found += base64.encodebytes(enclosure.content).replace(b"\n", b"\r\n")
            self._files[digest] = found
            if len(self._files) > _KEPT_FILES:
                self._files.popitem(last=False)
        else:
            self._files.move_to_end(digest)
        return found


@lru_cache(maxsize=64)
def _shows(fixed: tuple[str, ...], digest: str) -> bool:
    """Whether the words show this picture: staff put it there, so it stands where all families share them."""
    return any(f"cid:{digest}" in words for words in fixed)


@lru_cache(maxsize=64)
def _date(moment: datetime) -> str:
    return format_datetime(moment)


@lru_cache(maxsize=64)
def _shared(
    name: str, sender: str, subject: str, reply_to: str, headers: tuple[tuple[str, str], ...], language: str
) -> bytes:
    """The lines of the head that every family's copy has alike."""
    lines = [f"From: {mailbox(name, sender)}", f"Subject: {unstructured(subject)}"]
    if reply_to:
        lines.append(f"Reply-To: {listed(reply_to)}")
    names: set[str] = set()
    for name, value in headers:
        if name.lower() in names:
            raise Unfit(f"The header {name[:40]!r} is set twice.")
        names.add(_open(name))
        lines.append(structured(name, value))
    if language and "content-language" not in names:
        lines.append(structured("Content-Language", language))
    lines.append("MIME-Version: 1.0")
    return "\r\n".join(lines).encode("utf-8") + b"\r\n"


def _open(name: str) -> str:
    """The name in small letters, where rendering may set it."""
    lowered = name.lower()
    if not (lowered.startswith(("list-", "x-")) or lowered in OPEN_NAMES):
        raise Unfit(f"The header {name[:40]!r} may not be set from outside.")
    return lowered


def _own_header(name: str, words: Personal) -> bytes:
    """A header of one family: what all share is checked once, so their own words may only be letters and digits."""
    for word in words.own:
        if not _WORD.fullmatch(word):
            raise Unfit(f"The header {name[:40]!r} would hold what a link may not.")
    fixed = _around_own(name, words.fixed)
    pieces = [""] * (2 * len(fixed) - 1)
    pieces[::2], pieces[1::2] = fixed, words.own
    return "".join(pieces).encode("ascii")


@lru_cache(maxsize=64)
def _around_own(name: str, fixed: tuple[str, ...]) -> tuple[str, ...]:
    """The fixed words of a header line; a list is folded at its commas."""
    _open(name)
    for words in fixed:
        structured(name, words)
    folded = [words.replace(", <", ",\r\n <") for words in fixed]
    return (
        (f"{name}: {folded[0]}", *folded[1:-1], f"{folded[-1]}\r\n")
        if len(folded) > 1
        else (f"{name}: {folded[0]}\r\n",)
    )


def _around(subtype: str, fixed: tuple[str, ...]) -> tuple[bytes, ...]:
    """A text part without a family's own words: a soft line break on each side of those keeps its lines short."""
    head = f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    first, last = 0, len(fixed) - 1
    made = []
    for number, words in enumerate(fixed):
        piece = quoted_printable(words)
        if number == last and not piece.endswith(b"\r\n"):
            piece += b"\r\n"
        if number > first and words:
            piece = _SOFT_BREAK + piece
        if number < last and (words or number > first):
            piece += _SOFT_BREAK
        made.append(piece)
    return (head.encode("ascii") + made[0], *made[1:])


def quoted_printable(text: str) -> bytes:
    """Lines of at most 76 characters, CRLF line ends."""
    if len(text) < _SHORT and text.isascii() and text.isprintable() and "=" not in text and text[-1:] != " ":
        return text.encode("ascii")  # a name, a class: nothing in it needs anything
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return binascii.b2a_qp(plain.encode("utf-8", "replace"), istext=True).replace(b"\n", b"\r\n")


_short = lru_cache(maxsize=1024)(quoted_printable)
"""A name stands in an email several times, and many are called alike."""


def filename(name: str) -> str:
    """The parameter of Content-Disposition: plain where ASCII, else as RFC 2231 wants it."""
    name = re.sub(r"[\x00-\x1f\x7f/\\]+", "-", name) or "file"
    if re.fullmatch(r"[A-Za-z0-9._ -]{1,60}", name):
        return f'\r\n filename="{name}"'
    encoded = quote(name.encode("utf-8", "replace"), safe="")
    pieces = [encoded[i : i + 60] for i in range(0, len(encoded), 60)]
    # A piece may not end inside a %XX.
    for number in range(len(pieces) - 1):
        while "%" in pieces[number][-2:]:
            pieces[number + 1] = pieces[number][-1] + pieces[number + 1]
            pieces[number] = pieces[number][:-1]
    if len(pieces) == 1:
        return f"\r\n filename*=utf-8''{encoded}"
    pieces[0] = f"utf-8''{pieces[0]}"
    return ";".join(f"\r\n filename*{number}*={piece}" for number, piece in enumerate(pieces))


@lru_cache(maxsize=64)
def _attached(attachment: Attachment) -> bytes:
    name = filename(attachment.name)
    return f"Content-Type: {_media_type(attachment)}\r\nContent-Disposition: attachment;{name}\r\n".encode("ascii")


def _media_type(attachment: Attachment) -> str:
    """As declared; a message or a multipart may not be base64, so it goes as plain bytes."""
    declared = attachment.media_type.lower()
    if not _MEDIA_TYPE.fullmatch(declared) or declared.startswith(("message/", "multipart/")):
        return "application/octet-stream"
    return declared


def _multipart(subtype: str, parts: list[list[bytes]], root: str = "") -> list[bytes]:
    """In pieces, which are joined once: an attachment is large, and each join would copy it."""
    head, line = _boundary(subtype, root)
    pieces = [head]
    for part in parts:
        pieces += [line, b"\r\n", *part, b"\r\n"]
    return [*pieces, line, b"--\r\n"]


@cache
def _boundary(subtype: str, root: str) -> tuple[bytes, bytes]:
    """The head of a multipart and the line between its parts, the same in every message: "=_" cannot stand in
    quoted-printable text, nor "_" in base64, so no part can hold it, and each sort holds only others."""
    boundary = f"=_{subtype}"
    kind = f'; type="{root}"' if root else ""
    head = f'Content-Type: multipart/{subtype}{kind};\r\n boundary="{boundary}"\r\n\r\n'
    return head.encode("ascii"), b"--" + boundary.encode("ascii")
