"""A school of two classes in memory, and files as staff would drop them."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from notifier.acceptance import World
from notifier.model.calendar import Event, Newsletter, SchoolCalendar, SchoolTerm
from notifier.model.directory import Contact, Directory, Link, LivesWith, Pupil, Responsibility
from notifier.model.message import Body, Header, Kind, Mode, Submission
from notifier.model.staff import Authority, Role, Staff
from tests.unit.routing.families import LONDON, WOODGRANGE

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=LONDON)  # a Monday in term
OFFICE = Authority(Role.OFFICE)
HEAD = Authority(Role.HEAD, "mrs-okafor")
TEACHER = Authority(Role.TEACHER, "mr-demir", classes=("Oak",))

DIRECTORY = Directory(
    version=1,
    pupils={
        "P1": Pupil("P1", "Amira", "Khan", "Oak", "1", ("Choir",)),
        "P2": Pupil("P2", "Leo", "Novak", "Elm", "2", ("Choir",)),
    },
    contacts={
        "C1": Contact("C1", "Ms", "Sara", "Khan", email="sara@example.org", mobile="+447700900001"),
        "C2": Contact("C2", "Mr", "Jan", "Novak", email="jan@example.org", mobile="+447700900002"),
    },
    links=(
        Link("P1", "C1", "PAM", 1, LivesWith.YES, Responsibility.YES),
        Link("P2", "C2", "PAF", 1, LivesWith.YES, Responsibility.YES),
    ),
)

CALENDAR = SchoolCalendar(
    terms=(SchoolTerm("Autumn", NOW.date() - timedelta(days=60), NOW.date() + timedelta(days=25)),),
    events=(
        Event("farm", "Farm visit", NOW.date() + timedelta(days=9), time(9, 30), on_site=False),
        Event("fair", "Winter fair", NOW.date() + timedelta(days=10), cancelled=True),
    ),
)

WORLD = World(
    directory=DIRECTORY,
    calendar=CALENDAR,
    policy=WOODGRANGE,
    mode=Mode.TRIAL,
    staff={
        "mrs-okafor": Staff("mrs-okafor", "Grace Okafor", Role.HEAD),
        "mr-demir": Staff("mr-demir", "Ali Demir", Role.TEACHER, ("Oak",)),
        "mr-bell": Staff("mr-bell", "Tom Bell", Role.OFFICE),
    },
    newsletters={"News": Newsletter("News", "drop/newsletter", "mrs-okafor", day=4, at=time(15, 15))},
)


def dropped(key: str = "k1", *, authority: Authority = OFFICE, newsletter: str = "", **header: Any) -> Submission:
    """A letter to Oak from the office, changed where the test says so."""
    fields: dict[str, Any] = {"kind": Kind.LETTER, "to": ("Oak",), "subject": "Walk", **header}
    return Submission(
        key=key,
        source="walk.md",
        intake="drop/office",
        authority=authority,
        header=Header(**fields),
        bodies=(Body("en", "<p>We walk.</p>", "We walk.", fields["subject"]),),
        newsletter=newsletter,
    )


def world(**changes: Any) -> World:
    return replace(WORLD, **changes)
