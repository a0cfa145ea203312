"""links.csv: which adult stands in which relation to which child."""

from dataclasses import dataclass, field

from notifier.directory.cells import UNKNOWN, Unreadable, read_yes_no
from notifier.directory.ids import Ids
from notifier.directory.pupils import met_before
from notifier.directory.relationships import OTHER, code_of
from notifier.directory.table import Row, Schema, Table
from notifier.model.directory import Link, LivesWith, Responsibility

SCHEMA = Schema(
    file="links.csv",
    columns=(
        "pupil_id",
        "contact_id",
        "relationship",
        "priority",
        "lives_with",
        "parental_responsibility",
        "contract_signatory",
        "court_order",
        "emergency_contact",
    ),
    required=("pupil_id", "contact_id", "relationship", "court_order"),
    again=frozenset({"pupil_id", "contact_id"}),
)


@dataclass(slots=True)
class Links:
    """``good`` by (pupil, contact); ``flags`` are (contact, pupil) with ``court_order = yes``, of unusable rows too.

    ``silenced`` are contacts whose ``court_order`` cannot be read, or whose row has slipped.
    """

    good: dict[tuple[str, str], Link] = field(default_factory=dict)
    flags: set[tuple[str, str]] = field(default_factory=set)
    silenced: set[str] = field(default_factory=set)


def read_links(table: Table, pupils: Ids | None, contacts: Ids | None) -> Links:
    """The links; ``pupils`` and ``contacts`` are the ids known, None where their file could not be read."""
    found = Links()
    lines: dict[str, int] = {}
    for row in table.rows():
        pupil_id, contact_id, relation, priority, lives, responsibility, signed, order, emergency = row.cells
        if row.damaged:
            found.silenced.update({contact_id} if contacts and contact_id in contacts else ())
            continue
        if not _somebody(row, "pupil_id", pupil_id, pupils, "pupils.csv"):
            pupil_id = ""
        if not _somebody(row, "contact_id", contact_id, contacts, "contacts.csv"):
            contact_id = ""
        flag = _flag(row, order, contact_id, found)
        if pupil_id and contact_id and flag:
            found.flags.add((contact_id, pupil_id))
        link = Link(
            pupil_id=pupil_id,
            contact_id=contact_id,
            relationship=_relationship(row, relation),
            priority=_priority(row, priority),
            lives_with=_lives_with(row, lives),
            responsibility=_responsibility(row, responsibility),
            contract_signatory=_yes(row, "contract_signatory", signed),
            court_order=flag,
            emergency_contact=_yes(row, "emergency_contact", emergency),
        )
        if not pupil_id or not contact_id:
            continue
        same = found.good.get((pupil_id, contact_id)) == link
        if met_before(row, "contact_id", f"The link of {contact_id} to {pupil_id}", lines, same=same):
            continue
        if not row.spoilt:
            found.good[pupil_id, contact_id] = link
    return found


def _somebody(row: Row, column: str, id: str, known: Ids | None, file: str) -> bool:
    if not id:
        row.report("id-missing", column, f"This row has no {column}. Fill it in, or delete the row.")
        return False
    if known is None or id in known:
        return True
    near = known.nearest(id)
    hint = f" Did you mean {near}?" if near else " Correct the id, or add the row there."
    row.report("link-to-nobody", column, f"There is no {id} in {file}.{hint}")
    return False


def _flag(row: Row, cell: str, contact_id: str, found: Links) -> bool:
    try:
        flag = read_yes_no(cell)
    except Unreadable:
        sentence = "Write yes or no here. Until then this contact receives nothing."
        row.report("court-order-unreadable", "court_order", sentence)
        if contact_id:
            found.silenced.add(contact_id)
        return False
    if flag is None:
        row.advise(
            "court-order-blank",
            "court_order",
            "The cell court_order is blank and counts as no. Write yes or no.",
            "{count} cells of court_order are blank and count as no; write yes or no",
        )
    return bool(flag)


def _yes(row: Row, column: str, cell: str) -> bool:
    try:
        return bool(read_yes_no(cell))
    except Unreadable as fault:
        row.report("word-unknown", column, f"This word is not known in {column}. {fault}")
        return False


def _lives_with(row: Row, cell: str) -> LivesWith:
    if cell.lower() in UNKNOWN or not cell:
        return LivesWith.UNKNOWN
    if cell.lower() == "shared":
        return LivesWith.SHARED
    try:
        return LivesWith.YES if read_yes_no(cell) else LivesWith.NO
    except Unreadable:
        row.report("word-unknown", "lives_with", "Write yes, no or shared in lives_with, or leave the cell blank.")
        return LivesWith.UNKNOWN


def _responsibility(row: Row, cell: str) -> Responsibility:
    if cell.lower() in UNKNOWN or not cell:
        return Responsibility.UNKNOWN
    try:
        return Responsibility.YES if read_yes_no(cell) else Responsibility.NO
    except Unreadable:
        row.report("word-unknown", "parental_responsibility", "Write yes, no or unknown in parental_responsibility.")
        return Responsibility.UNKNOWN


def _priority(row: Row, cell: str) -> int | None:
    if not cell:
        return None
    whole = cell.removesuffix(".0")
    if whole.isascii() and whole.isdigit() and 0 < len(whole) < 5 and int(whole) >= 1:
        return int(whole)
    row.report("priority-unreadable", "priority", "Write the priority as 1, 2, 3 and so on, or leave the cell blank.")
    return None


def _relationship(row: Row, cell: str) -> str:
    code = code_of(cell)
    if code is None:
        row.advise(
            "relationship-unknown",
            "relationship",
            "This relationship is not known and counts as “other contact”. Write for example mother, father or carer.",
            "{count} relationships are not known and count as “other contact”; write for example mother or carer",
        )
        return OTHER
    return code
