"""What acceptance decides upon: the school as it stands at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from notifier.config.config import Notices
from notifier.model.calendar import Newsletter, SchoolCalendar
from notifier.model.directory import Directory
from notifier.model.message import Mode
from notifier.model.policy import Policy
from notifier.model.problem import Problem
from notifier.model.staff import Authority, Role, Staff


@dataclass(frozen=True, slots=True)
class World:
    """``directory`` None: there is no good directory yet, and ``families`` says what is wrong with the files.

    ``school`` is its name.
    """

    directory: Directory | None
    calendar: SchoolCalendar
    policy: Policy
    mode: Mode
    staff: Mapping[str, Staff] = field(default_factory=dict)
    newsletters: Mapping[str, Newsletter] = field(default_factory=dict)
    families: tuple[Problem, ...] = ()
    school: str = ""
    notices: Notices = field(default_factory=Notices)

    def authority(self, name: str) -> Authority | None:
        """The authority of a staff id or a role; None where nobody is called that."""
        staff = self.staff.get(name)
        if staff is not None:
            return Authority(staff.role, staff.id, classes=staff.classes)
        return Authority(Role(name)) if name in set(Role) else None
