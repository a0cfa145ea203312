"""Saved emails (``.eml``). Keys come from the first lines of the body, never from the mail's own headers."""

import re
from email import message_from_bytes
from email.message import EmailMessage, MIMEPart
from email.policy import default
from html import escape

from notifier.intake.documents.draft import Draft
from notifier.intake.documents.text import printable
from notifier.intake.enclosures import enclose
from notifier.intake.pictures import picture
from notifier.logs import logger
from notifier.model.message import Enclosure
from notifier.model.problem import Problem, advice, error, hold

_log = logger("intake")
_ENCRYPTED = frozenset({"multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"})
_SIGNATURES = frozenset({"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"})


def read(content: bytes, name: str) -> Draft:
    try:
        return _read(content, name)
    except (ValueError, LookupError, AttributeError, TypeError, RecursionError) as damage:
        _log.info("a saved email could not be read", file=name, kind=type(damage).__name__)
        return Draft(problems=(_broken(name),))


def _broken(name: str) -> Problem:
    return error(
        "mail-broken",
        f"{name} is damaged or no saved email. Save the email again as .eml, or copy its text into a Word document.",
        name,
    )


def _read(content: bytes, name: str) -> Draft:
    mail = message_from_bytes(content, policy=default)
    if not isinstance(mail, EmailMessage) or not (
        {"from", "date", "mime-version", "content-type", "subject"} & {key.lower() for key in mail}
    ):
        return Draft(problems=(_broken(name),))
    sorts = {part.get_content_type() for part in mail.walk()}
    if sorts & _ENCRYPTED:
        return Draft(
            problems=(error("mail-encrypted", f"{name} is encrypted. Copy its text into a Word document.", name),)
        )
    body = mail.get_body(("html", "plain"))
    html = ""
    if body is not None:
        words = printable(_text(body).replace("\r\n", "\n"))
        html = words if body.get_content_type() == "text/html" else as_html(words)
    pictures, enclosures, problems = _parts(mail, body, html, name)
    if str(mail.get("Auto-Submitted", "no")).partition(";")[0].strip().lower() != "no":  # RFC 3834
        sentence = f"{name} was written by a program, not by a person. It waits until somebody says yes."
        problems = (*problems, hold("mail-machine-made", sentence, name, "S20"))
    return Draft(html=html, leading=True, pictures=pictures, enclosures=enclosures, problems=problems)


def _text(part: MIMEPart) -> str:
    try:
        words = part.get_content()
    except LookupError:  # a character set that nobody knows
        payload = part.get_payload(decode=True)
        words = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
    return words if isinstance(words, str) else ""


def as_html(words: str) -> str:
    """Plain text with its paragraphs and line breaks; every paragraph ends in an empty one, which ends a header."""
    paragraphs = (part.strip("\n") for part in re.split(r"\n[ \t]*\n", words))
    return "<p></p>".join(f"<p>{escape(part, quote=False).replace(chr(10), '<br>')}</p>" for part in paragraphs if part)


def _parts(
    mail: EmailMessage, body: MIMEPart | None, html: str, name: str
) -> tuple[dict[str, Enclosure], tuple[Enclosure, ...], tuple[Problem, ...]]:
    pictures: dict[str, Enclosure] = {}
    enclosures: list[Enclosure] = []
    problems: list[Problem] = []
    inside: set[int] = set()
    for part in mail.walk():
        if id(part) in inside:
            continue
        sort = part.get_content_type()
        if sort == "message/rfc822":
            inside.update(id(inner) for inner in part.walk())
            problems.append(
                advice("mail-in-mail", f"An email attached to {name} does not go out. Attach it as PDF.", name)
            )
            continue
        if part.is_multipart() or part is body or sort in _SIGNATURES:
            continue
        filename = re.split(r"[/\\]", part.get_filename() or "")[-1]
        if sort in {"text/plain", "text/html"} and not filename:
            continue  # the same words in another form
        if sort == "application/ms-tnef" or filename.lower() == "winmail.dat":
            problems.append(
                error(
                    "mail-winmail",
                    f"{name} holds its attachments in Outlook's own packing (winmail.dat). "
                    "Save the attachments and drop them in a folder with the text.",
                    name,
                )
            )
            continue
        content = part.get_payload(decode=True)
        if not isinstance(content, bytes):
            continue
        reference = str(part.get("Content-ID", "")).strip().strip("<>")
        if reference and f"cid:{reference}".lower() in html.lower():
            found = picture(content, "")
            if isinstance(found, Enclosure):
                pictures[f"cid:{reference}"] = found
            continue
        enclosed = enclose(filename or f"attachment.{part.get_content_subtype()}", content)
        if isinstance(enclosed, Enclosure):
            enclosures.append(enclosed)
        else:
            problems.append(enclosed)
    return pictures, tuple(enclosures), tuple(problems)
