"""A drill goes to staff alone: planned without a look at the families, and looked at once more before each send."""

from collections.abc import Iterator
from dataclasses import replace

from notifier.model.message import Message
from notifier.model.plan import Address, Basis, Delivery, Plan, Send, Step, Verdict, Withhold
from notifier.model.policy import AddressKind, Policy, Rung
from notifier.model.problem import error
from notifier.model.staff import Staff
from notifier.routing import rules


def plan_drill(message: Message, policy: Policy) -> Plan:
    """One delivery for each member of staff by the ladder of the real thing; nothing public, no adult, no child."""
    deliveries = tuple(_delivery(person, message, policy) for person in policy.staff)
    if not deliveries:
        nobody = error("drill-nobody", "Nobody stands under [[staff]] in config.toml, so a drill has nobody to go to.")
        return Plan(problems=(nobody,))
    steps = tuple(Step(6, rules.DRILL, f"a drill: to {one.staff_id} alone, and to no family") for one in deliveries)
    return Plan(deliveries=deliveries, trace=steps, policy=policy.mark)


def recheck_drill(message: Message, delivery: Delivery, policy: Policy) -> Verdict:
    """A drill for anybody but staff never leaves, whoever planned it."""
    person = next((one for one in policy.staff if one.id == delivery.staff_id), None)
    if not message.drill or person is None or delivery.contact_ids or delivery.pupil_ids or delivery.also_ring:
        return Withhold(rules.DRILL, "A drill goes to the staff named in config.toml and to nobody else.")
    routes = _delivery(person, message, policy).routes
    return Send(delivery if routes == delivery.routes else replace(delivery, routes=routes))


def _delivery(person: Staff, message: Message, policy: Policy) -> Delivery:
    ladder: list[Rung] = []
    routes: dict[str, tuple[Address, ...]] = {}
    for rung in policy.kinds[message.kind].ladder:
        usable = dict(_usable(person, rung, policy))
        if usable:
            ladder.append(tuple(usable))
            routes |= {channel: (Address("", value, policy.language),) for channel, value in usable.items()}
    return Delivery(
        key=f"staff/{person.id}",
        contact_ids=(),
        pupil_ids=(),
        household="",
        basis=Basis.MAIN,
        ladder=tuple(ladder),
        routes=routes,
        language=policy.language,
        text_language=message.body(policy.language).language,
        rules=(rules.DRILL,),
        staff_id=person.id,
    )


def _usable(person: Staff, rung: Rung, policy: Policy) -> Iterator[tuple[str, str]]:
    for channel in rung:
        facts = policy.channels.get(channel)
        if facts is None or not facts.configured or facts.public:
            continue
        if facts.by_person:
            yield channel, person.mobile
        elif facts.address is AddressKind.EMAIL and person.email:
            yield channel, person.email
        elif facts.address in (AddressKind.MOBILE, AddressKind.PHONE) and person.mobile:
            yield channel, person.mobile
