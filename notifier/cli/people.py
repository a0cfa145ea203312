"""Names beside ids, for those who read the terminal; and practice kept apart from what families really got."""

from collections.abc import Iterable
from dataclasses import dataclass

from notifier.daemon import School
from notifier.model.directory import Directory
from notifier.model.message import Mode


@dataclass(frozen=True, slots=True)
class Names:
    """Says an id with the name in force; an id that nobody has is said as it is."""

    directory: Directory | None

    def __call__(self, id: str) -> str:
        if self.directory is not None:
            if child := self.directory.pupils.get(id):
                return f"{child.name}, {child.class_} ({id})" if child.class_ else f"{child.name} ({id})"
            if adult := self.directory.contacts.get(id):
                return f"{adult.name} ({id})"
        return id


async def practice(school: School, message_ids: Iterable[str]) -> frozenset[str]:
    """Which of these were dropped in trial, seen from a school that is live: nobody rings a family about those."""
    if school.config.school.mode is Mode.TRIAL:
        return frozenset()
    found = [await school.store.message(id) for id in sorted({id for id in message_ids if id})]
    return frozenset(one.id for one in found if one is not None and one.message.mode is Mode.TRIAL)
