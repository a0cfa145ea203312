"""Erasing one adult or child, and its certificate (UK GDPR article 17; docs/decisions/erasing-keeps-denials.md)."""

import asyncio
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from notifier import directory as room
from notifier.acceptance.families import Families
from notifier.care.backup import CareRefused, write
from notifier.care.retention import forget_files
from notifier.config import Config
from notifier.directory import Erased
from notifier.model.directory import DENYING, Directory
from notifier.queue import Gone, Store

CERTIFICATES = "certificates"
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who is to be erased, as the directory in force knows them. ``kept``: what has to stay, in words."""

    id: str
    child: bool
    erased: Erased | None

    @property
    def kept(self) -> tuple[str, ...]:
        return self.erased.kept if self.erased else ()


async def wanted(config: Config, families: Families, id: str, *, child: bool) -> Wanted:
    """Raises CareRefused while the school's own files still hold them: these are never written by the program."""
    reading = await asyncio.to_thread(room.read, config.families)
    if families.current is not None:
        reading = reading.known_again(families.current)
    if not reading.sound:
        raise CareRefused("The families' files have errors, so it is not sure what they hold. See: notifier check")
    rows = reading.arrangements
    lies_in = {
        "pupils.csv": child and id in reading.pupils,
        "contacts.csv": not child and id in reading.contacts,
        "links.csv": any(id == (link.pupil_id if child else link.contact_id) for link in reading.links),
        "arrangements.csv": any(
            row.sort not in DENYING and id in ((row.pupil_id,) if child else (row.contact_id, row.value))
            for row in rows
        ),
    }
    still = [name for name, holds in lies_in.items() if holds]
    if still:
        raise CareRefused(
            f"{id} still stands in {' and '.join(still)}. Delete those rows in families/ first; leave rows that take "
            "something away (court-order, injunction, agreement, welfare-hold, site-ban). Then try again."
        )
    before = families.current or Directory()
    known = id in (before.pupils if child else before.contacts) or any(
        id in (row.contact_id, row.pupil_id, row.value) for row in before.arrangements
    )
    if not known:
        return Wanted(id, child, None)
    return Wanted(id, child, room.without_pupil(before, id) if child else room.without_contact(before, id))


async def erase(
    config: Config, store: Store, families: Families, who: Wanted, by: str, now: datetime
) -> tuple[Gone, Path]:
    """Take them out of everything, and write the certificate. Raises CareRefused where something is still under way."""
    instead = "erased-" + "".join(secrets.choice(_LETTERS) for _ in range(6))
    found = await store.find_person(who.id)
    if who.erased is None and not (found.deliveries or found.withheld or found.tasks):
        raise CareRefused(f"Nothing is held about {who.id}. Look at the id.")
    if found.open:
        raise CareRefused(
            f"{_messages(found.open)} still under way to them, or somebody is still to ring them. Wait until that is "
            "over, or stop it with notifier cancel, then erase once more."
        )
    if who.erased is not None and not await families.put_without(who.erased, now):
        raise CareRefused("The families' files were taken up at this moment. Try again.")
    gone = await store.erase(who.id, instead, by, now)
    if gone is None:
        raise CareRefused("Something went to them at this very moment. Erase once more.")
    files = await asyncio.to_thread(forget_files, config.outbox, [], gone.legs)
    seal = (await store.check_audit()).mark
    text = certificate(config, who, gone, files, by, now, instead, seal)
    folder = config.root / CERTIFICATES
    folder.mkdir(exist_ok=True, mode=0o700)
    target = folder / f"{now:%Y-%m-%d}-{instead}.txt"
    await asyncio.to_thread(write, target, text)
    return gone, target


def _messages(ids: tuple[str, ...]) -> str:
    return f"{', '.join(ids)} {'is' if len(ids) == 1 else 'are'}"


def certificate(
    config: Config, who: Wanted, gone: Gone, files: int, by: str, now: datetime, instead: str, seal: str
) -> str:
    """For the person and for the school: what is gone, what has to stay and why, and what is not in our hands."""
    person = "child" if who.child else "adult"
    local = now.astimezone(config.school.timezone)
    lines = [
        config.school.name,
        "Certificate of erasure",
        "",
        f"On {local:%d/%m/%Y at %H:%M}, {by} erased from the school's messaging system the {person} who was known",
        f"there as {who.id}. In what is still counted, {instead} stands for them.",
        "",
        "What is gone",
        f"  - {'their details and links in the list of families' if who.erased else 'nothing stood in the list'}",
        f"  - {gone.copies} copies of messages: their name, addresses and how each went",
        f"  - {gone.withheld} notes that a message was not for them, and {gone.tasks} tasks about them",
        f"  - {gone.traces} records of how it was decided",
        f"  - the words and files of {gone.words} messages that were for them alone",
        f"  - {files} files in outbox/",
        "",
        "What has to stay, and why",
        *(f"  - {one}" for one in who.kept or ("nothing",)),
    ]
    if who.kept:
        lines += [
            "    The law lets a school keep this: it protects a child, and a court or the head decided it (UK GDPR",
            "    article 17(3)). When it has ended, erase once more, and this goes too.",
        ]
    lines += [
        "  - the record of who did what, which holds ids and no names, until its time is over",
        "",
        "What is not in the hands of this system",
        "  - what mail and text message providers told of their messages goes within 30 days",
        "  - older backups: they are deleted after the time that the school has set for backups",
        "  - the school's own papers: families/old, families/import, accepted/ and refused/ in the drop folders, and",
        "    letters and call sheets that were printed; the sheets in outbox/ are made anew at the next start",
        "  - the mailbox of the school, and what the mail and text message providers keep by their own rules",
        "  - emails, texts and letters that others have received",
        "",
        f"Seal of the record at this moment: {seal[:16]}",
        "",
    ]
    return "\n".join(lines)
