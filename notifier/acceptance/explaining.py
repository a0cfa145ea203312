"""Why each adult got a message or did not, in sentences for the staff: values in, sentences out (W13, H37)."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

from notifier.model.message import Message
from notifier.model.plan import Basis, Step, Withheld
from notifier.model.states import DeliveryState, LegState, MessageState
from notifier.queue import StoredDelivery, StoredLeg
from notifier.routing import rules

NOT_CONCERNED = "This message does not concern them: they are not linked to a child it is for."

_NOT_PLANNED = {
    MessageState.WAITING: "It waits for its moment. Who gets it is decided then, by the files of that day.",
    MessageState.HELD: "It waits for a yes. Who gets it is decided then, by the files of that day.",
    MessageState.REFUSED: "It was refused, so nobody got it.",
}
_BASIS = {
    Basis.MAIN: "it is the child's home",
    Basis.COPY: "they live apart and asked for a copy",
    Basis.CONSENT: "a parent who signed the contract agreed in writing",
    Basis.EQUAL: "every parent gets this, wherever they live",
}
_EQUAL = {
    rules.SIGNATORY: "they live apart and signed the contract with the school",
    rules.CORPORATE: "it has parental responsibility, and always gets its own",
    rules.CONSENT: _BASIS[Basis.CONSENT],
}
"""Why an adult got a copy of their own who is not of the child's home and asked for none; else every parent does."""
_STANDS = {
    DeliveryState.PLANNED: "not sent yet",
    DeliveryState.SENDING: "being sent",
    DeliveryState.HANDED_OVER: "handed over",
    DeliveryState.CONFIRMED: "confirmed",
    DeliveryState.UNREACHED: "not reached; somebody must ring",
    DeliveryState.HELD: "kept back until a person has looked at it",
    DeliveryState.WITHHELD: "withheld just before it was sent",
    DeliveryState.CANCELLED: "cancelled before it went",
    DeliveryState.EXPIRED: "over before it went",
}
_LEG = {
    LegState.DUE: "waits for its turn",
    LegState.STARTED: "is being tried",
    LegState.SENT: "handed over",
    LegState.DELIVERED: "arrived",
    LegState.TEMPORARY_FAILURE: "did not get through, and is tried again",
    LegState.PERMANENT_FAILURE: "did not get through",
    LegState.TECHNICAL_FAILURE: "could not be sent, and waits until that is mended",
    LegState.UNKNOWN: "nobody can tell whether it arrived",
    LegState.WITHDRAWN: "taken back",
}
_NOT_SET_UP = " is not set up, so it is left out"
_ID = re.compile(r"[\w-]+")


@dataclass(frozen=True, slots=True)
class Account:
    """All that is recorded about one message, or about one adult or child of it."""

    message: Message
    state: MessageState
    deliveries: tuple[StoredDelivery, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    steps: tuple[Step, ...] = ()
    legs: tuple[StoredLeg, ...] = ()

    def about(self, contact: str = "", pupil: str = "") -> "Account":
        """What of it is about this adult and this child; empty means any. A step about nobody stays.

        Of a child's adults the steps about themselves stay too, of all others none: it may be read out.
        """
        deliveries = tuple(
            one
            for one in self.deliveries
            if not one.public
            and (not contact or contact in one.delivery.contact_ids)
            and (not pupil or pupil in one.delivery.pupil_ids)
        )
        kept = {one.id for one in deliveries}
        concerned = {"", *(one.contact_id for one in self.steps if not pupil or one.pupil_id == pupil)}
        return replace(
            self,
            deliveries=deliveries,
            withheld=tuple(
                one
                for one in self.withheld
                if contact in ("", one.contact_id) and (not pupil or pupil in one.pupil_ids)
            ),
            steps=tuple(
                one
                for one in dict.fromkeys(self.steps)
                if (not contact or one.contact_id in ("", contact))
                and (not pupil or one.pupil_id == pupil or (not one.pupil_id and one.contact_id in concerned))
            ),
            legs=tuple(one for one in self.legs if one.delivery_id in kept),
        )

    @property
    def contact_ids(self) -> frozenset[str]:
        """Every adult who stands anywhere in it."""
        named = (one.delivery.contact_ids for one in self.deliveries)
        withheld = (one.contact_id for one in self.withheld)
        return frozenset(chain(*named, withheld, (one.contact_id for one in self.steps)))

    @property
    def pupil_ids(self) -> frozenset[str]:
        named = (one.delivery.pupil_ids for one in self.deliveries)
        return frozenset(chain(*named, *(one.pupil_ids for one in self.withheld), (one.pupil_id for one in self.steps)))

    @property
    def concerns_somebody(self) -> bool:
        return bool(self.deliveries or self.withheld or any(one.contact_id for one in self.steps))


def explained(
    account: Account, called: Callable[[str], str], spoken: Callable[[datetime], str], *, steps: bool
) -> list[str]:
    """The sentences in order: who got it and where each copy stands, who did not and why, and how it was decided.

    ``called`` says an id with its name, ``spoken`` a moment. ``steps`` lists each decision. Where the account is
    narrowed to somebody whom the message does not concern, that is all that is said.
    """
    told = _NOT_PLANNED.get(account.state, "")
    if told and not account.deliveries:
        return [told]
    if not account.concerns_somebody:
        return [NOT_CONCERNED] if steps else ["It went to no family."]
    lines = [told] if told else []
    for one in account.deliveries:
        lines += _delivery(one, account.legs, called, spoken)
    for held in account.withheld:
        lines.append(f"{called(held.contact_id)} does not get it about {_all(held.pupil_ids, called)}.")
        lines.append(f"  Why: {held.reason} ({held.rule})")
    if steps and not account.deliveries and not account.withheld:
        lines.append("Their home has one copy, and it is made out to another adult there. They get none of their own.")
    if steps:
        lines += ["How it was decided:", *_decided(account, called)]
    return lines


def _delivery(
    stored: StoredDelivery,
    legs: Sequence[StoredLeg],
    called: Callable[[str], str],
    spoken: Callable[[datetime], str],
) -> Iterator[str]:
    one = stored.delivery
    who = _all(one.contact_ids, called) or "Nobody known"
    yield f"{who} about {_all(one.pupil_ids, called)}: {_STANDS[stored.state]}."
    if stored.reason and stored.state not in (DeliveryState.HANDED_OVER, DeliveryState.CONFIRMED):
        yield f"  Reason: {stored.reason}"
    yield f"  Why them: {_why(one.basis, next(iter(one.rules), ''))} ({', '.join(one.rules)})"
    yield f"  By: {', then '.join(' and '.join(rung) for rung in one.ladder) or 'no way'}"
    for leg in (leg for leg in legs if leg.delivery_id == stored.id):
        yield f"    {_leg(leg, called, spoken)}"


def _leg(leg: StoredLeg, called: Callable[[str], str], spoken: Callable[[datetime], str]) -> str:
    to = f" to {called(leg.contact_id)}" if leg.contact_id else ""
    at = f", {spoken(leg.settled_at)}" if leg.settled_at else ""
    why = f": {leg.reason}" if leg.reason else ""
    return f"{leg.channel}{to}: {_LEG[leg.state]}{at}{why}"


def _decided(account: Account, called: Callable[[str], str]) -> Iterator[str]:
    ids = {id for one in account.deliveries for id in one.delivery.pupil_ids}
    absent: dict[str, None] = {}
    for one in sorted(account.steps, key=lambda step: step.step):
        if one.rule == rules.ORDER and not one.contact_id:
            continue  # how many orders there are is about other families
        if one.says.endswith(_NOT_SET_UP):
            absent[one.says.removesuffix(_NOT_SET_UP)] = None
            continue
        about = " about ".join(called(id) for id in (one.contact_id, one.pupil_id) if id)
        says = _ID.sub(lambda found: called(found[0]) if found[0] in ids else found[0], _in_words(one))
        yield f"  {one.step}. {f'{about}: ' if about else ''}{says} ({one.rule})"
    if absent:
        yield f"  Not set up, and so left out: {', '.join(absent)}"


def _in_words(step: Step) -> str:
    if step.says == "withheld":
        return rules.REASONS.get(step.rule, step.says)
    found = re.fullmatch(r"may hear \((\w+)\)", step.says)
    return f"may hear about this child: {_why(Basis(found[1]), step.rule)}" if found else step.says


def _why(basis: Basis, rule: str) -> str:
    return _EQUAL.get(rule, _BASIS[basis]) if basis is Basis.EQUAL else _BASIS[basis]


def _all(ids: Sequence[str], called: Callable[[str], str]) -> str:
    return " and ".join(called(id) for id in ids)
