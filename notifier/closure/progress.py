"""How far a closure has come: who is reached, who is not, by class, and when the rest will be through."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from notifier.model.closure import Closure, Opening, What
from notifier.model.directory import Directory
from notifier.model.states import DeliveryState, LegState
from notifier.queue import Store, StoredDelivery, StoredLeg

HANDED = frozenset({LegState.SENT, LegState.DELIVERED})
PENDING = frozenset({LegState.DUE, LegState.STARTED})


@dataclass(frozen=True, slots=True)
class ClassProgress:
    """Children of one class: at least one adult handed over to, confirmed, and those to ring about."""

    name: str
    children: int = 0
    handed_over: int = 0
    confirmed: int = 0
    to_ring: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """Adults (or staff, in a drill) by how they stand; ``ways`` counts legs by channel and state.

    ``handed_over`` includes the confirmed. ``answered`` of ``children``: only an early finish asks for answers.
    """

    closure: Closure
    adults: int
    handed_over: int
    confirmed: int
    failed: int
    in_doubt: int
    to_ring: int
    waiting: int
    children: int
    answered: int
    asks_answers: bool
    ways: Mapping[str, Mapping[LegState, int]] = field(default_factory=dict)
    classes: tuple[ClassProgress, ...] = ()


async def progress(store: Store, closure: Closure, directory: Directory | None) -> Progress:
    """Of its latest announcement."""
    message_id = closure.latest.message_id
    deliveries = [one for one in await store.deliveries(message_id) if not one.public]
    legs = await store.legs(message_id)
    answers = await store.closing.answers(closure.id)
    return counted(closure, deliveries, legs, answers, directory)


def counted(
    closure: Closure,
    deliveries: Sequence[StoredDelivery],
    legs: Sequence[StoredLeg],
    answers: Mapping[str, str],
    directory: Directory | None,
) -> Progress:
    of: dict[str, list[StoredLeg]] = {}
    ways: dict[str, dict[LegState, int]] = {}
    for leg in legs:
        of.setdefault(leg.delivery_id, []).append(leg)
        states = ways.setdefault(leg.channel, {})
        states[leg.state] = states.get(leg.state, 0) + 1
    people = [one for one in deliveries if one.delivery.contact_ids or one.delivery.staff_id]
    handed = {one.id for one in deliveries if _handed_over(one, of.get(one.id, ()))}
    confirmed = {one.id for one in deliveries if one.state is DeliveryState.CONFIRMED}
    to_ring = {one.id for one in deliveries if one.state is DeliveryState.UNREACHED}
    doubt = {leg.delivery_id for leg in legs if leg.state is LegState.UNKNOWN}
    waiting = {leg.delivery_id for leg in legs if leg.state in PENDING}
    asks = closure.latest.opening is Opening.EARLY and closure.latest.what in (What.START, What.UPDATE)
    children = {pupil_id for one in deliveries for pupil_id in one.delivery.pupil_ids}
    failed = {
        one.id
        for one in people
        if one.id not in handed | doubt | waiting | confirmed and one.state is not DeliveryState.CANCELLED
    }
    return Progress(
        closure=closure,
        adults=len(people),
        handed_over=sum(one.id in handed for one in people),
        confirmed=sum(one.id in confirmed for one in people),
        failed=len(failed),
        in_doubt=len(doubt - handed),
        to_ring=len(to_ring),
        waiting=len(waiting),
        children=len(children),
        answered=len(children & answers.keys()),
        asks_answers=asks and not closure.drill,
        ways=ways,
        classes=tuple(_classes(deliveries, handed | confirmed, confirmed, to_ring, directory)),
    )


def _handed_over(one: StoredDelivery, legs: Sequence[StoredLeg]) -> bool:
    return any(leg.state in HANDED for leg in legs) and one.state is not DeliveryState.UNREACHED


def _classes(
    deliveries: Sequence[StoredDelivery],
    handed: set[str],
    confirmed: set[str],
    to_ring: set[str],
    directory: Directory | None,
) -> list[ClassProgress]:
    about: dict[str, set[str]] = {}
    for one in deliveries:
        for pupil_id in one.delivery.pupil_ids:
            about.setdefault(pupil_id, set()).add(one.id)
    rows: dict[str, list[int]] = {}
    for pupil_id, ids in about.items():
        pupil = directory.pupils.get(pupil_id) if directory is not None else None
        row = rows.setdefault(pupil.class_ if pupil else "", [0, 0, 0, 0])
        row[0] += 1
        row[1] += bool(ids & handed)
        row[2] += bool(ids & confirmed)
        row[3] += bool(ids & to_ring) and not ids & confirmed
    return [ClassProgress(name or "no class", *row) for name, row in sorted(rows.items())]
