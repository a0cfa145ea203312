"""Everything held about one person, as a folder they can read (UK GDPR article 15; SCHOOL 14).

``for-them`` may be handed over: about an adult only their own details, about a child no adult's. What the school
has to think about first (orders, holds, reasons, tasks) stands beside it, in ``for-the-school.txt``.
"""

import html
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from notifier import directory as room
from notifier.care.backup import write
from notifier.model.directory import BARRING, DENYING, Arrangement, Contact, Directory, Link, Pupil, Sort
from notifier.model.holding import WISHES, own_details
from notifier.model.message import Message
from notifier.model.payload import MAIL, MailPayload
from notifier.model.plan import Delivery
from notifier.model.states import LegState
from notifier.queue import Found, StoredDelivery, StoredMessage
from notifier.queue.retention import NO_LONGER

STATES = {
    LegState.SENT: "sent",
    LegState.DELIVERED: "arrived",
    LegState.PERMANENT_FAILURE: "did not get through",
    LegState.TECHNICAL_FAILURE: "stopped by a fault",
    LegState.UNKNOWN: "sent; nobody can tell whether it arrived",
    LegState.WITHDRAWN: "not sent",
    LegState.DUE: "not sent yet",
    LegState.STARTED: "being sent",
    LegState.TEMPORARY_FAILURE: "not sent yet",
}


class Renders(Protocol):
    def render(
        self, medium: str, message: Message, delivery: Delivery | None, directory: Directory, now: datetime
    ) -> object: ...


@dataclass
class Person:
    """Whose data it is, and what is needed to write it down."""

    id: str
    child: bool
    school: str
    directory: Directory
    found: Found
    messages: dict[str, StoredMessage]
    zone: ZoneInfo
    now: datetime
    barred_about: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        """The children whom this adult may not hear about: they stand in nothing that is handed over."""
        rows = self.directory.arrangements_of.get(self.id, ())
        about = {pupil for contact, pupil in self.directory.flags if contact == self.id}
        every = {link.pupil_id for link in self.directory.links_of_contact.get(self.id, ())}
        for row in rows:
            if row.sort in BARRING and not row.ended_on:
                about |= {row.pupil_id} if row.pupil_id else every | set(self.directory.pupils)
        if self.id in self.directory.silenced:
            about |= set(self.directory.pupils)
        self.barred_about = frozenset() if self.child else frozenset(about)

    @property
    def name(self) -> str:
        known = (self.directory.pupils if self.child else self.directory.contacts).get(self.id)
        return known.name if known is not None else self.id

    def theirs(self, one: StoredDelivery) -> Delivery | None:
        """The delivery with nobody in it but them, and for an adult their children; None where that may not be told."""
        delivery = one.delivery
        if self.child:
            return replace(delivery, contact_ids=(), pupil_ids=(self.id,), routes={}, also_ring=())
        if self.barred_about.intersection(delivery.pupil_ids):
            return None
        routes = {
            channel: tuple(address for address in route if address.contact_id == self.id)
            for channel, route in delivery.routes.items()
        }
        return replace(delivery, contact_ids=(self.id,), routes=routes, also_ring=())

    def moment(self, at: datetime) -> str:
        return f"{at.astimezone(self.zone):%d/%m/%Y %H:%M}"


async def export(
    person: Person, folder: Path, renderer: Renders, blob: Callable[[str], Awaitable[bytes | None]]
) -> tuple[int, int]:
    """Write both parts. How many messages are in it, and how many were kept out for the school to decide."""
    theirs = folder / "for-them"
    theirs.mkdir(parents=True, mode=0o700)
    rows, kept_out = [], []
    ordered = sorted(
        (one for one in person.found.deliveries if one.message_id in person.messages),
        key=lambda one: (person.messages[one.message_id].received_at, one.id),
    )
    for number, one in enumerate(ordered, 1):
        stored = person.messages[one.message_id]
        delivery = person.theirs(one)
        if delivery is None:
            kept_out.append(f"{person.moment(stored.received_at)}  {stored.id}")
            continue
        link = await _copy(person, theirs, number, stored, delivery, renderer, blob)
        rows.append(_row(person, stored, one, delivery, link))
    write(theirs / "index.html", _page(person, rows))
    write(folder / "for-the-school.txt", _for_the_school(person, kept_out))
    return len(rows), len(kept_out)


async def _copy(
    person: Person,
    folder: Path,
    number: int,
    stored: StoredMessage,
    delivery: Delivery,
    renderer: Renders,
    blob: Callable[[str], Awaitable[bytes | None]],
) -> str:
    """The message as it reads for them, with its files. Empty where its words are no longer kept."""
    message = stored.message
    if message.subject == NO_LONGER:
        return ""
    name = f"messages/{number:03}"
    (folder / name).mkdir(parents=True, mode=0o700)
    payload = renderer.render(MAIL, message, delivery, person.directory, person.now)
    if isinstance(payload, MailPayload):
        write(folder / name / "message.html", str(payload.html))
        write(folder / name / "message.txt", f"{payload.subject}\n\n{payload.plain}")
    for attachment in message.attachments_for(delivery.pupil_ids):
        content = await blob(attachment.digest)
        if content is not None:
            (folder / name / Path(attachment.name).name).write_bytes(content)
    return f"{name}/message.html"


def _row(person: Person, stored: StoredMessage, one: StoredDelivery, delivery: Delivery, link: str) -> Sequence[str]:
    ways = []
    for leg in person.found.legs[one.id]:
        if person.child:
            ways.append(f"{leg.channel}: {STATES[leg.state]}")
        elif leg.contact_id == person.id:
            to = next((a.value for a in delivery.routes.get(leg.channel, ()) if a.value), "")
            at = f", {person.moment(leg.settled_at)}" if leg.settled_at else ""
            ways.append(f"{leg.channel}{f' to {to}' if to else ''}: {STATES[leg.state]}{at}")
    about = ", ".join(_child(person, id) for id in delivery.pupil_ids)
    subject = html.escape(stored.message.subject)
    shown = f'<a href="{html.escape(link)}">{subject}</a>' if link else subject
    practice = " (practice: nothing was sent)" if stored.message.mode.value == "trial" else ""
    kind = html.escape(stored.message.kind.value + practice)
    told = "<br>".join(html.escape(way) for way in ways) or "together with another adult of the home"
    return [person.moment(stored.received_at), kind, shown, html.escape(about), told]


def _child(person: Person, id: str) -> str:
    known = person.directory.pupils.get(id)
    return known.name if known is not None else "a child who is no longer on the list"


_STYLE = (
    "body{font:1rem/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}"
    "table{border-collapse:collapse;width:100%}td,th{border:1px solid #bbb;padding:.4rem .6rem;text-align:left;"
    "vertical-align:top}th{background:#f2f2f2}h2{margin-top:2rem}"
)


def _page(person: Person, rows: Iterable[Sequence[str]]) -> str:
    name, school = html.escape(person.name), html.escape(person.school)
    parts = [
        f"<h1>What {school} holds about {name}</h1>",
        f"<p>Made on {person.moment(person.now)} from the school's messaging system. Other people's details are left "
        "out. Ask the office if something is wrong, or if you want it changed or deleted.</p>",
        "<h2>Details</h2>",
        _table(("What", "Kept"), [(html.escape(a), html.escape(b)) for a, b in _details(person)]),
        f"<h2>{'Adults' if person.child else 'Children'}</h2>",
        _links(person),
        "<h2>Wishes and consents</h2>",
        _wishes(person),
        "<h2>Messages</h2>",
        _table(("When", "What", "Message", "About", "How"), rows),
        "<h2>How long this is kept</h2>",
        "<p>Addresses go about three months after a message, its words after two school years, who got it after "
        "three years, unless the school has decided otherwise. You may complain to the Information Commissioner: "
        "ico.org.uk.</p>",
    ]
    head = f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{name}</title><style>{_STYLE}</style>'
    return f"{head}</head><body>\n" + "\n".join(parts) + "\n</body></html>\n"


def _details(person: Person) -> list[tuple[str, str]]:
    known = (person.directory.pupils if person.child else person.directory.contacts).get(person.id)
    pairs: list[tuple[str, str]] = [("Number on our list", person.id)]
    if isinstance(known, Pupil):
        pairs += [("Name", known.name), ("Class", known.class_), ("Year", known.year)]
        pairs += [("Groups", ", ".join(known.groups)), ("First day", _day(known.admitted_on))]
        pairs.append(("Last day", _day(known.left_on)))
    elif isinstance(known, Contact):
        pairs += own_details(known)
    return [(what, value) for what, value in pairs if value.strip(", ")]


def _day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""


def _links(person: Person) -> str:
    if person.child:
        adults = person.directory.links_of_pupil.get(person.id, ())
        said = [(html.escape(room.name_of(link.relationship)), "details left out") for link in adults]
        return _table(("Who", ""), said)
    found = [
        link
        for link in person.directory.links_of_contact.get(person.id, ())
        if link.pupil_id not in person.barred_about
    ]
    rows = [(html.escape(_child(person, link.pupil_id)), html.escape(_link(link))) for link in found]
    return _table(("Child", "What we have noted"), rows)


def _link(link: Link) -> str:
    said = [
        f"you are: {room.name_of(link.relationship)}",
        f"lives with you: {link.lives_with.value}",
        f"parental responsibility: {link.responsibility.value}",
        f"signed the parent contract: {'yes' if link.contract_signatory else 'no'}",
        f"to ring in an emergency: {'yes' if link.emergency_contact else 'no'}",
    ]
    return "; ".join(said)


def _own(person: Person) -> list[Arrangement]:
    """What they asked for or agreed to: handed over. What takes something away is for the school to decide."""
    rows = person.directory.arrangements
    return [
        row
        for row in rows
        if (row.sort not in DENYING or row.sort is Sort.UNSUBSCRIBE)
        and (row.pupil_id == person.id if person.child else row.contact_id == person.id)
        and row.pupil_id not in person.barred_about
    ]


def _wishes(person: Person) -> str:
    rows = [
        (html.escape(WISHES.get(row.sort, row.sort.value)),
         html.escape(_child(person, row.pupil_id) if row.pupil_id else ""),
         _day(row.from_), _day(row.ended_on or row.until))
        for row in _own(person)
    ]  # fmt: skip
    return _table(("What", "About", "From", "Until"), rows)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>\n" for row in rows)
    if not body:
        return "<p>Nothing.</p>"
    return f"<table><tr>{''.join(f'<th>{one}</th>' for one in heads)}</tr>\n{body}</table>"


def _for_the_school(person: Person, kept_out: Sequence[str]) -> str:
    """Never handed over as it is: it names other people, and what an order or a hold says may do harm."""
    rows = [
        row
        for row in person.directory.arrangements
        if row.sort in DENYING
        and row.sort is not Sort.UNSUBSCRIBE
        and (row.pupil_id == person.id if person.child else row.contact_id == person.id)
    ]
    flags = [pair for pair in sorted(person.directory.flags) if person.id in pair]
    lines = [
        f"FOR THE SCHOOL ONLY: {person.id}, {person.moment(person.now)}",
        "",
        "Before you hand over the folder for-them:",
        "  1. Be sure that whoever asks is who they say, and may ask. You have one month from the day they asked.",
        "  2. Read it. Words of letters may name other people.",
        "  3. Decide with the head, and take advice, on what stands below. It is also about them, but it names other",
        "     people or could do harm, and the law lets you keep back what would (Data Protection Act 2018, schedules",
        "     2 and 3). Say in your answer that something was left out.",
        "",
        "Orders, holds and bans",
        *(f"  {row.sort.value}: {row.contact_id} about {row.pupil_id or 'all their pupils'}, from {_day(row.from_)}, "
          f"evidence: {row.evidence or 'none noted'}, recorded by {row.recorded_by or 'not noted'}" for row in rows),
        *(f"  court_order = yes: {contact} about {pupil}" for contact, pupil in flags),
        *([] if rows or flags else ["  none"]),
        "",
        "Messages left out, because they name a child whom this adult may not hear about",
        *(f"  {one}" for one in kept_out or ["none"]),
        "",
        "What was not for them, and why",
        *(f"  {message}: {adult} about {', '.join(pupils)}: {reason} ({rule})"
          for message, adult, pupils, rule, reason in person.found.withheld),
        *([] if person.found.withheld else ["  nothing"]),
        "",
        "Tasks about them",
        *(f"  {person.moment(one.opened_at)}: {one.what}" for one in person.found.tasks),
        *([] if person.found.tasks else ["  none"]),
        "",
        "Not in this system, and to be looked through too: your mailboxes, the pupil's file, families/old, accepted/ "
        "and refused/ in the drop folders, paper.",
        "",
    ]  # fmt: skip
    return "\n".join(lines)
