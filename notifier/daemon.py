"""The only place that builds: config, store, directory, channels, stages; run, drain, stop (DESIGN 4)."""

import asyncio
import random
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import channels
from channels.base import Channel, Checks, Receives
from notifier import directory
from notifier.acceptance import Acceptance, World, noticing
from notifier.acceptance.families import Families
from notifier.acceptance.offering import Offering
from notifier.calendar.current import CurrentCalendar
from notifier.calendar.quiet import opens
from notifier.care.retention import Keeping
from notifier.care.technician import Technician
from notifier.clock import Clock, SystemClock
from notifier.closure.desk import Desk
from notifier.closure.linktest import LinkTest
from notifier.closure.takeover import Closures
from notifier.config import Config
from notifier.config.start import sample_events
from notifier.dispatch import Alone, Dispatcher, Node
from notifier.dispatch.last_resort import call_sheet, to_ring_from
from notifier.dispatch.witness import Witness
from notifier.fittings import (
    channel_facts,
    desk_of,
    make_folders,
    outbox_page,
    renderer_of,
    rota,
    shared_clock,
    surroundings_of,
)
from notifier.intake import DropFolder, IntakeFolder
from notifier.leading import Idle, Leader, for_a_person
from notifier.listening import listening
from notifier.lock import Locked
from notifier.logs import logger
from notifier.model.answer import Answer, Outcome
from notifier.model.calendar import SchoolCalendar
from notifier.model.message import Kind, Lane, Submission
from notifier.model.policy import Policy
from notifier.model.staff import Authority
from notifier.presence import among_others
from notifier.queue import Store, StoreProblem
from notifier.rendering.prepared import Prepared
from notifier.schedule import Duty
from notifier.supervision import Supervisor
from notifier.thrift import be_thrifty

HAND_OVER = 0.0005
"""Seconds for which one thread may keep the others waiting, instead of Python's 5 ms: an emergency goes through a dozen
hand-overs between the loop and the database's threads, and a newsletter keeps both busy."""
AGAIN_WITHIN = timedelta(minutes=2)
"""An emergency's tries all fall within this time; what is left then is for the daemon, or for a person."""


class School:
    """One school folder, put together."""

    def __init__(self, config: Config, store: Store, clock: Clock) -> None:
        self.config = config
        self.store = store
        self.clock = clock
        self.policy: Policy = config.policy(channel_facts(config))
        self.families = Families(store, None if config.node.sends_only else config.families, config.state)
        self._calendar = CurrentCalendar(config.calendar, config.school.nation)
        self.renderer = renderer_of(config)
        self.acceptance = Acceptance(store, self.world, clock)
        self.offering = Offering(store, self.world, clock)
        self.rota = rota(store, self.world, self.acceptance, config.school.mode, clock, self._notices())
        self.folders = tuple(
            IntakeFolder(
                path=one.folder,
                name=one.name,
                authority=config.authority(one.as_, one.to),
                kind=one.kind,
                to=one.to,
                template=one.template,
                newsletter=one.newsletter,
                language=config.school.language,
            )
            for one in config.intakes
        )
        self.drop = DropFolder(
            self.folders,
            self._accept,
            clock,
            config.school.timezone,
            polling=config.polling,
            messages_file=config.root / "messages.toml",
            settle_seconds=config.settle.total_seconds(),
        )
        self.closures = Closures(store, config.state, config.school.mode, clock)
        self.log = logger("daemon")
        self.leader = Leader(
            store,
            self.families,
            self.acceptance,
            self.offering,
            self.rota,
            self.drop,
            clock,
            calendar=self._calendar.refresh,
            first=self._first,
            index=partial(outbox_page, config, store),
            make_folders=partial(make_folders, config.root, self.folders),
            closures=self.closures,
            link_test=LinkTest(store, self.world, clock, day=config.closure.link_test_day, zone=config.school.timezone),
            keeping=Keeping(
                store, self.families, config.retention, config.outbox, config.state, clock, config.school.timezone
            ),
        )

    def _notices(self) -> tuple[Duty, ...]:
        """What events bring by themselves."""
        words = Prepared(self.config.templates, self.config.school.language)
        correcting, self.announcing, reminding, following = noticing.duties(
            self.store, self.world, self.acceptance, words, self.clock
        )
        return (correcting, self.announcing, reminding, following)

    @classmethod
    @asynccontextmanager
    async def opened(
        cls,
        config: Config,
        clock: Clock,
        *,
        create: bool = False,
        aside: Path | None = None,
        patience: float | None = None,
    ) -> AsyncIterator["School"]:
        """The school with its store; raises StoreProblem. Only ``create`` makes or upgrades the database.

        ``aside``: an empty store in that folder instead, so that nothing is written into the school's.
        ``patience``: seconds to wait for whoever holds the database.
        """
        be_thrifty()
        if aside is not None:
            url = f"sqlite+aiosqlite:///{aside}/empty.db"
            store = await Store.open(url, root=aside, create=True, clock=clock)
        else:
            sender = config.node.sends_only
            if create and not sender:
                config.state.mkdir(parents=True, exist_ok=True)
            store = await Store.open(
                config.store_url,
                root=config.root,
                create=create,
                clock=clock,
                sender=sender,
                **({} if patience is None else {"patience": patience}),
            )
        try:
            if store.shared and isinstance(clock, SystemClock):
                clock = await shared_clock(store)
            school = cls(config, store, clock)
            await school.families.load()
            await school.closures.heed()
            if aside is not None:
                school.families.state = aside  # what was in force was read; nothing is written there
            yield school
        finally:
            await store.close()

    @property
    def calendar(self) -> SchoolCalendar:
        """The calendar's folder, and the days on which a closure keeps the school closed."""
        return self._calendar.closed_also_on(self.closures.days)

    @property
    def intake_names(self) -> tuple[str, ...]:
        return tuple(folder.name for folder in self.folders)

    def world(self) -> World:
        return World(
            directory=self.families.current,
            calendar=self.calendar,
            policy=self.policy,
            mode=self.config.school.mode,
            staff={one.id: one for one in self.config.staff},
            newsletters={one.name: one for one in self.config.newsletters},
            families=self.families.problems,
            school=self.config.school.name,
            notices=self.config.notices,
            sequences=self.config.sequences,
        )

    def peace(self, now: datetime) -> datetime | None:
        """Until when families are left in peace, but for an emergency; None: not now."""
        return opens(now, self.policy.quiet_hours, self.policy.timezone, self.calendar)

    # The daemon ---------------------------------------------------------------------------------------------

    async def run(self, stop: asyncio.Event, supervisor: Supervisor | None = None) -> None:
        """Watch, accept, send and listen until ``stop`` is set; what is in flight is finished.

        Raises Locked, and ListenProblem where the address of [http] listen is not to be had.

        Of several nodes on one database all send, and the one that leads does the rest.
        """
        sys.setswitchinterval(HAND_OVER)
        async with (
            self._among_others() as node,
            self._built() as built,
            self._listening(built),
        ):
            dispatcher = self._dispatcher(node, built)
            leads = node.leads()
            if leads:  # before anything is sent: the newest denials are in force
                await self.leader.begin()
            watched = supervisor or Supervisor({})
            watched.ready()
            living = asyncio.create_task(watched.live())
            technician = Technician(self.store, built, self._folders_there, self.config.school.name, self.clock)
            alarm = technician.alarm(self.config.alarm_to, self.config.alarm_after, self.config.state)
            watching = asyncio.create_task(alarm.run()) if self.config.alarm_to else None
            try:
                async with asyncio.TaskGroup() as loops:
                    loops.create_task(dispatcher.run(stop))
                    loops.create_task(self.leader.in_turn(node, stop, begun=leads))
                    await stop.wait()
                    watched.stopping()
            finally:
                living.cancel()
                if watching is not None:
                    watching.cancel()
                    alarm.end()

    async def take(self) -> tuple[Answer, ...]:
        """Take and answer what lies in the intakes; nothing is sent yet. Raises Locked."""
        async with self._among_others() as node:
            return await self._taken(node)

    async def until_idle(self) -> Idle:
        """Take what lies in the intakes, do all that is due, collate and answer; say what is left. Raises Locked."""
        async with (
            self._among_others() as node,
            self._built() as built,
        ):
            dispatcher = self._dispatcher(node, built)
            answers: tuple[Answer, ...] = ()
            if not self.config.node.sends_only:
                answers = await self._taken(node)
                await self.rota.look()
            await dispatcher.drain()
            if node.leads():
                await outbox_page(self.config, self.store)
            left = tuple(await self.store.open_work(self.clock.now()))
            return Idle(answers, left, for_a_person(self.families.problems))

    async def _taken(self, node: Node) -> tuple[Answer, ...]:
        if not node.leads():
            raise Locked(0)
        await self.leader.begin()
        return tuple(await self.drop.drain())

    def _among_others(self) -> AbstractAsyncContextManager[Node]:
        return among_others(self.config, self.store, self.policy, self.clock)

    # Closures -----------------------------------------------------------------------------------------------

    async def drain(self, lane: Lane, witness: Witness | None = None) -> None:
        """Send what is due in this lane, until nothing of it is left to try within its table. Raises Locked, where
        a daemon works here that does so itself.

        ``witness``: a closure that is sent by a store aside; no other process knows of that, so no lock is taken.
        """
        async with AsyncExitStack() as held:
            node: Node = Alone()
            if witness is None:
                node = await held.enter_async_context(self._among_others())
                await self.closures.take_in()
            built = await held.enter_async_context(self._built())
            dispatcher = self._dispatcher(node, built, witness)
            waited = timedelta()
            while True:
                await dispatcher.drain(lane)
                now = self.clock.now()
                again = await self.store.next_try(lane, self.config.school.mode, now)
                if again is None or again - now > AGAIN_WITHIN or waited > AGAIN_WITHIN:
                    return
                wait = max(again - now, timedelta(milliseconds=50))
                waited += wait
                await self.clock.sleep(wait.total_seconds())

    def desk(self, paces: Mapping[str, float | None]) -> Desk:
        """Where closures are drafted and confirmed; ``paces``: what each channel takes a minute, None without limit."""
        return desk_of(self.config, self.store, self.world, self.clock, self.renderer, paces)

    async def _first(self) -> None:
        """The first time in this mode: what families should have heard before is not made up for."""
        if not await self.store.decisions.ever(self.config.school.mode):
            await self.announcing.begin(self.clock.now(), sample=sample_events(self.config.calendar))

    # What commands ask for ----------------------------------------------------------------------------------

    async def submit(self, files: Sequence[Path], intake_name: str, authority: Authority | None = None) -> list[Answer]:
        """The same way as the drop folder, with or without a daemon; in the folder's name, or in that person's.

        Raises NotSubmitted where a file is not to be had.
        """
        folder = next(one for one in self.folders if one.name == intake_name)
        await self.families.refresh(self.clock.now(), settled=True)
        make_folders(self.config.root, self.folders)
        return await self.drop.submit(files, folder, authority)

    # Building -----------------------------------------------------------------------------------------------

    async def _accept(self, submission: Submission) -> Answer:
        # The files may have changed a moment ago: nothing is decided on an older state of the families.
        try:
            await self.families.refresh(self.clock.now())
        except StoreProblem as problem:  # as when acceptance itself meets it: the file is kept and tried again
            return Answer(Outcome.FAULT, problem.sentence)
        await asyncio.to_thread(self._calendar.refresh, settled=True)
        await self.closures.heed()
        answer = await self.acceptance.accept(submission)
        if self.families.current is None and submission.header.kind is Kind.EMERGENCY:
            return replace(answer, text=answer.text + await self._sheet_to_ring_from(submission))
        return answer

    async def _sheet_to_ring_from(self, submission: Submission) -> str:
        """What to add to the refusal of an emergency while there is no good directory."""
        reading = await asyncio.to_thread(directory.read, self.config.families)
        world = replace(self.world(), directory=directory.preview(reading, None))
        built = self.channels()
        try:
            files = await call_sheet(submission, world, built, self.renderer, self.clock.now())
        finally:
            for channel in built.values():
                await channel.close()
        return to_ring_from(files, self.config.root)

    def channels(self, *, live: bool = False) -> dict[str, Channel]:
        """Inside the running loop; whoever asks closes them. Trial has the outbox writer for what would leave."""
        return channels.build(self.config.channels, surroundings_of(self.config, self.clock, live=live))

    @asynccontextmanager
    async def _built(self) -> AsyncIterator[dict[str, Channel]]:
        """The channels, built inside the running loop and closed with it."""
        built = self.channels()
        try:
            for name, channel in built.items():
                for problem in await channel.check() if isinstance(channel, Checks) else ():
                    self.log.warning("channel", channel=name, problem=problem.id, says=problem.sentence)
            yield built
        finally:
            for channel in built.values():
                await channel.close()

    def _dispatcher(self, node: Node, built: Mapping[str, Channel], witness: Witness | None = None) -> Dispatcher:
        return Dispatcher(
            self.store,
            built,
            self.renderer,
            self.policy,
            self.families.at_version,
            self.clock,
            random.random,
            mode=self.config.school.mode,
            alone=not self.store.shared,
            nodes=node.nodes,
            node=node,
            peace=self.peace,
            witness=witness,
            unsubscribe=partial(self.families.unsubscribe, self.clock),
        )

    def _listening(self, built: Mapping[str, Channel]) -> AbstractAsyncContextManager[None]:
        doors = {name: channel for name, channel in built.items() if isinstance(channel, Receives)}
        return listening(self.config, self.store, self.families, doors, self._folders_there, self.clock)

    def _folders_there(self) -> dict[str, bool]:
        return {folder.name: folder.path.is_dir() for folder in self.folders}
