"""A barred adult who comes back under a new id: an order knows its adult by id alone (DESIGN 3.1)."""

from collections.abc import Sequence, Set

from notifier.model.directory import Directory, Link
from notifier.routing import rules
from notifier.routing.findings import Findings


def point_out(barred: Set[str], links: Sequence[Link], directory: Directory, found: Findings) -> None:
    """A task where an adult barred about a child is no longer linked to it, and another of the same name is.

    ``links`` are the child's. Nobody is kept from anything by a name alone: two people may share one.
    """
    gone = barred - {link.contact_id for link in links}
    names = {directory.contacts[one].called for one in gone if one in directory.contacts}
    if not names:
        return
    for link in links:
        adult = directory.contacts.get(link.contact_id)
        if adult is not None and adult.id not in barred and adult.called in names:
            found.task(
                "This adult has the name of one who may not hear about this child and is linked to it no more. "
                "If it is the same adult under a new id, record that for the new id in families/arrangements.csv.",
                (adult.id, link.pupil_id),
                rules.FLAG,
            )
