"""What a school is put together from, beside its rooms: how its channels stand, its renderer, its clock."""

import channels
from channels.base import facts
from notifier.clock import SharedClock, steady
from notifier.config import Config
from notifier.model.message import Mode
from notifier.model.policy import ChannelFacts
from notifier.queue import Store
from notifier.rendering import Renderer, SchoolFacts


def channel_facts(config: Config) -> dict[str, ChannelFacts]:
    """In trial every channel counts as configured; in live mode only one that is set up (DESIGN 3.8)."""
    trial = config.school.mode is Mode.TRIAL
    return {
        name: facts(name, channel, configured=trial or channels.works(name, config.channels))
        for name, channel in channels.REGISTRY.items()
    }


def renderer_of(config: Config) -> Renderer:
    school = SchoolFacts(
        name=config.school.name,
        phone=config.school.phone,
        website=config.school.website,
        timezone=config.school.timezone,
        language=config.school.language,
        reply_to=next((found for one in config.channels.values() if (found := getattr(one, "reply_to", ""))), ""),
    )
    return Renderer(school, overrides=config.templates)


async def shared_clock(store: Store) -> SharedClock:
    """The time of the database, which is the same for everybody who works with it."""
    clock, asked = SharedClock(), steady()
    moment = await store.moment()
    clock.set(moment, (asked + steady()) / 2)
    return clock
