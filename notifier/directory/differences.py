"""What changes between two directories, in words and without any address or number."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import date

from notifier.directory.relationships import name_of
from notifier.model.directory import Arrangement, Contact, Directory, Link, Pupil

CONTACT_WORDS = {
    "title": "name",
    "forename": "name",
    "surname": "name",
    "salutation": "salutation",
    "email": "email address",
    "mobile": "mobile number",
    "phone": "phone number",
    "address": "postal address",
    "postcode": "postal address",
    "household": "household",
    "language": "language",
}
"""Fields of a contact by what the school calls them; what they hold is never told."""


def differences(before: Directory | None, after: Directory | None) -> list[str]:
    """One sentence for each change, grouped: pupils, contacts, links, arrangements, what is held."""
    before, after = before or Directory(), after or Directory()
    return [
        *_pupils(before.pupils, after.pupils),
        *_contacts(before.contacts, after.contacts),
        *_links(before, after),
        *_arrangements(before, after),
        *_standing(before, after),
    ]


def _pupils(before: Mapping[str, Pupil], after: Mapping[str, Pupil]) -> Iterator[str]:
    for id, pupil in after.items():
        old = before.get(id)
        if old is None:
            yield f"New pupil {id} in {pupil.class_}." if pupil.class_ else f"New pupil {id}, in no class."
        elif old != pupil:
            yield from _pupil(old, pupil)
    for id in before:
        if id not in after:
            yield f"Pupil {id} is no longer in the files."


def _pupil(old: Pupil, new: Pupil) -> Iterator[str]:
    if (old.forename, old.surname) != (new.forename, new.surname):
        yield f"{new.id} has a new name."
    if old.class_ != new.class_:
        yield f"{new.id} moves from {old.class_ or 'no class'} to {new.class_ or 'no class'}."
    if old.year != new.year:
        yield f"{new.id} is now in year {new.year}." if new.year else f"{new.id} has no year any more."
    for group in new.groups:
        if group not in old.groups:
            yield f"{new.id} joins the group {group}."
    for group in old.groups:
        if group not in new.groups:
            yield f"{new.id} leaves the group {group}."
    for attribute, verb in (("admitted_on", "is admitted on"), ("left_on", "has the last day")):
        was, day = getattr(old, attribute), getattr(new, attribute)
        if was != day:
            yield f"{new.id} {verb} {written(day)}." if day else f"{new.id} has no date under {attribute} any more."


def _contacts(before: Mapping[str, Contact], after: Mapping[str, Contact]) -> Iterator[str]:
    for id, contact in after.items():
        old = before.get(id)
        if old is None:
            yield f"New contact {id}."
        elif old != contact:
            yield from _contact(old, contact)
    for id in before:
        if id not in after:
            yield f"Contact {id} is no longer in the files."


def _contact(old: Contact, new: Contact) -> Iterator[str]:
    told = set()
    for attribute, word in CONTACT_WORDS.items():
        was, now = getattr(old, attribute), getattr(new, attribute)
        if was == now or word in told:
            continue
        told.add(word)
        if now and not was:
            yield f"{new.id} now has {_a(word)}."
        elif now:
            yield f"{new.id} has a new {word}."
        else:
            yield f"{new.id} has no {word} any more."


def _links(before: Directory, after: Directory) -> Iterator[str]:
    old_links = {(link.pupil_id, link.contact_id): link for link in before.links}
    new_links = {(link.pupil_id, link.contact_id): link for link in after.links}
    for pair, link in new_links.items():
        old = old_links.get(pair)
        if old is None:
            yield f"{link.contact_id} is now linked to {link.pupil_id} ({name_of(link.relationship)})."
        elif old != link:
            yield from _link(old, link)
    for pupil_id, contact_id in old_links:
        if (pupil_id, contact_id) not in new_links:
            yield f"{contact_id} is no longer linked to {pupil_id} and hears nothing more about this child."


def _link(old: Link, new: Link) -> Iterator[str]:
    names = {"responsibility": "parental responsibility", "lives_with": "lives with"}
    for field in fields(Link):
        was, now = getattr(old, field.name), getattr(new, field.name)
        if was != now:
            word = names.get(field.name, field.name.replace("_", " "))
            yield f"{new.contact_id} for {new.pupil_id}: {word} is now {_shown(now)}, was {_shown(was)}."


def _arrangements(before: Directory, after: Directory) -> Iterator[str]:
    old_rows, new_rows = _by_key(before), _by_key(after)
    for key, row in new_rows.items():
        old = old_rows.get(key)
        if old is None:
            end = f", ended on {written(row.ended_on)}" if row.ended_on else ""
            yield f"New {_about(row)}{end}."
        elif old != row:
            yield from _arrangement(old, row)
    for key, row in old_rows.items():
        if key not in new_rows:
            yield f"The {_about(row)} is gone."


def _arrangement(old: Arrangement, new: Arrangement) -> Iterator[str]:
    what = f"The {_about(new)}"
    if new.recorded and not old.recorded:
        yield f"{what} is no longer in the files and stays in force from the record."
    if old.recorded and not new.recorded:
        yield f"{what} is in the files again."
    if old.ended_on != new.ended_on:
        yield f"{what} ends: ended on {written(new.ended_on)}." if new.ended_on else f"{what} is in force again."
    if old.until != new.until:
        yield f"{what} now runs until {written(new.until)}." if new.until else f"{what} no longer has a last day."
    if old.value != new.value:
        yield f"{what} has another value."
    if old.evidence != new.evidence:
        yield f"{what} has new evidence." if new.evidence else f"{what} has no evidence any more."


def arrangement_changes(before: Directory | None, after: Directory) -> list[tuple[str, str, tuple[str, ...]]]:
    """What became of arrangements: what, who recorded it in the register (or the files), and the ids it is about."""
    before = before or Directory()
    old_rows, new_rows = _by_key(before), _by_key(after)
    found = []
    for key, row in new_rows.items():
        old = old_rows.get(key)
        if old != row:
            found.append((f"arrangement {_became(old, row)}: {row.sort}", row.recorded_by or FILES, _whom(row)))
    gone = (row for key, row in old_rows.items() if key not in new_rows)
    found += [(f"arrangement gone: {row.sort}", FILES, _whom(row)) for row in gone]
    for what, pairs in (("set", after.flags - before.flags), ("cleared", before.flags - after.flags)):
        found += [(f"court_order {what}", FILES, pair) for pair in sorted(pairs)]
    return found


FILES = "families' files"


def _became(old: Arrangement | None, new: Arrangement) -> str:
    if old is None:
        return "added"
    if new.recorded != old.recorded:
        return "kept from the record" if new.recorded else "in the files again"
    return "ended" if new.ended_on and not old.ended_on else "changed"


def _whom(row: Arrangement) -> tuple[str, ...]:
    return (row.contact_id, row.pupil_id) if row.pupil_id else (row.contact_id,)


def _standing(before: Directory, after: Directory) -> Iterator[str]:
    for contact_id, pupil_id in sorted(after.flags - before.flags):
        yield f"court_order is now yes for {contact_id} and {pupil_id}."
    for contact_id, pupil_id in sorted(before.flags - after.flags):
        yield f"court_order is no longer yes for {contact_id} and {pupil_id}."
    for contact_id in sorted(after.silenced - before.silenced):
        yield f"{contact_id} receives nothing until a row about them can be read."
    for contact_id in sorted(before.silenced - after.silenced):
        yield f"{contact_id} is no longer held back by a row that could not be read."
    for was, now in ((before.held, after.held), (before.refuses, after.refuses)):
        if now and now != was:
            yield now
    if (before.held or before.refuses) and not (after.held or after.refuses):
        yield "The register of arrangements can be read again."


def _by_key(directory: Directory) -> dict[tuple[object, ...], Arrangement]:
    """Rows by their key and, where it comes more than once, their number."""
    rows: dict[tuple[object, ...], Arrangement] = {}
    for row in directory.arrangements:
        number = 0
        while (row.key, number) in rows:
            number += 1
        rows[row.key, number] = row
    return rows


def _about(row: Arrangement) -> str:
    scope = f" ({', '.join(sorted(row.scope))})" if row.scope else ""
    return f"{row.sort} for {row.contact_id} about {row.pupil_id or 'all their pupils'}{scope}"


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "blank" if value is None else str(value)


def _a(word: str) -> str:
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"


def written(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
