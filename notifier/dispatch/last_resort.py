"""An emergency while no good directory is known: nothing is sent, but people get a sheet to ring from (DESIGN 3.1)."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from channels.base import Channel, Collates
from notifier.dispatch.blobs import Blobs
from notifier.dispatch.outgoing import Packer, Renders
from notifier.model.directory import Directory
from notifier.model.message import Message
from notifier.model.policy import Policy
from notifier.routing import plan

WARNING = "The families' files are not in order. Look at the paper file for court orders before you ring."


async def call_sheet(
    message: Message,
    directory: Directory,
    policy: Policy,
    channels: Mapping[str, Channel],
    renderer: Renders,
    now: datetime,
) -> list[Path]:
    """Write the sheet for everybody whom the readable rows of the files would let hear it; the files written.

    ``directory`` is what could be read: what it denies is denied here too.
    """
    people = {name: facts for name, facts in policy.channels.items() if facts.by_person and name in channels}
    packer = Packer(renderer, Blobs(_nothing))
    written: list[Path] = []
    planned = plan(message, directory, replace(policy, channels=people), now)
    for number, delivery in enumerate(planned.deliveries):
        for name in (one for rung in delivery.ladder for one in rung):
            leg = f"{message.id}.{number}.{name}"
            address = delivery.routes[name][0]
            bare = replace(message, attachments=())
            outgoing = await packer.pack(channels[name], leg, leg, bare, delivery, address, directory, now)
            payload = replace(outgoing.payload, notes=(WARNING, *outgoing.payload.notes))
            await channels[name].send(replace(outgoing, payload=payload))
    for name in people:
        channel = channels[name]
        if isinstance(channel, Collates):
            written += await asyncio.to_thread(channel.collate, message.id)
    return written


async def _nothing(digest: str) -> bytes | None:
    """A sheet to ring from carries no attachments."""
    return None
