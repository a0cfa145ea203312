"""Written consent of a contracting parent that another adult is informed (H28, H29)."""

from collections.abc import Iterable, Set

from notifier.model.directory import Arrangement, Directory, Link
from notifier.model.problem import advice
from notifier.routing import rules
from notifier.routing.findings import Findings

_NOT_SIGNED = "the giver did not sign the parent contract for this child"


def consented(link: Link, rows: Iterable[Arrangement], directory: Directory, barred: Set[str], found: Findings) -> bool:
    """Whether one of these consents, in force for this adult and child, is good; a flawed one is ignored, with advice.

    ``barred`` are those barred about this child from anything at all: their word counts for nothing.
    """
    for row in rows:
        flaw = _flaw(row, link, directory, barred)
        if not flaw:
            return True
        # With a blank pupil a consent simply does not reach the pupils for whom the giver did not sign.
        if row.pupil_id is not None or flaw != _NOT_SIGNED or not _signed_for_any(row, directory):
            found.problem(
                advice(
                    "consent-ignored",
                    f"The consent for {link.contact_id} about {link.pupil_id} is not followed: {flaw}.",
                    "families/arrangements.csv",
                    rules.CONSENT,
                )
            )
    return False


def _flaw(row: Arrangement, link: Link, directory: Directory, barred: Set[str]) -> str:
    if not row.evidence:
        return "no evidence is recorded"
    if row.value == link.contact_id:
        return "nobody can consent for themselves"
    if row.value in barred:
        return "the giver is barred about this child"
    if not any(
        other.contact_id == row.value and other.contract_signatory
        for other in directory.links_of_pupil.get(link.pupil_id, ())
    ):
        return _NOT_SIGNED
    return ""


def _signed_for_any(row: Arrangement, directory: Directory) -> bool:
    """Whether the giver signed for any child of the adult whom the consent is for."""
    theirs = {link.pupil_id for link in directory.links_of_contact.get(row.contact_id, ())}
    return any(
        link.contract_signatory and link.pupil_id in theirs for link in directory.links_of_contact.get(row.value, ())
    )
