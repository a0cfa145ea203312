"""What trial mode puts in the place of a channel that would leave the school: a file for each item (DESIGN 3.8)."""

import asyncio
import hashlib
from dataclasses import replace
from pathlib import Path

from channels import _cards, _files, _markup
from channels.base import AsFile, Channel, Composes, Outgoing, Sent, Surroundings
from notifier.model.payload import MailPayload, ShortPayload, VoicePayload

FOLDER = "trial"


def base(surroundings: Surroundings) -> Path:
    """Where channels that write files do so: apart in trial mode, so that nothing of it is ever handed out."""
    return surroundings.outbox / FOLDER if surroundings.trial else surroundings.outbox


class Outbox:
    """Stands in for ``channel``, which must be able to say what it would have sent (``Composes``).

    A confirmed ``Sent`` where the channel confirms: in trial nobody is rung because no receipt came.
    """

    def __init__(self, name: str, channel: Channel, surroundings: Surroundings) -> None:
        if not isinstance(channel, Composes):
            raise TypeError(f"{name} cannot say what it would have sent")
        self.name = name
        self.channel: Channel = channel
        self.surroundings = surroundings
        self.medium = channel.medium
        self.address = channel.address
        self.public = channel.public
        self.by_person = channel.by_person
        self.confirms = channel.confirms
        self.writes_files = True
        self.repeatable = True
        self.Settings = channel.Settings
        self.parallelism = channel.parallelism
        self.per_minute: float | None = None
        self._composes: Composes = channel

    async def send(self, outgoing: Outgoing) -> Sent:
        made = self._composes.as_file(outgoing)
        with _files.writing():
            reference = await asyncio.to_thread(self._write, outgoing, made)
        return Sent(reference=reference, confirmed=self.confirms)

    async def close(self) -> None:
        await self.channel.close()

    def _write(self, outgoing: Outgoing, made: AsFile) -> str:
        outbox = self.surroundings.outbox
        file = outbox / FOLDER / _files.stem(self.name) / f"{_files.stem(outgoing.item)}{made.suffix}"
        shown = str(file.relative_to(outbox))
        fingerprint = _fingerprint(outgoing)
        before = _cards.read(_cards.place(outbox, self.name, outgoing.item))
        if before is not None and before.fingerprint == fingerprint and before.file == shown and file.exists():
            return shown  # the same again: also its date stays
        _files.write(file, made.content)
        card = _cards.Card(
            channel=self.name,
            item=outgoing.item,
            message=outgoing.message,
            title="",
            family=outgoing.family,
            address=outgoing.address,
            language=outgoing.language,
            trial=True,
            drill=outgoing.drill,
            file=shown,
            fingerprint=fingerprint,
        )
        _cards.write(outbox, self._filled(card, outgoing))
        return shown

    def _filled(self, card: _cards.Card, outgoing: Outgoing) -> _cards.Card:
        """What a family would see: a mail's page in a file of its own; a short text, or a call's words, on the card."""
        payload = outgoing.payload
        if isinstance(payload, ShortPayload):
            parts = "sent as 1 text" if payload.segments == 1 else f"sent as {payload.segments} texts"
            return replace(card, text=payload.text, note=f"{parts} ({payload.encoding})")
        if isinstance(payload, VoicePayload):
            return replace(card, text=payload.words, note="said twice on the telephone")
        if not isinstance(payload, MailPayload):
            return card
        outbox = self.surroundings.outbox
        html = str(payload.html)
        page = _cards.place(outbox, self.name, outgoing.item, ".html")
        shown = _markup.with_pictures(html, outgoing.attachments).encode("utf-8", "replace")
        _files.write(page, shown, durable=False)
        names = tuple(one.attachment.name for one in _markup.files(html, outgoing.attachments))
        family = card.family or payload.to_name
        return replace(
            card, title=payload.subject, page=str(page.relative_to(outbox)), attachments=names, family=family
        )


def _fingerprint(outgoing: Outgoing) -> str:
    """The same for the same words to the same address, whatever the try."""
    names = tuple((one.attachment.name, one.attachment.digest) for one in outgoing.attachments)
    said = repr(replace(outgoing, attempt_id="", attachments=(), expires=None)) + repr(names)
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()
