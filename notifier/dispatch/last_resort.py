"""An emergency while no good directory is known: nothing is sent, but people get a sheet to ring from (DESIGN 3.1)."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from channels.base import Channel, Collates
from notifier.acceptance import World
from notifier.acceptance.acceptance import new_id
from notifier.acceptance.understanding import consider
from notifier.dispatch.blobs import Blobs
from notifier.dispatch.outgoing import Packer, Renders
from notifier.model.message import Submission
from notifier.routing import plan

REASON = "Nothing was sent, because the families' files are not in order."
WARNING = "The families' files are not in order. Look at the paper file for court orders before you ring."


async def call_sheet(
    submission: Submission, world: World, channels: Mapping[str, Channel], renderer: Renders, now: datetime
) -> list[Path]:
    """Write the sheet for everybody whom the readable rows of the files would let hear it; the files written.

    The directory of ``world`` is what could be read: what it denies is denied here too. None are written
    where no child's name can be read, or the emergency itself is not understood.
    """
    message, directory, policy = consider(submission, world, now, new_id).message, world.directory, world.policy
    if message is None or directory is None or not directory.pupils:
        return []
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
            payload = replace(outgoing.payload, reason=REASON, notes=(WARNING, *outgoing.payload.notes))
            await channels[name].send(replace(outgoing, payload=payload))
    for name in people:
        channel = channels[name]
        if isinstance(channel, Collates):
            written += await asyncio.to_thread(channel.collate, message.id)
    return written


def to_ring_from(files: Sequence[Path], root: Path) -> str:
    """What the answer says of the sheet."""
    if not files:
        return "\nNo call sheet could be written: the children's names cannot be read. Ring from the paper file.\n"
    lying = ", ".join(str(file.relative_to(root)) for file in files)
    return f"\nRing the families now. A call sheet is here: {lying}\n"


async def _nothing(digest: str) -> bytes | None:
    """A sheet to ring from carries no attachments."""
    return None
