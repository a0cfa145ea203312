"""Step 7: by which channels, in which order, at which addresses (DESIGN 3.4, 3.5)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from string import ascii_letters, digits
from typing import NamedTuple, TypeAlias

from notifier.model.arrangements import in_force
from notifier.model.directory import Contact, Directory, Sort
from notifier.model.homes import email_key
from notifier.model.message import Kind
from notifier.model.plan import Address, Saying
from notifier.model.policy import AddressKind, ChannelFacts, Policy, Rung
from notifier.routing import rules
from notifier.routing.standing import Standing

_PLAIN = frozenset(ascii_letters + digits)
"""What an email address nearly always begins with; such a one cannot be empty when it is compared."""


class Ways(NamedTuple):
    """A ladder with the routes of its channels. ``blocked``: a barred adult's shared address left only a person."""

    ladder: tuple[Rung, ...]
    routes: Mapping[str, tuple[Address, ...]]
    blocked: bool
    rules: tuple[str, ...]


def wanted(standing: Standing, contact_ids: Sequence[str], pupil_ids: Sequence[str]) -> tuple[Rung, ...]:
    """The ladder before addresses: by kind, paper first for who asked, and what ``essential`` or ``also`` add: a text,
    or a letter for everybody (H13)."""
    paper_first = asked(standing, Sort.PAPER, contact_ids, pupil_ids)
    ladder = standing.ladders.get(paper_first)
    if ladder is None:
        ladder = standing.ladders[paper_first] = _ladder(standing, paper_first=paper_first)
    return ladder


def _ladder(standing: Standing, *, paper_first: bool) -> tuple[Rung, ...]:
    policy, message = standing.policy, standing.message
    ladder = [tuple(rung) for rung in policy.kinds[message.kind].ladder]
    if paper_first:
        paper = tuple(
            channel
            for rung in ladder
            for channel in rung
            if facts_of(standing.policy, channel).address is AddressKind.POSTAL
        )
        ladder = [paper, *(tuple(channel for channel in rung if channel not in paper) for rung in ladder)]
        ladder = [rung for rung in ladder if rung]
    extra = [channel for channel in message.also if not facts_of(standing.policy, channel).public]
    essential = message.essential and "essential" in policy.text.allowed and not message.marketing
    if essential:
        extra.append(policy.text.channel)
    beside = [channel for channel in dict.fromkeys(extra) if not ladder or channel not in ladder[0]]
    if beside and ladder:
        ladder[0] = (*beside, *ladder[0]) if policy.text.channel in beside else (*ladder[0], *beside)
        # A person stays at the end too, where ``also`` has somebody ring as well.
        earlier = {channel for channel in beside if not facts_of(standing.policy, channel).by_person}
        ladder[1:] = [tuple(channel for channel in rung if channel not in earlier) for rung in ladder[1:]]
    if message.marketing or not (essential or message.kind.value in policy.text.allowed):
        # W37, whatever the ladder or ``also`` say; and advertising is never essential.
        ladder = [tuple(channel for channel in rung if channel != policy.text.channel) for rung in ladder]
    return tuple(rung for rung in ladder if rung)


def ways(standing: Standing, contact_ids: Sequence[str], pupil_ids: Sequence[str], ladder: tuple[Rung, ...]) -> Ways:
    """What of this ladder can be used: channels that exist, at addresses no barred adult shares."""
    directory = standing.directory
    contacts = [directory.contacts[contact_id] for contact_id in contact_ids]
    barred = standing.kept_out(pupil_ids)
    alone = contacts[0] if len(contacts) == 1 and not barred else None  # as nearly always
    routes: dict[str, tuple[Address, ...]] = {}
    left_out: dict[str, None] = {}
    shared: Sequence[str] = ()
    for channel, facts in along(standing, ladder):
        if not facts.configured:
            standing.found.steps.say(_not_set_up(channel), "")
            continue
        if alone is None:
            free, shared = route(facts, contacts, directory, barred)
        else:
            value = own_address(facts, alone)
            free = () if value is None else (Address(alone.id, value, alone.language),)
        if free:
            routes[channel] = free
        elif not shared:
            standing.found.steps.say(_no_address(channel), contact_ids[0] if contact_ids else "")
        if shared:
            left_out.update(dict.fromkeys(shared))
    for contact_id in left_out:
        standing.found.step(7, rules.SHARED_ADDRESS, "an address is left out: it is not theirs alone", contact_id)
        standing.found.task(
            "Ask this adult for an address or number of their own: one they gave is also used by somebody "
            "who may not hear about this child.",
            (contact_id, *pupil_ids),
            rules.SHARED_ADDRESS,
        )
    kept, begins_on_paper = _kept(standing, ladder, tuple(routes))
    blocked = bool(left_out) and standing.kind is not Kind.EMERGENCY and _only_person(standing, kept)
    cited: tuple[str, ...] = (rules.TEXT,) if standing.policy.text.channel in routes else ()
    if begins_on_paper and asked(standing, Sort.PAPER, contact_ids, pupil_ids):
        cited = (*cited, rules.PAPER)
    if left_out:
        cited = (*cited, rules.SHARED_ADDRESS)
    return Ways(kept, routes, blocked, cited)


@cache
def _not_set_up(channel: str) -> Saying:
    return 7, rules.LADDER, f"{channel} is not set up, so it is left out"


@cache
def _no_address(channel: str) -> Saying:
    return 7, rules.LADDER, f"{channel}: no address"


def along(standing: Standing, ladder: tuple[Rung, ...]) -> tuple[tuple[str, ChannelFacts], ...]:
    """The channels of a ladder in order, with what is known of them; a school has few ladders."""
    found = standing.along.get(ladder)
    if found is None:
        channels = [channel for rung in ladder for channel in rung]
        found = tuple([(channel, facts_of(standing.policy, channel)) for channel in channels])
        standing.along[ladder] = found
    return found


def _kept(standing: Standing, ladder: tuple[Rung, ...], usable: tuple[str, ...]) -> tuple[tuple[Rung, ...], bool]:
    """A ladder with these channels alone, and whether it begins on paper."""
    found = standing.kept.get((ladder, usable))
    if found is None:
        rungs = [tuple([channel for channel in rung if channel in usable]) for rung in ladder]
        kept = tuple([rung for rung in rungs if rung])
        found = standing.kept[ladder, usable] = standing.same(kept), on_paper(standing, kept[:1])
    return found


def _only_person(standing: Standing, ladder: Sequence[Rung]) -> bool:
    return all(facts_of(standing.policy, channel).by_person for rung in ladder for channel in rung)


def asked(standing: Standing, sort: Sort, contact_ids: Sequence[str], pupil_ids: Sequence[str]) -> bool:
    """Whether a wish of one of these adults for a format (paper, large print, interpreter; W5) holds for one of these
    pupils."""
    for contact_id in contact_ids:
        rows = standing.directory.arrangements_of.get(contact_id)
        if rows is not None and any(
            row.sort is sort
            and (row.pupil_id is None or row.pupil_id in pupil_ids)
            and row.covers(standing.kind)
            and in_force(row, standing.day)
            for row in rows
        ):
            return True
    return False


def on_paper(standing: Standing, ladder: Sequence[Rung]) -> bool:
    """Whether one of these rungs is a letter."""
    return any(facts_of(standing.policy, channel).address is AddressKind.POSTAL for rung in ladder for channel in rung)


def facts_of(policy: Policy, channel: str) -> ChannelFacts:
    """One that nobody has heard of counts as not set up."""
    return policy.channels.get(channel) or ChannelFacts(channel, "", configured=False)


def route(
    facts: ChannelFacts, contacts: Sequence[Contact], directory: Directory, barred: AbstractSet[str]
) -> tuple[tuple[Address, ...], Sequence[str]]:
    """The addresses for a channel in the order in which they are tried, and the contacts of whom one had to be left
    out, because one of ``barred`` holds it too."""
    if facts.by_person:
        return _numbers_to_ring(contacts, directory, barred)
    return _addresses(contacts, facts.address, directory, barred)


def own_address(facts: ChannelFacts, contact: Contact) -> str | None:
    """What an adult who is addressed alone is reached at by a channel, where nobody is kept out; None: not by it.

    Empty where a person has to find a number first.
    """
    if facts.by_person:
        return contact.mobile or contact.phone
    if facts.address is AddressKind.EMAIL and contact.email[:1] in _PLAIN:
        return contact.email
    values = _VALUES[facts.address](contact)
    return values[0][0] if values else None


def _addresses(
    contacts: Iterable[Contact], kind: AddressKind, directory: Directory, barred: AbstractSet[str]
) -> tuple[tuple[Address, ...], Sequence[str]]:
    """The usable addresses in order, without repetition, and the contacts of whom one had to be left out."""
    values = _VALUES[kind]
    free: dict[str, Address] = {}
    shared: dict[str, None] = {}
    for contact in contacts:
        for value, key in values(contact):
            if barred and _held(key, contact, kind, directory, barred):
                shared[contact.id] = None
            elif key not in free:
                free[key] = Address(contact.id, value, contact.language)
                break
    return tuple(free.values()), tuple(shared)


def _numbers_to_ring(
    contacts: Sequence[Contact], directory: Directory, barred: AbstractSet[str]
) -> tuple[tuple[Address, ...], Sequence[str]]:
    """A number for each adult whom a person is to ring, who has one first; nobody is dropped for having none."""
    found: list[Address] = []
    left_out: dict[str, None] = {}
    for contact in contacts:
        free, shared = _addresses((contact,), AddressKind.PHONE, directory, barred)
        found.append(free[0] if free else Address(contact.id, "", contact.language))
        if shared:
            left_out.update(dict.fromkeys(shared))
    if len(found) > 1:
        found.sort(key=lambda address: not address.value)
    return tuple(found) or (Address("", ""),), tuple(left_out)


Values: TypeAlias = tuple[tuple[str, str], ...]
"""What is shown and what is compared of one adult's addresses of one kind, best first."""


def _email(contact: Contact) -> Values:
    key = email_key(contact.email)
    return ((contact.email, key),) if key else ()


def _mobile(contact: Contact) -> Values:
    return ((contact.mobile, contact.mobile),) if contact.mobile else ()


def _phone(contact: Contact) -> Values:
    numbers = contact.mobile, contact.phone
    return tuple([(number, number) for number in numbers if number])


def _postal(contact: Contact) -> Values:
    key = contact.postal_key
    return ((", ".join((*contact.address, contact.postcode)), key),) if key else ()


_VALUES: Mapping[AddressKind, Callable[[Contact], Values]] = {
    AddressKind.EMAIL: _email,
    AddressKind.MOBILE: _mobile,
    AddressKind.PHONE: _phone,
    AddressKind.POSTAL: _postal,
    AddressKind.NONE: lambda contact: (),
}


def _held(key: str, contact: Contact, kind: AddressKind, directory: Directory, barred: AbstractSet[str]) -> bool:
    """Whether a barred adult holds this address too; a letter also reaches whoever shares the home."""
    if contact.id in barred or not barred.isdisjoint(directory.holders_of.get(key, ())):
        return True
    if kind is not AddressKind.POSTAL:
        return False
    home = directory.home_of[contact.id]
    return not barred.isdisjoint(directory.barrable_at.get(home, ()))
