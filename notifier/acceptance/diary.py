"""The event of a letter or notice as a file for the family's own calendar (C7, RFC 5545)."""

import hashlib
import re
from datetime import datetime

from notifier.acceptance.world import World
from notifier.calendar.export import Publisher, single
from notifier.model.calendar import Event
from notifier.model.message import Attachment, Enclosure, Kind
from notifier.routing.safeguards import named_in

MEDIA_TYPE = "text/calendar"
_NO_FILE_NAME = re.compile(r"[^\w .'-]+")


def diary_entry(event: Event | None, kind: Kind, world: World, now: datetime) -> tuple[Enclosure, ...]:
    """One file, the same for every family; none for an event that is in no calendar, or is not for all to see."""
    directory = world.directory
    if event is None or not event.id or kind not in (Kind.LETTER, Kind.NOTICE) or directory is None:
        return ()
    publisher = Publisher(
        school=world.school,
        zone=world.policy.timezone,
        classes=directory.classes,
        names_a_child=lambda text: bool(named_in(text, directory)),
        in_person=world.policy.in_person_only,
    )
    content = single(event, publisher, now)
    if not content:
        return ()
    name = " ".join(_NO_FILE_NAME.sub(" ", event.title).split())[:60] or "event"
    digest = hashlib.sha256(content).hexdigest()
    return (Enclosure(Attachment(f"{name}.ics", MEDIA_TYPE, digest, len(content), electronic=True), content),)
