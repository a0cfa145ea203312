"""What people do: drop files, change the register, say yes, cancel, ring, print, and look whom it reached."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from notifier.dispatch.outgoing import stem
from notifier.model.answer import Outcome
from notifier.model.message import Kind
from notifier.model.states import DeliveryState, LegState, MessageState
from tests.simulation.agenda import Agenda, Entry, What
from tests.simulation.changes import Changes
from tests.simulation.deadlines import LEAST, Evidence, Released, forgotten
from tests.simulation.invariants import Watch
from tests.simulation.program import Program
from tests.simulation.school import Register
from tests.unit.routing.families import LONDON

STOPS = (MessageState.CANCELLED, MessageState.SUPERSEDED, MessageState.REFUSED)


class Office:
    """The people, who outlive every process. ``say`` keeps the diary."""

    def __init__(
        self,
        agenda: Agenda,
        register: Register,
        changes: Changes,
        watch: Watch,
        say: Callable[[str], None],
        hasty: float,
    ) -> None:
        """``hasty``: how often the files change soon after something was dropped."""
        self.agenda = agenda
        self.register = register
        self.changes = changes
        self.watch = watch
        self.say = say
        self.hasty = hasty
        self.released: dict[str, Released] = {}
        self.accepted: dict[str, str] = {}
        """By the key of its file, the message that was accepted: its answer said so."""
        self.down: list[tuple[int, int]] = []
        """When no process lived, in microseconds."""
        self._random = agenda.random
        self._seen_at = 0

    async def act(self, entry: Entry, program: Program) -> None:
        match entry.what:
            case What.DROP:
                await self._drop(entry, program)
            case What.CHANGE:
                await self._change(program)
            case What.CANCEL:
                await self._cancel(entry.about, program)
            case What.MORNING:
                await self._morning(program)
            case What.AFTERNOON:
                await self._afternoon(program)
            case What.LOOK:
                await self._look(entry.about, program)
        await self.notice(program)

    # Files --------------------------------------------------------------------------------------------------

    async def _drop(self, entry: Entry, program: Program) -> None:
        """The same file again, as often as a process died over it, is one message."""
        hand = program.own if self._random.random() < 0.5 else program.desk
        again = entry.drop is not None
        if entry.drop is None:
            assert entry.kind is not None
            entry.drop = self.agenda.submission(entry.kind, hand.clock.now())
            self._what_follows(entry)
        await hand.refresh()
        answer = await hand.acceptance.accept(replace(entry.drop, recovered=again))
        name = answer.message_id or "nothing"
        self.say(f"{entry.drop.source} to {', '.join(entry.drop.header.to)}: {answer.outcome.value}, {name}")
        if answer.outcome is not Outcome.REFUSED:
            known = self.accepted.setdefault(entry.drop.key, answer.message_id)
            if known != answer.message_id:
                self.watch.wrong("twice", f"{answer.message_id} is the same file as {known}")
        program.stir.set()

    def _what_follows(self, entry: Entry) -> None:
        random = self._random
        if random.random() < 0.05:
            self.agenda.add(self._soon(entry, 3), What.DROP, kind=entry.kind, drop=entry.drop)
        if random.random() < self.hasty:
            self.agenda.add(self._soon(entry), What.CHANGE)
        if random.random() < 0.08:
            self.agenda.add(self._soon(entry, 6), What.CANCEL, about=entry.drop)
        if entry.kind is Kind.EMERGENCY and random.random() < 0.5:
            self.agenda.add(entry.at + timedelta(minutes=random.randint(2, 30)), What.MORNING)

    def _soon(self, entry: Entry, magnitude: int = 4) -> Any:
        """From half a second to hours later: while it is being sent, or between two tries."""
        return entry.at + timedelta(seconds=0.5 * 10 ** self._random.uniform(0, magnitude))

    async def _change(self, program: Program) -> None:
        day = program.own.clock.now().astimezone(LONDON).date()
        what, families = self.changes.change(day)
        self.say(f"files: {what}")
        self.register.write(program.outside.folder)
        program.outside.history.write(program.outside.time.micros, self.register.directory(), families)
        if self._random.random() < 0.3:
            await program.own.clock.sleep(self._random.uniform(0, 3))
        await (program.own if self._random.random() < 0.5 else program.desk).refresh()
        program.stir.set()

    # Yes and no ---------------------------------------------------------------------------------------------

    async def _cancel(self, drop: Any, program: Program) -> None:
        id = self.accepted.get(drop.key)
        if id is not None and await program.desk.store.cancel(id, "head", program.desk.clock.now()):
            self.say(f"{id} is cancelled")
            program.stir.set()

    async def _morning(self, program: Program) -> None:
        """The head looks at what waits for a yes."""
        desk = program.desk
        await desk.refresh()
        for stored in await desk.store.messages((MessageState.HELD,)):
            if self._random.random() < 0.8:
                await desk.acceptance.approve(stored, "head")
                self.say(f"{stored.id}: the head says yes")
            else:
                await desk.store.cancel(stored.id, "head", desk.clock.now())
                self.say(f"{stored.id}: the head says no")
        for stored in await desk.store.messages((MessageState.ACCEPTED,)):
            for delivery in await desk.store.deliveries(stored.id):
                if delivery.state is DeliveryState.HELD and self._random.random() < 0.5:
                    await desk.store.requeue_held(delivery.id, desk.clock.now(), "head")
        program.stir.set()

    async def _afternoon(self, program: Program) -> None:
        """The office prints, rings, ticks off, and asks the provider what nobody could tell."""
        await program.idle.wait()
        store, now = program.desk.store, program.desk.clock.now()
        for name, tray in program.outside.trays.items():
            for message, sheet in tray.sheets.items():
                self.watch.sheet(name, message, [*sheet.values()])
            if name == "call":
                rung = {message for message, sheet in tray.sheets.items() if sheet}
                for message in sorted(rung):
                    for task in await store.tasks(message_id=message):
                        if task.delivery_id:
                            await store.task_done(task.id, "office", now)
            for message, item in tray.work_through():
                self.watch.wrong("twice", f"{message} was printed twice for one family ({item})")
        for stored in await store.messages((MessageState.ACCEPTED,)):
            for leg in await store.legs(stored.id):
                parked = leg.state is LegState.TECHNICAL_FAILURE and self._random.random() < 0.3
                if parked or (leg.state is LegState.UNKNOWN and leg.due_at is None):
                    provider = program.outside.providers.get(leg.channel)
                    sent = provider is not None and bool(provider.by_item.get(stem(leg.id)))
                    await store.resolve(leg.id, sent and not parked, "office", now)
                    program.stir.set()

    # What became of it --------------------------------------------------------------------------------------

    async def notice(self, program: Program) -> None:
        """Which messages have begun to go, and which must go no more."""
        store, micros = program.own.store, program.outside.time.micros
        for stored in await store.messages(limit=60):
            if stored.state in STOPS:
                self.watch.stopped.setdefault(stored.id, micros)
            if stored.state in (MessageState.ACCEPTED, MessageState.DONE) and stored.id not in self.released:
                now = program.outside.time.now()
                day = now.astimezone(LONDON).date()
                released = Released(stored.message, self._seen_at, micros, day)
                self.released[stored.id] = released
                self.agenda.add(released.deadline(now), What.LOOK, about=stored.id)
        self._seen_at = micros

    async def _look(self, id: str, program: Program) -> None:
        """Its deadline is over: everybody entitled was told, or somebody has been asked to tell them."""
        await program.idle.wait()
        released = self.released[id]
        stored = await program.desk.store.message(id)
        if stored is None:
            self.watch.wrong("lost", f"{id} was accepted and is gone")
            return
        if stored.state in STOPS:
            return
        outside = program.outside
        evidence = Evidence()
        for provider in outside.providers.values():
            evidence.arrived(take for take in provider.took if take.message.id == id)
        for tray in outside.trays.values():
            evidence.on_sheets((tray.sheets.get(id, {}), tray.done.get(id, {})))
        store = program.desk.store
        evidence.asked_of_people(await store.tasks(open_only=False, message_id=id), await store.deliveries(id))
        now = outside.time.micros
        if self._lived(released.at, now) < LEAST:
            return
        day = outside.time.now().astimezone(LONDON).date()
        for contact, pupil in forgotten(released, now, day, outside.history, outside.policy, evidence):
            self.watch.wrong("forgotten", f"{contact} was never told {id} about {pupil}")

    async def close(self, program: Program) -> None:
        """The year is over: nothing that was accepted is gone or lies about."""
        await program.idle.wait()
        store, now = program.desk.store, program.outside.time.now()
        for id in self.accepted.values():
            stored = await store.message(id)
            if stored is None:
                self.watch.wrong("lost", f"{id} was accepted and is gone")
                continue
            if stored.state is MessageState.WAITING and (stored.message.send_at or now) <= now:
                self.watch.wrong("lost", f"{id} still waits for a moment that is over")
            for leg in await store.legs(id):
                due = leg.state is LegState.DUE and leg.due_at is not None and leg.due_at <= now
                if due or leg.state is LegState.STARTED:
                    self.watch.wrong("lost", f"{leg.id} is {leg.state.value}, and nobody does anything about it")

    def _lived(self, since: int, until: int) -> timedelta:
        down = sum(max(0, min(end, until) - max(begin, since)) for begin, end in self.down)
        return timedelta(microseconds=until - since - down)
