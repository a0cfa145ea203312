"""contacts.csv: one row per adult or organisation."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from babel import Locale

from notifier.directory.addresses import (
    NOT_GIVEN,
    BadAddress,
    Number,
    misspelt_domain,
    read_email,
    read_number,
    read_postcode,
)
from notifier.directory.pupils import looks_like_another, met_before
from notifier.directory.table import Row, Schema, Table
from notifier.model.directory import Contact

SCHEMA = Schema(
    file="contacts.csv",
    columns=(
        "contact_id",
        "title",
        "forename",
        "surname",
        "salutation",
        "email",
        "mobile",
        "phone",
        "address_1",
        "address_2",
        "address_3",
        "town",
        "postcode",
        "household",
        "language",
    ),
    required=("contact_id", "forename", "surname"),
    again=frozenset({"contact_id", "title", "forename", "surname", "town", "household", "language"}),
)

LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")


@dataclass(slots=True)
class Contacts:
    """``good`` by id; ``lines`` maps every id met, of unusable rows too, to the line where it stands first."""

    good: dict[str, Contact] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)


def read_contacts(table: Table) -> Contacts:
    found = Contacts()
    looks: dict[str, str] = {}
    for row in table.rows():
        id, title, forename, surname, salutation, email, mobile, phone, one, two, three, town, code, home, tag = (
            row.cells
        )
        if not id:
            row.report("id-missing", "contact_id", "This row has no contact_id. Give every contact an id of their own.")
            continue
        if row.damaged:
            found.lines.setdefault(id, row.line)
            continue
        looks_like_another(row, "contact_id", id, looks)
        if not forename and not surname:
            row.report("name-missing", "surname", f"Contact {id} has no name. An organisation's goes under surname.")
        contact = Contact(
            id=id,
            title=title,
            forename=forename,
            surname=surname,
            salutation=salutation,
            email=_email(row, id, email) if email else "",
            **_numbers(row, id, mobile, phone),
            address=_address(row, id, (one, two, three), town, code),
            postcode=_postcode(row, code) if code else "",
            household=home,
            language=_language(row, tag) if tag else "",
        )
        if met_before(row, "contact_id", id, found.lines, same=found.good.get(id) == contact):
            continue
        if not row.spoilt:
            found.good[id] = contact
    return found


def _not_given(row: Row, column: str, cell: str) -> bool:
    if cell.lower() not in NOT_GIVEN:
        return False
    row.advise(
        "address-words",
        column,
        f"The word in {column} counts as a blank cell. Leave the cell blank when there is nothing.",
        f"{{count}} cells of {column} hold a word for nothing and count as blank",
    )
    return True


def _email(row: Row, id: str, cell: str) -> str:
    if _not_given(row, "email", cell):
        return ""
    try:
        email = read_email(cell)
    except BadAddress as fault:
        row.report(fault.id, "email", str(fault))
        return ""
    meant = misspelt_domain(email)
    if meant:
        row.advise(
            "email-misspelt",
            "email",
            f"The email address of {id} is used as it stands, but did you mean {meant}?",
            "{count} email addresses look misspelt, for example at gmail.com; look at them again",
        )
    return email


def _numbers(row: Row, id: str, mobile_cell: str, phone_cell: str) -> Mapping[str, str]:
    """Both numbers. What takes no text moves from ``mobile`` to an empty ``phone``."""
    mobile = _number(row, "mobile", mobile_cell) if mobile_cell else None
    phone = _number(row, "phone", phone_cell) if phone_cell else None
    if mobile and not mobile.mobile:
        row.advise(
            "mobile-not-mobile",
            "mobile",
            f"The number under mobile of {id} is not a mobile number, so no text can reach it. "
            "Move it to the column phone.",
            "{count} numbers under mobile are not mobile numbers, so no text can reach them; "
            "move them to the column phone",
        )
        if phone is None and not phone_cell:
            mobile, phone = None, mobile
    return {"mobile": mobile.e164 if mobile else "", "phone": phone.e164 if phone else ""}


def _number(row: Row, column: str, cell: str) -> Number | None:
    if _not_given(row, column, cell):
        return None
    try:
        number = read_number(cell)
    except BadAddress as fault:
        row.report(fault.id, column, str(fault))
        return None
    if number.extension:
        row.advise(
            "number-extension",
            column,
            "The extension of this number is left off. Ask for a number that can be dialled directly.",
            "{count} numbers have an extension, which is left off",
        )
    return number


def _address(row: Row, id: str, lines: Sequence[str], town: str, postcode: str) -> tuple[str, ...]:
    """The lines and the town. A town alone is no address: it would make one home of all who live there."""
    written = tuple(line for line in lines if line)
    if (written and not postcode) or (not written and (town or postcode)):
        row.advise(
            "address-incomplete",
            "postcode" if written else "address_1",
            f"The address of {id} lacks its {'postcode' if written else 'first line'}, so no letter can go there.",
            "{count} addresses lack their first line or their postcode, so no letter can go there",
        )
    return (*written, town) if written and town else written


def _postcode(row: Row, cell: str) -> str:
    postcode, british = read_postcode(cell)
    if not british:
        row.advise(
            "postcode-doubtful",
            "postcode",
            "This is not a British postcode and is used as it stands. Correct it unless the address is abroad.",
            "{count} postcodes are not British and are used as they stand",
        )
    return postcode


def _language(row: Row, cell: str) -> str:
    """A language tag from a tag or from a language's English name."""
    if LANGUAGE_TAG.fullmatch(cell):
        return cell.replace("_", "-")
    tag = _language_tags().get(cell.lower(), "")
    if not tag:
        row.advise(
            "language-unknown",
            "language",
            "This language is not known, so the school's own is used. Write its code, for example ur for Urdu.",
            "{count} languages are not known, so the school's own is used there; write codes, for example ur for Urdu",
        )
    return tag


@cache
def _language_tags() -> Mapping[str, str]:
    return {str(name).lower(): str(tag).replace("_", "-") for tag, name in Locale("en").languages.items()}
