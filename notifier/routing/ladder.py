"""Step 7: by which channels, in which order, at which addresses (DESIGN 3.4, 3.5)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from notifier.model.arrangements import in_force
from notifier.model.directory import Contact, Sort
from notifier.model.message import Kind
from notifier.model.plan import Address
from notifier.model.policy import AddressKind, ChannelFacts, Rung
from notifier.routing import rules
from notifier.routing.standing import Standing


@dataclass(frozen=True, slots=True)
class Ways:
    """A ladder with the routes of its channels. ``blocked``: a barred adult's shared address left only a person."""

    ladder: tuple[Rung, ...]
    routes: Mapping[str, tuple[Address, ...]]
    blocked: bool
    rules: tuple[str, ...]


def wanted(standing: Standing, contact_ids: Sequence[str], pupil_ids: Sequence[str]) -> tuple[Rung, ...]:
    """The ladder before addresses: by kind, paper first for who asked, and what ``essential`` or ``also`` add: a text,
    or a letter for everybody (H13)."""
    paper_first = _asks_paper(standing, contact_ids, pupil_ids)
    ladder = standing.ladders.get(paper_first)
    if ladder is None:
        ladder = standing.ladders[paper_first] = _ladder(standing, paper_first=paper_first)
    return ladder


def _ladder(standing: Standing, *, paper_first: bool) -> tuple[Rung, ...]:
    policy, message = standing.policy, standing.message
    ladder = [tuple(rung) for rung in policy.kinds[message.kind].ladder]
    if paper_first:
        paper = tuple(
            channel for rung in ladder for channel in rung if _facts(standing, channel).address is AddressKind.POSTAL
        )
        ladder = [paper, *(tuple(channel for channel in rung if channel not in paper) for rung in ladder)]
        ladder = [rung for rung in ladder if rung]
    extra = [channel for channel in message.also if not _facts(standing, channel).public]
    essential = message.essential and "essential" in policy.text.allowed and not message.marketing
    if essential:
        extra.append(policy.text.channel)
    beside = [channel for channel in dict.fromkeys(extra) if not ladder or channel not in ladder[0]]
    if beside and ladder:
        ladder[0] = (*beside, *ladder[0]) if policy.text.channel in beside else (*ladder[0], *beside)
        # A person stays at the end too, where ``also`` has somebody ring as well.
        earlier = {channel for channel in beside if not _facts(standing, channel).by_person}
        ladder[1:] = [tuple(channel for channel in rung if channel not in earlier) for rung in ladder[1:]]
    if message.marketing or not (essential or message.kind.value in policy.text.allowed):
        # W37, whatever the ladder or ``also`` say; and advertising is never essential.
        ladder = [tuple(channel for channel in rung if channel != policy.text.channel) for rung in ladder]
    return tuple(rung for rung in ladder if rung)


def ways(standing: Standing, contact_ids: Sequence[str], pupil_ids: Sequence[str], ladder: Sequence[Rung]) -> Ways:
    """What of this ladder can be used: channels that exist, at addresses no barred adult shares."""
    directory = standing.directory
    contacts = [directory.contacts[contact_id] for contact_id in contact_ids]
    barred = standing.kept_out(pupil_ids)
    kept: list[Rung] = []
    routes: dict[str, tuple[Address, ...]] = {}
    left_out: dict[str, None] = {}
    for rung in ladder:
        usable: list[str] = []
        for channel in rung:
            facts = _facts(standing, channel)
            if not facts.configured:
                standing.found.step(7, rules.LADDER, f"{channel} is not set up, so it is left out")
                continue
            if facts.by_person:
                routes[channel] = _numbers_to_ring(standing, contacts, barred, left_out) or (
                    Address(contact_ids[0] if contact_ids else "", ""),
                )
                usable.append(channel)
                continue
            free, shared = _addresses(standing, contacts, facts.address, barred)
            left_out.update(dict.fromkeys(shared))
            if free:
                routes[channel] = free
                usable.append(channel)
            elif not shared:
                standing.found.step(7, rules.LADDER, f"{channel}: no address", contact_ids[0] if contact_ids else "")
        if usable:
            kept.append(tuple(usable))
    for contact_id in left_out:
        standing.found.step(7, rules.SHARED_ADDRESS, "an address is left out: it is not theirs alone", contact_id)
        standing.found.task(
            "Ask this adult for an address or number of their own: one they gave is also used by somebody "
            "who may not hear about this child.",
            (contact_id, *pupil_ids),
            rules.SHARED_ADDRESS,
        )
    blocked = bool(left_out) and standing.kind is not Kind.EMERGENCY and _only_person(standing, kept)
    used = [channel for rung in kept for channel in rung]
    cited = [
        *([rules.TEXT] if standing.policy.text.channel in used else []),
        *([rules.PAPER] if on_paper(standing, kept[:1]) and _asks_paper(standing, contact_ids, pupil_ids) else []),
        *([rules.SHARED_ADDRESS] if left_out else []),
    ]
    return Ways(standing.same(tuple(kept)), routes, blocked, standing.same(tuple(cited)))


def _only_person(standing: Standing, ladder: Sequence[Rung]) -> bool:
    return all(_facts(standing, channel).by_person for rung in ladder for channel in rung)


def asked(standing: Standing, sort: Sort, contact_id: str, pupil_ids: Sequence[str]) -> bool:
    """Whether this adult's wish for a format (paper, large print, interpreter; W5) holds for one of these pupils."""
    rows = standing.directory.arrangements_of.get(contact_id)
    return rows is not None and any(
        row.sort is sort
        and (row.pupil_id is None or row.pupil_id in pupil_ids)
        and row.covers(standing.kind)
        and in_force(row, standing.day)
        for row in rows
    )


def _asks_paper(standing: Standing, contact_ids: Sequence[str], pupil_ids: Sequence[str]) -> bool:
    return any(asked(standing, Sort.PAPER, contact_id, pupil_ids) for contact_id in contact_ids)


def on_paper(standing: Standing, ladder: Sequence[Rung]) -> bool:
    """Whether one of these rungs is a letter."""
    return any(_facts(standing, channel).address is AddressKind.POSTAL for rung in ladder for channel in rung)


def _facts(standing: Standing, channel: str) -> ChannelFacts:
    return standing.policy.channels.get(channel) or ChannelFacts(channel, "", configured=False)


def _addresses(
    standing: Standing, contacts: Iterable[Contact], kind: AddressKind, barred: set[str]
) -> tuple[tuple[Address, ...], tuple[str, ...]]:
    """The usable addresses in order, without repetition, and the contacts of whom one had to be left out."""
    free: dict[str, Address] = {}
    shared: list[str] = []
    for contact in contacts:
        for value, key in _values(contact, kind):
            if _held(standing, key, contact, kind, barred):
                shared.append(contact.id)
            elif key not in free:
                free[key] = Address(contact.id, value, contact.language)
                break
    return tuple(free.values()), tuple(dict.fromkeys(shared))


def _numbers_to_ring(
    standing: Standing, contacts: Iterable[Contact], barred: set[str], left_out: dict[str, None]
) -> tuple[Address, ...]:
    """A number for each adult whom a person is to ring, who has one first; nobody is dropped for having none."""
    found = []
    for contact in contacts:
        free, shared = _addresses(standing, (contact,), AddressKind.PHONE, barred)
        left_out.update(dict.fromkeys(shared))
        found.append(free[0] if free else Address(contact.id, "", contact.language))
    return tuple(sorted(found, key=lambda address: not address.value))


def _values(contact: Contact, kind: AddressKind) -> list[tuple[str, str]]:
    """(what is shown, what is compared) of one adult for one kind of address, best first."""
    match kind:
        case AddressKind.EMAIL:
            pairs = [(contact.email, contact.email_key)]
        case AddressKind.MOBILE:
            pairs = [(contact.mobile, contact.mobile)]
        case AddressKind.PHONE:
            pairs = [(contact.mobile, contact.mobile), (contact.phone, contact.phone)]
        case AddressKind.POSTAL:
            key = contact.postal_key
            pairs = [(", ".join((*contact.address, contact.postcode)), key)] if key else []
        case AddressKind.NONE:
            pairs = []
    return [pair for pair in pairs if pair[1]]


def _held(standing: Standing, key: str, contact: Contact, kind: AddressKind, barred: set[str]) -> bool:
    """Whether a barred adult holds this address too; a letter also reaches whoever shares the home."""
    if not barred:
        return False
    if contact.id in barred or not barred.isdisjoint(standing.directory.holders_of.get(key, ())):
        return True
    if kind is not AddressKind.POSTAL:
        return False
    home = standing.directory.home_of[contact.id]
    return not barred.isdisjoint(standing.directory.contacts_of_home.get(home, ()))
