"""pupils.csv: one row per child."""

import re
from dataclasses import dataclass, field
from datetime import date

from notifier.directory.cells import Unreadable, read_date, read_list
from notifier.directory.table import Row, Schema, Table
from notifier.model.directory import Pupil

SCHEMA = Schema(
    file="pupils.csv",
    columns=("pupil_id", "forename", "surname", "class", "year", "groups", "admitted_on", "left_on"),
    required=("pupil_id", "forename", "surname", "class"),
    again=frozenset({"pupil_id", "forename", "surname", "class", "year"}),
)


@dataclass(slots=True)
class Pupils:
    """``good`` by id; ``lines`` maps every id met, of unusable rows too, to the line where it stands first."""

    good: dict[str, Pupil] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)


INVISIBLE = re.compile(r"[\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")


def read_pupils(table: Table) -> Pupils:
    found = Pupils()
    looks: dict[str, str] = {}
    for row in table.rows():
        id, forename, surname, class_, year, groups, admitted, left = row.cells
        if not id:
            row.report("id-missing", "pupil_id", "This row has no pupil_id. Give every pupil an id of their own.")
            continue
        if row.damaged:
            found.lines.setdefault(id, row.line)
            continue
        looks_like_another(row, "pupil_id", id, looks)
        if not forename and not surname:
            row.report("name-missing", "surname", f"Pupil {id} has no name. Fill in forename and surname.")
        if not class_:
            row.advise(
                "class-blank",
                "class",
                f"Pupil {id} has no class, so messages to a class do not reach this family.",
                "{count} pupils have no class, so messages to a class do not reach their families",
            )
        admitted_on, left_on = day(row, "admitted_on", admitted), day(row, "left_on", left)
        if admitted_on and left_on and left_on < admitted_on:
            row.report("date-order", "left_on", f"Pupil {id} would leave before being admitted. Correct one date.")
        pupil = Pupil(
            id=id,
            forename=forename,
            surname=surname,
            class_=class_,
            year=year,
            groups=read_list(groups),
            admitted_on=admitted_on,
            left_on=left_on,
        )
        if met_before(row, "pupil_id", id, found.lines, same=found.good.get(id) == pupil):
            continue
        if not row.spoilt:
            found.good[id] = pupil
    if not found.lines and table.schema.file not in table.findings.unread:
        sentence = "There is no pupil in this file. Add one row per pupil below the column names."
        row = Row(table, 1, [])
        row.advise("no-pupils", "pupil_id", sentence, sentence)
    return found


def day(row: Row, column: str, cell: str) -> date | None:
    """The date in this cell, None when blank; reports a date that cannot be read."""
    try:
        return read_date(cell)
    except Unreadable as fault:
        row.report("date-unreadable", column, str(fault))
        return None


def looks_like_another(row: Row, column: str, id: str, looks: dict[str, str]) -> None:
    """Reports an id that nobody can tell from an earlier one: an order might be recorded for the wrong of the two."""
    first = looks.setdefault(INVISIBLE.sub("", id).casefold(), id)
    if first != id:
        sentence = (
            f"This id looks like {INVISIBLE.sub('', first)} further up, but for capitals, blanks or invisible signs. "
            "Give each their own id, or delete one row."
        )
        row.report("id-alike", column, sentence)


def met_before(row: Row, column: str, id: str, lines: dict[str, int], *, same: bool) -> bool:
    """True when this id stood in an earlier row already; reports it unless both rows say the same."""
    first = lines.setdefault(id, row.line)
    if first == row.line:
        return False
    if same and not row.spoilt:
        row.advise(
            "row-twice",
            column,
            f"{id} is listed twice with the same words (also in line {first}). Delete one row.",
            "{count} rows repeat an earlier row word for word and can be deleted",
        )
    else:
        row.report("id-twice", column, f"{id} is already in line {first}. Delete one row or correct its id.")
    return True
