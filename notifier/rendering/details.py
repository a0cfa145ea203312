"""What the school holds about the one adult of a copy, under the words that ask them to look it over (H34).

Made just before the copy goes, of the directory that was rechecked: only of children that it is about by then.
"""

from datetime import datetime
from html import escape

from notifier.model.directory import Directory
from notifier.model.holding import about_children, own_details, wishes
from notifier.model.message import Message
from notifier.model.plan import Delivery
from notifier.rendering import people
from notifier.rendering.school import SchoolFacts

NOTHING = "we have none"
_HEAD = "text-align:left;vertical-align:top;padding:4px 16px 4px 0"
_ROW = f'<tr><th style="{_HEAD}">{{}}</th><td style="vertical-align:top;padding:4px 0">{{}}</td></tr>'


def details_of(
    message: Message, delivery: Delivery | None, directory: Directory, school: SchoolFacts, now: datetime, *, html: bool
) -> str:
    """In English, as the school's records are. Empty but for a copy of one adult of a message that asks for it."""
    if not message.details or delivery is None or len(delivery.contact_ids) != 1:
        return ""
    contact = directory.contacts.get(delivery.contact_ids[0])
    if contact is None:
        return ""
    rows = [(what, value or NOTHING) for what, value in own_details(contact)]
    day = now.astimezone(school.timezone).date()
    rows.append(("You asked for", ", ".join(wishes(directory, contact.id, day)) or "nothing special"))
    found = people.pupils(delivery, directory)
    names = {pupil.id: child.name for pupil, child in zip(found, people.children(delivery, directory), strict=True)}
    rows += [(names[id], said) for id, said in about_children(directory, contact.id, delivery.pupil_ids) if id in names]
    if not html:
        return "\n".join(f"{what}: {value}" for what, value in rows)
    lines = "".join(_ROW.format(escape(what), escape(value)) for what, value in rows)
    return f'<table lang="en" dir="ltr" style="border-collapse:collapse;margin:16px 0">{lines}</table>'
