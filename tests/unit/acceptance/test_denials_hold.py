"""Whatever the office does with its files between two sends, nobody denied is ever reached."""

import asyncio
import csv
import os
import tempfile
from collections import Counter
from collections.abc import Coroutine
from dataclasses import replace
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from channels.base import Channel, Outgoing
from notifier.acceptance import Acceptance, World
from notifier.acceptance.families import Families
from notifier.clock import FixedClock
from notifier.directory import read
from notifier.dispatch.dispatcher import Dispatcher
from notifier.fittings import rota
from notifier.model.directory import Directory
from notifier.model.message import Kind, Lane, Message, Mode
from notifier.model.plan import Address, Delivery
from notifier.model.states import MessageState
from notifier.queue import Store
from tests.stores import new_store
from tests.unit.acceptance.denials import Adult, Denials, Files, Row
from tests.unit.acceptance.school import HEAD, NOW, WORLD, dropped
from tests.unit.dispatch.school import Board, Recording, Ringing, Sheet
from tests.unit.routing.families import HYDE_PARK, LONDON, WOODGRANGE

T = TypeVar("T")

PUPILS = ("P1", "P2", "P3")
ADULTS = ("C1", "C2", "C3", "C4", "C5")
AT_HOME = {("P1", "C1"), ("P1", "C2"), ("P2", "C1"), ("P2", "C2"), ("P3", "C4")}
APART = {("P1", "C3"), ("P3", "C5"), ("P2", "C5")}
EMAILS = st.sampled_from(["", "us@example.org", "U.S@example.org", "own"])
MOBILES = st.sampled_from(["", "+447700900001", "own"])
HOMES = st.sampled_from(["", "H1"])
HEADINGS = {
    "pupils.csv": "pupil_id,forename,surname,class,left_on",
    "contacts.csv": "contact_id,forename,surname,email,mobile,address_1,postcode,household",
    "links.csv": "pupil_id,contact_id,relationship,priority,lives_with,parental_responsibility,"
    "contract_signatory,court_order,emergency_contact",
    "arrangements.csv": "arrangement,contact_id,pupil_id,scope,value,from,until,ended_on,evidence,recorded_by",
}


class Says:
    """A renderer that says whom it was asked to address about whom."""

    def render(
        self,
        medium: str,
        message: Message,
        delivery: Delivery | None,
        directory: Directory,
        now: object,
        address: Address | None = None,
    ) -> tuple[Message, Delivery | None]:
        return message, delivery


class School:
    """The real chain from the files to the channels, on a clock that a test moves."""

    def __init__(self, root: Path, store: Store, clock: FixedClock, world: World) -> None:
        self.root, self.store, self.clock, self.world = root, store, clock, world
        self.families = Families(store, root / "families", root / "state")
        self.acceptance = Acceptance(store, self.now, clock)
        self.channels: dict[str, Channel] = {
            "email": Recording(parallelism=2),
            "text": Ringing(parallelism=2),
            "voice": Ringing(parallelism=2),
            "letter": Recording(parallelism=2),
            "call": Sheet(),
            "website": Board(),
            "noticeboard": Board(),
        }
        self.checked: Counter[str] = Counter()

    def now(self) -> World:
        return replace(self.world, directory=self.families.current, families=self.families.problems)

    async def settle(self) -> None:
        """As the daemon does when it looks at the files and the time."""
        await self.families.refresh(self.clock.now(), settled=True)
        await self.acceptance.resume()
        await rota(self.store, self.now, self.acceptance, self.world.mode, self.clock).look()

    async def send(self, lane: Lane | None, most: int) -> None:
        """Not much more than ``most`` sends: then the program is stopped, and what was not begun is given back."""
        dispatcher = Dispatcher(
            self.store,
            self.channels,
            Says(),
            self.world.policy,
            self.families.at_version,
            self.clock,
            lambda: 0.0,
            mode=Mode.TRIAL,
            alone=True,
        )
        task = asyncio.create_task(dispatcher.drain(lane))
        before = self.number
        while not task.done() and self.number - before < most:
            await asyncio.wait((task,), timeout=0.001)
        task.cancel()  # once: the second would not let it give back what it holds
        await asyncio.wait((task,))
        if not task.cancelled():
            task.result()

    @property
    def number(self) -> int:
        return sum(len(one.sent) for one in self.channels.values() if isinstance(one, Recording))

    def fresh(self) -> list[tuple[str, Outgoing]]:
        """What went out since this was last asked, with the channel."""
        found = []
        for name, channel in self.channels.items():
            assert isinstance(channel, Recording)
            found += [(name, one) for one in channel.sent[self.checked[name] :]]
            self.checked[name] = len(channel.sent)
        return found


class Denied(RuleBasedStateMachine):
    """Files, messages, sends and days in any order. The clock stands still unless a rule moves it."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory()
        self.files = Files()
        self.denials = Denials()
        self.numbers = iter(range(10_000))
        self.went: Counter[tuple[str, str, str]] = Counter()
        self.told: Counter[tuple[str, str, str, str]] = Counter()
        self.school: School | None = None

    def run(self, what: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(what)

    @property
    def at(self) -> School:
        assert self.school is not None
        return self.school

    @property
    def day(self) -> date:
        return self.at.clock.now().astimezone(LONDON).date()

    @initialize(policy=st.sampled_from([WOODGRANGE, HYDE_PARK]), shared=st.booleans())
    def the_school_opens(self, policy: Any, shared: bool) -> None:
        root = Path(self.folder.name)
        (root / "families").mkdir()
        (root / "state").mkdir()
        clock = FixedClock(NOW)
        store = self.run(new_store(root, clock))
        self.school = School(root, store, clock, replace(WORLD, policy=policy))
        self.files.left = dict.fromkeys(PUPILS)
        self.files.links = dict.fromkeys(sorted(AT_HOME | APART), False)
        for id in ADULTS:
            home = {"C1": "H1", "C2": "H1", "C4": "H3"}.get(id, "")
            self.files.adults[id] = Adult(f"{id.lower()}@example.org", "+447700900001" if shared else "", home)
        self.written()
        self.settled()
        for kind in (Kind.LETTER, Kind.EMERGENCY):  # so that there is something to send whatever comes next
            self.something_is_dropped(kind, "whole school", None, essential=True)

    # The office ---------------------------------------------------------------------------------------------

    def written(self) -> None:
        """All four files, as they stand now."""
        files, families = self.files, self.at.root / "families"
        lines: dict[str, list[list[str]]] = {
            "pupils.csv": [[id, f"Fore{id}", f"Sur{id}", "Oak", str(day or "")] for id, day in files.left.items()],
            "contacts.csv": [
                [id, f"Given{id}", "Price", one.email, one.mobile, f"{id[1:]} Sebert Road", "E7 0NQ", one.household]
                for id, one in files.adults.items()
            ],
            "links.csv": [
                [p, c, "OTH", c[1:], "yes" if (p, c) in AT_HOME else "no", "yes", "yes", "yes" if flag else "no", "no"]
                for (p, c), flag in files.links.items()
            ],
            "arrangements.csv": [row.line() for row in files.rows],
        }
        for name, rows in lines.items():
            text = StringIO(newline="")
            csv.writer(text).writerows([HEADINGS[name].split(","), *rows])
            content = text.getvalue()
            if name == "arrangements.csv" and files.register == "spoilt":
                content = "these,are,not,the,headings\r\n"
            if (name == "contacts.csv" and files.contacts_gone) or (
                name == "arrangements.csv" and files.register == "gone"
            ):
                (families / name).unlink(missing_ok=True)
            else:
                (families / name).write_bytes(content.encode())

    @rule(
        sort=st.sampled_from(["court-order", "injunction", "agreement", "welfare-hold", "unsubscribe"]),
        contact=st.sampled_from(ADULTS),
        pupil=st.sampled_from(["", *PUPILS]),
        scope=st.sampled_from(["", "", "letter", "emergency"]),
        evidence=st.sampled_from(["file 7", ""]),
        begins=st.sampled_from([None, None, 0, 1]),
        unreadable=st.sampled_from([False, False, False, True]),
    )
    def an_arrangement_comes(
        self, sort: str, contact: str, pupil: str, scope: str, evidence: str, begins: int | None, unreadable: bool
    ) -> None:
        from_ = None if begins is None else self.day + timedelta(days=begins)
        row = Row(sort, contact, pupil, scope, from_, None, evidence, unreadable)
        if row.key not in {one.key for one in self.files.rows}:
            self.files.rows.append(row)
            self.written()

    @precondition(lambda self: self.files.rows)
    @rule(data=st.data(), what=st.sampled_from(["end", "end", "forget", "mend"]), days=st.integers(0, 1))
    def an_arrangement_changes(self, data: st.DataObject, what: str, days: int) -> None:
        place = data.draw(st.integers(0, len(self.files.rows) - 1))
        row = self.files.rows.pop(place)
        if what == "end":
            ends = max(self.day + timedelta(days=days), row.from_ or self.day)
            row = replace(row, ended_on=ends)
        if what != "forget":
            self.files.rows.insert(place, replace(row, unreadable=row.unreadable and what != "mend"))
        self.written()

    @rule(register=st.sampled_from(["whole", "whole", "gone", "spoilt"]), contacts_gone=st.sampled_from([False, True]))
    def a_file_is_spoilt_or_mended(self, register: str, contacts_gone: bool) -> None:
        self.files.register, self.files.contacts_gone = register, contacts_gone
        self.written()

    @precondition(lambda self: self.files.adults)
    @rule(data=st.data(), email=EMAILS, mobile=MOBILES, home=HOMES)
    def an_adult_moves(self, data: st.DataObject, email: str, mobile: str, home: str) -> None:
        id = data.draw(st.sampled_from(sorted(self.files.adults)))
        email = f"{id.lower()}@example.org" if email == "own" else email
        mobile = f"+44770090000{id[1:]}" if mobile == "own" else mobile
        self.files.adults[id] = Adult(email, mobile, home)
        self.written()

    @rule(pair=st.sampled_from(sorted(AT_HOME | APART)), what=st.sampled_from(["flag", "unflag", "drop", "back"]))
    def a_link_changes(self, pair: tuple[str, str], what: str) -> None:
        there = pair[0] in self.files.left and pair[1] in self.files.adults
        if what == "drop":
            self.files.links.pop(pair, None)
        elif there and (what == "back" or pair in self.files.links):
            self.files.links[pair] = what == "flag"
        self.written()

    @rule(pupil=st.sampled_from(PUPILS), what=st.sampled_from(["leaves", "stays", "drop"]))
    def a_pupil_changes(self, pupil: str, what: str) -> None:
        if what == "drop":
            self.files.left.pop(pupil, None)
            self.files.links = {pair: flag for pair, flag in self.files.links.items() if pair[0] != pupil}
        else:
            self.files.left[pupil] = self.day if what == "leaves" else None
        self.written()

    @rule(contact=st.sampled_from(ADULTS))
    def a_contact_is_dropped(self, contact: str) -> None:
        self.files.adults.pop(contact, None)
        self.files.links = {pair: flag for pair, flag in self.files.links.items() if pair[1] != contact}
        self.written()

    def sound(self) -> bool:
        """Whether the files have no error; which errors there are is for the directory's own tests."""
        reading = read(self.at.root / "families")
        before = self.at.families.current
        return (reading.known_again(before) if before else reading).sound

    @rule()
    def settled(self) -> None:
        self.denials.read(self.files, sound=self.sound())
        self.run(self.at.settle())

    @rule()
    def families_accept(self) -> None:
        self.denials.read(self.files, sound=self.sound(), accepted=True)
        self.run(self.at.families.accept(self.at.clock.now()))
        self.settled()

    # The messages -------------------------------------------------------------------------------------------

    @rule(
        kind=st.sampled_from(Kind),
        to=st.sampled_from(["whole school", "whole school", "Oak", "pupil P1"]),
        later=st.sampled_from([None, None, None, 2, 30]),
        essential=st.booleans(),
    )
    def something_is_dropped(self, kind: Kind, to: str, later: int | None, essential: bool) -> None:
        send = None if later is None else self.at.clock.now() + timedelta(hours=later)
        submission = dropped(
            f"k{next(self.numbers)}", authority=HEAD, kind=kind, to=(to,), send=send, essential=essential
        )
        self.run(self.at.acceptance.accept(submission))

    @rule(kind=st.sampled_from([Kind.LETTER, Kind.REPORT, Kind.EMERGENCY]), most=st.integers(1, 100))
    def something_goes_at_once(self, kind: Kind, most: int) -> None:
        self.something_is_dropped(kind, "whole school", None, essential=True)
        self.some_are_sent(None, most)

    @rule()
    def the_head_says_yes(self) -> None:
        async def approve() -> None:
            for stored in await self.at.store.messages((MessageState.HELD,)):
                await self.at.acceptance.approve(stored, "head")

        self.run(approve())

    @rule(wait=st.sampled_from([timedelta(minutes=11), timedelta(hours=3), timedelta(hours=26)]))
    def time_passes(self, wait: timedelta) -> None:
        self.at.clock.at += wait
        self.settled()

    @rule(lane=st.sampled_from([None, None, *Lane]), most=st.sampled_from([1, 2, 100]))
    def some_are_sent(self, lane: Lane | None, most: int) -> None:
        self.run(self.at.send(lane, most))

    @rule(
        sort=st.sampled_from(["court-order", "welfare-hold"]), contact=st.sampled_from(ADULTS), most=st.integers(1, 3)
    )
    def a_bar_comes_between_two_sends(self, sort: str, contact: str, most: int) -> None:
        self.some_are_sent(None, most)
        self.nobody_denied_was_reached()
        self.an_arrangement_comes(sort, contact, "", "", "file 7", None, unreadable=False)
        self.settled()
        self.some_are_sent(None, 100)

    # What must hold -----------------------------------------------------------------------------------------

    @invariant()
    def nobody_denied_was_reached(self) -> None:
        if self.school is None:
            return
        denials, day = self.denials, self.day
        for channel, outgoing in self.school.fresh():
            message, delivery = outgoing.payload
            # An item of a sheet is written again under its name when the sheet is rebuilt: that is one item still.
            again = isinstance(self.school.channels[channel], Sheet)
            self.went[message.id, channel, outgoing.item] += not again
            assert self.went[message.id, channel, outgoing.item] <= 1, "the same leg went twice"
            if delivery is None or not delivery.pupil_ids:
                continue
            kind = message.kind.value
            assert kind == "emergency" or not denials.stopped
            for pupil in delivery.pupil_ids:
                assert denials.present(pupil, day), f"{pupil} has left"
                for contact in delivery.contact_ids:
                    assert not denials.denied(contact, pupil, kind, day), f"{contact} is denied {pupil}"
                    assert (pupil, contact) in denials.links, f"{contact} has no link to {pupil}"
                    assert kind != "newsletter" or not denials.unsubscribed(contact, day)
                    self.told[message.id, channel, contact, pupil] += not again
                    assert self.told[message.id, channel, contact, pupil] <= 1, f"{contact} was told twice"
                for contact in delivery.also_ring:
                    assert not denials.denied(contact, pupil, kind, day), f"{contact} is on the sheet for {pupil}"
                for holder in self.holders(outgoing.address):
                    assert not denials.kept_out(holder, pupil, kind, day), f"{holder} holds the address, about {pupil}"

    def holders(self, address: str) -> list[str]:
        """Which adults have this address, however it is spelt."""

        def plain(text: str) -> str:
            return "".join(sign for sign in text.casefold() if sign.isalnum())

        return [
            id
            for id, one in self.denials.adults.items()
            if address and plain(address) in (plain(one.email), plain(one.mobile))
        ]

    def teardown(self) -> None:
        if self.school is not None:
            self.run(self.school.store.close())
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()
        self.folder.cleanup()


TestNobodyDenied = Denied.TestCase
TestNobodyDenied.settings = settings(
    max_examples=60 if os.environ.get("CI") else 15,
    stateful_step_count=50 if os.environ.get("CI") else 30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
