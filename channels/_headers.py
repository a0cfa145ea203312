"""What may stand in an email's head, and how (RFC 5322, 2047). Line breaks and control characters are refused."""

import base64
import re
from functools import lru_cache

# One address, plainly written: no quotes, comments, lists, brackets or white space that a parser could cut at.
_ADDRESS = re.compile(r"[^\s\"(),:;<>@\[\\\]]+@[^\s\"(),:;<>@\[\\\]_]+")
_USUAL_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+")
"""Nothing in it that ``_ADDRESS`` or ``checked`` would refuse."""
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+( [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")
_ID = re.compile(r"[A-Za-z0-9._=+-]{1,120}")
_BAD = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""Control characters, line separators, halves of characters."""
_WORD_BYTES = 39
_LINE = 76
_LONGEST = 990


class Unfit(ValueError):
    """What no header may hold. The words are for staff and hold no address."""


def checked(text: str, what: str) -> str:
    """``text`` without line breaks and control characters, or Unfit."""
    if _BAD.search(text):
        raise Unfit(f"The {what} holds a line break or a control character; take it out.")
    return text


def address(text: str) -> str:
    """One bare address, its domain in ASCII."""
    if _USUAL_ADDRESS.fullmatch(text) and len(text) <= 254:
        return text
    if not _ADDRESS.fullmatch(checked(text, "email address")) or len(text) > 254:
        raise Unfit("That is not one email address; correct it in contacts.csv.")
    local, _, domain = text.rpartition("@")
    if domain.isascii():
        return text
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        raise Unfit("That is not an email address that can be written to; correct it in contacts.csv.") from None


def message_id(id: str, domain: str) -> str:
    if not (id.isalnum() and id.isascii() and len(id) <= 120) and not _ID.fullmatch(id):
        raise Unfit("The message's id is not made of letters and digits.")
    return f"<{id}@{domain}>"


def mailbox(name: str, bare: str) -> str:
    """``name <address>``; long or foreign names as encoded words."""
    shown, bare = phrase(name.strip()), address(bare)
    return f"{shown} <{bare}>" if shown else bare


def named(text: str) -> tuple[str, str]:
    """Name and address of one mailbox as people write it: ``Office <office@example.org>``, or the bare address."""
    name, bracket, rest = checked(text, "address").rpartition("<")
    if not bracket:
        return "", address(text.strip())
    if not rest.endswith(">"):
        raise Unfit("That is not one email address.")
    return name.strip().strip('"'), address(rest[:-1].strip())


def listed(text: str) -> str:
    """The same, as a header holds it."""
    return mailbox(*named(text))


@lru_cache(maxsize=1024)
def phrase(name: str) -> str:
    if len(name) <= 60 and _ATOMS.fullmatch(name) and "=?" not in name:
        return name
    checked(name, "name")
    if name.isascii() and len(name) <= 60 and "=?" not in name:
        return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"' if name else ""
    return encoded_words(name)


@lru_cache(maxsize=256)
def unstructured(text: str) -> str:
    """A subject: folded at its spaces where it is plain ASCII, else as encoded words."""
    checked(text, "subject")
    words = text.split(" ")
    if not text.isascii() or "=?" in text or "" in words or any(len(word) > _LINE - 12 for word in words):
        return encoded_words(text)
    lines, room = [""], _LINE - len("Subject: ")
    for word in words:
        if len(lines[-1]) + len(word) + 1 > room:
            lines.append("")
            room = _LINE
        lines[-1] += f" {word}"
    return "\r\n".join(line for line in lines if line).lstrip(" ")


def structured(name: str, value: str) -> str:
    """A whole header line whose value is plain ASCII and goes as it is."""
    if not _HEADER_NAME.fullmatch(name):
        raise Unfit("A header's name holds what none may hold.")
    if not checked(value, f"header {name}").isascii() or len(value) > _LONGEST:
        raise Unfit(f"The header {name} is too long or not plain ASCII.")
    return f"{name}: {value}"


def encoded_words(text: str) -> str:
    """RFC 2047, in UTF-8; no character is split, and each line stays within 76 characters."""
    words, chunk = [], b""
    for one in text:
        piece = one.encode("utf-8")
        if len(chunk) + len(piece) > _WORD_BYTES:
            words.append(chunk)
            chunk = b""
        chunk += piece
    if chunk:
        words.append(chunk)
    return "\r\n ".join(f"=?utf-8?b?{base64.b64encode(word).decode('ascii')}?=" for word in words)
