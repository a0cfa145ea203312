"""Model values to JSON and back. The adapters are built once: building one costs more than a thousand uses."""

import zlib

from pydantic import TypeAdapter

from notifier.model.message import Lane, Message
from notifier.model.plan import Delivery, Step

_MESSAGE = TypeAdapter(Message)
_DELIVERY = TypeAdapter(Delivery)
_STEPS = TypeAdapter(tuple[Step, ...])
_IDS = TypeAdapter(tuple[str, ...])

LANES = (Lane.EMERGENCY, Lane.NORMAL, Lane.BULK)
"""Highest first; a lane is stored as its place in here."""
RANK = {lane: rank for rank, lane in enumerate(LANES)}


def message_text(message: Message) -> str:
    return _MESSAGE.dump_json(message).decode()


def message_from(value: str) -> Message:
    return _MESSAGE.validate_json(value)


def delivery_text(delivery: Delivery) -> str:
    return _DELIVERY.dump_json(delivery, exclude_defaults=True).decode()


def delivery_from(value: str) -> Delivery:
    return _DELIVERY.validate_json(value)


def steps_bytes(steps: tuple[Step, ...]) -> bytes:
    return zlib.compress(_STEPS.dump_json(steps, exclude_defaults=True), 1)


def steps_from(value: bytes) -> tuple[Step, ...]:
    return _STEPS.validate_json(zlib.decompress(value))


def ids_text(ids: tuple[str, ...]) -> str:
    return _IDS.dump_json(ids).decode()


def ids_from(value: str) -> tuple[str, ...]:
    return _IDS.validate_json(value)
