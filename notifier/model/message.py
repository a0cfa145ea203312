"""A message: what the school wants to say, to whom, and when."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from notifier.model.calendar import Event
from notifier.model.language import base
from notifier.model.notice import EVERYBODY, Offset, Selection
from notifier.model.problem import Problem
from notifier.model.staff import Authority


class Kind(StrEnum):
    NEWSLETTER = "newsletter"
    LETTER = "letter"
    REPORT = "report"
    NOTICE = "notice"
    EMERGENCY = "emergency"


class Lane(StrEnum):
    """Which workers carry a leg; fixed at acceptance by kind."""

    EMERGENCY = "emergency"
    NORMAL = "normal"
    BULK = "bulk"


LANE_OF: Mapping[Kind, Lane] = {
    Kind.NEWSLETTER: Lane.BULK,
    Kind.LETTER: Lane.NORMAL,
    Kind.REPORT: Lane.NORMAL,
    Kind.NOTICE: Lane.NORMAL,
    Kind.EMERGENCY: Lane.EMERGENCY,
}


class Mode(StrEnum):
    """Stamped at acceptance: what was accepted in trial never leaves through a real channel."""

    TRIAL = "trial"
    LIVE = "live"


class Reach(StrEnum):
    """What one term of an audience names. None names families by how they live: H33."""

    SCHOOL = "school"
    YEAR = "year"
    CLASS = "class"
    GROUP = "group"
    PUPIL = "pupil"


@dataclass(frozen=True, slots=True)
class Term:
    """One resolved name of ``to:`` or ``except:``, in the directory's own spelling."""

    reach: Reach
    name: str = ""


@dataclass(frozen=True, slots=True)
class Body:
    """The words in one language: sanitised HTML, the same as plain text, and the short version for a text."""

    language: str
    html: str
    plain: str
    subject: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with the message. ``digest`` is the sha256 of its bytes in hex.

    ``pupil_id`` is set on a report: it belongs to that one child, and goes only with a delivery about that child.
    ``electronic``: of no use on paper, such as an entry for the calendar on a telephone.
    """

    name: str
    media_type: str
    digest: str
    size: int
    pupil_id: str = ""
    electronic: bool = False


@dataclass(frozen=True, slots=True)
class Enclosure:
    """An attachment with its bytes, on its way into the store or into a channel."""

    attachment: Attachment
    content: bytes


@dataclass(frozen=True, slots=True)
class Header:
    """What staff wrote above the message, typed; None or empty where they wrote nothing.

    ``to`` and ``except_`` are the names as written: only acceptance, which knows
    the directory, can tell what they mean. ``event`` likewise. ``send`` and
    ``expires`` are aware. ``where`` maps a key to its place in the file.
    """

    kind: Kind | None = None
    to: tuple[str, ...] = ()
    except_: tuple[str, ...] = ()
    subject: str = ""
    from_: str = ""
    send: datetime | None = None
    expires: datetime | None = None
    event: str = ""
    remind: tuple[str, ...] = ()
    essential: bool = False
    important: bool = False
    marketing: bool = False
    category: str = ""
    text: str = ""
    language: str = ""
    also: tuple[str, ...] = ()
    replaces: str = ""
    reply_to: str = ""
    reply_slip: bool = False
    again: bool = False
    where: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DiaryDate:
    """A coming event in a newsletter or a notice of several, and whom it concerns: everybody, or these pupils.
    ``public``: anybody may know.

    ``for_whom`` is as the school says it, empty where that goes without saying or would name a child.
    """

    event: Event
    everybody: bool = False
    pupil_ids: frozenset[str] = frozenset()
    for_whom: str = ""
    public: bool = False

    def concerns(self, pupil_ids: Collection[str]) -> bool:
        return self.everybody or not self.pupil_ids.isdisjoint(pupil_ids)


@dataclass(frozen=True, slots=True)
class Submission:
    """What intake hands to acceptance: a file as it was understood, with every problem found.

    ``key`` makes it one message however often it is met (DESIGN 3.2): intake,
    name, bytes and the local day it was claimed. ``source`` is the file name
    shown to people. ``recovered``: it was claimed before a crash, and whether it was
    accepted and answered then is not known. ``occurrence`` and ``selection`` as in a message, and ``event`` itself
    where it is not for ``header.event`` to name it: what goes by the clock comes with all three, and a notice of
    several events with their ``diary`` instead. ``details`` as in a message.
    """

    key: str
    source: str
    intake: str
    authority: Authority
    header: Header
    bodies: tuple[Body, ...]
    enclosures: tuple[Enclosure, ...] = ()
    problems: tuple[Problem, ...] = ()
    newsletter: str = ""
    recovered: bool = False
    occurrence: str = ""
    selection: Selection = EVERYBODY
    event: Event | None = None
    diary: tuple[DiaryDate, ...] = ()
    details: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """An understood message: its audience resolved against the directory, its moments fixed.

    ``bodies`` has the school's own language first. ``send_at`` None means at once.
    ``author`` is a staff id, or a role where the intake acts as a role. ``approved``
    are the ids of the doubts (problems of severity hold) that a person has said yes to,
    ``doubts`` those for which it was held when it came in. ``slot``: an issue of a newsletter waits for
    this day of its rhythm, None where it has a moment of its own; ``own_expiry``: staff wrote ``expires:``.
    ``public_on`` are the channels on which it also stands for everybody, once it is planned.
    ``diary``: the coming events as they stood when it went; in a notice, the several events that it is of.
    ``remind``: when before its event it is followed by a reminder, None for what the school does for events of that
    sort. ``occurrence`` is the key of what it goes for by itself, empty for what somebody wrote; ``selection`` narrows
    its recipients. ``drill``: it goes to staff alone, whatever its audience.
    ``closure``: the id of the closure that it belongs to. ``details``: each adult has a copy of their own, and under
    its words stands what the school holds about them, as it is when the copy goes (H34).
    """

    id: str
    key: str
    mode: Mode
    kind: Kind
    audience: tuple[Term, ...]
    author: str
    bodies: tuple[Body, ...]
    except_: tuple[Term, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    source: str = ""
    intake: str = ""
    newsletter: str = ""
    accepted_at: datetime | None = None
    send_at: datetime | None = None
    expires_at: datetime | None = None
    slot: date | None = None
    own_expiry: bool = False
    event: Event | None = None
    essential: bool = False
    important: bool = False
    marketing: bool = False
    category: str = ""
    also: tuple[str, ...] = ()
    reply_to: str = ""
    reply_slip: bool = False
    public_on: tuple[str, ...] = ()
    replaces: str = ""
    doubts: tuple[str, ...] = ()
    approved: tuple[str, ...] = ()
    drill: bool = False
    diary: tuple[DiaryDate, ...] = ()
    remind: tuple[Offset, ...] | None = None
    occurrence: str = ""
    selection: Selection = EVERYBODY
    closure: str = ""
    details: bool = False

    @property
    def lane(self) -> Lane:
        return LANE_OF[self.kind]

    @property
    def subject(self) -> str:
        return self.bodies[0].subject

    @property
    def events(self) -> tuple[Event, ...]:
        """What it is about, as families are told of it. The diary of a newsletter goes along and is no notice."""
        if self.event is not None:
            return (self.event,)
        return tuple(one.event for one in self.diary) if self.kind is Kind.NOTICE else ()

    @property
    def to_single_children(self) -> bool:
        """Whether every name in ``to:`` is one child's: a matter between the school and that child's family."""
        return bool(self.audience) and all(term.reach is Reach.PUPIL for term in self.audience)

    def attachments_for(self, pupil_ids: tuple[str, ...]) -> tuple[Attachment, ...]:
        """What goes with a delivery about these pupils: a child's report never goes with another child's."""
        return tuple(one for one in self.attachments if not one.pupil_id or pupil_ids == (one.pupil_id,))

    def body(self, language: str) -> Body:
        """The body in exactly this language, else in one of its varieties, else in the school's own (H17)."""
        for body in self.bodies:
            if body.language.lower() == language.lower():
                return body
        wanted = base(language)
        for body in self.bodies:
            if base(body.language) == wanted:
                return body
        return self.bodies[0]
