"""arrangements.csv: the school's own register of court orders, consents and wishes.

A row that cannot be read may be a court order. It is never left out silently: it
is a :class:`Doubt`, which silences the contact it names or holds everything.
"""

from dataclasses import dataclass, field
from difflib import get_close_matches

from notifier.directory.cells import read_list
from notifier.directory.findings import fault
from notifier.directory.ids import Ids
from notifier.directory.pupils import day
from notifier.directory.table import Row, Schema, Table
from notifier.model.directory import Arrangement, Sort
from notifier.model.message import Kind
from notifier.model.problem import Problem

SCHEMA = Schema(
    file="arrangements.csv",
    columns=(
        "arrangement",
        "contact_id",
        "pupil_id",
        "scope",
        "value",
        "from",
        "until",
        "ended_on",
        "evidence",
        "recorded_by",
    ),
    required=("arrangement", "contact_id", "pupil_id"),
    again=frozenset({"contact_id", "pupil_id", "evidence", "recorded_by"}),
    nearly=frozenset({"scope", "value", "from", "until", "ended_on", "evidence", "recorded_by"}),
)

SORTS = {sort.value: sort for sort in Sort}
KINDS = {kind.value: kind for kind in Kind}


@dataclass(frozen=True, slots=True)
class Doubt:
    """A row that cannot be relied on yet.

    ``arrangement`` is None when its words cannot be read. Otherwise only its ids
    are unknown to the files, and what was known before may still know them: then
    ``gone`` is told instead of ``problems``. ``swallowed``: it may hold other rows.
    """

    contact_id: str
    pupil_id: str = ""
    arrangement: Arrangement | None = None
    problems: tuple[Problem, ...] = ()
    gone: tuple[Problem, ...] = ()
    swallowed: bool = False


@dataclass(slots=True)
class Register:
    """``good`` in the order of the file, each with its row for later advice."""

    good: list[tuple[Arrangement, Row]] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)


def read_register(table: Table, pupils: Ids | None, contacts: Ids | None) -> Register:
    """The rows; ``pupils`` and ``contacts`` are the ids known, None where their file could not be read."""
    found = Register()
    for row in table.rows():
        word, contact_id, pupil_id, scope, value, since, until, ended, evidence, recorded_by = row.cells
        if row.damaged:
            found.doubts.append(Doubt(contact_id, swallowed=row.swallowed))
            continue
        sort = _sort(row, word)
        kinds = _kinds(row, scope)
        from_, last, ended_on = day(row, "from", since), day(row, "until", until), day(row, "ended_on", ended)
        for column, moment in (("until", last), ("ended_on", ended_on)):
            if from_ and moment and moment < from_:
                row.report("date-order", column, f"{column} is before from. Correct one of the two dates.")
        if not contact_id:
            sentence = (
                "This row names no contact_id, so everything but emergencies waits. "
                "Fill in whom it is about, or delete the row."
            )
            row.report("arrangement-contact-missing", "contact_id", sentence)
        if sort is None or row.spoilt:
            found.doubts.append(Doubt(contact_id))
            continue
        arrangement = Arrangement(
            sort=sort,
            contact_id=contact_id,
            pupil_id=pupil_id or None,
            scope=kinds,
            value=value,
            from_=from_,
            until=last,
            ended_on=ended_on,
            evidence=evidence,
            recorded_by=recorded_by,
        )
        problems, gone = _strangers(row, arrangement, pupils, contacts)
        if problems:
            found.doubts.append(Doubt(contact_id, pupil_id, arrangement, problems, gone))
        else:
            found.good.append((arrangement, row))
    return found


def _strangers(
    row: Row, arrangement: Arrangement, pupils: Ids | None, contacts: Ids | None
) -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
    """What to say of ids that are not in the other files: if nobody knows them, and if the record does."""
    problems, gone = [], []
    contact_id, pupil_id = arrangement.contact_id, arrangement.pupil_id
    if contacts is not None and contact_id not in contacts:
        hint = _hint(contact_id, contacts)
        sentence = (
            f"There is no contact {contact_id} in contacts.csv, so it is not clear whom this row is about "
            f"and everything but emergencies waits.{hint}"
        )
        problems.append(fault("arrangement-contact-unknown", sentence, row.at("contact_id")))
        sentence = f"{contact_id} is no longer in contacts.csv. This row stays in force."
        gone.append(fault("arrangement-contact-gone", sentence, row.at("contact_id")))
    if pupils is not None and pupil_id is not None and pupil_id not in pupils:
        hint = _hint(pupil_id, pupils)
        sentence = (
            f"There is no pupil {pupil_id} in pupils.csv, so it is not clear which child this row is about "
            f"and {contact_id} receives nothing.{hint}"
        )
        problems.append(fault("arrangement-pupil-unknown", sentence, row.at("pupil_id")))
        sentence = f"{pupil_id} is no longer in pupils.csv. This row stays in force."
        gone.append(fault("arrangement-pupil-gone", sentence, row.at("pupil_id")))
    return tuple(problems), tuple(gone)


def _hint(id: str, known: Ids) -> str:
    near = known.nearest(id)
    return f" Did you mean {near}?" if near else " Correct the id."


def _sort(row: Row, word: str) -> Sort | None:
    name = "-".join(word.lower().replace("_", " ").replace("-", " ").split())
    sort = SORTS.get(name)
    if sort is None:
        near = get_close_matches(name, SORTS, n=1)
        hint = f"Did you mean {near[0]}?" if near else f"Write one of {', '.join(SORTS)}."
        sentence = f"This arrangement is not known, so its contact receives nothing until it is put right. {hint}"
        row.report("arrangement-unknown", "arrangement", sentence)
    return sort


def _kinds(row: Row, cell: str) -> frozenset[Kind]:
    kinds = set()
    for word in read_list(cell.lower()):
        kind = KINDS.get(word) or KINDS.get(word.removesuffix("s"))
        if kind is None:
            near = get_close_matches(word, KINDS, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"Write {', '.join(KINDS)}, or leave it blank for all."
            row.report("arrangement-scope", "scope", f"The scope names no kind of message. {hint}")
        else:
            kinds.add(kind)
    return frozenset(kinds)
