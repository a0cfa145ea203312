"""Step 9: what must be said in person, and what must not stand where anybody reads it (W42, W43)."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

from notifier.model.directory import Directory
from notifier.model.message import Kind, Message
from notifier.model.plan import Delivery, PublicItem
from notifier.model.policy import Policy
from notifier.model.problem import advice, error, hold
from notifier.routing import rules
from notifier.routing.audience import wide
from notifier.routing.findings import Findings
from notifier.routing.standing import Standing

SHOWN = 5
"""So many children are listed; the rest is counted."""

_WORD = re.compile(r"[^\W_]+")


def _tokens(text: str) -> list[str]:
    """Folded words without accents; an apostrophe or a hyphen parts two: "Zoë Khan's" is zoe, khan, s."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return _WORD.findall(plain.casefold())


@lru_cache(4_096)
def _name(text: str) -> tuple[str, ...]:
    """A school looks for all its pupils in every message, and they share a few hundred names."""
    return tuple(_tokens(text))


def words_of(text: str) -> str:
    """The words alone, with one space around each: so that a name is found whole or not at all."""
    return f" {' '.join(_tokens(text))} "


def everything_said(message: Message) -> str:
    return "\n".join(part for body in message.bodies for part in (body.subject, body.plain, body.text))


def watched(text: str, policy: Policy) -> list[str]:
    """The words of the reviewed list that stand in this text."""
    said = words_of(text)
    return [word for word in policy.watch_words if words_of(word) in said]


def in_person(message: Message, policy: Policy, found: Findings) -> None:
    """Refuses the categories of W42 on every channel, and holds what uses the words of the reviewed list.

    What is for an appointment and not for a message (W10) a school adds to ``in_person_only`` as one more category.
    """
    category = "-".join(_tokens(message.category))
    if category in policy.in_person_only:
        found.problem(
            error(
                "in-person-only",
                f"This is about {category.replace('-', ' ')}, which the school tells families in person. "
                "Nothing is sent: ring the family or speak with them today.",
                rule=rules.IN_PERSON,
            )
        )
        about = tuple(term.name for term in message.audience if term.name)
        found.task(f"Speak in person with the family ({category}).", about, rules.IN_PERSON)
        return
    heard = watched(everything_said(message), policy)
    found.step(9, rules.IN_PERSON, f"{len(heard)} words kept for talks in person")
    if heard and message.kind is not Kind.EMERGENCY:
        quoted = ", ".join(f"“{word}”" for word in heard)
        found.problem(
            hold(
                "in-person-words",
                f"The words {quoted} are kept for talks in person. The head must say yes before this goes.",
                rule=rules.IN_PERSON,
            )
        )


def names_in(message: Message, directory: Directory, among: Iterable[str] | None = None) -> tuple[str, ...]:
    """The ids of pupils whose full name stands in the message, whichever part of it comes first.

    ``among`` narrows the search to some pupils.
    """
    shown = [attachment.name for attachment in message.attachments]
    shown += [message.event.title, message.event.place, message.event.details] if message.event else []
    return named_in("\n".join((everything_said(message), *shown)), directory, among)


def named_in(text: str, directory: Directory, among: Iterable[str] | None = None) -> tuple[str, ...]:
    """The ids of pupils whose full name stands in this text."""
    said = words_of(text)
    tokens = frozenset(said.split())
    found = []
    pupils = directory.pupils.values() if among is None else [directory.pupils[one] for one in among]
    for pupil in pupils:
        surname = _name(pupil.surname)
        if not surname or not tokens.issuperset(surname) or not (forenames := _name(pupil.forename)):
            continue
        # Surname first needs the first forename alone: it stands there too where the others follow.
        spellings = (*forenames, *surname), (forenames[0], *surname), (*surname, forenames[0])
        if any(f" {' '.join(spelling)} " in said for spelling in spellings):
            found.append(pupil.id)
    return tuple(found)


def named_to_a_group(message: Message, named: Sequence[str], found: Findings) -> None:
    """Holds what goes to a group and names these pupils in full (W43).

    A child's report is about that child, and an emergency waits for nobody. Praise or worry about one child (W28)
    goes to that child's family alone.
    """
    if named and message.kind is not Kind.EMERGENCY:
        found.problem(
            hold(
                "group-names-child",
                f"This goes to a group and names a child in full ({_few(named)}). Use first names, write to that "
                "child's family alone, or say yes.",
                rule=rules.PUBLIC,
            )
        )


def named_to_others(
    message: Message, deliveries: Sequence[Delivery], standing: Standing, to_a_group: Sequence[str]
) -> None:
    """Holds what names a child in full and goes also to somebody who may hear nothing about that child (W43).

    A letter about two children goes to each one's family, and a parent may be barred about a brother or sister.
    ``to_a_group`` are the children named in a message to a group, which waits anyway: whoever says yes must know
    that a barred adult would read it. Empty for one that is written for single children, and for reports.
    """
    directory = standing.directory
    meant = frozenset(pupil_id for delivery in deliveries for pupil_id in delivery.pupil_ids)
    named = to_a_group or names_in(message, directory, among=_near(deliveries, directory, meant))
    beyond = [
        pupil_id
        for pupil_id in named
        if any(
            not standing.bars(pupil_id).keys().isdisjoint(delivery.contact_ids)
            or (not to_a_group and pupil_id in meant and pupil_id not in delivery.pupil_ids)
            for delivery in deliveries
        )
    ]
    if beyond and message.kind is not Kind.EMERGENCY:
        standing.found.problem(
            hold(
                "others-told-of-child",
                f"This names a child in full ({_few(beyond)}) and goes also to somebody who gets nothing about that "
                "child. Use first names, write to each family alone, or say yes.",
                rule=rules.PUBLIC,
            )
        )


def _near(deliveries: Sequence[Delivery], directory: Directory, meant: frozenset[str]) -> list[str]:
    """The children of these deliveries, and those to whom their adults are linked or about whom they are barred."""
    near = set(meant)
    for contact_id in {contact_id for delivery in deliveries for contact_id in delivery.contact_ids}:
        near |= {link.pupil_id for link in directory.links_of_contact.get(contact_id, ())}
        near |= {row.pupil_id for row in directory.arrangements_of.get(contact_id, ()) if row.pupil_id}
    return sorted(near & directory.pupils.keys())


def _few(ids: Sequence[str]) -> str:
    return ", ".join(ids[:SHOWN]) + (f" and {len(ids) - SHOWN} more" if len(ids) > SHOWN else "")


def advertising(message: Message, policy: Policy, found: Findings) -> None:
    """Advises against advertising among the news: who has not agreed to it would get it all the same."""
    if message.kind is not Kind.NEWSLETTER or message.marketing or not policy.marketing_words:
        return
    said = words_of(everything_said(message))
    heard = [word for word in policy.marketing_words if words_of(word) in said]
    if heard:
        quoted = ", ".join(f"“{word}”" for word in heard)
        found.problem(
            advice(
                "newsletter-advertises",
                f"The words {quoted} sound like advertising, which only those get who agreed to it. "
                "Send that part as a message of its own with “marketing: yes”.",
                rule=rules.MARKETING,
            )
        )


def public(message: Message, named: Sequence[str], policy: Policy, found: Findings) -> tuple[PublicItem, ...]:
    """What also goes where anybody can read it: only for a class or wider, no reports, no child's full name (W43).

    So what is said one to one (W19) and about a child's difficulties (W29) never stands there. ``named`` are the
    pupils whose full names stand in the message.
    """
    if message.details:
        return ()
    kind = policy.kinds[message.kind]
    asked = [channel for channel in message.also if _is_public(policy, channel)]
    channels: Sequence[str] = list(
        dict.fromkeys([*kind.also, *(kind.public_if_important if message.important else ()), *asked])
    )
    channels = [channel for channel in channels if _is_public(policy, channel)]
    if not channels:
        return ()
    if message.kind is Kind.REPORT or not wide(message.audience):
        if asked:
            found.problem(
                advice(
                    "public-too-narrow",
                    "Only a message to a whole class or more, and never a report, goes where everybody can read it.",
                    rule=rules.PUBLIC,
                )
            )
        return ()
    if named:
        found.problem(
            advice(
                "public-names-child",
                "A child's full name stands in this message, so it does not go where everybody can read it. "
                "Use first names to publish it.",
                rule=rules.PUBLIC,
            )
        )
        return ()
    items = []
    for channel in channels:
        if policy.channels[channel].configured:
            items.append(PublicItem(channel))
            found.step(9, rules.PUBLIC, f"{channel}: once, for everybody; no child's full name stands in it")
        else:
            found.step(7, rules.WEBSITE, f"{channel} is not set up, so it is left out")
    return tuple(items)


def _is_public(policy: Policy, channel: str) -> bool:
    facts = policy.channels.get(channel)
    return facts is not None and facts.public
