"""`audit`: who did what, for governors to read. It names staff and messages, and no family."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import typer

from notifier.cli import desk, opening, output
from notifier.cli.authority import AS, PIN_STDIN, who
from notifier.daemon import School
from notifier.model.answer import Exit
from notifier.model.staff import Role
from notifier.queue import AuditLine, AuditState

SHOWN = timedelta(days=92)
"""A term, where nobody says since when."""
SEAL = 16
"""Letters of the last mark that a person writes down: too many to be met by chance."""


def register(app: typer.Typer) -> None:
    app.command()(audit)


def audit(
    since: str = typer.Option("", help="From this day on, as 2026-09-01. Without it, the last three months."),
    seal: str = typer.Option("", help="A seal noted earlier: is everything up to it as it was?"),
    people: bool = typer.Option(False, "--people", help="Also which pupils and adults it was about, by id."),
    as_: str = AS,
    pin_stdin: bool = PIN_STDIN,
    json: bool = typer.Option(False, "--json", help="As JSON."),
) -> None:
    """Who sent in, approved, stopped, closed and changed what. It names no family."""
    day = _day(since)

    async def work() -> Exit:
        async with opening.school() as school:
            if people and who(school.config, as_, pin_stdin).role is Role.TEACHER:
                output.stop("Which families it was about is for the head, the deputy or the office.")
            zone = school.config.school.timezone
            begin = datetime.combine(day, time(), zone) if day else school.clock.now() - SHOWN
            lines = await school.store.read_audit(begin)
            state = await school.store.check_audit(_mark(seal))
            if json:
                output.as_json(_json(lines, state, seal, people))
            else:
                _show(school, lines, state, people)
                _vouch(state, seal)
            return Exit.DONE if state.whole and (state.noted or not seal) else Exit.ATTENTION

    output.leave(opening.within(work))


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        output.stop(f"“{written}” is not a day. Write it as 2026-09-01.")


def _mark(seal: str) -> str:
    plain = "".join(seal.split()).replace("-", "").lower()
    if seal and len(plain) < SEAL:
        output.stop(f"A seal has {SEAL} letters and figures, as the last line of this command shows it.")
    return plain


def written(mark: str) -> str:
    """As a person copies it: four groups of four."""
    return "-".join(mark[at : at + 4] for at in range(0, SEAL, 4))


def _show(school: School, lines: Sequence[AuditLine], state: AuditState, people: bool) -> None:
    names = {one.id: f"{one.name} ({one.id})" for one in school.config.staff}
    zone = school.config.school.timezone
    if not lines:
        output.say("Nothing was recorded in this time.")
    else:
        rows = [
            [f"{one.at.astimezone(zone):%d/%m/%Y %H:%M}", names.get(one.by, one.by), one.what, one.about, one.policy]
            + ([" ".join(one.whom)] if people else [])
            for one in lines
        ]
        output.table("When", "Who", "What", "About", "Policy", *(["People"] if people else []), rows=rows)
        output.say()
        counted = Counter(one.what for one in lines)
        output.say("In all: " + ", ".join(f"{number} {what}" for what, number in counted.most_common()) + ".")
        output.say(f"The policy in force now is {school.policy.mark}: notifier policy explain")
    if state.gone:
        output.say(f"{state.gone} older lines were let go after their time.")


def _vouch(state: AuditState, seal: str) -> None:
    if not state.whole:
        output.problems(desk.audit_problems(state))
        return
    if seal and state.noted:
        output.say("That seal is in the record: everything up to it is as it was then.", "bold green")
    elif seal:
        output.say(
            "That seal is not in the record. Look at how it was noted; if it was copied right, the record is not the "
            "one from which it was taken.",
            "bold red",
        )
    output.say(f"All {state.written:,} lines are as they were written.", "bold green")
    if state.mark:
        output.say(
            f"Seal: {written(state.mark)}. Note it in the governors' minutes; next time, notifier audit --seal "
            f"{written(state.mark)} shows whether anything from before was changed."
        )


def _json(lines: Sequence[AuditLine], state: AuditState, seal: str, people: bool) -> dict[str, object]:
    return {
        "lines": [
            {
                "at": one.at.isoformat(),
                "by": one.by,
                "what": one.what,
                "about": one.about,
                "policy": one.policy,
                **({"people": [*one.whom]} if people else {}),
            }
            for one in lines
        ],
        "written": state.written,
        "let_go": state.gone,
        "whole": state.whole,
        "broken_at": state.broken_at.isoformat() if state.broken_at else None,
        "seal": written(state.mark) if state.mark else "",
        "seal_found": state.noted if seal else None,
    }
