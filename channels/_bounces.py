"""What came back by email: a pure sorter from the bytes of one mail to one verdict (RFC 3464, 3834, 5965).

Which email it is about is told by the envelope id we gave it (ENVID), by the address it came back to (VERP) or by
its Message-ID; all three carry the same letters, which say nothing about anybody. Where a report has none of them,
the address that failed is all there is.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses
from enum import StrEnum

from flufl.bounce import all_failures

LARGEST = 2_000_000
"""Bytes that are looked at; a report with a whole message returned may be longer."""
_ID = re.compile(r"[0-9a-f]{24}")
_IN_MESSAGE_ID = re.compile(r"<([0-9a-f]{24})@[^<>\s]+>")
_STATUS = re.compile(r"\b([245])\.\d{1,3}\.\d{1,3}\b")
_AUTOMATIC_SUBJECT = re.compile(
    r"^\W*(auto(matic|mated)?[ -]?(reply|response|answer)|out of (the )?office|abwesenheit|absence|ausente|"
    r"autorespon\w*|respuesta autom|r[ée]ponse automatique|vacation|away from)",
    re.IGNORECASE,
)
_QUOTES = re.compile(r"^(On .{6,120} wrote:|-{3,} ?Original Message|From: .+@)")
_POSTMASTERS = ("mailer-daemon", "postmaster", "mail-daemon", "double-bounce")


class Sort(StrEnum):
    FAILED = "failed"  # it did not and will not arrive
    DELAYED = "delayed"  # the server tries on
    ARRIVED = "arrived"  # it says so
    COMPLAINT = "complaint"  # somebody pressed "this is spam"
    AUTOMATIC = "automatic"  # away from the office, we have received your mail, challenge, mailing list
    REPLY = "reply"  # a person wrote
    JUNK = "junk"  # nothing of ours


@dataclass(frozen=True, slots=True)
class Verdict:
    """``id``: our own id of the email it is about; ``address``: whose mail it is; ``status``: as 5.1.1."""

    sort: Sort
    id: str = ""
    address: str = ""
    status: str = ""

    @property
    def reason(self) -> str:
        """For staff: what the other server says, without any address."""
        return _REASONS.get(self.status[:5], _REASONS.get(self.status[:3], "")) or "Their mail server sent it back."


_REASONS = {
    "5.1.1": "There is no such mailbox.",
    "5.1.2": "There is no such mail domain.",
    "5.1.0": "Their mail server does not know this address.",
    "5.1": "Their mail server does not know this address.",
    "5.2.1": "This mailbox is closed.",
    "5.2.2": "This mailbox is full.",
    "5.2.3": "The email is too big for this mailbox.",
    "5.3.4": "The email is too big for their mail server.",
    "5.4": "Their mail server cannot be found or does not answer.",
    "4.4": "Their mail server did not answer for days.",
    "5.7": "Their mail server did not let it in.",
}


def sort_mail(raw: bytes, ours: str = "") -> Verdict:
    """``ours``: the address to which reports come, as ``bounces@school.example``. Never raises."""
    try:
        mail = message_from_bytes(raw[:LARGEST], policy=policy.compat32)
        return _sorted(mail, ours)
    except (MessageError, ValueError, LookupError, TypeError, AttributeError, IndexError):
        return Verdict(Sort.JUNK)


def _sorted(mail: Message, ours: str) -> Verdict:
    id = _by_address(mail, ours)
    if mail.get_content_type() == "multipart/report" or _has(mail, "message/delivery-status"):
        report = _report(mail, id)
        if report is not None:
            return report
    complaint = _complaint(mail, id)
    if complaint is not None:
        return complaint
    if _from_a_server(mail) or id:
        guess = _guessed(mail, id)
        if guess is not None:
            return guess
    if _automatic(mail):
        return Verdict(Sort.AUTOMATIC, id, _sender(mail))
    sender = _sender(mail)
    if not sender or _from_a_server(mail) or not (_answers(mail) or id or _subject(mail).lower().startswith("re:")):
        return Verdict(Sort.JUNK, id, sender)
    return Verdict(Sort.REPLY, id or _answers(mail), sender)


def _report(mail: Message, id: str) -> Verdict | None:
    """RFC 3464: fields of the whole report, then of each recipient."""
    for part in mail.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        blocks = [block for block in _blocks(part) if block.keys()]
        found = id
        for block in blocks:
            envelope = str(block.get("Original-Envelope-Id", "")).strip()
            found = found or (envelope if _ID.fullmatch(envelope) else "")
        found = found or _returned(mail)
        worst: Verdict | None = None
        for block in blocks:
            action = str(block.get("Action", "")).strip().lower().split(" ")[0]
            sort = _ACTIONS.get(action)
            if sort is None:
                continue
            address = _recipient(str(block.get("Original-Recipient") or block.get("Final-Recipient") or ""))
            status = _STATUS.search(str(block.get("Status", "")))
            one = Verdict(sort, found, address, status[0] if status else "")
            if worst is None or _ORDER.index(sort) < _ORDER.index(worst.sort):
                worst = one
        return worst
    return None


_ACTIONS = {
    "failed": Sort.FAILED, "delayed": Sort.DELAYED, "delivered": Sort.ARRIVED, "relayed": Sort.DELAYED,
    "expanded": Sort.DELAYED,
}  # fmt: skip
_ORDER = (Sort.FAILED, Sort.DELAYED, Sort.ARRIVED)


def _blocks(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []


def _complaint(mail: Message, id: str) -> Verdict | None:
    """RFC 5965: somebody told their provider that it is spam."""
    if not _has(mail, "message/feedback-report"):
        return None
    fields = ""
    for part in mail.walk():
        if part.get_content_type() == "message/feedback-report":
            inner = part.get_payload()
            first = inner[0] if isinstance(inner, list) and inner else None
            fields = first.as_string() if isinstance(first, Message) else str(inner)
    kind = re.search(r"^Feedback-Type:\s*(\S+)", fields, re.IGNORECASE | re.MULTILINE)
    if kind is not None and kind[1].lower() not in {"abuse", "fraud", "other"}:
        return Verdict(Sort.AUTOMATIC, id)
    who = re.search(r"^(?:Original-Rcpt-To|Removal-Recipient):\s*(\S+)", fields, re.IGNORECASE | re.MULTILINE)
    return Verdict(Sort.COMPLAINT, id or _returned(mail), _recipient(who[1]) if who else "")


def _guessed(mail: Message, id: str) -> Verdict | None:
    """Reports of servers that keep to no standard: what flufl.bounce makes of them."""
    if _automatic(mail) and not _from_a_server(mail):
        return None
    temporary, permanent = _scanned(mail)
    about = id or _returned(mail) or _quoted(mail)
    if permanent:
        return Verdict(Sort.FAILED, about, permanent, _status_in(mail))
    if temporary:
        return Verdict(Sort.DELAYED, about, temporary)
    return None


def _scanned(mail: Message) -> tuple[str, str]:
    """The first address that failed for now, and the first that failed for good; empty where there is none."""
    temporary, permanent = all_failures(mail)
    if permanent and _status_in(mail).startswith("4"):
        temporary, permanent = permanent, frozenset()
    return _first(temporary), _first(permanent)


def _first(addresses: frozenset[bytes]) -> str:
    return min((one.decode("utf-8", "replace").lower() for one in addresses), default="")


def _status_in(mail: Message) -> str:
    found = _STATUS.search(_text(mail))
    return found[0] if found else ""


def _by_address(mail: Message, ours: str) -> str:
    """VERP: the address it came back to has our id after the plus sign."""
    local, _, domain = ours.lower().partition("@")
    if not domain:
        return ""
    pattern = re.compile(rf"{re.escape(local)}\+([0-9a-f]{{24}})@{re.escape(domain)}", re.IGNORECASE)
    for name in ("Delivered-To", "X-Original-To", "Envelope-To", "To", "X-Failed-Recipients"):
        for value in mail.get_all(name, []):
            if found := pattern.search(str(value)):
                return found[1].lower()
    return ""


def _returned(mail: Message) -> str:
    """The Message-ID of the email that is returned with the report, whole or only its head."""
    for part in mail.walk():
        if part.get_content_type() in {"message/rfc822", "text/rfc822-headers", "message/rfc822-headers"}:
            payload = part.get_payload()
            inner = payload[0] if isinstance(payload, list) and payload else None
            text = inner.as_string() if isinstance(inner, Message) else _decoded(part)
            for line in re.findall(r"^Message-ID:\s*(<[^>]+>)", text, re.IGNORECASE | re.MULTILINE):
                if found := _IN_MESSAGE_ID.fullmatch(line):
                    return found[1]
    return ""


def _quoted(mail: Message) -> str:
    found = re.search(r"^>?\s*Message-ID:\s*<([0-9a-f]{24})@", _text(mail), re.IGNORECASE | re.MULTILINE)
    return found[1] if found else ""


def _answers(mail: Message) -> str:
    """The email of ours that this is an answer to."""
    for name in ("In-Reply-To", "References"):
        if found := _IN_MESSAGE_ID.search(str(mail.get(name, ""))):
            return found[1]
    return ""


def _automatic(mail: Message) -> bool:
    """RFC 3834 and what older programs write instead."""
    said = str(mail.get("Auto-Submitted", "no")).strip().lower()
    if said and not said.startswith("no"):
        return True
    if any(mail.get(name) for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress", "List-Id")):
        return True
    if str(mail.get("Precedence", "")).strip().lower() in {"bulk", "junk", "list", "auto_reply"}:
        return True
    if str(mail.get("Return-Path", "")).strip() == "<>" and not _from_a_server(mail):
        return True
    return bool(_AUTOMATIC_SUBJECT.match(_subject(mail)))


def _from_a_server(mail: Message) -> bool:
    local = _sender(mail).partition("@")[0]
    return local.startswith(_POSTMASTERS)


def _sender(mail: Message) -> str:
    found = getaddresses([str(one) for one in mail.get_all("From", [])])
    return found[0][1].lower() if found and "@" in found[0][1] else ""


def _subject(mail: Message) -> str:
    try:
        return str(make_header(decode_header(str(mail.get("Subject", "")))))
    except (MessageError, ValueError, LookupError):
        return ""


def _recipient(field: str) -> str:
    """``rfc822; somebody@example.org`` as the bare address."""
    address = field.rpartition(";")[2].strip().strip("<>")
    return address.lower() if "@" in address else ""


def _has(mail: Message, media_type: str) -> bool:
    return any(part.get_content_type() == media_type for part in mail.walk())


def _text(mail: Message) -> str:
    return "\n".join(_texts(mail))


def _texts(mail: Message) -> Iterator[str]:
    for part in mail.walk():
        if part.get_content_maintype() == "text":
            yield _decoded(part)


def _decoded(part: Message) -> str:
    payload = part.get_payload(decode=True)
    return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else str(part.get_payload())


def words(raw: bytes) -> str:
    """What a person wrote, without what they quote."""
    mail = message_from_bytes(raw[:LARGEST], policy=policy.compat32)
    plain = next((_decoded(part) for part in mail.walk() if part.get_content_type() == "text/plain"), "")
    kept = []
    for line in plain.splitlines():
        if line.startswith(">") or _QUOTES.search(line):
            break
        kept.append(line.strip())
    return " ".join(" ".join(kept).split())
