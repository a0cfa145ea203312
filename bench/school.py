"""A school of any size, made up: homes with siblings, second homes, and the odd order, wish and missing address."""

from collections.abc import Iterator
from datetime import datetime
from itertools import count
from zoneinfo import ZoneInfo

from notifier.model.directory import Arrangement, Contact, Directory, Link, LivesWith, Pupil, Responsibility, Sort
from notifier.model.message import Body, Kind, Message, Mode, Reach, Term
from notifier.model.policy import AddressKind, ChannelFacts, Copies, KindPolicy, Per, Policy, TextPolicy

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=LONDON)
FORENAMES = ("Amira", "Leo", "Ngozi", "Tomasz", "Zoë", "Idris", "Mei", "Samuel", "Fatima", "Oskar")
SURNAMES = ("Khan", "Novak", "Okafor", "Price", "Rahman", "Silva", "Demir", "Bell", "O’Neill", "Nguyen")
CLASSES = ("Oak", "Elm", "Ash", "Beech", "Birch", "Holly", "Rowan", "Hazel", "Cedar", "Maple")
SIBLINGS = (1, 2, 1, 3, 1, 2)
"""Children by home, again and again."""

MESSAGE = Message(
    id="letter-bench1",
    key="bench",
    mode=Mode.TRIAL,
    kind=Kind.LETTER,
    audience=(Term(Reach.SCHOOL),),
    author="head",
    bodies=(
        Body("en", "<p>We go to the museum.</p>", "We go to the museum.", "Museum"),
        Body("ur", "<p>ہم عجائب گھر جاتے ہیں۔</p>", "ہم عجائب گھر جاتے ہیں۔", "عجائب گھر"),
    ),
    essential=True,
)

POLICY = Policy(
    profile="bench",
    kinds={
        Kind.LETTER: KindPolicy(
            (("email",), ("letter",), ("call",)), also=("website",), per=Per.HOUSEHOLD, copies=Copies.ON_REQUEST
        )
    },
    timezone=LONDON,
    channels={
        facts.name: facts
        for facts in (
            ChannelFacts("email", "email", AddressKind.EMAIL),
            ChannelFacts("text", "text", AddressKind.MOBILE, confirms=True),
            ChannelFacts("letter", "letter", AddressKind.POSTAL, writes_files=True),
            ChannelFacts("call", "call", AddressKind.PHONE, by_person=True, writes_files=True),
            ChannelFacts("website", "page", public=True, writes_files=True),
        )
    },
    text=TextPolicy(allowed=frozenset({"emergency", "essential"})),
    watch_words=("head injury", "safeguarding"),
    head=frozenset({"head"}),
)


def directory(pupils: int) -> Directory:
    """Every fifth home has a parent elsewhere, every fiftieth an order, every twentieth wants paper."""
    kids: dict[str, Pupil] = {}
    adults: dict[str, Contact] = {}
    links: list[Link] = []
    rows: list[Arrangement] = []
    for home in count():
        if len(kids) >= pupils:
            break
        surname = SURNAMES[home // 10 % len(SURNAMES)]
        theirs = range(len(kids), min(pupils, len(kids) + SIBLINGS[home % len(SIBLINGS)]))
        for number in theirs:
            id = f"P{number:06}"
            forename = FORENAMES[number % len(FORENAMES)]
            kids[id] = Pupil(id, forename, surname, CLASSES[number // 30 % len(CLASSES)], str(number % 7))
        for place, contact in enumerate(_adults(home, surname)):
            adults[contact.id] = contact
            apart = place == 1 and home % 5 == 0
            links += [
                Link(
                    f"P{number:06}",
                    contact.id,
                    ("PAM", "PAF", "GRP")[place],
                    place + 1,
                    LivesWith.NO if apart or place == 2 else LivesWith.YES,
                    Responsibility.YES if place < 2 else Responsibility.UNKNOWN,
                    emergency_contact=place == 2,
                )
                for number in theirs
            ]
            rows += _rows(home, place, contact.id)
    return Directory(1, kids, adults, tuple(links), tuple(rows))


def _adults(home: int, surname: str) -> Iterator[Contact]:
    """Two parents, every fifth time in two homes, and to every fourth home a grandparent."""
    for place in range(3 if home % 4 == 0 else 2):
        elsewhere = place == 2 or (place == 1 and home % 5 == 0)
        id = f"C{home:06}{'abc'[place]}"
        yield Contact(
            id,
            forename=FORENAMES[(home + place) % len(FORENAMES)],
            surname=surname,
            email="" if (home + place) % 15 == 0 else f"{id.lower()}@example.org",
            mobile="" if (home + place) % 11 == 0 else f"+447700900{home}{place}",
            address=(f"{home + 1} Sebert Road{' North' * place if elsewhere else ''}", "London"),
            postcode="E7 0NQ",
            language="ur" if home % 9 == 0 else "en",
        )


def _rows(home: int, place: int, contact_id: str) -> Iterator[Arrangement]:
    if place == 1 and home % 50 == 0:
        yield Arrangement(Sort.COURT_ORDER, contact_id, evidence="file 7", recorded_by="head")
    if place == 1 and home % 10 == 5:
        yield Arrangement(Sort.COPY, contact_id)
    if place == 0 and home % 20 == 3:
        yield Arrangement(Sort.PAPER, contact_id)
