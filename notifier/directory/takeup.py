"""Denials come from the newest file, permissions only from a good one (DESIGN 3.1).

Everything here is a pure function of what the files say and the directory in
force before; storing the result is the caller's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from notifier.directory.denials import for_gone_links, recorded, tightened
from notifier.directory.findings import fault
from notifier.directory.reading import ARRANGEMENTS, LINKS, Reading
from notifier.directory.removals import Removals, mass_removal, removals
from notifier.model.directory import BARRING, DENYING, Arrangement, Contact, Directory, Link, Pupil
from notifier.model.problem import Problem

Flags = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class TakeUp:
    """``directory`` is what is in force now, None when there never was a good one.

    It is the same object as before when nothing changed. ``taken``: the files were
    good and are in force as they stand; otherwise only what they deny is.
    """

    directory: Directory | None
    problems: tuple[Problem, ...]
    taken: bool


def take_up(reading: Reading, before: Directory | None) -> TakeUp:
    """Put the files in force as far as they may be.

    Good files: the next version, with every denial and flag of ``before`` that the
    files no longer have kept in force from the record. Files with errors, or good
    ones that remove more than 5 % of pupils, contacts or links: ``before`` under
    their denials.
    """
    if before is None:
        if not reading.sound:
            return TakeUp(None, reading.problems, False)
        return TakeUp(_as_it_stands(reading, Directory(), reading.flags, version=1), reading.problems, True)
    reading = reading.known_again(before)
    gone = removals(reading, before, only_faultless=not reading.sound)
    problems = reading.problems
    if gone.mass:
        problems = (*problems, mass_removal(gone))
    if reading.sound and not gone.mass:
        after = _as_it_stands(reading, before, reading.flags | before.flags)
        return TakeUp(_next(after, before), (*problems, *_told(reading, before)), True)
    after = _under_denials(reading, before, None if gone.mass else gone)
    return TakeUp(_next(after, before), problems, False)


def accept(reading: Reading, before: Directory | None) -> TakeUp:
    """As take_up, but a person has confirmed what the files remove and which flags they cleared.

    Files with errors cannot be accepted. Denying rows stay until a row carries ``ended_on``.
    """
    if before is None:
        return take_up(reading, before)
    known = reading.known_again(before)
    if not known.sound:
        taken = take_up(reading, before)
        sentence = "Nothing was accepted, because the files have errors. Correct them and accept again."
        return replace(taken, problems=(*taken.problems, fault("accept-with-errors", sentence, "families")))
    after = _as_it_stands(known, before, known.flags)
    return TakeUp(_next(after, before), (*known.problems, *_rows_told(known, before)), True)


def preview(reading: Reading, before: Directory | None) -> Directory:
    """The folder as it stands, as if accepted, with every denial and flag of ``before``; nothing is recorded."""
    before = before or Directory()
    reading = reading.known_again(before)
    after = _as_it_stands(reading, before, reading.flags | before.flags)
    return replace(after, version=before.version, silenced=reading.silenced, held=reading.held, refuses=reading.refuses)


def _as_it_stands(reading: Reading, before: Directory, flags: Flags, version: int = 0) -> Directory:
    rows = (*reading.arrangements, *recorded(reading.arrangements, before))
    return _directory(
        pupils=reading.pupils,
        contacts=reading.contacts,
        links=reading.links,
        rows=rows,
        flags=flags,
        before=before,
        spare=before.contacts,
        version=version,
    )


def _under_denials(reading: Reading, before: Directory, gone: Removals | None) -> Directory:
    """``before`` with all that the files deny; ``gone`` is what they surely no longer have and so stops at once."""
    pupils, contacts, links = dict(before.pupils), dict(before.contacts), list(before.links)
    if gone:
        links = [
            link
            for link in links
            if link.pupil_id not in gone.pupils
            and link.contact_id not in gone.contacts
            and (link.pupil_id, link.contact_id) not in gone.links
        ]
        pupils = {id: pupil for id, pupil in pupils.items() if id not in gone.pupils}
        contacts = {id: contact for id, contact in contacts.items() if id not in gone.contacts}
    rows = tightened(reading.arrangements, before, whole=ARRANGEMENTS not in reading.unread)
    after = _directory(
        pupils=pupils,
        contacts=contacts,
        links=links,
        rows=rows,
        flags=reading.flags | before.flags,
        before=before,
        spare={**reading.contacts, **before.contacts},
    )
    stays = before.silenced if reading.unread & {LINKS, ARRANGEMENTS} else frozenset()
    return replace(after, silenced=reading.silenced | stays, held=reading.held, refuses=reading.refuses)


def _directory(
    *,
    pupils: Mapping[str, Pupil],
    contacts: Mapping[str, Contact],
    links: Iterable[Link],
    rows: Iterable[Arrangement],
    flags: Flags,
    before: Directory,
    spare: Mapping[str, Contact],
    version: int = 0,
) -> Directory:
    """In a stable order, so that files sorted otherwise are the same directory.

    Barred adults without a row in ``contacts`` are taken from ``spare``: their
    addresses must still be known to be kept out.
    """
    links = sorted(links, key=lambda link: (link.pupil_id, link.contact_id))
    rows = list(rows)
    rows += for_gone_links(rows, before.links, links)
    barred = {row.contact_id for row in rows if row.sort in BARRING} | {contact_id for contact_id, _ in flags}
    kept = {id: spare[id] for id in barred if id not in contacts and id in spare}
    return Directory(
        version=version,
        pupils=dict(sorted(pupils.items())),
        contacts=dict(sorted({**contacts, **kept}.items())),
        links=tuple(links),
        arrangements=tuple(sorted(rows, key=_row_order)),
        flags=flags,
    )


def _row_order(row: Arrangement) -> tuple[object, ...]:
    ended_on = row.ended_on.isoformat() if row.ended_on else ""
    until = row.until.isoformat() if row.until else ""
    return (*row.key, row.recorded, ended_on, until, row.value, row.evidence, row.recorded_by)


def _next(after: Directory, before: Directory) -> Directory:
    same = replace(after, version=before.version)
    return before if same == before else replace(after, version=before.version + 1)


def _told(reading: Reading, before: Directory) -> list[Problem]:
    """Advice on denials that are no longer in the files and stay from the record."""
    told = _rows_told(reading, before)
    for contact_id, pupil_id in sorted(before.flags - reading.flags):
        sentence = (
            f"court_order of {contact_id} for {pupil_id} is no longer yes in {LINKS} but stays in force. "
            "If that is meant: notifier families accept."
        )
        told.append(fault("flag-recorded", sentence, f"families/{LINKS}", "H34"))
    return told


def _rows_told(reading: Reading, before: Directory) -> list[Problem]:
    """Once for each row, when it has just left the file."""
    there = {row.key for row in reading.arrangements}
    told = []
    for row in before.arrangements:
        if row.sort in DENYING and not row.recorded and row.ended_on is None and row.key not in there:
            about = f" about {row.pupil_id}" if row.pupil_id else ""
            sentence = (
                f"The {row.sort} for {row.contact_id}{about} is no longer in {ARRANGEMENTS} but stays in force. "
                "To end it, put the row back with a date under ended_on."
            )
            told.append(fault("denial-recorded", sentence, f"families/{ARRANGEMENTS}", "H34"))
    return told
