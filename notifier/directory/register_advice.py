"""What the register should still be told: documents, links and givers that are missing."""

from collections.abc import Iterable, Mapping

from notifier.directory.table import Row
from notifier.model.directory import BARRING, DENYING, Arrangement, Link, Sort

Pairs = Mapping[tuple[str, str], Link]
"""Links by (pupil, contact)."""


def advise(rows: Iterable[tuple[Arrangement, Row]], links: Pairs, contacts: Mapping[str, object]) -> None:
    """Advice on rows that could be read; nothing here changes what a row does (DESIGN 3.1, H28, H29, H36)."""
    linked = {contact_id for _, contact_id in links}
    met: dict[tuple[str, ...], int] = {}
    for arrangement, row in rows:
        first = met.setdefault(tuple(map(str, arrangement.key)), row.line)
        if first != row.line:
            row.report(
                "arrangement-twice",
                "arrangement",
                f"Line {first} says the same of {arrangement.contact_id}. Both stand; "
                "to end it, both need ended_on. Delete one row.",
            )
        if arrangement.ended_on is not None:
            continue
        _document(arrangement, row)
        if arrangement.sort in DENYING:
            _link(arrangement, row, links, linked)
        if arrangement.sort is Sort.CONSENT:
            _giver(arrangement, row, links, contacts)


def _document(arrangement: Arrangement, row: Row) -> None:
    if arrangement.evidence:
        return
    who = arrangement.contact_id
    if arrangement.sort in {Sort.COURT_ORDER, Sort.INJUNCTION}:
        sentence = f"This {arrangement.sort} about {who} is in force, but its document is not recorded under evidence."
        row.report("order-without-evidence", "evidence", sentence, "H34")
    elif arrangement.sort is Sort.AGREEMENT:
        sentence = f"This agreement about {who} is not in force until its document is recorded under evidence."
        row.report("agreement-without-evidence", "evidence", sentence, "H36")
    elif arrangement.sort is Sort.CONSENT:
        sentence = f"This consent for {who} has no effect until the written consent is recorded under evidence."
        row.report("consent-without-evidence", "evidence", sentence, "H29")


def _link(arrangement: Arrangement, row: Row, links: Pairs, linked: set[str]) -> None:
    who, pupil = arrangement.contact_id, arrangement.pupil_id
    if (pupil, who) in links if pupil else who in linked:
        return
    child = pupil or "any pupil"
    effect = "It stays, and this contact's addresses are kept out." if arrangement.sort in BARRING else "It stays."
    sentence = f"{who} is not linked to {child} in links.csv. {effect}"
    row.report("denial-without-link", "pupil_id" if pupil else "contact_id", sentence)


def _giver(arrangement: Arrangement, row: Row, links: Pairs, contacts: Mapping[str, object]) -> None:
    who, giver, pupil = arrangement.contact_id, arrangement.value, arrangement.pupil_id
    if not giver or giver not in contacts:
        sentence = f"This consent for {who} has no effect: write the contact_id of the parent who gave it under value."
    elif giver == who:
        sentence = f"This consent has no effect: {who} cannot give it to themselves. Name the parent who gave it."
    elif pupil and not ((pupil, giver) in links and links[pupil, giver].contract_signatory):
        sentence = f"This consent has no effect: {giver} did not sign the parent contract for {pupil}."
    else:
        return
    row.report("consent-giver", "value", sentence, "H29")
