"""Mail as it comes back, made for the tests in the manner of many servers and people; all of it invented.

``many`` gives five hundred with what each of them is.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage, Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

from channels._bounces import Sort

OURS = "bounces@school.example"
DOMAIN = "school.example"


@dataclass(frozen=True)
class Returned:
    """``id`` is ours, empty where the mail does not say; ``address`` whose it is."""

    raw: bytes
    sort: Sort
    id: str = ""
    address: str = ""
    status: str = ""
    name: str = ""


def _fields(**fields: str) -> Message:
    block = Message()
    for name, value in fields.items():
        block[name.replace("_", "-")] = value
    return block


def _original(id: str, to: str) -> MIMEText:
    head = f"From: office@{DOMAIN}\nTo: {to}\nSubject: Our trip\nMessage-ID: <{id}@{DOMAIN}>\nMIME-Version: 1.0\n"
    return MIMEText(head, "rfc822-headers")


def report(
    id: str, to: str, *, action: str = "failed", status: str = "5.1.1", envid: bool = True, verp: bool = False,
    returned: bool = True, whole: bool = False, sender: str = "MAILER-DAEMON@mx.example.org",
    subject: str = "Undelivered",
) -> bytes:  # fmt: skip
    """RFC 3464, as Postfix, Exim (lately), Sendmail, Exchange Online and Gmail write it."""
    mail = MIMEMultipart("report", report_type="delivery-status")
    local, _, domain = OURS.partition("@")
    mail["From"], mail["To"] = f"Mail Delivery System <{sender}>", f"{local}+{id}@{domain}" if verp else OURS
    mail["Subject"], mail["Auto-Submitted"] = subject, "auto-replied"
    mail.attach(MIMEText(f"I'm sorry to have to inform you that your message to <{to}> could not be delivered."))
    status_part = MIMEBase("message", "delivery-status")
    whole_report = {"Reporting_MTA": "dns; mx.example.org"}
    if envid:
        whole_report["Original_Envelope_Id"] = id
    blocks: list[Message | str] = [
        _fields(**whole_report),
        _fields(Final_Recipient=f"rfc822; {to}", Action=action, Status=status, Diagnostic_Code=f"smtp; 550 {status}"),
    ]
    status_part.set_payload(blocks)
    mail.attach(status_part)
    if returned and whole:
        part = MIMEBase("message", "rfc822")
        inner = MIMEText("Bring a coat.")
        inner["Message-ID"], inner["To"] = f"<{id}@{DOMAIN}>", to
        part.set_payload([inner])
        mail.attach(part)
    elif returned:
        mail.attach(_original(id, to))
    return mail.as_bytes()


def qmail(id: str, to: str) -> bytes:
    return (
        f"From: MAILER-DAEMON@mx.example.org\nTo: {OURS}\nSubject: failure notice\n\n"
        "Hi. This is the qmail-send program at mx.example.org.\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
        "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
        f"<{to}>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
        "--- Below this line is a copy of the message.\n\n"
        f"Return-Path: <{OURS}>\nMessage-ID: <{id}@{DOMAIN}>\nSubject: Our trip\n\nBring a coat.\n"
    ).encode()


def exim(id: str, to: str) -> bytes:
    return (
        f"From: Mail Delivery System <Mailer-Daemon@mx.example.org>\nTo: {OURS}\nX-Failed-Recipients: {to}\n"
        "Auto-Submitted: auto-replied\nSubject: Mail delivery failed: returning message to sender\n\n"
        "This message was created automatically by mail delivery software.\n\n"
        "A message that you sent could not be delivered to one or more of its\n"
        "recipients. This is a permanent error. The following address(es) failed:\n\n"
        f"  {to}\n    550 5.1.1 Unrouteable address\n\n"
        "------ This is a copy of the message, including all the headers. ------\n\n"
        f"Message-ID: <{id}@{DOMAIN}>\nSubject: Our trip\n\nBring a coat.\n"
    ).encode()


def complaint(id: str, to: str, kind: str = "abuse") -> bytes:
    mail = MIMEMultipart("report", report_type="feedback-report")
    mail["From"], mail["To"], mail["Subject"] = "Feedback <fbl@mail.example.net>", OURS, "FW: Our trip"
    mail.attach(MIMEText("This is an email abuse report."))
    part = MIMEBase("message", "feedback-report")
    part.set_payload([_fields(Feedback_Type=kind, User_Agent="Some/1.0", Version="1", Original_Rcpt_To=to)])
    mail.attach(part)
    mail.attach(_original(id, to))
    return mail.as_bytes()


def letter(sender: str, subject: str, text: str, **heads: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, OURS, subject
    for name, value in heads.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail.as_bytes()


AWAY: tuple[tuple[str, dict[str, str]], ...] = (
    ("Out of office: Our trip", {}),
    ("Automatic reply: Our trip", {"X_Auto_Response_Suppress": "All"}),
    ("Re: Our trip", {"Auto_Submitted": "auto-replied"}),
    ("Re: Our trip", {"Precedence": "auto_reply"}),
    ("Réponse automatique : Our trip", {}),
    ("Abwesenheitsnotiz", {"Auto_Submitted": "auto-generated"}),
    ("Thank you for your message", {"X_Autoreply": "yes"}),
    ("Re: Our trip", {"Return_Path": "<>"}),
)
JUNK = (
    ("deals@shop.example.com", "80 % off everything", "Buy now."),
    ("prince@example.com", "A business proposal", "Dear friend, I have ten million."),
    ("", "No sender", "Nothing."),
    ("someone@example.com", "Hello", "Wrong address, perhaps."),
)


def many(number: int = 500) -> Iterator[Returned]:
    """The same five hundred each time, in a mixed order."""
    chance = random.Random(464)
    made = [
        _KINDS[at % len(_KINDS)](f"{chance.getrandbits(96):024x}", f"parent{at}@example.org", at)
        for at in range(number)
    ]
    chance.shuffle(made)
    yield from made


Make = Callable[[str, str, int], Returned]


def _failed(name: str, **how: object) -> Make:
    def make(id: str, to: str, at: int) -> Returned:
        status = str(how.get("status", "5.1.1"))
        return Returned(report(id, to, **how), Sort.FAILED, id, to, status, name)  # type: ignore[arg-type]

    return make


def _away(id: str, to: str, at: int) -> Returned:
    subject, heads = AWAY[at // len(_KINDS) % len(AWAY)]
    raw = letter(to, subject, "I am away until Monday.", In_Reply_To=f"<{id}@{DOMAIN}>", **heads)
    return Returned(raw, Sort.AUTOMATIC, "", to, name=f"away: {subject}")


def _junk(id: str, to: str, at: int) -> Returned:
    sender, subject, text = JUNK[at // len(_KINDS) % len(JUNK)]
    raw = letter(sender, subject, text) if sender else f"Subject: {subject}\n\n{text}\n".encode()
    return Returned(raw, Sort.JUNK, "", sender, name=f"junk: {subject}")


def _broken(id: str, to: str, at: int) -> Returned:
    return Returned(bytes(random.Random(at).randrange(256) for _ in range(400)), Sort.JUNK, name="noise")


_KINDS: tuple[Make, ...] = (
    _failed("postfix"),
    _failed("envelope id alone", returned=False),
    _failed("message id alone", envid=False),
    _failed("message id, whole mail returned", envid=False, whole=True),
    _failed("the address alone is ours", envid=False, returned=False, verp=True),
    _failed("mailbox full", status="5.2.2"),
    _failed("not let in", status="5.7.1"),
    _failed("exchange", sender="postmaster@outlook.example.com", subject="Undeliverable: Our trip"),
    _failed("gave up after days", status="4.4.7"),
    lambda id, to, at: Returned(report(id, to, envid=False, returned=False), Sort.FAILED, "", to, "5.1.1", "address"),
    lambda id, to, at: Returned(qmail(id, to), Sort.FAILED, id, to, "5.1.1", "qmail"),
    lambda id, to, at: Returned(exim(id, to), Sort.FAILED, id, to, "5.1.1", "exim"),
    lambda id, to, at: Returned(
        report(id, to, action="delayed", status="4.4.1"), Sort.DELAYED, id, to, "4.4.1", "slow"
    ),
    lambda id, to, at: Returned(report(id, to, action="relayed", status="2.0.0"), Sort.DELAYED, id, to, "2.0.0", "on"),
    lambda id, to, at: Returned(
        report(id, to, action="delivered", status="2.1.5"), Sort.ARRIVED, id, to, "2.1.5", "ok"
    ),
    lambda id, to, at: Returned(complaint(id, to), Sort.COMPLAINT, id, to, name="complaint"),
    lambda id, to, at: Returned(complaint(id, to, "not-spam"), Sort.AUTOMATIC, name="no complaint"),
    _away,
    _away,
    lambda id, to, at: Returned(
        letter(to, "Re: Our trip", "Thank you, we will bring one.\n\n> Bring a coat.", In_Reply_To=f"<{id}@{DOMAIN}>"),
        Sort.REPLY,
        id,
        to,
        name="reply",
    ),
    lambda id, to, at: Returned(
        letter(to, "Re: Our trip", "Which coat?"), Sort.REPLY, "", to, name="reply without head"
    ),
    lambda id, to, at: Returned(
        letter(to, "News", "This week", List_Id="<news.example.org>", Precedence="bulk"),
        Sort.AUTOMATIC,
        "",
        to,
        name="list",
    ),
    _junk,
    _junk,
    _broken,
)
