"""Messages and plans for the store's tests: invented families, example.org."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from notifier.model.message import Body, Kind, Message, Mode, Reach, Term
from notifier.model.plan import Address, Basis, Delivery, Plan, PublicItem
from notifier.model.states import LegState, MessageState
from notifier.queue.rows import ClaimedLeg, Entry, Settlement

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
LEASE = timedelta(minutes=5)
MINUTE = timedelta(minutes=1)


def message(id: str = "m1", kind: Kind = Kind.LETTER, **changes: object) -> Message:
    made = Message(
        id=id,
        key=f"key of {id}",
        mode=Mode.LIVE,
        kind=kind,
        audience=(Term(Reach.CLASS, "Oak"),),
        author="head",
        bodies=(Body("en", "<p>Bring a coat.</p>", "Bring a coat.", "Our trip"),),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def delivery(
    name: str = "Adeyemi",
    ladder: tuple[tuple[str, ...], ...] = (("email",), ("call",)),
    adults: int = 1,
    held: str = "",
) -> Delivery:
    """A household of so many adults, each with an own address for every channel of the ladder but ``call``."""
    contacts = tuple(f"C-{name}-{number}" for number in range(adults))
    routes = {
        channel: tuple(
            Address(contact, "" if channel == "call" else f"{channel}.{contact}@example.org") for contact in contacts
        )
        for rung in ladder
        for channel in rung
    }
    return Delivery(f"home {name}", contacts, (f"P-{name}",), name, Basis.MAIN, ladder, routes, held=held)


def plan(*deliveries: Delivery, public: tuple[str, ...] = ()) -> Plan:
    return Plan(tuple(deliveries), tuple(PublicItem(channel) for channel in public))


def many(number: int, prefix: str = "home") -> Plan:
    return plan(*(delivery(f"{prefix}{one:04}") for one in range(number)))


def entry(
    deliveries: Plan | None = None, id: str = "m1", state: MessageState = MessageState.ACCEPTED, **changes: object
) -> Entry:
    return Entry(message(id, **changes), state, deliveries or plan(delivery()))  # type: ignore[arg-type]


def outcome(leg: ClaimedLeg, state: LegState, owner: str = "node", **more: object) -> Settlement:
    return Settlement(leg.leg_id, leg.attempt_id, owner, state, **more)  # type: ignore[arg-type]
