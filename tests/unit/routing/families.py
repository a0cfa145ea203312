"""Small families for tests: people, links and arrangements in a line each, and both schools' policies."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from notifier.model.calendar import Event
from notifier.model.directory import Arrangement, Contact, Directory, Link, LivesWith, Pupil, Responsibility, Sort
from notifier.model.message import Body, Kind, Message, Mode, Reach, Term
from notifier.model.plan import Delivery, Plan
from notifier.model.policy import AddressKind, ChannelFacts, Copies, KindPolicy, Per, Policy, TextPolicy
from notifier.routing import plan

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=LONDON)
TODAY = NOW.date()
YESTERDAY = TODAY - timedelta(days=1)
TOMORROW = TODAY + timedelta(days=1)

SCHOOL = Term(Reach.SCHOOL)
OAK = Term(Reach.CLASS, "Oak")

PRICE_HOUSE = ("12 Sebert Road", "London")
PRICE_CODE = "E7 0NQ"

CHANNELS = {
    facts.name: facts
    for facts in (
        ChannelFacts("email", "email", AddressKind.EMAIL),
        ChannelFacts("text", "text", AddressKind.MOBILE, confirms=True),
        ChannelFacts("voice", "voice", AddressKind.PHONE, confirms=True),
        ChannelFacts("letter", "letter", AddressKind.POSTAL, writes_files=True),
        ChannelFacts("call", "call", AddressKind.PHONE, by_person=True, writes_files=True),
        ChannelFacts("website", "page", public=True, writes_files=True),
        ChannelFacts("noticeboard", "poster", public=True, writes_files=True),
    )
}

_WRITTEN = (("email",), ("letter",), ("call",))
_URGENT = (("text", "email"), ("voice",), ("call",))


def policy(copies: Copies, per: Per, allowed: Iterable[str], letters_public: bool) -> Policy:
    always = ("website",)
    kinds = {
        Kind.NEWSLETTER: KindPolicy(_WRITTEN, also=always, per=per, copies=copies),
        Kind.LETTER: KindPolicy(
            _WRITTEN,
            also=always if letters_public else (),
            per=per,
            copies=copies,
            public_if_important=() if letters_public else always,
        ),
        Kind.NOTICE: KindPolicy(_WRITTEN, per=per, copies=copies, public_if_important=always),
        Kind.REPORT: KindPolicy(_WRITTEN, per=Per.PUPIL, copies=copies),
        Kind.EMERGENCY: KindPolicy(
            _URGENT,
            also=("website", "noticeboard"),
            per=Per.CONTACT,
            copies=Copies.ALWAYS,
            escalate_after=timedelta(minutes=10),
        ),
    }
    return Policy(
        profile=copies.value,
        kinds=kinds,
        timezone=LONDON,
        channels=CHANNELS,
        text=TextPolicy(allowed=frozenset(allowed)),
        watch_words=("head injury", "safeguarding"),
        head=frozenset({"head", "mrs-okafor"}),
    )


WOODGRANGE = policy(Copies.ON_REQUEST, Per.HOUSEHOLD, ("emergency", "essential"), letters_public=False)
HYDE_PARK = policy(Copies.SIGNATORY_OR_CONSENT, Per.CONTACT, ("emergency",), letters_public=True)


def with_kind(of: Policy, kind: Kind, **changes: Any) -> Policy:
    return replace(of, kinds={**of.kinds, kind: replace(of.kinds[kind], **changes)})


def child(id: str, class_: str = "Oak", **more: Any) -> Pupil:
    return Pupil(id, more.pop("forename", f"Fore{id}"), more.pop("surname", f"Sur{id}"), class_, **more)


def adult(id: str, **more: Any) -> Contact:
    """Somebody with an email address of their own and no more; ``email=""`` takes it away."""
    return Contact(id, **{"forename": f"Given{id}", "surname": "Price", "email": f"{id.lower()}@example.org", **more})


def at_home(id: str, household: str = "H1", **more: Any) -> Contact:
    """Somebody at the Prices' house in Sebert Road."""
    return adult(id, **{"household": household, "address": PRICE_HOUSE, "postcode": PRICE_CODE, **more})


def link(pupil_id: str, contact_id: str, priority: int | None = 1, **more: Any) -> Link:
    """A parent with parental responsibility, unless it says otherwise; ``lives`` and ``pr`` are words of the file."""
    lives, pr = LivesWith(more.pop("lives", "unknown")), Responsibility(more.pop("pr", "yes"))
    return Link(pupil_id, contact_id, more.pop("relationship", "OTH"), priority, lives, pr, **more)


def row(sort: str, contact_id: str, pupil_id: str | None = None, **more: Any) -> Arrangement:
    """An arrangement with a document on file, unless ``evidence=""``; ``scope`` is a list of kinds in words."""
    scope = frozenset(Kind(word) for word in more.pop("scope", "").split())
    return Arrangement(Sort(sort), contact_id, pupil_id, scope, **{"evidence": "file 7", **more})


def families(*things: Any, **more: Any) -> Directory:
    """Everything a school recorded, in any order."""
    links = tuple(one for one in things if isinstance(one, Link))
    return Directory(
        version=1,
        pupils={one.id: one for one in things if isinstance(one, Pupil)},
        contacts={one.id: one for one in things if isinstance(one, Contact)},
        links=links,
        arrangements=tuple(one for one in things if isinstance(one, Arrangement)),
        flags=frozenset((one.contact_id, one.pupil_id) for one in links if one.court_order),
        **more,
    )


def body(plain: str = "We go to the museum.", language: str = "en", subject: str = "Museum", text: str = "") -> Body:
    return Body(language, f"<p>{plain}</p>", plain, subject, text)


def message(kind: str = "letter", *to: Term, **more: Any) -> Message:
    """A letter to the whole school, unless it says otherwise."""
    more.setdefault("bodies", (body(),))
    return Message("m1", "k1", Mode.TRIAL, Kind(kind), to or (SCHOOL,), "head", **more)


def visit(on_site: bool | None = True, day: date = TOMORROW) -> Event:
    return Event("E1", "Open morning", day, on_site=on_site)


def planned(directory: Directory, message: Message, policy: Policy = WOODGRANGE) -> Plan:
    return plan(message, directory, policy, NOW)


def named(plan: Plan) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Who is named together, about whom."""
    return [(delivery.contact_ids, delivery.pupil_ids) for delivery in plan.deliveries]


def pairs(plan: Plan) -> set[tuple[str, str]]:
    return {pair for delivery in plan.deliveries for pair in pairs_of(delivery)}


def pairs_of(delivery: Delivery) -> set[tuple[str, str]]:
    return {(contact_id, pupil_id) for contact_id in delivery.contact_ids for pupil_id in delivery.pupil_ids}


def withheld(plan: Plan) -> dict[tuple[str, str], str]:
    """By adult and child the rule."""
    return {(one.contact_id, pupil_id): one.rule for one in plan.withheld for pupil_id in one.pupil_ids}


def the_delivery(plan: Plan, contact_id: str) -> Delivery:
    found = [delivery for delivery in plan.deliveries if contact_id in delivery.contact_ids]
    assert len(found) == 1, f"{contact_id} is named by {len(found)} deliveries"
    return found[0]


def tasks_about(plan: Plan, *ids: str) -> list[str]:
    """The rules of the tasks about exactly these ids."""
    return [task.rule for task in plan.tasks if task.about == ids]


def problem_ids(plan: Plan) -> list[str]:
    return [problem.id for problem in plan.problems]
