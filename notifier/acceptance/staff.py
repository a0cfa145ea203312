"""Emails to members of staff: they go the way of every other message, and name no child (DESIGN 2: recipient)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from html import escape

from notifier.acceptance.world import World
from notifier.model.message import Body, Kind, Message
from notifier.model.plan import Address, Basis, Delivery, Plan
from notifier.model.policy import AddressKind, Policy
from notifier.model.staff import Role, Staff
from notifier.model.states import MessageState
from notifier.queue import Entry

WANTED_FOR = timedelta(days=3)
"""After that nobody is reminded any more."""
SENIOR = (Role.HEAD, Role.DEPUTY, Role.OFFICE)
OFFICE = (Role.OFFICE, Role.HEAD, Role.DEPUTY)


def first_of(world: World, roles: Sequence[Role]) -> tuple[Staff, ...]:
    """Everybody of the first of these roles in which somebody has an email address."""
    for role in roles:
        if found := tuple(one for one in world.staff.values() if one.role is role and one.email):
            return found
    return ()


def named(world: World, name: str) -> tuple[Staff, ...]:
    """The person of that id, or everybody of that role; those with an email address."""
    return tuple(one for one in world.staff.values() if name in (one.id, one.role.value) and one.email)


def staff_message(
    id: str, key: str, to: Sequence[Staff], subject: str, paragraphs: Sequence[str], world: World, now: datetime
) -> Entry | None:
    """An accepted message with one delivery for each of them; None where no channel can reach any of them.

    ``key`` makes it one message, however often it is asked for. The words are the program's own, and plain.
    """
    deliveries = tuple(found for one in to if (found := _delivery(one, world.policy)) is not None)
    if not deliveries:
        return None
    message = Message(
        id=id,
        key=key,
        mode=world.mode,
        kind=Kind.LETTER,
        audience=(),
        author=Role.OFFICE.value,
        bodies=(_body(subject, to, paragraphs, world.policy.language),),
        source="the clock",
        accepted_at=now,
        expires_at=now + WANTED_FOR,
    )
    version = world.directory.version if world.directory else 0
    return Entry(message, MessageState.ACCEPTED, Plan(deliveries=deliveries), directory_version=version)


def _delivery(to: Staff, policy: Policy) -> Delivery | None:
    ways = [one.name for one in policy.channels.values() if one.address is AddressKind.EMAIL and one.configured]
    if not to.email or not ways:
        return None
    return Delivery(
        key=f"staff:{to.id}",
        contact_ids=(),
        pupil_ids=(),
        household="",
        basis=Basis.MAIN,
        ladder=tuple((way,) for way in ways),
        routes={way: (Address("", to.email),) for way in ways},
        text_language=policy.language,
        staff_id=to.id,
    )


def _body(subject: str, to: Sequence[Staff], paragraphs: Sequence[str], language: str) -> Body:
    """It greets by name where it goes to one person alone."""
    greeting = f"Dear {to[0].name}," if len(to) == 1 else "Dear colleague,"
    words = [greeting, *paragraphs]
    html = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in words)
    return Body(language, html.replace("\n", "<br>"), "\n\n".join(words), subject)
