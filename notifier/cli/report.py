"""`report`, `complaint`: what the governors want to know, and what families complained about (W33, W35, W53)."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path

import typer

from channels.base import ChannelError
from notifier.acceptance.noticing.given import Given, given
from notifier.calendar import school_year
from notifier.care import charts
from notifier.care.governors import COMPLAINTS, page
from notifier.care.governors_files import as_html, as_pdf
from notifier.care.term import COMPLAINT, Complaint, Span, Term, spans, summarise
from notifier.cli import opening, output
from notifier.cli.authority import AS, who
from notifier.cli.term_json import as_json, event_json
from notifier.daemon import School
from notifier.model.answer import Exit
from notifier.model.english import counted


def register(app: typer.Typer) -> None:
    app.command()(report)
    app.command()(complaint)


def report(
    notice: bool = typer.Option(False, "--notice", help="Only how much notice families had of each event."),
    term: str = typer.Option("", "--term", help="A term as the calendar names it, such as “Autumn 2026/27”."),
    year: bool = typer.Option(False, "--year", help="The whole school year."),
    from_: str | None = typer.Option(None, "--from", help="From this day on, in place of a term."),
    until: str | None = typer.Option(None, "--until", help="Up to this day, that day included."),
    html: Path | None = typer.Option(None, "--html", help="Where to write the page (default: in outbox/)."),
    pdf: Path | None = typer.Option(None, "--pdf", help="Where to write the PDF (default: in outbox/)."),
    svg: Path | None = typer.Option(None, "--svg", help="With --notice, where to write the chart."),
    json: bool = typer.Option(False, "--json", help="As JSON; files only where they are named."),
) -> None:
    """The report to the governors for a term: reach, languages, closures, notice of events. It names nobody."""
    first, last = _day(from_), _day(until)

    async def work() -> Exit:
        async with opening.reading(opening.open_config()) as school:
            today = school.clock.now().astimezone(school.config.school.timezone).date()
            span = _span(school, today, term, year, first, last)
            if notice:
                since = first or date(school_year(today), 8, 1)
                _notice(school, await given(school.store, school.world(), since, school.clock.now()), svg, json=json)
                return Exit.DONE
            made = await of_term(school, span)
            if json:
                output.as_json(as_json(made, school.config.school.timezone))
            files = _files(school, made, html, pdf, json=json)
            if not json:
                _say(made, files)
            return Exit.DONE

    output.leave(opening.within(work))


async def of_term(school: School, span: Span) -> Term:
    """What the database can tell of that time, also of what is no longer kept."""
    zone, now = school.config.school.timezone, school.clock.now()
    begin = datetime.combine(span.from_, time(), zone)
    end = datetime.combine(span.until + timedelta(days=1), time(), zone)
    figures = await school.store.told.figures(begin, end, school.config.school.mode)
    events = await given(school.store, school.world(), span.from_, now)
    lines = await school.store.read_audit(begin)
    complaints = [one.about.split()[0] for one in lines if one.what == COMPLAINT and one.at < end]
    made = now.astimezone(zone).date()
    return summarise(school.config.school.name, span, made, figures, events, complaints, school.renderer.offers_in)


def _span(school: School, today: date, name: str, year: bool, first: date | None, last: date | None) -> Span:
    """The term that runs or ran last, unless somebody says which, or says days."""
    if first or last:
        begin, end = first or date(school_year(today), 8, 1), last or today
        if end < begin:
            output.stop(f"{end} is before {begin}. Turn --from and --until round.")
        return Span(f"{begin:%-d %B %Y} to {end:%-d %B %Y}", begin, end)
    if year:
        begun = school_year(today)
        return Span(f"the school year {begun}/{(begun + 1) % 100:02}", date(begun, 8, 1), date(begun + 1, 7, 31))
    known = spans(school.calendar.terms)
    if name:
        found = [one for one in known if one.name.casefold().startswith(name.casefold())]
        if len(found) != 1:
            names = ", ".join(f"“{one.name}”" for one in found or known) or "none is in calendar/terms.toml"
            output.stop(f"“{name}” is {'more than one term' if found else 'no term'}. There are: {names}.")
        return found[0]
    begun_terms = [one for one in known if one.from_ <= today]
    if not begun_terms:
        output.stop("No term has begun yet. Say which days: --from 2026-09-01 --until 2026-12-31")
    return begun_terms[-1]


def _files(school: School, made: Term, html: Path | None, pdf: Path | None, *, json: bool) -> list[Path]:
    shown = page(made, lambda name: called(school, name), school.config.school.timezone)
    outbox, stem = school.config.outbox, f"governors-{made.span.from_}"
    if not json:
        html, pdf = html or outbox / f"{stem}.html", pdf or outbox / f"{stem}.pdf"
    written = []
    if html is not None:
        written.append(_write(html, as_html(shown).encode(), "--html"))
    if pdf is not None:
        try:
            written.append(_write(pdf, as_pdf(shown), "--pdf"))
        except ChannelError as fault:
            output.stop(f"{fault.reason} The page in HTML can be printed from a browser.", Exit.FAULT)
    return written


def called(school: School, channel: str) -> str:
    """A way of reaching families in words."""
    facts = school.policy.channels.get(channel)
    return "Call from the school" if facts is not None and facts.by_person else channel.capitalize()


def _say(made: Term, files: list[Path]) -> None:
    output.say(f"{made.school}, {made.span.name}", "bold")
    messages, copies = counted(made.messages, "message"), counted(made.copies, "copy", "copies")
    output.say(f"  {messages}, {copies} for families, {made.reached:,} of them reached.")
    output.say(f"  {counted(len(made.events), 'event')}; {made.short} with less notice than the school means to give.")
    for file in files:
        output.say(f"Written: {file}")
    output.say("It names no child and no adult.")


def _notice(school: School, found: list[Given], svg: Path | None, *, json: bool) -> None:
    file = svg or (None if json else school.config.outbox / "notice.svg")
    if file is not None and found:
        _write(file, charts.notice(found).encode(), "--svg")
    local: Callable[[datetime], datetime] = lambda at: at.astimezone(school.config.school.timezone)  # noqa: E731
    if json:
        output.as_json([event_json(one, school.config.school.timezone) for one in found])
    elif not found:
        output.say("Families were told of no event yet.")
    else:
        rows = [
            (
                one.title,
                f"{one.date:%a %-d %b %Y}",
                f"{local(one.first_copy):%a %-d %b %Y %H:%M}" if one.first_copy else "not yet",
                "" if one.school_days is None else str(one.school_days),
                str(one.wanted or ""),
            )
            for one in found
        ]
        output.table("Event", "Day", "First copy", "School days", "Meant", rows=rows)
        short = sum(one.enough is False for one in found)
        output.say(
            f"{counted(len(found), 'event')}; {short} with less notice than the school means to give. Chart: {file}"
        )


def _write(file: Path, content: bytes, option: str) -> Path:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        spare = file.with_name(f".{file.name}.part")
        spare.write_bytes(content)
        spare.replace(file)
    except OSError as fault:
        output.stop(f"{file} cannot be written: {fault.strerror or fault}. Name another place with {option}.")
    return file


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        output.stop(f"“{text}” is not a date. Write it like 2026-09-01.")


def complaint(
    about: str = typer.Argument(..., help=f"One of: {', '.join(Complaint)}."),
    message: str = typer.Option("", "--message", help="The message it was about, if it was about one."),
    as_: str = AS,
) -> None:
    """Write down that a family complained about messages, for the governors' report. Not who, and not their words."""

    async def work() -> Exit:
        if about not in set(Complaint):
            said = "\n".join(f"  {one.value}: {COMPLAINTS[one]}" for one in Complaint)
            output.stop(f"“{about}” is no sort of complaint. There are:\n{said}")
        async with opening.school() as school:
            by = who(school.config, as_, False, asks_pin=False)
            stored = await school.store.find(message) if message else None
            if message and stored is None:
                output.stop(f"There is no message “{message}”. See: notifier status")
            told = f"{about} {stored.id}" if stored is not None else about
            await school.store.audit(COMPLAINT, by.name, told, school.clock.now())
            output.say(f"Written down for the governors: {COMPLAINTS[Complaint(about)]}.")
            return Exit.DONE

    output.leave(opening.within(work))
