"""`report`: what the governors want to know (W35, W53)."""

from datetime import date, datetime
from pathlib import Path

import typer

from notifier.acceptance.noticing.given import Given, given
from notifier.calendar import school_year
from notifier.cli import opening, output
from notifier.cli.notice_chart import chart
from notifier.daemon import School
from notifier.model.answer import Exit


def register(app: typer.Typer) -> None:
    app.command()(report)


def report(
    notice: bool = typer.Option(False, "--notice", help="How much notice families had of each event."),
    from_: str | None = typer.Option(None, "--from", help="Events from this day on (default: of this school year)."),
    svg: Path | None = typer.Option(None, "--svg", help="Where to write the chart (default: outbox/notice.svg)."),
    json: bool = typer.Option(False, "--json", help="As JSON; a chart only where --svg names a file."),
) -> None:
    """What the governors want to know. With --notice: how long before each event families heard of it."""
    if not notice:
        output.stop("Say which report: notifier report --notice")
    first = _day(from_)

    async def work() -> Exit:
        async with opening.reading(opening.open_config()) as school:
            now = school.clock.now()
            today = now.astimezone(school.config.school.timezone).date()
            found = await given(school.store, school.world(), first or date(school_year(today), 8, 1), now)
            file = svg or (None if json else school.config.outbox / "notice.svg")
            if file is not None and found:
                _write(file, chart(found))
            if json:
                output.as_json([_as_json(one, school) for one in found])
            elif not found:
                output.say("Families were told of no event yet.")
            else:
                output.table(
                    "Event", "Day", "First copy", "School days", "Meant", rows=[_row(one, school) for one in found]
                )
                short = sum(one.enough is False for one in found)
                output.say(
                    f"{len(found)} events; {short} with less notice than the school means to give. Chart: {file}"
                )
            return Exit.DONE

    output.leave(opening.within(work))


def _write(file: Path, picture: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        spare = file.with_name(f".{file.name}.part")
        spare.write_text(picture, encoding="utf-8")
        spare.replace(file)
    except OSError as fault:
        output.stop(f"The chart cannot be written to {file}: {fault.strerror or fault}. Name another place with --svg.")


def _local(moment: datetime, school: School) -> datetime:
    return moment.astimezone(school.config.school.timezone)


def _row(one: Given, school: School) -> tuple[str, ...]:
    first = f"{_local(one.first_copy, school):%a %-d %b %Y %H:%M}" if one.first_copy else "not yet"
    days = "" if one.school_days is None else str(one.school_days)
    return (one.title, f"{one.date:%a %-d %b %Y}", first, days, str(one.wanted or ""))


def _as_json(one: Given, school: School) -> dict[str, object]:
    return {
        "event_id": one.event_id,
        "title": one.title,
        "date": one.date.isoformat(),
        "category": one.category,
        "first_copy": _local(one.first_copy, school).isoformat() if one.first_copy else None,
        "school_days": one.school_days,
        "wanted": one.wanted,
        "enough": one.enough,
    }


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        output.stop(f"“{text}” is not a date. Write it like 2026-09-01.")
