"""A card beside each item written to the outbox: what the outbox page shows of it.

    outbox/index/CHANNEL/ITEM.json   the card
    outbox/index/CHANNEL/ITEM.html   what the family would see, where no other file shows it

A card is written after the file it speaks of, so a card always has its file.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from channels import _files


@dataclass(frozen=True, slots=True)
class Card:
    """Paths are relative to the outbox. ``page`` is shown in a frame, ``text`` as a phone would.

    ``whole`` is a sheet, run or list of many items.
    """

    channel: str
    item: str
    message: str
    title: str
    family: str = ""
    address: str = ""
    language: str = "en"
    trial: bool = False
    drill: bool = False
    public: bool = False
    whole: bool = False
    file: str = ""
    page: str = ""
    text: str = ""
    note: str = ""
    attachments: tuple[str, ...] = ()
    fingerprint: str = ""


def place(outbox: Path, channel: str, item: str, suffix: str = ".json") -> Path:
    return outbox / "index" / _files.stem(channel) / f"{_files.stem(item)}{suffix}"


def write(outbox: Path, card: Card) -> None:
    words = json.dumps(asdict(card), ensure_ascii=False, indent=1, sort_keys=True)
    _files.write(place(outbox, card.channel, card.item), words.encode("utf-8", "replace"), durable=False)


def read(path: Path) -> Card | None:
    """The card, or None where there is none that can be read."""
    with suppress(OSError, ValueError, TypeError):
        fields = json.loads(path.read_text(encoding="utf-8"))
        return Card(**{**fields, "attachments": tuple(fields["attachments"])})
    return None


def remove(outbox: Path, channel: str, item: str) -> None:
    _files.remove(place(outbox, channel, item), place(outbox, channel, item, ".html"))


def all_of(outbox: Path) -> Iterator[tuple[Card, float]]:
    """Every card whose file is still there, with the time it was last written."""
    for path in sorted((outbox / "index").glob("*/*.json")):
        card = read(path)
        if card is not None and (not card.file or (outbox / card.file).exists()):
            yield card, path.stat().st_mtime
