"""What the program writes to staff of its own accord, such as a reminder to an author: looked at before each send."""

from dataclasses import replace

from notifier.model.message import Message
from notifier.model.plan import Address, Delivery, Send, Verdict, Withhold
from notifier.model.policy import AddressKind, Policy
from notifier.routing import rules


def recheck_staff(message: Message, delivery: Delivery, policy: Policy) -> Verdict:
    """It goes by email to that person as config.toml has them now. What is for families goes to no member of staff,
    and what is for staff to no family."""
    person = next((one for one in policy.staff if one.id == delivery.staff_id), None)
    if message.audience or delivery.contact_ids or delivery.pupil_ids or delivery.also_ring:
        return Withhold(
            rules.STAFF, "A message for families goes to no member of staff, nor one for staff to families."
        )
    if person is None or not person.email:
        return Withhold(rules.STAFF, "This person stands in config.toml no more, or without an email address.")
    routes = {
        way: (Address("", person.email),)
        for way in delivery.routes
        if way in policy.channels and policy.channels[way].address is AddressKind.EMAIL
    }
    return Send(delivery if routes == delivery.routes else replace(delivery, routes=routes))
