"""Model values to JSON and back. The adapters are built once: building one costs more than a thousand uses."""

import zlib
from collections import OrderedDict
from collections.abc import Sequence

from pydantic import TypeAdapter
from pydantic_core import to_json

from notifier.model.message import Lane, Message
from notifier.model.plan import Delivery, Step, Told, Trace

_MESSAGE = TypeAdapter(Message)
_DELIVERY = TypeAdapter(Delivery)
_STEPS = TypeAdapter(tuple[Step, ...])
_TOLD = TypeAdapter(Told)
_IDS = TypeAdapter(tuple[str, ...])

LANES = (Lane.EMERGENCY, Lane.NORMAL, Lane.BULK)
"""Highest first; a lane is stored as its place in here."""
AT_ONCE = 2_000
"""Cells of a trace turned into text together."""
RANK = {lane: rank for rank, lane in enumerate(LANES)}
AT_HAND = 5_000
"""Deliveries that are kept from when they were written until they are read for the first time."""
_written: OrderedDict[str, Delivery] = OrderedDict()
"""By the whole of their text, so that what is taken from here is what reading the text would give."""


def message_text(message: Message) -> str:
    return _MESSAGE.dump_json(message).decode()


def message_from(value: str) -> Message:
    return _MESSAGE.validate_json(value)


def delivery_text(delivery: Delivery) -> str:
    return _DELIVERY.dump_json(delivery, exclude_defaults=True).decode()


def new_delivery_text(delivery: Delivery) -> str:
    """Of one that will soon be read again: a newsletter is on its way as soon as it is planned."""
    text = delivery_text(delivery)
    if len(_written) >= AT_HAND:
        _written.popitem(last=False)
    _written[text] = delivery
    return text


def delivery_from(value: str) -> Delivery:
    return _written.pop(value, None) or _DELIVERY.validate_json(value)


def steps_bytes(steps: Sequence[Step]) -> bytes:
    """Some at a time: the whole trace of a large school as text takes as much as its plan."""
    trace = steps if isinstance(steps, Trace) else Trace(steps)
    packed, squeeze = list[bytes](), zlib.compressobj(1)
    for name, column in trace.told(AT_ONCE):
        packed.append(squeeze.compress(b'%c"%s":[' % (b"," if packed else b"{", name.encode())))
        for number, cells in enumerate(column):
            some = to_json(cells)[1:-1]
            packed.append(squeeze.compress(b"," + some if number else some))
        packed.append(squeeze.compress(b"]"))
    packed.append(squeeze.compress(b"}"))
    packed.append(squeeze.flush())
    return b"".join(packed)


def steps_from(value: bytes) -> tuple[Step, ...]:
    text = zlib.decompress(value)
    if text.startswith(b"["):  # as it was written at first: each step whole
        return _STEPS.validate_json(text)
    return tuple(Trace.of(_TOLD.validate_json(text)))


def ids_text(ids: tuple[str, ...]) -> str:
    return _IDS.dump_json(ids).decode()


def ids_from(value: str) -> tuple[str, ...]:
    return _IDS.validate_json(value)
