"""Step 6: who is addressed together, about which children (DESIGN 3.5).

A delivery lists only pupils that every adult named in it may hear about.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from notifier.model.directory import Directory, Link
from notifier.model.plan import Basis
from notifier.model.policy import Per
from notifier.routing.findings import Allowed, Refused
from notifier.routing.standing import Standing


@dataclass(frozen=True, slots=True)
class Addressees:
    """A delivery in the making. ``rules`` say what let its adults in."""

    household: str
    contact_ids: tuple[str, ...]
    pupil_ids: tuple[str, ...]
    basis: Basis
    rules: tuple[str, ...]

    @property
    def key(self) -> str:
        return f"{'+'.join(self.contact_ids)}/{'+'.join(self.pupil_ids)}"


@dataclass(slots=True)
class Hearing:
    """What one adult may hear about: by pupil what let them in; ``denied`` are those an arrangement took away."""

    allowed: dict[str, Allowed]
    denied: frozenset[str] = frozenset()
    organisation: bool = False


def hearings(
    standing: Standing, pupil_ids: Sequence[str]
) -> tuple[list[Link], dict[str, Hearing], dict[tuple[str, str], Refused]]:
    """The links of these pupils, by contact what they may hear, and by (contact, pupil) why not."""
    links: list[Link] = []
    heard: dict[str, Hearing] = {}
    refused: dict[tuple[str, str], Refused] = {}
    for pupil_id in pupil_ids:
        for link, answer in standing.hear(pupil_id):
            links.append(link)
            hearing = heard.get(link.contact_id)
            if hearing is None:
                hearing = heard[link.contact_id] = Hearing({})
            if link.organisation:
                hearing.organisation = True
            if isinstance(answer, Allowed):
                hearing.allowed[pupil_id] = answer
            else:
                refused[link.contact_id, pupil_id] = answer
                if answer.denied:
                    hearing.denied |= {pupil_id}
    return links, heard, refused


def by_priority(directory: Directory, contact_ids: Sequence[str], pupil_ids: Sequence[str]) -> tuple[str, ...]:
    """The lowest number over these pupils first, then by contact id; a blank priority is last."""
    if len(contact_ids) < 2:
        return tuple(contact_ids)
    links = [link for pupil_id in pupil_ids for link in directory.links_of_pupil.get(pupil_id, ())]

    def rank(contact_id: str) -> tuple[float, str]:
        numbers = [link.priority for link in links if link.contact_id == contact_id and link.priority is not None]
        return (min(numbers, default=float("inf")), contact_id)

    return tuple(sorted(contact_ids, key=rank))


def merge(
    standing: Standing, heard: Mapping[str, Hearing], pupil_ids: Sequence[str], per: Per
) -> tuple[list[Addressees], set[str]]:
    """Deliveries in the making, in the order of their first pupil, and whom a copy to their home covers, so that none
    names them."""
    order = {pupil_id: place for place, pupil_id in enumerate(pupil_ids)}
    homes: defaultdict[str, list[str]] = defaultdict(list)
    found: list[Addressees] = []
    covered: set[str] = set()
    for contact_id, hearing in heard.items():
        if not hearing.allowed:
            continue
        if per is Per.CONTACT or hearing.organisation:
            sets = [(p,) for p in hearing.allowed] if per is Per.PUPIL else [tuple(hearing.allowed)]
            found += [_addressees(standing, heard, [contact_id], one, order) for one in sets]
        else:
            homes[standing.directory.home_of[contact_id]].append(contact_id)
    for members in homes.values():
        for contact_ids, pupils in _groups(heard, members, per, covered):
            found.append(_addressees(standing, heard, contact_ids, pupils, order))
    found.sort(key=lambda one: (order[one.pupil_ids[0]], one.contact_ids))
    return found, covered


def _groups(
    heard: Mapping[str, Hearing], members: list[str], per: Per, covered: set[str]
) -> list[tuple[list[str], tuple[str, ...]]]:
    """Who of one home is named together: adults who may hear about the same pupils.

    One who may hear about only some of them is covered by the others' copy and
    named in none; but where a denying arrangement is the reason, each gets their own.
    """
    if per is Per.PUPIL:
        pupils: defaultdict[str, list[str]] = defaultdict(list)
        for contact_id in members:
            for pupil_id in heard[contact_id].allowed:
                pupils[pupil_id].append(contact_id)
        return [(contact_ids, (pupil_id,)) for pupil_id, contact_ids in pupils.items()]
    first = heard[members[0]].allowed
    if len(members) == 1 or all(heard[contact_id].allowed.keys() == first.keys() for contact_id in members):
        return [(members, tuple(first))]
    together: defaultdict[frozenset[str], list[str]] = defaultdict(list)
    for contact_id in members:
        together[frozenset(heard[contact_id].allowed)].append(contact_id)
    groups: list[tuple[list[str], tuple[str, ...]]] = []
    for pupil_ids, contact_ids in together.items():
        beyond = {pupil_id for wider in together if pupil_ids < wider for pupil_id in wider - pupil_ids}
        if not beyond:
            groups.append((contact_ids, tuple(pupil_ids)))
            continue
        own = [one for one in contact_ids if not heard[one].denied.isdisjoint(beyond)]
        groups += [([one], tuple(pupil_ids)) for one in own]
        covered.update(set(contact_ids).difference(own))
    return groups


def _addressees(
    standing: Standing,
    heard: Mapping[str, Hearing],
    contact_ids: Sequence[str],
    pupils: Sequence[str],
    order: Mapping[str, int],
) -> Addressees:
    pupil_ids = tuple(pupils) if len(pupils) == 1 else tuple(sorted(pupils, key=order.__getitem__))
    ranked = by_priority(standing.directory, contact_ids, pupil_ids)
    reasons = [heard[contact_id].allowed[pupil_id] for contact_id in ranked for pupil_id in pupil_ids]
    basis = reasons[0].basis
    if basis is not Basis.MAIN and any(reason.basis is Basis.MAIN for reason in reasons):
        basis = Basis.MAIN  # A home that is main for one of the children is no second home.
    return Addressees(
        household=standing.directory.home_of[ranked[0]],
        contact_ids=ranked,
        pupil_ids=pupil_ids,
        basis=basis,
        rules=standing.same(tuple(dict.fromkeys([reason.rule for reason in reasons]))),
    )
