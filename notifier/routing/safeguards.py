"""Step 9: what must be said in person, and what must not stand where anybody reads it (W42, W43)."""

import re
import unicodedata
from collections.abc import Sequence

from notifier.model.directory import Directory
from notifier.model.message import Kind, Message
from notifier.model.plan import PublicItem
from notifier.model.policy import Policy
from notifier.model.problem import advice, error, hold
from notifier.routing import rules
from notifier.routing.audience import wide
from notifier.routing.findings import Findings

SHOWN = 5
"""So many children are listed; the rest is counted."""

_WORD = re.compile(r"[^\W_]+")


def _tokens(text: str) -> list[str]:
    """Folded words without accents; an apostrophe or a hyphen parts two: "Zoë Khan's" is zoe, khan, s."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return _WORD.findall(plain.casefold())


def words_of(text: str) -> str:
    """The words alone, with one space around each: so that a name is found whole or not at all."""
    return f" {' '.join(_tokens(text))} "


def everything_said(message: Message) -> str:
    return "\n".join(part for body in message.bodies for part in (body.subject, body.plain, body.text))


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
    said = words_of(everything_said(message))
    heard = [word for word in policy.watch_words if words_of(word) in said]
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


def names_in(message: Message, directory: Directory) -> tuple[str, ...]:
    """The ids of pupils whose full name stands in the message, whichever part of it comes first."""
    shown = [attachment.name for attachment in message.attachments]
    shown += [message.event.title, message.event.place, message.event.details] if message.event else []
    return named_in("\n".join((everything_said(message), *shown)), directory)


def named_in(text: str, directory: Directory) -> tuple[str, ...]:
    """The ids of pupils whose full name stands in this text."""
    said = words_of(text)
    tokens = frozenset(said.split())
    found = []
    for pupil in directory.pupils.values():
        surname = _tokens(pupil.surname)
        forenames = _tokens(pupil.forename)
        if not surname or not forenames or not tokens.issuperset(surname):
            continue
        spellings = (*forenames, *surname), (*surname, *forenames), (forenames[0], *surname), (*surname, forenames[0])
        if any(f" {' '.join(spelling)} " in said for spelling in spellings):
            found.append(pupil.id)
    return tuple(found)


def named_to_a_group(message: Message, named: Sequence[str], found: Findings) -> None:
    """Holds what goes to a group and names these pupils in full (W43).

    A child's report is about that child, and an emergency waits for nobody. Praise or worry about one child (W28)
    goes to that child's family alone.
    """
    if not named or message.kind in (Kind.EMERGENCY, Kind.REPORT):
        return
    ids = ", ".join(named[:SHOWN]) + (f" and {len(named) - SHOWN} more" if len(named) > SHOWN else "")
    found.problem(
        hold(
            "group-names-child",
            f"This goes to a group and names a child in full ({ids}). Use first names, write to that child's family "
            "alone, or say yes.",
            rule=rules.PUBLIC,
        )
    )


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
