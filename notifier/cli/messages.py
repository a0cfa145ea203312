"""`submit`, `preview`, `explain`: what goes in, what would become of it, and why it did."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import typer

from channels.base import ChannelError
from notifier.acceptance import answers
from notifier.acceptance.explaining import Account, explained
from notifier.acceptance.moments import at_nine
from notifier.acceptance.outward import Sentences, UnsafeSentences, outward, sentences
from notifier.acceptance.preview import delivery_json, message_json, preview_json, withheld_json
from notifier.acceptance.understanding import Considered
from notifier.cli import desk, opening, output, showing
from notifier.cli.authority import AS, PIN_STDIN, who
from notifier.cli.people import Names
from notifier.intake import NotSubmitted
from notifier.model.answer import Answer, Exit, Outcome
from notifier.model.directory import Directory
from notifier.model.message import Submission
from notifier.presence import anybody_at_work
from notifier.queue import Store, StoredLeg, StoredMessage


def register(app: typer.Typer) -> None:
    app.command()(submit)
    app.command()(preview)
    app.command()(explain)


INTAKE = typer.Option("", "--intake", help="The drop folder to use, as in config.toml (default: the first).")


def submit(
    files: list[Path] = typer.Argument(..., help="The message, with its translations and attachments."),
    intake: str = INTAKE,
    as_: str = AS,
    pin_stdin: bool = PIN_STDIN,
    json: bool = typer.Option(False, "--json", help="As JSON."),
) -> None:
    """Hand in a message as if it had been dropped, and print the answer."""

    async def work() -> tuple[list[Answer], bool | None]:
        async with opening.school(create=opening.fresh(), folder=True) as school:
            person = who(school.config, as_, pin_stdin) if as_ else None
            try:
                given = await school.submit(files, _folder_named(school.intake_names, intake), person)
                return given, anybody_at_work(school.config, school.store)
            except NotSubmitted as problem:
                output.stop(problem.sentence)

    for file in files:
        if not file.exists():
            output.stop(f"There is no file {file}. Check the name.")
    given, at_work = opening.within(work)
    if json:
        output.as_json([{"outcome": one.outcome.value, "message": one.message_id, "text": one.text} for one in given])
    else:
        for one in given:
            output.say(one.text)
        if any(one.outcome in (Outcome.ACCEPTED, Outcome.HELD) for one in given):
            output.idle(at_work)
    output.leave(max((one.exit for one in given), default=Exit.FAULT))


def preview(
    file: Path = typer.Argument(..., help="The message's file."),
    on: str = typer.Option(
        "", "--on", help="Plan for this day (09:00) or moment, such as 2026-12-01 or 2026-12-01T15:15."
    ),
    intake: str = INTAKE,
    open_: bool = typer.Option(False, "--open", help="Also show it in the browser, in every channel and language."),
    json: bool = typer.Option(False, "--json", help="As JSON."),
) -> None:
    """Who would get it, by which way, who would not and why. Nothing is queued and nothing is recorded."""
    if not file.exists():
        output.stop(f"There is no file {file}. Check the name.")
    config = opening.with_folder(opening.open_config())
    at = _moment(on, config.school.timezone) if on else None

    async def work() -> tuple[list[tuple[Submission, Considered]], str, tuple[Path, list[str]] | None]:
        async with opening.reading(config) as school:
            found = await desk.preview(school, file, at, _folder_named(school.intake_names, intake))
            texts = [answers.previewed(one, considered, school.world(), at) for one, considered in found]
            shown = await showing.page_of(school, [considered for _, considered in found]) if open_ else None
            return found, "\n".join(texts), shown

    try:
        found, text, page = opening.within(work)
    except (ChannelError, OSError):
        output.stop(f"The preview cannot be written into {config.outbox}. Look whether that folder may be written to.")
    if json:
        made = [preview_json(considered) for _, considered in found]
        output.as_json(made[0] if len(made) == 1 else made)
    else:
        output.say(text)
    if page is not None:
        _show(*page)
    output.leave(max((output.exit_for(considered.problems) for _, considered in found), default=Exit.DONE))


def _show(page: Path, missing: Sequence[str]) -> None:
    """Beside the plan, not in it: its JSON stays what it is."""
    for sentence in missing:
        typer.echo(f"Not shown: {sentence}", err=True)
    how = "It is shown in the browser" if showing.show(page) else "See how it looks in a browser"
    typer.echo(f"{how}: {page}", err=True)


def explain(
    message: str = typer.Argument(..., help="The message's id, from its answer."),
    contact: str = typer.Option("", "--contact", help="Only this adult."),
    pupil: str = typer.Option("", "--pupil", help="Only this child."),
    for_parent: bool = typer.Option(
        False, "--for-parent", help="What you may read out to that adult (with --contact): nothing about anybody else."
    ),
    json: bool = typer.Option(False, "--json", help="As JSON."),
) -> None:
    """Why each adult got it, by which way, about which child, under which rule; and why another did not."""
    if for_parent and not contact:
        output.stop("Say to whom you speak: notifier explain MESSAGE --for-parent --contact ID")

    async def work() -> None:
        async with opening.school() as school:
            stored = await school.store.find(message)
            if stored is None:
                output.stop(f"There is no message “{message}”. See: notifier status")
            whole = await _account(school.store, stored)
            for id, known in ((contact, whole.contact_ids), (pupil, whole.pupil_ids)):
                if id and id not in known and not _in_force(school.families.current, id):
                    output.stop(f"Nobody has the id “{id}”, and it stands nowhere in this message.")
            account = whole.about(contact, pupil)
            if for_parent:
                said = outward(account, contact, _sentences(school.config.templates))
                if json:
                    output.as_json({"sentences": said})
                else:
                    output.say("\n".join(said))
                return
            names = Names(school.families.current)
            if json:
                output.as_json(_explained_json(account, names))
                return
            output.say(f"“{stored.message.subject}” ({stored.id}): {stored.state.value}", "bold")
            world = school.world()
            for line in explained(
                account, names, lambda at: answers.spoken_moment(at, world), steps=bool(contact or pupil)
            ):
                output.say(line, "dim" if line.startswith(" ") else None)

    opening.within(work)


def _in_force(directory: Directory | None, id: str) -> bool:
    return directory is not None and (id in directory.contacts or id in directory.pupils)


async def _account(store: Store, stored: StoredMessage) -> Account:
    return Account(
        stored.message,
        stored.state,
        tuple(await store.deliveries(stored.id)),
        tuple(await store.withheld(stored.id)),
        tuple(await store.trace(stored.id)),
        tuple(await store.legs(stored.id)),
    )


def _sentences(templates: Path) -> Sentences:
    try:
        return sentences(templates)
    except UnsafeSentences as problem:
        output.stop(str(problem))


def _explained_json(account: Account, names: Names) -> dict[str, Any]:
    ids = {id for one in account.deliveries for id in (*one.delivery.contact_ids, *one.delivery.pupil_ids)}
    ids |= {id for one in account.withheld for id in (one.contact_id, *one.pupil_ids)}
    return {
        "message": {**message_json(account.message), "state": account.state.value},
        "names": {id: names(id) for id in sorted(ids)},
        "deliveries": [
            {
                **delivery_json(one.delivery),
                "state": one.state.value,
                "rung": one.rung,
                "reason": one.reason,
                "legs": [_leg_json(leg) for leg in account.legs if leg.delivery_id == one.id],
            }
            for one in account.deliveries
        ],
        "withheld": [withheld_json(one) for one in account.withheld],
        "steps": [
            {
                "step": one.step,
                "rule": one.rule,
                "says": one.says,
                "contact_id": one.contact_id,
                "pupil_id": one.pupil_id,
            }
            for one in account.steps
        ],
    }


def _leg_json(leg: StoredLeg) -> dict[str, Any]:
    return {
        "channel": leg.channel,
        "contact_id": leg.contact_id,
        "state": leg.state.value,
        "reason": leg.reason,
        "at": leg.settled_at.isoformat() if leg.settled_at else None,
    }


def _folder_named(names: Sequence[str], wanted: str) -> str:
    """The intake meant by ``--intake``; the first where nothing is said."""
    if not names:
        output.stop("config.toml has no [[intake]]. Add one, so that it is known in whose name a message comes.")
    if not wanted:
        return names[0]
    for name in names:
        if name.strip("/") == wanted.strip("/") or Path(name).name == wanted.strip("/"):
            return name
    output.stop(f"There is no drop folder “{wanted}”. There are: {', '.join(names)}.")


def _moment(text: str, zone: ZoneInfo) -> datetime:
    try:
        if len(text) == len("2026-12-01"):
            return at_nine(date.fromisoformat(text), zone)
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=zone)
    except ValueError:
        output.stop(f"“{text}” is no day. Write it like 2026-12-01 or 2026-12-01T15:15.")
