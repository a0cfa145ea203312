"""What a school is put together from, beside its rooms: its channels' standing, renderer, clock and what falls due."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

import channels
from channels.base import ChannelError, Surroundings, facts
from notifier.acceptance import Acceptance, World
from notifier.acceptance.asking import Asking
from notifier.acceptance.missing import Missing
from notifier.acceptance.newsletters import Newsletters
from notifier.acceptance.waiting import Waiting
from notifier.clock import Clock, SharedClock, steady
from notifier.closure.desk import Desk, Means
from notifier.closure.wording import Wordings
from notifier.config import Config
from notifier.intake import IntakeFolder
from notifier.logs import logger
from notifier.model.message import Mode
from notifier.model.policy import ChannelFacts
from notifier.queue import Store
from notifier.rendering import Renderer, SchoolFacts
from notifier.schedule import Duty, Rota

log = logger("daemon")


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


def surroundings_of(config: Config, clock: Clock, *, live: bool) -> Surroundings:
    """What channels are built with besides their settings; ``live``: the real ones, also while the school tries out."""
    return Surroundings(
        outbox=config.outbox,
        school=config.school.name,
        phone=config.school.phone,
        website=config.school.website,
        trial=config.school.mode is Mode.TRIAL and not live,
        clock=clock,
        public_url=config.http.public_url,
    )


def renderer_of(config: Config) -> Renderer:
    sites = ((name, getattr(one, "pages", "")) for name, one in config.channels.items())
    site = next((found for found in sites if found[1]), ("", ""))
    school = SchoolFacts(
        name=config.school.name,
        phone=config.school.phone,
        website=config.school.website,
        timezone=config.school.timezone,
        language=config.school.language,
        reply_to=next((found for one in config.channels.values() if (found := getattr(one, "reply_to", ""))), ""),
        pages=site[1],
        pages_on=site[0],
        public_url=config.http.public_url,
        secret=config.http.secret.encode(),
    )
    return Renderer(school, overrides=config.templates, use=config.languages_used, reviewed=config.reviewed_languages)


def rota(
    store: Store,
    world: Callable[[], World],
    acceptance: Acceptance,
    mode: Mode,
    clock: Clock,
    further: Sequence[Duty] = (),
) -> Rota:
    """What falls due by the clock: ``further`` puts right what changed, then what waits for its moment, newsletters,
    and who is told that something waits for their yes."""
    newsletters = Newsletters(store, world, acceptance)
    asking = Asking(store, world, acceptance.make_id, clock)
    duties: tuple[Duty, ...] = (*further, Waiting(store, world, acceptance), newsletters, asking)
    missing = Missing(store, world, acceptance.make_id)
    return Rota(store, duties, missing.record, mode, clock, prepare=newsletters.rearrange)


async def shared_clock(store: Store) -> SharedClock:
    """The time of the database, which is the same for everybody who works with it."""
    clock, asked = SharedClock(), steady()
    moment = await store.moment()
    clock.set(moment, (asked + steady()) / 2)
    return clock


def desk_of(
    config: Config,
    store: Store,
    world: Callable[[], World],
    clock: Clock,
    renderer: Renderer,
    paces: Mapping[str, float | None],
) -> Desk:
    """Where closures are drafted and confirmed; ``paces`` as in Means."""
    wordings = Wordings(config.templates, config.closure.languages)
    means = Means(renderer, wordings, paces, config.closure.price)
    return Desk(store, world, clock, means, config.school.timezone)


async def outbox_page(config: Config, store: Store) -> None:
    """The page on which a person sees everything that trial mode wrote."""
    if config.school.mode is not Mode.TRIAL:
        return
    headlines = {
        one.id: channels.Headline(one.message.subject, one.message.kind.value, one.received_at)
        for one in await store.messages()
    }
    build = partial(channels.build_outbox_index, school=config.school.name, messages=headlines)
    try:
        await asyncio.to_thread(build, config.outbox)
    except (ChannelError, OSError) as fault:  # the messages matter more than the page about them
        log.warning("the outbox page cannot be written", fault=type(fault).__name__)


def make_folders(root: Path, folders: Iterable[IntakeFolder]) -> None:
    """The drop folders that lie within the school's own; one elsewhere (a share) must be there by itself."""
    for folder in folders:
        if folder.path.is_relative_to(root):
            try:
                folder.path.mkdir(parents=True, exist_ok=True)
            except OSError as fault:  # the other folders go on
                log.warning("a drop folder cannot be made", folder=folder.name, reason=fault.strerror)
