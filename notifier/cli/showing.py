"""`preview --open`: one example of each channel and language, written as in trial mode and shown on a page."""

import os
import shutil
import sys
import webbrowser
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import channels
from channels.base import Channel, ChannelError
from notifier.acceptance.understanding import Considered
from notifier.daemon import School
from notifier.dispatch.blobs import Blobs
from notifier.dispatch.outgoing import Packer
from notifier.fittings import surroundings_of
from notifier.model.message import Message
from notifier.model.plan import Address, Delivery, Plan

Sample = tuple[str, Delivery | None, Address]


async def page_of(school: School, found: Sequence[Considered]) -> tuple[Path, list[str]]:
    """The page's file, and a sentence for whatever cannot be shown. The preview before it is deleted.

    Raises ChannelError and OSError where nothing can be written.
    """
    folder = school.config.outbox / channels.PREVIEW
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True, mode=0o700)
    surroundings = surroundings_of(school.config, school.clock, live=False)
    around = replace(surroundings, outbox=folder, home=school.config.root, trial=True)
    built = channels.build(school.config.channels, around)
    missing: list[str] = []
    subjects, languages = [], dict[str, str]()
    try:
        for number, considered in enumerate(found, 1):
            if considered.message is not None:
                message = replace(considered.message, id=f"preview-{number}")
                subjects.append(message.subject)
                missing += await _write(school, considered, message, built, languages)
    finally:
        for channel in built.values():
            await channel.close()
    name = school.config.school.name
    return channels.build_preview(folder, school=name, subjects=subjects, languages=languages), missing


async def _write(
    school: School, considered: Considered, message: Message, built: dict[str, Channel], languages: dict[str, str]
) -> list[str]:
    directory, now = school.families.current, school.clock.now()
    if directory is None:
        return ["Without good files of the families there is nobody whose copy could be shown."]
    contents = {one.attachment.digest: one.content for one in considered.enclosures}

    async def content(digest: str) -> bytes | None:
        return contents.get(digest)

    packer, missing = Packer(school.renderer, Blobs(content)), []
    for number, (name, delivery, address) in enumerate(samples(considered.plan, message.bodies[0].language)):
        leg = f"{message.id}.{number}.0.{name}.0"
        try:
            outgoing = await packer.pack(built[name], leg, f"{leg}.1", message, delivery, address, directory, now)
            if delivery is not None:
                languages[outgoing.item] = delivery.language or delivery.text_language
            await built[name].send(outgoing)
        except ChannelError as failure:
            missing.append(f"{name}: {failure.reason}")
    return missing


def samples(plan: Plan, language: str) -> Iterator[Sample]:
    """One delivery for each channel and language of a family, of as few families as will do; then what is public.

    What waits for a person is no example: nobody knows whether it goes.
    """
    seen: set[tuple[str, str]] = set()
    ways = [(delivery, [channel for rung in delivery.ladder for channel in rung]) for delivery in plan.deliveries]
    for delivery, channels_ in sorted(ways, key=lambda way: -len({*way[1]} & way[0].routes.keys())):
        for channel in channels_:
            key = (channel, delivery.language or delivery.text_language or language)
            if delivery.held or key in seen or not delivery.routes.get(channel):
                continue
            seen.add(key)
            yield channel, delivery, delivery.routes[channel][0]
    for item in plan.public:
        yield item.channel, None, Address("", "")


def show(page: Path) -> bool:
    """Open it in the browser; False where nobody sits in front of this computer."""
    screen = sys.platform in ("win32", "darwin") or any(os.environ.get(one) for one in ("DISPLAY", "WAYLAND_DISPLAY"))
    try:
        return screen and webbrowser.open(page.resolve().as_uri())
    except (webbrowser.Error, OSError):
        return False
