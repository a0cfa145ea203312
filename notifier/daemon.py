"""The only place that builds: config, store, directory, channels, stages; run, drain, stop (DESIGN 4)."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import channels
from channels.base import Channel, ChannelError, Checks, Receives, Surroundings, facts
from notifier import calendar, directory
from notifier.acceptance import Acceptance, World
from notifier.acceptance.families import Families
from notifier.acceptance.offering import Offering
from notifier.care.retention import Keeping
from notifier.care.technician import Technician
from notifier.clock import Clock, SharedClock, SystemClock, steady
from notifier.config import Config
from notifier.config.fingerprint import fingerprint
from notifier.dispatch import Alone, Dispatcher, Node, new_id
from notifier.dispatch.last_resort import call_sheet, to_ring_from
from notifier.heart import Heart
from notifier.intake import DropFolder, IntakeFolder
from notifier.leading import Leader, for_a_person
from notifier.lock import Lock, Locked
from notifier.logs import logger
from notifier.model.answer import Answer, Outcome
from notifier.model.message import Kind, Mode, Submission
from notifier.model.policy import ChannelFacts, Policy
from notifier.model.problem import Problem
from notifier.model.staff import Authority
from notifier.queue import OpenWork, Store, StoreProblem
from notifier.rendering import Renderer, SchoolFacts
from notifier.supervision import Supervisor


def channel_settings() -> dict[str, type]:
    """The settings model of every channel, for the config loader."""
    return {name: channel.Settings for name, channel in channels.REGISTRY.items()}


def channel_facts(config: Config) -> dict[str, ChannelFacts]:
    """In trial every channel counts as configured; in live mode only one that is set up (DESIGN 3.8)."""
    trial = config.school.mode is Mode.TRIAL
    return {
        name: facts(name, channel, configured=trial or channels.works(name, config.channels))
        for name, channel in channels.REGISTRY.items()
    }


@dataclass(frozen=True, slots=True)
class Idle:
    """What ``run --until-idle`` did, and what is left."""

    answers: tuple[Answer, ...]
    left: tuple[OpenWork, ...]
    families: tuple[Problem, ...] = ()
    """Why the families' files are not in force as they stand: what a person must mend or say yes to."""


class School:
    """One school folder, put together."""

    def __init__(self, config: Config, store: Store, clock: Clock) -> None:
        self.config = config
        self.store = store
        self.clock = clock
        self.policy: Policy = config.policy(channel_facts(config))
        self.families = Families(store, None if config.node.sends_only else config.families, config.state)
        self.calendar = calendar.load(config.calendar, config.school.nation)
        self.renderer = _renderer(config)
        self.acceptance = Acceptance(store, self.world, clock)
        self.offering = Offering(store, self.world, clock)
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
        self.log = logger("daemon")
        self.leader = Leader(
            store,
            self.families,
            self.acceptance,
            self.offering,
            self.drop,
            clock,
            index=self._index,
            make_folders=self._make_folders,
            keeping=Keeping(
                store, self.families, config.retention, config.outbox, config.state, clock, config.school.timezone
            ),
        )

    @classmethod
    @asynccontextmanager
    async def opened(
        cls, config: Config, clock: Clock, *, create: bool = False, aside: Path | None = None
    ) -> AsyncIterator["School"]:
        """The school with its store; raises StoreProblem. Only ``create`` makes or upgrades the database.

        ``aside``: an empty store in that folder instead, so that nothing is written into the school's.
        """
        if aside is not None:
            url = f"sqlite+aiosqlite:///{aside}/empty.db"
            store = await Store.open(url, root=aside, create=True, clock=clock)
        else:
            sender = config.node.sends_only
            if create and not sender:
                config.state.mkdir(parents=True, exist_ok=True)
            store = await Store.open(config.store_url, root=config.root, create=create, clock=clock, sender=sender)
        try:
            if store.shared and isinstance(clock, SystemClock):
                clock = await _shared(store)
            school = cls(config, store, clock)
            await school.families.load()
            yield school
        finally:
            await store.close()

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
        )

    # The daemon ---------------------------------------------------------------------------------------------

    async def run(self, stop: asyncio.Event, supervisor: Supervisor | None = None) -> None:
        """Watch, accept, send and listen until ``stop`` is set; what is in flight is finished.

        Raises Locked, and ListenProblem where the address of [http] listen is not to be had.

        Of several nodes on one database all send, and the one that leads does the rest.
        """
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
                await self.acceptance.release_due()
            await dispatcher.drain()
            if node.leads():
                await self._index()
            left = tuple(await self.store.open_work(self.clock.now()))
            return Idle(answers, left, for_a_person(self.families.problems))

    async def _taken(self, node: Node) -> tuple[Answer, ...]:
        if not node.leads():
            raise Locked(0)
        await self.leader.begin()
        return tuple(await self.drop.drain())

    @asynccontextmanager
    async def _among_others(self) -> AsyncIterator[Node]:
        """This process as the only one, behind locks, or as one of several on a server. Raises Locked."""
        if not self.store.shared:
            with ExitStack() as locks:
                for file in self._lock_files():
                    locks.enter_context(Lock(file))
                yield Alone()
            return
        config = self.config.node
        heart = Heart(
            self.store.line(),
            new_id(),
            self.clock,
            config.span,
            folder=not config.sends_only,
            settings=fingerprint(self.policy, self.config.school),
        )
        async with heart:
            yield heart

    def _lock_files(self) -> Iterator[Path]:
        """The folder's, and that of a database elsewhere, to which another folder may lead."""
        yield self.config.state / "lock"
        file = self.store.file
        if file is not None and file.resolve().parent != self.config.state.resolve():
            yield file.resolve().with_name(f"{file.name}.lock")

    def _make_folders(self) -> None:
        """The drop folders that lie within the school's own; one elsewhere (a share) must be there by itself."""
        for folder in self.folders:
            if folder.path.is_relative_to(self.config.root):
                try:
                    folder.path.mkdir(parents=True, exist_ok=True)
                except OSError as fault:  # the other folders go on
                    self.log.warning("a drop folder cannot be made", folder=folder.name, reason=fault.strerror)

    # What commands ask for ----------------------------------------------------------------------------------

    async def submit(self, files: Sequence[Path], intake_name: str, authority: Authority | None = None) -> list[Answer]:
        """The same way as the drop folder, with or without a daemon; in the folder's name, or in that person's.

        Raises NotSubmitted where a file is not to be had.
        """
        folder = next(one for one in self.folders if one.name == intake_name)
        await self.families.refresh(self.clock.now(), settled=True)
        self._make_folders()
        return await self.drop.submit(files, folder, authority)

    # Building -----------------------------------------------------------------------------------------------

    async def _accept(self, submission: Submission) -> Answer:
        # The files may have changed a moment ago: nothing is decided on an older state of the families.
        try:
            await self.families.refresh(self.clock.now())
        except StoreProblem as problem:  # as when acceptance itself meets it: the file is kept and tried again
            return Answer(Outcome.FAULT, problem.sentence)
        self.calendar = await asyncio.to_thread(calendar.load, self.config.calendar, self.config.school.nation)
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
        surroundings = Surroundings(
            outbox=self.config.outbox,
            school=self.config.school.name,
            phone=self.config.school.phone,
            website=self.config.school.website,
            trial=self.config.school.mode is Mode.TRIAL and not live,
            clock=self.clock,
            public_url=self.config.http.public_url,
        )
        return channels.build(self.config.channels, surroundings)

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

    def _dispatcher(self, node: Node, built: Mapping[str, Channel]) -> Dispatcher:
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
            unsubscribe=partial(self.families.unsubscribe, self.clock),
        )

    @asynccontextmanager
    async def _listening(self, built: Mapping[str, Channel]) -> AsyncIterator[None]:
        """The web listener over all routes, where [http] listen is set. Any node may have one."""
        http = self.config.http
        if not http.listens:
            yield
            return
        from notifier.web.health import health_routes
        from notifier.web.listener import Listener  # only who listens waits for these to be imported
        from notifier.web.receipts import Tally, receipt_routes

        doors = {name: channel for name, channel in built.items() if isinstance(channel, Receives)}
        keep, tally = self.store.keep_receipt, Tally()
        routes = [
            *receipt_routes(doors, keep, self.clock, http.public_url, tally),
            *health_routes(self.store.status, self.store.lost_accounts, self._folders_there, self.clock),
        ]
        async with Listener(http.host, http.port, routes).listening():
            yield

    def _folders_there(self) -> dict[str, bool]:
        return {folder.name: folder.path.is_dir() for folder in self.folders}

    async def _index(self) -> None:
        """The page on which a person sees everything that trial mode wrote."""
        if self.config.school.mode is not Mode.TRIAL:
            return
        headlines = {
            one.id: channels.Headline(one.message.subject, one.message.kind.value, one.received_at)
            for one in await self.store.messages()
        }
        build = partial(channels.build_outbox_index, school=self.config.school.name, messages=headlines)
        try:
            await asyncio.to_thread(build, self.config.outbox)
        except (ChannelError, OSError) as fault:  # the messages matter more than the page about them
            self.log.warning("the outbox page cannot be written", fault=type(fault).__name__)


def _renderer(config: Config) -> Renderer:
    school = SchoolFacts(
        name=config.school.name,
        phone=config.school.phone,
        website=config.school.website,
        timezone=config.school.timezone,
        language=config.school.language,
        reply_to=next((found for one in config.channels.values() if (found := getattr(one, "reply_to", ""))), ""),
    )
    return Renderer(school, overrides=config.templates)


async def _shared(store: Store) -> SharedClock:
    """The time of the database, which is the same for everybody who works with it."""
    clock, asked = SharedClock(), steady()
    moment = await store.moment()
    clock.set(moment, (asked + steady()) / 2)
    return clock
