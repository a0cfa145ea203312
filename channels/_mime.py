"""An email's bytes, made by hand: fixed words and attachments are encoded once, not per family (PERFORMANCE 9).

    mixed, where there are attachments
     +- alternative
     |   +- text/plain
     |   +- text/html, or related: text/html and the pictures it names as cid:DIGEST
     +- attachment ...

Everything is 7-bit; text is quoted-printable. Nothing from a message reaches a header unchecked.
"""

import base64
import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from typing import TypeAlias
from urllib.parse import quote

from channels._headers import Unfit, listed, mailbox, message_id, structured, unstructured
from channels._quoted import around, between_pieces
from notifier.model.message import Attachment, Enclosure
from notifier.model.payload import MailPayload, Personal

_MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+")
_WORD = re.compile(r"[A-Za-z0-9_-]{1,100}")
_SECOND = timedelta(seconds=1)
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


_Frame: TypeAlias = tuple[str, str, str, Sequence[bytes]]
"""What stands before the plain text, between it and the HTML, right after that, and all the rest."""


class Composer:
    """Keeps what it made of the fixed pieces of the last messages and of their attachments."""

    def __init__(self) -> None:
        self._fixed = lru_cache(maxsize=_KEPT_PARTS)(around)
        self._files: OrderedDict[str, bytes] = OrderedDict()
        self._second = self._next = datetime.min.replace(tzinfo=UTC)
        self._date = ""

    def compose(
        self,
        envelope: Envelope,
        payload: MailPayload,
        enclosures: Sequence[Enclosure],
        marks: tuple[tuple[str, str], ...] = (),
    ) -> tuple[bytes, bool]:
        """The whole message with CRLF line ends, not yet dot-stuffed, and whether surely none of its lines begins with
        a dot, so that it goes over the line as it is. Raises Unfit for what no header may hold.

        Lines of the head, of attachments, between the parts and of fixed words never do.
        """
        before, between, after, rest = self._beside(payload, enclosures) if enclosures else _ALONE
        plain, html = self._fixed("plain", payload.plain.fixed), self._fixed("html", payload.html.fixed)
        pieces = [self._head(envelope, payload, marks), before, *plain, between, *html, after]
        own, bare = between_pieces(payload.plain.own + payload.html.own)
        first, last = len(payload.plain.own), len(plain) + 3
        pieces[3 : last - 1 : 2] = own[:first]
        pieces[last + 1 : -1 : 2] = own[first:]
        content = "".join(pieces).encode("utf-8")  # at once; all but an address is ASCII
        if rest:
            content = b"".join([content, *rest])
        return content, bare

    def _head(self, envelope: Envelope, payload: MailPayload, marks: tuple[tuple[str, str], ...]) -> str:
        return (
            f"To: {mailbox(payload.to_name, envelope.recipient)}\r\n"
            f"Date: {self._dated(envelope.date)}\r\n"
            f"Message-ID: {message_id(envelope.id, envelope.domain)}\r\n"
            f"{'' if payload.own_header is None else _own_header(*payload.own_header)}"
        ) + _shared(
            payload.from_name or envelope.sender_name,
            envelope.sender,
            payload.subject,
            payload.reply_to or envelope.reply_to,
            payload.headers,
            marks,
            payload.language,
        )

    def _dated(self, moment: datetime) -> str:
        """Thousands of emails leave within a few seconds."""
        if moment.tzinfo is not UTC:
            return format_datetime(moment)
        if not self._second <= moment < self._next:
            self._second = moment.replace(microsecond=0)
            self._next = self._second + _SECOND
            self._date = format_datetime(self._second)
        return self._date

    def _beside(self, payload: MailPayload, enclosures: Sequence[Enclosure]) -> _Frame:
        """What goes with the words: in pieces, which are joined once, as a file is large."""
        pictures = [one for one in enclosures if _shows(payload.html.fixed, one.attachment.digest)]
        files = [one for one in enclosures if one not in pictures]
        before, between, end, _ = _ALONE
        rest: list[bytes] = []
        if pictures:
            between += _opened("related", "text/html")
            for one in pictures:
                rest += [_next("related").encode("ascii"), _pictured(one.attachment), self._content(one)]
            rest.append(_closed("related").encode("ascii"))
        rest.append(end.encode("ascii"))
        if files:
            before = _opened("mixed") + before
            for one in files:
                rest += [_next("mixed").encode("ascii"), _attached(one.attachment), self._content(one)]
            rest.append(_closed("mixed").encode("ascii"))
        return before, between, "", rest

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
def _shared(
    name: str,
    sender: str,
    subject: str,
    reply_to: str,
    headers: tuple[tuple[str, str], ...],
    marks: tuple[tuple[str, str], ...],
    language: str,
) -> str:
    """The lines of the head that every family's copy has alike."""
    lines = [f"From: {mailbox(name, sender)}", f"Subject: {unstructured(subject)}"]
    if reply_to:
        lines.append(f"Reply-To: {listed(reply_to)}")
    names: set[str] = set()
    for name, value in (*headers, *marks):
        if name.lower() in names:
            raise Unfit(f"The header {name[:40]!r} is set twice.")
        names.add(_open(name))
        lines.append(structured(name, value))
    if language and "content-language" not in names:
        lines.append(structured("Content-Language", language))
    lines.append("MIME-Version: 1.0")
    lines.append("")
    return "\r\n".join(lines)


def _open(name: str) -> str:
    """The name in small letters, where rendering may set it."""
    lowered = name.lower()
    if not (lowered.startswith(("list-", "x-")) or lowered in OPEN_NAMES):
        raise Unfit(f"The header {name[:40]!r} may not be set from outside.")
    return lowered


def _own_header(name: str, words: Personal) -> str:
    """A header of one family: what all share is checked once, so their own words may only be letters and digits."""
    for word in words.own:
        if not _WORD.fullmatch(word):
            raise Unfit(f"The header {name[:40]!r} would hold what a link may not.")
    pieces = list(_around_own(name, words.fixed))
    pieces[1::2] = words.own
    return "".join(pieces)


@lru_cache(maxsize=64)
def _around_own(name: str, fixed: tuple[str, ...]) -> tuple[str, ...]:
    """The fixed words of a header line, with room for one more between two; a list is folded at its commas."""
    _open(name)
    for words in fixed:
        structured(name, words)
    pieces = [""] * (2 * len(fixed) - 1)
    pieces[::2] = [words.replace(", <", ",\r\n <") for words in fixed]
    pieces[0] = f"{name}: {pieces[0]}"
    pieces[-1] += "\r\n"
    return tuple(pieces)


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


def _pictured(attachment: Attachment) -> bytes:
    head = f"Content-Type: {_media_type(attachment)}\r\nContent-ID: <{attachment.digest}>\r\n"
    return f"{head}Content-Disposition: inline;{filename(attachment.name)}\r\n".encode("ascii")


def _media_type(attachment: Attachment) -> str:
    """As declared; a message or a multipart may not be base64, so it goes as plain bytes."""
    declared = attachment.media_type.lower()
    if not _MEDIA_TYPE.fullmatch(declared) or declared.startswith(("message/", "multipart/")):
        return "application/octet-stream"
    return declared


def _opened(subtype: str, root: str = "") -> str:
    """The head of a multipart, and what stands before its first part.

    The line between the parts is the same in every message: "=_" cannot stand in quoted-printable text, nor "_" in
    base64, so no part can hold it, and each sort holds only others.
    """
    kind = f'; type="{root}"' if root else ""
    return f'Content-Type: multipart/{subtype}{kind};\r\n boundary="=_{subtype}"\r\n\r\n--=_{subtype}\r\n'


def _next(subtype: str) -> str:
    return f"\r\n--=_{subtype}\r\n"


def _closed(subtype: str) -> str:
    return f"\r\n--=_{subtype}--\r\n"


_ALONE: _Frame = (_opened("alternative"), _next("alternative"), _closed("alternative"), ())
