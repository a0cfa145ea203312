"""What the head asked for, understood (with the reason: W6): an announcement, or a sentence on what is missing."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from notifier.closure.wording import Wordings
from notifier.model.closure import Announcement, Opening, What
from notifier.model.directory import Directory
from notifier.model.message import Reach, Term
from notifier.routing import resolve

LONGEST_REASON = 120
LASTS = timedelta(hours=12)
"""What says nothing of its end is stale by then (SCHOOL part 5, 12)."""
DAY_ENDS = time(18)
"""A message about a day is of no use after this local time of it."""

_BRITISH_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class NotUnderstood(Exception):
    """A sentence for whoever typed it: what is wrong, and what to write."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Asked:
    """The options as they were typed; empty where nothing was."""

    opening: Opening
    from_: str = ""
    until: str = ""
    reason: str = ""
    next_update: str = ""
    classes: str = ""


def understood(
    asked: Asked,
    what: What,
    *,
    message_id: str,
    author: str,
    directory: Directory,
    wordings: Wordings,
    now: datetime,
    zone: ZoneInfo,
    audience: tuple[Term, ...] = (),
) -> Announcement:
    """Raises NotUnderstood. ``audience``: that of the closure which this is about, unless classes are named."""
    here = now.astimezone(zone)
    from_, until, whole_days = _moments(asked, what, here)
    return Announcement(
        what=what,
        opening=asked.opening,
        message_id=message_id,
        author=author,
        made_at=now,
        from_=from_,
        until=until,
        expires_at=_expires(asked.opening, what, from_, until, here, whole_days=whole_days),
        audience=_audience(asked.classes, directory) or audience or (Term(Reach.SCHOOL),),
        bodies=(),
        whole_days=whole_days,
        reason=_reason(asked.reason, what, asked.opening, wordings),
        next_update=_next_update(asked.next_update, here),
    )


def _moments(asked: Asked, what: What, here: datetime) -> tuple[datetime, datetime, bool]:
    """From, until, and whether they are whole days."""
    if what in (What.CLEAR, What.MISTAKE) or asked.opening is Opening.REOPENED:
        day, _ = moment(asked.from_, here, here.date()) if asked.from_ else (here, False)
        return day, day, True
    if asked.opening is Opening.CLOSED:
        first, _ = moment(asked.from_, here, here.date()) if asked.from_ else (here, False)
        last, _ = moment(asked.until, here, first.date()) if asked.until else (first, False)
        if last.date() < first.date():
            raise NotUnderstood("--until is before --from. Name the last day on which the school is closed.")
        if last.date() < here.date():
            raise NotUnderstood("That day is over already. Look at --from and --until.")
        return first, last, True
    if asked.opening is Opening.LATE:
        if not asked.until:
            raise NotUnderstood("Say when the school opens: --until 10:30.")
        on = moment(asked.from_, here, here.date())[0].date() if asked.from_ else here.date()
        opens, has_time = moment(asked.until, here, on)
        if not has_time:
            raise NotUnderstood("Say the time at which the school opens: --until 10:30.")
        if opens <= here:
            raise NotUnderstood(f"{opens:%H:%M} on that day is over already. Look at --until.")
        return here, opens, False
    if not asked.from_:
        raise NotUnderstood("Say when children are to be collected: --from 13:15.")
    finishes, has_time = moment(asked.from_, here, here.date())
    if not has_time:
        raise NotUnderstood("Say the time at which children are to be collected: --from 13:15.")
    if finishes <= here:
        raise NotUnderstood(f"{finishes:%H:%M} on that day is over already. Look at --from.")
    return finishes, finishes, False


def moment(text: str, here: datetime, day: date) -> tuple[datetime, bool]:
    """What somebody typed as a day, a time or both, and whether a time was in it; a time alone is on ``day``."""
    said = text.strip().casefold()
    if said in ("today", "now"):
        return here, said == "now"
    if said == "tomorrow":
        return here + timedelta(days=1), False
    if said in _WEEKDAYS:
        ahead = (_WEEKDAYS.index(said) - here.weekday()) % 7
        return here + timedelta(days=ahead), False
    try:
        if re.fullmatch(r"\d{1,2}[:.]\d{2}", said):
            hours, minutes = (int(part) for part in re.split("[:.]", said))
            return datetime.combine(day, time(hours, minutes), here.tzinfo), True
        if british := _BRITISH_DAY.fullmatch(said):
            found = date(int(british[3]), int(british[2]), int(british[1]))
            return datetime.combine(found, here.timetz()), False
        if len(said) == len("2027-01-11"):
            return datetime.combine(date.fromisoformat(said), here.timetz()), False
        whole = datetime.fromisoformat(text.strip())
    except ValueError:
        raise NotUnderstood(
            f"“{text}” is no day or time. Write 13:15, tomorrow, 2027-01-11, 11/01/2027 or 2027-01-11T10:30."
        ) from None
    return (whole if whole.tzinfo else whole.replace(tzinfo=here.tzinfo)).astimezone(here.tzinfo), True


def _expires(
    opening: Opening, what: What, from_: datetime, until: datetime, here: datetime, *, whole_days: bool
) -> datetime:
    """A late start is news until the school opens, anything else until the end of its last school day.

    Families who come at the new time of an early finish still need to know, so that lasts the day too.
    """
    if opening is Opening.LATE and what not in (What.CLEAR, What.MISTAKE):
        return until
    ends = datetime.combine(until.date(), DAY_ENDS, here.tzinfo)
    return ends if ends > here + timedelta(hours=1) else max(here, until) + LASTS


def _audience(classes: str, directory: Directory) -> tuple[Term, ...]:
    names = tuple(name.strip() for name in re.split("[,;]", classes) if name.strip())
    terms, problems = resolve(names, directory)
    if problems:
        raise NotUnderstood(problems[0].sentence)
    if any(term.reach not in (Reach.SCHOOL, Reach.YEAR, Reach.CLASS) for term in terms):
        raise NotUnderstood("A closure is for the whole school, for years or for classes: --classes “Oak, Willow”.")
    return terms


def _reason(reason: str, what: What, opening: Opening, wordings: Wordings) -> str:
    said = " ".join(reason.split())
    if len(said) > LONGEST_REASON:
        raise NotUnderstood(f"The reason is too long for a text: at most {LONGEST_REASON} letters.")
    if "{" in said or "}" in said:
        raise NotUnderstood("Take the braces { } out of the reason.")
    key = f"clear_{opening}" if what is What.CLEAR else opening.value
    if key != f"clear_{Opening.REOPENED}" and (word := wordings.foreign(said, key)):
        raise NotUnderstood(
            f"The reason says “{word}”, which belongs to another message, and families could read it the wrong way. "
            "Say it without that word."
        )
    return said


def _next_update(text: str, here: datetime) -> datetime | None:
    if not text:
        return None
    at, has_time = moment(text, here, here.date())
    if not has_time:
        raise NotUnderstood("Say at what time you will write again: --next 08:00.")
    if at <= here:
        raise NotUnderstood("The next update would be in the past. Look at --next.")
    return at
