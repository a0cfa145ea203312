"""`calendar`: a feed becomes a draft of the school's calendar, and a draft becomes the calendar."""

from collections import Counter
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import typer

from notifier import directory
from notifier.acceptance.preview import problem_json
from notifier.calendar import load, read, school_year
from notifier.calendar.yearly import too_few
from notifier.cli import months, opening, output
from notifier.clock import SystemClock
from notifier.config.school_year import terms_toml
from notifier.config.start import sample_events
from notifier.daemon import School
from notifier.model.answer import Exit
from notifier.model.calendar import SchoolCalendar
from notifier.model.message import Kind
from notifier.model.occurrence import Occurrence, OccurrenceState
from notifier.routing.safeguards import named_in

if TYPE_CHECKING:
    from notifier.calendar.importing import Drafted

calendar_app = typer.Typer(help="What is scheduled; terms, days off and events.")

SPAN = timedelta(weeks=4)
_FOR_FAMILIES = frozenset(kind.value for kind in Kind)
SOME = 25
"""Changes shown; the rest are counted."""


def register(app: typer.Typer) -> None:
    app.add_typer(calendar_app, name="calendar")


@calendar_app.callback(invoke_without_command=True)
def calendar(
    context: typer.Context,
    from_: str | None = typer.Option(None, "--from", help="The first day (default: from now on)."),
    until: str | None = typer.Option(None, "--until", help="The last day (default: four weeks from the first)."),
    year: bool = typer.Option(
        False, "--year", help="The school year at a glance, with the days on which something goes."
    ),
    json: bool = typer.Option(False, "--json", help="As JSON."),
) -> None:
    """What is scheduled: waiting messages and newsletters. With a further word: terms, days off and events."""
    if context.invoked_subcommand is None:
        if year:
            _year(_day(from_), json)
        else:
            _scheduled(_day(from_), _day(until), json)


def _year(day: date | None, json: bool) -> None:
    """The school year of ``day``, else this one: what went, and what will go as the calendar stands."""

    async def work() -> Exit:
        async with opening.reading(opening.open_config()) as school:
            zone = school.config.school.timezone
            now = school.clock.now()
            begun = school_year(day or now.astimezone(zone).date())
            first = datetime(begun, 8, 1, tzinfo=zone)
            last = datetime(begun + 1, 7, 31, 23, 59, 59, tzinfo=zone)
            went = await school.store.decisions.between(first, min(now, last), school.config.school.mode)
            ahead = [one for one in await school.rota.ahead(max(now, first), last) if one.kind in _FOR_FAMILIES]
            if json:
                output.as_json([_scheduled_json(one, zone) for one in ahead])
                return Exit.DONE
            if not school.calendar.terms:
                output.stop("No terms are entered yet. Put them into calendar/terms.toml, or import them from a feed.")
            goes: dict[date, set[str]] = {}
            done = [(one.at, one.kind) for one in went if one.state is OccurrenceState.DONE]
            for at, kind in (*done, *((one.at, one.kind) for one in ahead)):
                if kind in _FOR_FAMILIES:
                    goes.setdefault(at.astimezone(zone).date(), set()).add(kind)
            output.say(f"{school.config.school.name}, {begun}-{(begun + 1) % 100:02}", "bold")
            output.say()
            months.show(school.calendar, first.date(), output.console(), last=last.date(), goes=goes)
            output.say()
            counted = Counter(one.kind for one in ahead)
            said = ", ".join(f"{number} × {kind}" for kind, number in sorted(counted.items()))
            output.say(f"Still to come this year: {said or 'nothing'}.")
            shown = max(now, first).astimezone(zone).date()
            output.say(f"When, what and why: notifier calendar --from {shown} --until {last.date()}")
            _advise(school, first.date())
            return Exit.DONE

    output.leave(opening.within(work))


def _scheduled(first: date | None, last: date | None, json: bool) -> None:
    async def work() -> Exit:
        async with opening.reading(opening.open_config()) as school:
            zone = school.config.school.timezone
            now = school.clock.now().astimezone(zone)
            until = last or (first or now.date()) + SPAN
            if until < (first or now.date()):
                output.stop("--until comes before the first day. Put the dates right.")
            begin = max(now, datetime.combine(first, time(0), zone)) if first else now
            ahead = await school.rota.ahead(begin, datetime.combine(until, time(23, 59, 59), zone))
            found = [one for one in ahead if one.kind in _FOR_FAMILIES]
            if json:
                output.as_json([_scheduled_json(one, zone) for one in found])
            elif not found:
                output.say(f"Nothing is scheduled until {until:%A %-d %B %Y}.")
            else:
                output.table("When", "What", "For", "Why then", rows=[_row(one, zone) for one in found])
            if not json:
                _advise(school, begin.date())
            return Exit.DONE

    output.leave(opening.within(work))


def _advise(school: School, day: date) -> None:
    """Of which events the school year of ``day`` has fewer than the policy means it to have (W18, H20)."""
    if not sample_events(school.config.calendar):
        output.problems(too_few(school.calendar, school.config.policy_settings.yearly, day))


def _scheduled_json(one: Occurrence, zone: ZoneInfo) -> dict[str, object]:
    return {
        "at": one.at.astimezone(zone).isoformat(),
        "kind": one.kind,
        "title": one.title,
        "audience": list(one.audience),
        "event_id": one.event_id,
        "newsletter": one.newsletter,
        "reason": one.reason,
        "lead_school_days": one.lead_school_days,
    }


def _row(one: Occurrence, zone: ZoneInfo) -> tuple[str, str, str, str]:
    what = ": ".join(dict.fromkeys(part for part in (one.newsletter, one.title) if part))
    why = one.reason
    if one.lead_school_days is not None:
        days = "1 school day" if one.lead_school_days == 1 else f"{one.lead_school_days} school days"
        if not why.startswith(days):  # "2 school days before it" says it already
            why += f"; {days} before the event"
    return f"{one.at.astimezone(zone):%a %-d %b %Y %H:%M}", what, ", ".join(one.audience), why


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        output.stop(f"“{text}” is not a date. Write it like 2026-09-01.")


@calendar_app.command("import")
def import_(
    file: Path = typer.Argument(..., help="The calendar feed, saved as an .ics file."),
    from_: str | None = typer.Option(None, "--from", help="The first day wanted (default: a school year ago)."),
    until: str | None = typer.Option(None, "--until", help="The last day wanted (default: two school years on)."),
    json: bool = typer.Option(False, "--json", help="As JSON."),
) -> None:
    """Read terms, days off and events from a calendar feed into a draft for you to look at. Nothing changes yet."""
    from notifier.calendar import importing

    first, last = _day(from_), _day(until)

    async def work() -> Exit:
        async with opening.reading(opening.with_folder(opening.open_config())) as school:
            config = school.config
            today = school.clock.now().astimezone(config.school.timezone).date()
            begun = school_year(today)
            years = importing.Years(first or date(begun - 1, 8, 1), last or date(begun + 3, 7, 31))
            if years.last < years.first or years.last - years.first > timedelta(days=10 * 366):
                output.stop("--until comes before --from, or more than ten years after it. Put the dates right.")
            families = directory.preview(directory.read(config.families), school.families.current)
            known = importing.School(
                zone=config.school.timezone,
                nation=config.school.nation,
                classes=sorted({pupil.class_ for pupil in families.pupils.values()} - {""}),
                today=today,
                names_a_child=lambda text: bool(named_in(text, families)),
                made_up=_made_up(config.calendar / "terms.toml", school.calendar),
            )
            try:
                drafted = importing.draft(file, config.calendar, years, known)
            except importing.BadFeed as fault:
                output.stop(str(fault))
            if json:
                output.as_json(_as_json(drafted))
            else:
                _told(drafted, today)
            return Exit.DONE if drafted.good else Exit.ATTENTION

    output.leave(opening.within(work))


def _made_up(file: Path, calendar: SchoolCalendar) -> bool:
    """Whether the terms are still those that `init` computed: nobody has put the school's own in."""
    if not calendar.terms:
        return False
    try:
        return file.read_text(encoding="utf-8") == terms_toml(calendar.terms[0].from_)
    except (OSError, UnicodeDecodeError):
        return False


def _told(drafted: "Drafted", today: date) -> None:
    months.show(drafted.calendar, date(school_year(today), 8, 1), output.console())
    output.say()
    _years(drafted.calendar)
    output.say()
    for line in drafted.changes[:SOME]:
        output.say(line)
    if len(drafted.changes) > SOME:
        output.say(f"And {len(drafted.changes) - SOME} more; they stand in the draft.")
    if not drafted.changes:
        output.say("The feed says nothing new.")
    if drafted.doubts:
        output.say()
        output.say("Please look at this:", "bold yellow")
        for line in drafted.doubts:
            output.say(f"  ! {line}")
    output.problems(drafted.problems)
    output.say()
    added = ", added to the draft that was there (delete that folder to begin anew)" if drafted.added else ""
    output.say(f"This is a draft; the calendar has not changed. It lies in {drafted.folder}{added}.", "bold")
    output.say("Put right what is wrong in its two files. Then: notifier calendar accept")


def _years(calendar: SchoolCalendar) -> None:
    rows = [(year, str(school), str(inset)) for year, school, inset in months.by_year(calendar)]
    output.table("School year", "School days", "INSET days", rows=rows)


@calendar_app.command()
def accept() -> None:
    """Make the draft the school's calendar. The old files are kept."""
    from notifier.calendar import importing

    config = opening.with_folder(opening.open_config())
    now = SystemClock().now().astimezone(config.school.timezone)
    try:
        old, problems = importing.accept(config.calendar, f"{now:%Y-%m-%d}", config.school.nation)
    except importing.BadFeed as fault:
        output.stop(str(fault))
    output.problems(problems)
    _years(load(config.calendar, config.school.nation))
    output.say(f"The draft is the calendar now. The files it replaced lie in {old}.", "bold")
    output.leave(Exit.DONE)


@calendar_app.command("export")
def export_(
    file: Path | None = typer.Argument(None, help="Where to write it (default: outbox/calendar.ics)."),
    json: bool = typer.Option(False, "--json", help="As JSON."),
) -> None:
    """Write terms, days off and events of this school year and later as an .ics file for families."""
    from notifier.calendar.export import Publisher, export

    async def work() -> Exit:
        async with opening.reading(opening.with_folder(opening.open_config())) as school:
            config = school.config
            families = directory.preview(directory.read(config.families), school.families.current)
            found, problems = read(config.calendar, nation=config.school.nation)
            if output.exit_for(problems) is not Exit.DONE:
                output.problems(problems)
                output.stop("Nothing was written: families would see half a calendar. Mend what is named above first.")
            publisher = Publisher(
                school=config.school.name,
                zone=config.school.timezone,
                classes={pupil.class_ for pupil in families.pupils.values()},
                names_a_child=lambda text: bool(named_in(text, families)),
                in_person=school.policy.in_person_only,
            )
            now = school.clock.now()
            first = date(school_year(now.astimezone(config.school.timezone).date()), 8, 1)
            made = export(found, publisher, first, now)
            to = file or config.outbox / "calendar.ics"
            to.parent.mkdir(parents=True, exist_ok=True)
            spare = to.with_name(f".{to.name}.part")
            spare.write_bytes(made.ics)
            spare.replace(to)
            if json:
                output.as_json({"file": str(to), "entries": made.entries, "kept_back": list(made.kept_back)})
                return Exit.DONE
            output.say(f"Wrote {to} with {made.entries} entries. Put it on the website for families.", "bold")
            if made.kept_back:
                output.say(f"Not in it, as they are not for everyone to see: {', '.join(made.kept_back)}.")
            return Exit.DONE

    output.leave(opening.within(work))


def _as_json(drafted: "Drafted") -> dict[str, object]:
    found = drafted.calendar
    return {
        "draft": str(drafted.folder),
        "terms": [
            {"name": term.name, "from": term.from_.isoformat(), "until": term.until.isoformat()} for term in found.terms
        ],
        "inset": [day.isoformat() for day in sorted(found.inset)],
        "closed": [day.isoformat() for day in sorted(found.closed)],
        "events": len(found.events),
        "doubts": drafted.doubts,
        "changes": drafted.changes,
        "problems": [problem_json(problem) for problem in drafted.problems],
    }
