"""Whether two computers decide alike: a digest of what their settings decide (docs/decisions/nodes-and-leases.md)."""

from collections.abc import Mapping, Set
from dataclasses import fields, is_dataclass
from enum import Enum
from hashlib import sha256


def fingerprint(*values: object) -> str:
    """The same for the same values, in every process and on every computer."""
    return sha256("\n".join(map(_written, values)).encode()).hexdigest()[:32]


def _written(value: object) -> str:
    """With an order for what has none."""
    if is_dataclass(value) and not isinstance(value, type):
        inside = ", ".join(f"{one.name}={_written(getattr(value, one.name))}" for one in fields(value))
        return f"{type(value).__name__}({inside})"
    if isinstance(value, Enum):
        return repr(value.value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(sorted(f"{_written(key)}: {_written(one)}" for key, one in value.items())) + "}"
    if isinstance(value, Set):
        return "{" + ", ".join(sorted(map(_written, value))) + "}"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(map(_written, value)) + "]"
    return repr(value)
