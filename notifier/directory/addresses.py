"""Email addresses, telephone numbers and postcodes as a school types them.

The common shapes are recognised without the large parsers, which cost thirty
millionths of a second each: that matters for a trust of 100,000 pupils.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from email_validator import EmailNotValidError, validate_email

REGION = "GB"

NOT_GIVEN = frozenset(
    {"-", "--", "?", "n/a", "na", "nil", "no", "none", "not given", "not known", "unknown", "no email", "no mobile"}
)
"""What is typed into a cell to say that there is nothing."""

EMAIL_LIKE = re.compile(r"[^@\s,;/]+@[^@\s,;/]+")
PLAIN_LOCAL = re.compile(r"[A-Za-z0-9_+'-]+(?:\.[A-Za-z0-9_+'-]+)*")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
FORMATTING = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")

MISSPELT = {
    "gmial.com": "gmail.com",
    "gmai.com": "gmail.com",
    "gmal.com": "gmail.com",
    "gamil.com": "gmail.com",
    "gmail.co": "gmail.com",
    "gmail.con": "gmail.com",
    "googlemail.co": "googlemail.com",
    "hotmial.com": "hotmail.com",
    "hotmal.com": "hotmail.com",
    "hotmail.con": "hotmail.com",
    "hotmai.com": "hotmail.com",
    "hotmail.co": "hotmail.com",
    "hotmial.co.uk": "hotmail.co.uk",
    "outlok.com": "outlook.com",
    "outlook.con": "outlook.com",
    "iclould.com": "icloud.com",
    "icloud.co": "icloud.com",
    "yaho.com": "yahoo.com",
    "yahoo.con": "yahoo.com",
    "yaho.co.uk": "yahoo.co.uk",
    "yahoo.couk": "yahoo.co.uk",
    "btinternet.co": "btinternet.com",
    "btintenet.com": "btinternet.com",
}
"""Slips that are valid domains to a parser and nobody's mailbox to a parent."""

NUMBER_NOISE = re.compile(r"[\s().\-/\u2010-\u2015]+")
GB_MOBILE = re.compile(r"(?:\+440?|00440?|0)?(7\d{9})")
GB_RINGING = re.compile(r"(?:\+440?|00440?|0)([123]\d{9})")
SPREADSHEET = re.compile(r"\+?\d+(?:[.,]\d+)?E\+?\d+|#+", re.IGNORECASE)
EXTENSION = re.compile(r"[\s,;]*(?:ext(?:ension|n)?|x)\.?\s*\d{1,6}$", re.IGNORECASE)
SEVERAL = re.compile(r"[,;/&|]|\bor\b|\band\b", re.IGNORECASE)
MANY_DIGITS = re.compile(r"(?:\d\D?){9,}")

POSTCODE = re.compile(r"([A-Z]{1,2}\d[A-Z\d]?|GIR|BFPO)(\d[A-Z]{2}|0AA|\d{1,4})")


class BadAddress(ValueError):
    """``id`` is the fault's id, the text its sentence; neither holds the address itself."""

    def __init__(self, id: str, sentence: str) -> None:
        super().__init__(sentence)
        self.id = id


@dataclass(frozen=True, slots=True)
class Number:
    """``e164`` like ``+447700900123``; ``mobile`` False where no text can arrive."""

    e164: str
    mobile: bool
    extension: bool = False


def read_email(cell: str) -> str:
    """The address, trimmed and valid; raises BadAddress. The domain is not looked up."""
    if CONTROL.search(cell):
        raise BadAddress(
            "email-control", "This email address holds an invisible control character. Delete the cell and retype it."
        )
    cell = (cell if cell.isascii() else FORMATTING.sub("", cell)).removeprefix("mailto:")
    if cell.count("@") > 1 and len(EMAIL_LIKE.findall(cell)) > 1:
        raise BadAddress("email-two", "There are two email addresses in this cell. Give each adult one.")
    local, _, domain = cell.partition("@")
    if PLAIN_LOCAL.fullmatch(local) and len(local) <= 64 and len(cell) <= 254:
        reason = _domain_fault(domain.lower())
    else:
        reason = _email_fault(cell)
    if reason:
        raise BadAddress("email-unreadable", f"This email address cannot be right. {reason} Ask the family for it.")
    return cell


def misspelt_domain(email: str) -> str:
    """The domain that was probably meant, empty when nothing is odd."""
    return MISSPELT.get(email.rpartition("@")[2].lower(), "")


@lru_cache(maxsize=16384)
def _domain_fault(domain: str) -> str:
    return _email_fault(f"a@{domain}")


def _email_fault(email: str) -> str:
    try:
        validate_email(email, check_deliverability=False, strict=True)
    except EmailNotValidError as fault:
        return str(fault)
    return ""


def read_number(cell: str) -> Number:
    """The number in E.164, British unless it says otherwise; raises BadAddress."""
    text = (cell if cell.isascii() else FORMATTING.sub("", cell)).lstrip("'").removeprefix("tel:").strip()
    compact = NUMBER_NOISE.sub("", text)
    mobile = GB_MOBILE.fullmatch(compact)
    if mobile:
        return Number(f"+44{mobile[1]}", _british_mobile(mobile[1]))
    ringing = GB_RINGING.fullmatch(compact)
    if ringing:
        return Number(f"+44{ringing[1]}", False)
    return _odd_number(text)


def _british_mobile(national: str) -> bool:
    """070 is a personal number and 076 a pager, but 07624 is the Isle of Man's mobiles."""
    return national[1] != "0" and (national[1] != "6" or national.startswith("7624"))


@lru_cache(maxsize=4096)
def _odd_number(text: str) -> Number:
    if SPREADSHEET.fullmatch(text.replace(" ", "")):
        raise BadAddress(
            "number-spoilt",
            "The spreadsheet has spoilt this number. Format the column as text and type the number again.",
        )
    bare = EXTENSION.sub("", text)
    extension = bare != text
    if len([part for part in SEVERAL.split(bare) if MANY_DIGITS.search(part)]) > 1:
        raise BadAddress("number-two", "There are two numbers in this cell. Keep one; there is a column for another.")
    if any(character.isalpha() for character in bare):
        raise BadAddress("number-letters", "There are letters in this number. Write only the number.")
    bare = re.sub(r"(?<=\d{9})\.0$", "", bare)
    try:
        parsed = phonenumbers.parse(bare, REGION)
    except phonenumbers.NumberParseException:
        raise _no_number() from None
    possible = phonenumbers.is_possible_number_with_reason(parsed)
    if possible != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise _no_number()
    e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    if e164.startswith("+447") and len(e164) != len("+447700900123"):
        raise _no_number()
    return Number(e164, _takes_texts(parsed, e164), extension)


def _no_number() -> BadAddress:
    return BadAddress(
        "number-unreadable",
        "This is not a whole telephone number. Write it with its area code, as in 020 7946 0123.",
    )


def _takes_texts(parsed: phonenumbers.PhoneNumber, e164: str) -> bool:
    if e164.startswith("+44"):
        national = e164.removeprefix("+44")
        return national.startswith("7") and _british_mobile(national)
    kind = phonenumbers.number_type(parsed)
    return kind not in {
        phonenumbers.PhoneNumberType.FIXED_LINE,
        phonenumbers.PhoneNumberType.PAGER,
        phonenumbers.PhoneNumberType.PERSONAL_NUMBER,
        phonenumbers.PhoneNumberType.TOLL_FREE,
        phonenumbers.PhoneNumberType.PREMIUM_RATE,
        phonenumbers.PhoneNumberType.VOIP,
    }


def read_postcode(cell: str) -> tuple[str, bool]:
    """A British postcode in capitals with its space; False beside one that is not British, as written."""
    compact = re.sub(r"[\s\-]+", "", cell).upper()
    british = POSTCODE.fullmatch(compact)
    return (f"{british[1]} {british[2]}", True) if british else (cell, False)
