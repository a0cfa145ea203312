"""The governors' report of a term in numbers (W33, W53): a pure value, in which nobody is named or can be guessed.

Why small numbers are folded together: docs/decisions/report-for-governors.md.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from notifier.acceptance.noticing.given import Given
from notifier.model.calendar import SchoolTerm
from notifier.model.figures import REACHED, CopySort, Figures
from notifier.model.language import base
from notifier.model.message import Kind
from notifier.model.plan import Basis
from notifier.model.states import DeliveryState

SMALL = 5
"""Where fewer families than this stand behind a number, it could tell who they are."""
UNREACHED = frozenset({DeliveryState.UNREACHED, DeliveryState.EXPIRED})
STOPPED = frozenset({DeliveryState.CANCELLED, DeliveryState.WITHHELD})
OTHERS = "other languages"
WITHIN = (1, 5, 10, 30, 60)
"""Minutes after which it is counted who had heard of a closure."""
COMPLAINT = "complaint"
"""What a recorded complaint is called in the audit."""
_HALF = re.compile(r"^(autumn|spring|summer|winter|michaelmas|lent|trinity|hilary)(?: term)? [12]\b", re.IGNORECASE)


class Complaint(StrEnum):
    """What families complain about; what they said in their own words is not written down here (W53)."""

    LATE = "late"
    WRONG = "wrong"
    MISSING = "missing"
    NOT_FOR_THEM = "not-for-them"
    LANGUAGE = "language"
    TOO_MANY = "too-many"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Span:
    """``until`` is the last day."""

    name: str
    from_: date
    until: date


@dataclass(frozen=True, slots=True)
class OfKind:
    kind: Kind
    messages: int
    copies: int
    reached: int
    unreached: int
    on_the_way: int


@dataclass(frozen=True, slots=True)
class OfLanguage:
    """``own``: copies in words of that language; ``offered``: with the offer to have them explained. The numbers are
    None where they could tell of a single family."""

    language: str
    copies: int | None
    own: int | None
    offered: int | None
    reached: int | None


@dataclass(frozen=True, slots=True)
class OfClosure:
    """``within`` counts by minutes who had heard by then; ``half`` and ``most`` are the minutes after which one in
    two and nine in ten had, of all for whom it was, None where so many never did."""

    at: datetime
    copies: int
    reached: int
    confirmed: int
    within: Mapping[int, int]
    half: int | None
    most: int | None
    last: int | None


@dataclass(frozen=True, slots=True)
class Term:
    """``second_homes`` None: so few families that they could be guessed."""

    school: str
    span: Span
    made: date
    kinds: tuple[OfKind, ...]
    ways: Mapping[str, int]
    public: Mapping[str, int]
    to_ring: int
    ended: int
    languages: tuple[OfLanguage, ...]
    second_homes: int | None
    closures: tuple[OfClosure, ...]
    events: tuple[Given, ...]
    complaints: Mapping[Complaint, int]

    @property
    def messages(self) -> int:
        return sum(one.messages for one in self.kinds)

    @property
    def copies(self) -> int:
        return sum(one.copies for one in self.kinds)

    @property
    def reached(self) -> int:
        return sum(one.reached for one in self.kinds)

    @property
    def short(self) -> int:
        """Events of which families heard later than the school means to tell them."""
        return sum(one.enough is False for one in self.events)


def spans(terms: Sequence[SchoolTerm]) -> tuple[Span, ...]:
    """The terms one after the other, both halves of one together; each lasts until the next begins."""
    whole: list[Span] = []
    for term in sorted(terms, key=lambda one: one.from_):
        name = _HALF.sub(r"\1", term.name) or term.name
        if whole and _HALF.match(term.name) and whole[-1].name == name:
            whole[-1] = Span(name, whole[-1].from_, term.until)
        else:
            whole.append(Span(name, term.from_, term.until))
    following = [date.fromordinal(one.from_.toordinal() - 1) for one in whole[1:]]
    ends = [*following, *(one.until for one in whole[-1:])]
    return tuple(Span(one.name, one.from_, max(one.until, end)) for one, end in zip(whole, ends, strict=True))


def summarise(
    school: str,
    span: Span,
    made: date,
    figures: Iterable[Figures],
    events: Iterable[Given],
    complaints: Iterable[str],
    offered_in: Callable[[str], bool],
) -> Term:
    """``figures`` of that time. ``offered_in``: whether the offer to explain is there in that language."""
    told = [one for one in figures if not one.drill and (one.copies or one.public)]
    ways: Counter[str] = Counter()
    public: Counter[str] = Counter()
    states: Counter[DeliveryState] = Counter()
    for one in told:
        public.update(one.public)
        for sort, number in one.copies.items():
            states[sort.state] += number
            if sort.by:
                ways[sort.by] += number
    return Term(
        school=school,
        span=span,
        made=made,
        kinds=tuple(_of_kind(kind, [one for one in told if one.kind is kind]) for kind in Kind),
        ways=dict(ways.most_common()),
        public=dict(public.most_common()),
        to_ring=states[DeliveryState.UNREACHED],
        ended=states[DeliveryState.EXPIRED],
        languages=_languages(told, offered_in),
        second_homes=_second_homes(told),
        closures=tuple(_closure(one) for one in told if one.kind is Kind.EMERGENCY and one.copies),
        events=tuple(one for one in events if one.wide and span.from_ <= one.date <= span.until),
        complaints=_complaints(complaints),
    )


def _of_kind(kind: Kind, told: Sequence[Figures]) -> OfKind:
    states = Counter[DeliveryState]()
    for one in told:
        for sort, number in one.copies.items():
            states[sort.state] += number

    def of(those: frozenset[DeliveryState]) -> int:
        return sum(states[state] for state in those)

    copies = sum(states.values()) - of(STOPPED)
    return OfKind(kind, len(told), copies, of(REACHED), of(UNREACHED), copies - of(REACHED) - of(UNREACHED))


def _second_homes(told: Iterable[Figures]) -> int | None:
    """Not of an emergency, of which every adult has a copy without asking. None where few families have such copies:
    no more than the most that one message had."""
    each = [
        sum(n for sort, n in one.copies.items() if sort.basis is not Basis.MAIN and sort.state not in STOPPED)
        for one in told
        if one.kind is not Kind.EMERGENCY
    ]
    return None if 0 < max(each, default=0) < SMALL else sum(each)


def _complaints(tags: Iterable[str]) -> Mapping[Complaint, int]:
    counted = Counter(Complaint(one) if one in set(Complaint) else Complaint.OTHER for one in tags)
    return {one: counted[one] for one in Complaint if counted[one]}


# Languages


def _languages(told: Sequence[Figures], offered_in: Callable[[str], bool]) -> tuple[OfLanguage, ...]:
    """The most copies first; those of few families together, or without numbers where even together they are few."""
    counted: dict[str, Counter[str]] = {}
    families: Counter[str] = Counter()
    for one in told:
        of_this: Counter[str] = Counter()
        for sort, number in one.copies.items():
            if sort.state in STOPPED:
                continue
            language = base(sort.language or one.language)
            of_this[language] += number
            counted.setdefault(language, Counter()).update(_said(sort, number, language, offered_in))
        families |= of_this  # as many as one message had: how many copies there were says nothing of that
    few = _few(families)
    rows = [_row(language, counted[language]) for language in counted if language not in few]
    rows.sort(key=lambda row: (-(row.copies or 0), row.language))
    if few:
        together = sum((counted[language] for language in few), Counter[str]())
        enough = sum(families[language] for language in few) >= SMALL
        rows.append(_row(OTHERS, together) if enough else OfLanguage(OTHERS, None, None, None, None))
    return tuple(rows)


def _few(families: Counter[str]) -> frozenset[str]:
    """The languages told of together: the small ones, and the next ones until that are enough families.

    What is left out of a whole could be had by taking the rest away from it; so those too few by themselves are
    never shown beside all the others.
    """
    order = sorted(families, key=lambda language: (families[language], language))
    few = [language for language in order if families[language] < SMALL]
    for language in order[len(few) : -1]:
        if not few or sum(families[one] for one in few) >= SMALL:
            break
        few.append(language)
    return frozenset(few)


def _said(sort: CopySort, number: int, language: str, offered_in: Callable[[str], bool]) -> dict[str, int]:
    own = base(sort.written) == language
    offered = (not own or sort.interpreter) and offered_in(language)
    return {
        "copies": number,
        "own": number * own,
        "offered": number * offered,
        "reached": number * (sort.state in REACHED),
    }


def _row(language: str, counted: Counter[str]) -> OfLanguage:
    return OfLanguage(language, counted["copies"], counted["own"], counted["offered"], counted["reached"])


# Closures


def _closure(one: Figures) -> OfClosure:
    copies = sum(number for sort, number in one.copies.items() if sort.state not in STOPPED)

    def after(share: float) -> int | None:
        so_far = 0
        for minutes, number in sorted(one.minutes.items()):
            so_far += number
            if so_far >= share * copies:
                return minutes
        return None

    return OfClosure(
        at=one.received_at,
        copies=copies,
        reached=sum(number for sort, number in one.copies.items() if sort.state in REACHED),
        confirmed=sum(number for sort, number in one.copies.items() if sort.state is DeliveryState.CONFIRMED),
        within={most: sum(n for minutes, n in one.minutes.items() if minutes <= most) for most in WITHIN},
        half=after(0.5),
        most=after(0.9),
        last=max(one.minutes, default=None),
    )
