"""The governors' report as something to read: sections of sentences, a chart and a table, in plain words (W33)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from notifier.care import charts
from notifier.care.charts import Bar
from notifier.care.term import OTHERS, SMALL, WITHIN, Complaint, OfClosure, OfLanguage, Term
from notifier.model.english import counted
from notifier.model.language import base
from notifier.model.message import Kind
from notifier.rendering.catalogues import locale_of

KINDS: Mapping[Kind, str] = {
    Kind.NEWSLETTER: "Newsletters",
    Kind.LETTER: "Letters",
    Kind.REPORT: "Reports about one child",
    Kind.NOTICE: "Notices of events",
    Kind.EMERGENCY: "Emergencies and closures",
}
COMPLAINTS: Mapping[Complaint, str] = {
    Complaint.LATE: "It came too late",
    Complaint.WRONG: "Something in it was wrong",
    Complaint.MISSING: "It did not come",
    Complaint.NOT_FOR_THEM: "It went to somebody it was not for",
    Complaint.LANGUAGE: "It was not in a language they read, or hard to read",
    Complaint.TOO_MANY: "There are too many messages",
    Complaint.OTHER: "Something else",
}
FEW = f"fewer than {SMALL}"


@dataclass(frozen=True, slots=True)
class Table:
    """The first column is words, the others are numbers, to the right."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """``alt`` says the same in words to who cannot see it."""

    name: str
    svg: str
    alt: str


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    sentences: tuple[str, ...]
    chart: Chart | None = None
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Page:
    title: str
    school: str
    under: str
    sections: tuple[Section, ...]
    foot: str


def page(term: Term, called: Callable[[str], str], zone: ZoneInfo) -> Page:
    """``called``: a channel's name in words."""
    days = f"{_day(term.span.from_)} to {_day(term.span.until)}"
    return Page(
        title=f"How families heard from us: {term.span.name}",
        school=term.school,
        under=f"A report to the governors. {days}, as it stood on {_day(term.made)}.",
        sections=tuple(_sections(term, called, zone)),
        foot="No child and no adult is named here. Languages and second homes are shown by themselves only where at "
        f"least {SMALL} families stand behind a number.",
    )


def _sections(term: Term, called: Callable[[str], str], zone: ZoneInfo) -> Iterator[Section]:
    yield _whole(term)
    yield _by_way(term, called)
    yield _by_language(term)
    yield _second_homes(term)
    yield _closures(term, zone)
    yield _events(term, zone)
    yield _complaints(term)


def _whole(term: Term) -> Section:
    rows = tuple(
        (KINDS[one.kind], *(f"{number:,}" for number in (one.messages, one.copies, one.reached, one.unreached)))
        for one in term.kinds
        if one.messages
    )
    said = [
        f"We sent {counted(term.messages, 'message')}, which made "
        f"{counted(term.copies, 'copy', 'copies')} for families."
    ]
    if term.copies:
        said.append(f"{term.reached:,} of them arrived or were handed over ({_share(term.reached, term.copies)}).")
    waits = sum(one.on_the_way for one in term.kinds)
    if waits:
        said.append(f"{counted(waits, 'copy', 'copies')} {'is' if waits == 1 else 'are'} still on the way.")
    return Section(
        "Messages",
        tuple(said),
        table=Table(("", "Messages", "Copies", "Reached", "Not reached"), rows) if rows else None,
    )


def _by_way(term: Term, called: Callable[[str], str]) -> Section:
    rows = [
        Bar(called(name), number, said=f"{number:,} ({_share(number, term.reached)})")
        for name, number in term.ways.items()
    ]
    said = ["By which way families were reached. Each copy is counted once, by the way that brought it."]
    if term.public:
        shown = " and ".join(f"{number:,} on the {name}" for name, number in term.public.items())
        said.append(f"For everybody to read there were also {shown}.")
    if term.to_ring:
        said.append(
            f"{counted(term.to_ring, 'copy', 'copies')} reached nobody yet: these families are still to be rung."
        )
    if term.ended:
        said.append(f"{counted(term.ended, 'copy', 'copies')} did not get through before the time was over.")
    if not (term.to_ring or term.ended):
        said.append("There was nobody whom nothing reached.")
    chart = _chart("ways", "Copies by the way that brought them", rows)
    return Section("How families were reached", tuple(said), chart)


def _by_language(term: Term) -> Section:
    rows = tuple(
        (_language(one), *(FEW if number is None else f"{number:,}" for number in (one.copies, one.own, one.offered)),
         _reached(one))
        for one in term.languages
    )  # fmt: skip
    own, offered = (
        sum(getattr(one, name) or 0 for one in term.languages if one.language != "en") for name in ("own", "offered")
    )
    said = (
        f"{counted(own, 'copy', 'copies')} went in a language other than English. {counted(offered, 'copy', 'copies')} "
        "offered, in the family's own language, to have it explained by word of mouth.",
    )
    columns = ("Language at home", "Copies", "In that language", "Offered to explain", "Reached")
    return Section("Languages and translations", said, table=Table(columns, rows) if rows else None)


def _language(one: OfLanguage) -> str:
    if one.language == OTHERS:
        return "Other languages, together"
    return str(locale_of("en").languages.get(base(one.language), one.language))


def _reached(one: OfLanguage) -> str:
    return FEW if one.reached is None or one.copies is None else _share(one.reached, one.copies)


def _second_homes(term: Term) -> Section:
    number = FEW if term.second_homes is None else f"{term.second_homes:,}"
    said = f"Copies sent to a parent who lives apart from the child, beside those to the child's home: {number}."
    return Section("Second homes", (said, "Each home's copy says nothing of the other."))


def _closures(term: Term, zone: ZoneInfo) -> Section:
    if not term.closures:
        return Section("Closures and emergencies", ("There was none in this time.",))
    rows = tuple(
        (
            _moment(one.at, zone),
            f"{one.copies:,}",
            _share(one.reached, one.copies),
            _share(one.confirmed, one.copies),
            *(_minutes(one, minutes) for minutes in (one.half, one.most)),
        )
        for one in term.closures
    )
    first = max(term.closures, key=lambda one: one.copies)
    bars = [
        Bar(f"within {counted(minutes, 'minute')}", number, said=f"{number:,} ({_share(number, first.copies)})")
        for minutes, number in first.within.items()
    ]
    later = first.reached - first.within[WITHIN[-1]]
    bars += [Bar("later", later)] if later > 0 else []
    bars += [Bar("not reached", first.copies - first.reached, short=True)] if first.copies > first.reached else []
    chart = _chart("closures", f"The largest, {_moment(first.at, zone)}: who had heard of it when", bars)
    said = (
        "How long it took until families had heard of it. Reached is a message that arrived or was handed over to the "
        "provider; confirmed is one of which we know that it arrived, or a call that was ticked off.",
    )
    columns = ("When", "For", "Reached", "Confirmed", "Half of them", "Nine in ten")
    return Section("Closures and emergencies", said, chart, Table(columns, rows))


def _events(term: Term, zone: ZoneInfo) -> Section:
    if not term.events:
        return Section("Notice of events", ("Families were told of no event in this time.",))
    known = [one for one in term.events if one.school_days is not None]
    said = [
        f"How many school days before each of {counted(len(term.events), 'event')} the first copy left. "
        + ("None came later than we mean to tell families." if not term.short else
           f"Of {counted(term.short, 'event')} families heard later than we mean to tell them.")
    ]  # fmt: skip
    if len(known) < len(term.events):
        said.append(f"For {len(term.events) - len(known)} it cannot be counted: nothing has gone yet.")
    alt = "; ".join(f"{one.title}: {one.school_days} of {one.wanted}" for one in known)
    chart = Chart("notice", charts.notice(known), f"School days of notice. {alt}.") if known else None
    return Section("Notice of events", tuple(said), chart)


def _complaints(term: Term) -> Section:
    total = sum(term.complaints.values())
    rows = tuple((COMPLAINTS[one], f"{number:,}") for one, number in term.complaints.items())
    said = f"{counted(total, 'complaint')} about messages {'was' if total == 1 else 'were'} written down in this time."
    return Section("Complaints", (said,), table=Table(("About", "Complaints"), rows) if rows else None)


def _chart(name: str, title: str, rows: Sequence[Bar]) -> Chart | None:
    if not rows:
        return None
    alt = "; ".join(f"{one.label}: {one.said or one.value}" for one in rows)
    return Chart(name, charts.bars(title, rows), f"{title}. {alt}.")


def _minutes(one: OfClosure, minutes: int | None) -> str:
    if minutes is None:
        return "never"
    return "under 1 minute" if minutes < 1 else counted(minutes, "minute")


def _share(part: int, whole: int) -> str:
    """Never rounded up to all, or down to none, where it is not."""
    if not whole:
        return "0 %"
    percent = 100 * part / whole
    if part < whole and percent > 99.9:
        return "over 99.9 %"
    if part and percent < 0.1:
        return "under 0.1 %"
    return f"{percent:.0f} %" if part in (0, whole) else f"{percent:.1f} %"


def _day(day: date) -> str:
    return f"{day:%-d %B %Y}"


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%-d %b %Y, %H:%M}"
