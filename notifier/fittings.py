"""What a school is put together from, beside its rooms: its channels' standing, renderer, clock and what falls due."""

from collections.abc import Callable, Sequence

import channels
from channels.base import facts
from notifier.acceptance import Acceptance, World
from notifier.acceptance.missing import Missing
from notifier.acceptance.newsletters import Newsletters
from notifier.acceptance.waiting import Waiting
from notifier.clock import Clock, SharedClock, steady
from notifier.config import Config
from notifier.model.message import Mode
from notifier.model.policy import ChannelFacts
from notifier.queue import Store
from notifier.rendering import Renderer, SchoolFacts
from notifier.schedule import Duty, Rota


def channel_facts(config: Config) -> dict[str, ChannelFacts]:
    """In trial every channel counts as configured; in live mode only one that is set up (DESIGN 3.8)."""
    trial = config.school.mode is Mode.TRIAL
    return {
        name: facts(name, channel, configured=trial or channels.works(name, config.channels))
        for name, channel in channels.REGISTRY.items()
    }


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
    """What falls due by the clock: ``further`` puts right what changed, then what waits for its moment, newsletters."""
    newsletters = Newsletters(store, world, acceptance)
    duties: tuple[Duty, ...] = (*further, Waiting(store, world, acceptance), newsletters)
    missing = Missing(store, world, acceptance.make_id)
    return Rota(store, duties, missing.record, mode, clock, prepare=newsletters.rearrange)


async def shared_clock(store: Store) -> SharedClock:
    """The time of the database, which is the same for everybody who works with it."""
    clock, asked = SharedClock(), steady()
    moment = await store.moment()
    clock.set(moment, (asked + steady()) / 2)
    return clock
