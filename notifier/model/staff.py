"""Who works at the school, and how far their word goes."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    HEAD = "head"
    DEPUTY = "deputy"
    OFFICE = "office"
    TEACHER = "teacher"


@dataclass(frozen=True, slots=True)
class Staff:
    """A member of staff. ``pin_hash`` is an argon2id hash, empty where no PIN is set. ``speaks``: language tags."""

    id: str
    name: str
    role: Role
    classes: tuple[str, ...] = ()
    email: str = ""
    mobile: str = ""
    pin_hash: str = ""
    speaks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Authority:
    """In whose name something is asked for.

    ``staff_id`` is empty where an intake acts as a role (DESIGN 3.8). ``classes``
    and ``to`` limit a teacher: own classes, or only the intake's own ``to``.
    """

    role: Role
    staff_id: str = ""
    classes: tuple[str, ...] = ()
    to: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.staff_id or self.role.value
