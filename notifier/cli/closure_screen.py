"""What the head sees before saying yes, and how far it has come. Words carry everything; colour only underlines it."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from notifier.closure.drafting import Draft
from notifier.closure.progress import Progress
from notifier.model.closure import Announcement, ClosureState, Opening, What
from notifier.model.english import counted
from notifier.model.message import Mode
from notifier.model.payload import CallPayload
from notifier.model.policy import Policy
from notifier.routing.audience import spoken

SAYS = {
    Opening.CLOSED: "SCHOOL CLOSED",
    Opening.LATE: "SCHOOL STARTS LATE",
    Opening.EARLY: "SCHOOL FINISHES EARLY",
    Opening.REOPENED: "SCHOOL OPEN AGAIN",
}
WHY = {
    What.START: "",
    What.UPDATE: "UPDATE: ",
    What.CLEAR: "ALL-CLEAR AFTER: ",
    What.MISTAKE: "TAKING BACK: ",
}
SCHOOL_HOURS = (time(9), time(15, 30))
"""A guess, for a reminder on the screen alone: nothing that goes out depends on it."""
LIVE_WORD, DRILL_WORD, TRIAL_WORD = "SEND", "DRILL", "TRIAL"
SHORT_HEADLINE = {
    LIVE_WORD: "LIVE: families",
    DRILL_WORD: "DRILL: staff alone, no family",
    TRIAL_WORD: "TRIAL: nothing leaves the school",
}
STATES = {
    ClosureState.DRAFT: "waits for a second person",
    ClosureState.CONFIRMED: "confirmed",
    ClosureState.SENDING: "being sent",
    ClosureState.ACTIVE: "handed over; waiting for answers",
    ClosureState.ENDED: "ended",
}


def word(draft: Draft) -> str:
    """What has to be typed; different for each, so that nobody sends one for the other out of habit."""
    return word_for(drill=draft.closure.drill, mode=draft.closure.mode)


def word_for(*, drill: bool, mode: Mode) -> str:
    if drill:
        return DRILL_WORD
    return TRIAL_WORD if mode is Mode.TRIAL else LIVE_WORD


def headline(*, drill: bool, mode: Mode) -> tuple[str, str]:
    """Words and colour."""
    if drill:
        return "*** DRILL *** Only staff get this. No family hears of it. *** DRILL ***", "black on cyan"
    if mode is Mode.TRIAL:
        return "TRIAL MODE: nothing leaves the school. It is written to outbox/.", "black on yellow"
    return "!!! LIVE !!! This goes to FAMILIES, now. It cannot be called back. !!! LIVE !!!", "bold white on red"


def confirm_screen(draft: Draft, names: Sequence[str], policy: Policy, zone: ZoneInfo) -> RenderableType:
    """``names`` of those whom only a person can reach."""
    closure, said = draft.closure, draft.closure.latest
    words, style = headline(drill=closure.drill, mode=closure.mode)
    plain_style = style.split(" on ")[-1]
    parts: list[RenderableType] = [Text(f" {words} ", style=style), Text("")]
    parts.append(Text(f"{WHY[said.what]}{SAYS[said.opening]}, for {_for(draft)}", style="bold"))
    until = said.expires_at.astimezone(zone)
    parts.append(Text(f"Nothing of it goes out after {until:%A} {until.day} {until:%B}, {until:%H:%M}."))
    for one in draft.words:
        size = "1 text" if one.segments == 1 else f"{one.segments} texts joined"
        title = f"{language_name(one.language)}: {one.adults} {_people(draft, one.adults)}, {size} each"
        parts.append(Panel(Text(one.text), title=title, title_align="left", border_style=plain_style))
    parts.append(_ways(draft))
    if draft.cost is not None:
        segments = sum(one.segments * one.adults for one in draft.words)
        parts.append(Text(f"Cost: about £{draft.cost:.2f} ({segments} parts of texts)."))
    public = ", ".join(item.channel for item in draft.plan.public)
    parts.append(Text(f"Also: {public}." if public else "Nothing goes on the website or the noticeboard."))
    if after := policy.kinds[draft.message.kind].escalate_after:
        minutes = int(after.total_seconds() // 60)
        parts.append(Text(f"Who has not confirmed after {minutes} minutes is reached the next way, last by a call."))
    if names:
        parts.append(Text(f"No text and no email can reach {len(names)}. RING THEM:", style="bold"))
        parts += [Text(f"  {name}") for name in names[:12]]
        if len(names) > 12:
            parts.append(Text(f"  and {len(names) - 12} more: they stand on the call sheet."))
    elif not closure.drill:
        parts.append(Text("Everybody has a number or an email address."))
    if withheld := len({one.contact_id for one in draft.plan.withheld}):
        parts.append(Text(f"{counted(withheld, 'adult')} left out: the files do not let them have it."))
    if (at := _at_school(said, zone)) is not None:
        parts.append(
            Text(
                f"It is {at:%H:%M}, and this says “keep your child at home”. If children are at school and must be "
                f"fetched, stop here and take: --state early --from {at + timedelta(minutes=30):%H:%M}",
                style="bold",
            )
        )
    if said.opening is Opening.EARLY and said.what in (What.START, What.UPDATE) and not closure.drill:
        parts.append(Text(f"Somebody has to answer for each of {draft.children} children; the rest are rung."))
    parts += [Text(""), Text(f" {words} ", style=style)]
    return Group(*parts)


def _at_school(said: Announcement, zone: ZoneInfo) -> datetime | None:
    """The local time, where a school is closed at an hour at which its children are most likely there."""
    at = said.made_at.astimezone(zone)
    there = at.weekday() < 5 and SCHOOL_HOURS[0] <= at.time() < SCHOOL_HOURS[1]
    new = said.opening is Opening.CLOSED and said.what in (What.START, What.UPDATE) and said.from_.date() <= at.date()
    return at if new and there else None


def _for(draft: Draft) -> str:
    if draft.closure.drill:
        return f"a drill among {draft.recipients} members of staff"
    return f"{', '.join(spoken(term) for term in draft.closure.latest.audience)} ({draft.children} children)"


def _people(draft: Draft, count: int) -> str:
    if draft.closure.drill:
        return "of the staff"
    return "adult" if count == 1 else "adults"


def _ways(draft: Draft) -> RenderableType:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("Way", "Staff" if draft.closure.drill else "Adults", "Takes about"):
        table.add_column(column)
    for channel, count in draft.ways.items():
        table.add_row(channel, str(count), spoken_span(draft.lasts.get(channel, timedelta())))
    table.add_row("in all", str(draft.recipients), "")
    return table


def spoken_span(span: timedelta) -> str:
    seconds = span.total_seconds()
    if seconds < 10:
        return "a few seconds"
    return f"{round(seconds)} seconds" if seconds < 120 else f"{round(seconds / 60)} minutes"


def language_name(language: str) -> str:
    """English words for a language, such as ``Polish``."""
    try:
        name = Locale.parse(language, sep="-").get_display_name("en") or language
    except (UnknownLocaleError, ValueError):
        return language
    return name if language.startswith("en") else f"English and {name}"


def progress_screen(found: Progress, eta: str, zone: ZoneInfo, now: datetime) -> RenderableType:
    closure, said = found.closure, found.closure.latest
    _, style = headline(drill=closure.drill, mode=closure.mode)
    at = said.made_at.astimezone(zone)
    mark = "DRILL " if closure.drill else ""
    parts: list[RenderableType] = [
        Text(f" {SHORT_HEADLINE[word_for(drill=closure.drill, mode=closure.mode)]} ", style=style),
        Text(f"{mark}{closure.id}: {WHY[said.what]}{SAYS[said.opening]}, {STATES[closure.state]}", style="bold"),
        Text(f"Confirmed {at:%H:%M:%S} by {', '.join(closure.confirmed_by) or said.author}; now {now:%H:%M:%S}"),
        Text(""),
    ]
    table = Table(box=None, pad_edge=False, show_header=False)
    people = "staff" if closure.drill else "adults"
    rows = [
        (f"{people} in all", found.adults, ""),
        ("handed over", found.handed_over, "green"),
        ("confirmed", found.confirmed, "green"),
        ("on their way", found.waiting, ""),
        ("not known yet", found.in_doubt, "yellow"),
        ("failed", found.failed, "red"),
        ("on the call sheet", found.to_ring, "yellow"),
    ]
    for name, count, colour in rows:
        table.add_row(name, f"{count}", _bar(count, found.adults), style=colour if count else "dim")
    parts.append(table)
    if found.asks_answers:
        parts.append(Text(f"Answered for {found.answered} of {found.children} children.", style="bold"))
    if eta:
        parts.append(Text(f"All handed over: {eta}"))
    if found.classes:
        parts += [Text(""), _by_class(found)]
    return Group(*parts)


def _bar(count: int, whole: int) -> str:
    return "█" * round(30 * count / whole) if whole else ""


def _by_class(found: Progress) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("Class", "Children", "Handed over", "Confirmed", "To ring"):
        table.add_column(column, justify="left" if column == "Class" else "right")
    for row in found.classes:
        numbers = (row.children, row.handed_over, row.confirmed, row.to_ring)
        table.add_row(row.name, *map(str, numbers), style="yellow" if row.handed_over < row.children else "")
    return table


def sheet_screen(payloads: Sequence[CallPayload], *, drill: bool) -> RenderableType:
    """A call sheet for the terminal, the youngest children first: for when nothing else can be had."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("Class", "Children", "Ring"):
        table.add_column(column, overflow="fold")
    ordered = sorted(payloads, key=lambda one: (one.youngest, one.pupils[:1]))
    for one in ordered:
        children = ", ".join(name for name, _ in one.pupils)
        classes = ", ".join(dict.fromkeys(room for _, room in one.pupils))
        rings = "\n".join(
            f"{ring.name} {ring.number or 'NO NUMBER'}{' (check before ringing)' if ring.check_first else ''}"
            for ring in one.rings
        )
        table.add_row(classes, children, rings or "NOBODY KNOWN: look in the paper file")
    title = "CALL SHEET (DRILL)" if drill else "CALL SHEET"
    said = ordered[0].words if ordered else ""
    return Group(Text(title, style="bold"), Text(f"Say: {said}"), Text(""), table)
