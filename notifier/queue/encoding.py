"""Model values to JSON and back. The adapters are built once: building one costs more than a thousand uses."""

import zlib
from collections.abc import Sequence
from itertools import islice

from pydantic import TypeAdapter

from notifier.model.message import Lane, Message
from notifier.model.plan import Delivery, Step

_MESSAGE = TypeAdapter(Message)
_DELIVERY = TypeAdapter(Delivery)
_STEPS = TypeAdapter(tuple[Step, ...])
_IDS = TypeAdapter(tuple[str, ...])

LANES = (Lane.EMERGENCY, Lane.NORMAL, Lane.BULK)
"""Highest first; a lane is stored as its place in here."""
AT_ONCE = 2_000
"""Steps turned into text together."""
RANK = {lane: rank for rank, lane in enumerate(LANES)}


def message_text(message: Message) -> str:
    return _MESSAGE.dump_json(message).decode()


def message_from(value: str) -> Message:
    return _MESSAGE.validate_json(value)


def delivery_text(delivery: Delivery) -> str:
    return _DELIVERY.dump_json(delivery, exclude_defaults=True).decode()


def delivery_from(value: str) -> Delivery:
    return _DELIVERY.validate_json(value)


def steps_bytes(steps: Sequence[Step]) -> bytes:
    """Some at a time: the whole trace of a large school as text takes as much as its plan."""
    packed, squeeze = [], zlib.compressobj(1)
    left = iter(steps)
    before = b"["
    while some := tuple(islice(left, AT_ONCE)):
        packed.append(squeeze.compress(before + _STEPS.dump_json(some, exclude_defaults=True)[1:-1]))
        before = b","
    packed.append(squeeze.compress(b"]" if len(steps) else b"[]"))
    packed.append(squeeze.flush())
    return b"".join(packed)


def steps_from(value: bytes) -> tuple[Step, ...]:
    return _STEPS.validate_json(zlib.decompress(value))


def ids_text(ids: tuple[str, ...]) -> str:
    return _IDS.dump_json(ids).decode()


def ids_from(value: str) -> tuple[str, ...]:
    return _IDS.validate_json(value)
