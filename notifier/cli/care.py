"""`backup`, `restore`: so that a school can lose a computer and go on."""

from datetime import datetime
from pathlib import Path

import typer

from notifier.care.backup import CareRefused, make
from notifier.care.restore import PutBack, put_back
from notifier.cli import opening, output
from notifier.clock import SystemClock
from notifier.config import Config, ConfigProblems, load
from notifier.fittings import channel_facts, channel_settings
from notifier.lock import Locked
from notifier.model.answer import Exit
from notifier.model.message import Kind


def register(app: typer.Typer) -> None:
    app.command()(backup)
    app.command()(restore)


def backup(
    folder: Path = typer.Argument(..., help="Where backups lie, best on another disk; each gets a folder of its own."),
    keep: int = typer.Option(0, min=0, help="Keep the newest so many in that folder, and delete older ones. 0: all."),
    json: bool = typer.Option(False, "--json", help="As JSON."),
) -> None:
    """Back up the database, families, calendar and settings, also while the daemon runs. No secrets are in it."""
    config = opening.with_folder(opening.open_config(pins_required=False))

    async def work() -> Exit:
        try:
            target, contents, gone = make(config, folder, SystemClock().now(), keep)
        except CareRefused as problem:
            output.stop(problem.sentence, Exit.FAULT)
        if json:
            output.as_json({"backup": str(target), "files": [*contents.files], "deleted": gone})
            return Exit.DONE
        output.say(f"Backed up to {target}: {len(contents.files)} files, looked through and whole.", "bold")
        output.say(
            "PINs, passwords and what lies in drop and outbox are not in it. It holds families' addresses: keep it "
            "as safe as the school's folder."
        )
        if gone:
            output.say(f"{gone} older backups were deleted.")
        return Exit.DONE

    output.leave(opening.within(work))


def restore(
    backup: Path = typer.Argument(..., help="A backup, or the folder where backups lie: then the newest."),
    folder: Path | None = typer.Argument(None, help="A new folder, on a new computer. Without it, this school's."),
    json: bool = typer.Option(False, "--json", help="As JSON."),
) -> None:
    """Put a backup back. Whatever had not gone when it was made is held until a person lets it go."""
    root, config = _where(folder)

    async def work() -> Exit:
        intakes = [one.folder for one in config.intakes] if config else []
        try:
            done = await put_back(backup, root, SystemClock(), escalating=_escalating(config), intakes=intakes)
        except CareRefused as problem:
            output.stop(problem.sentence)
        except Locked:
            output.stop("notifier run works in this folder. Stop it, then try again.")
        if json:
            output.as_json(_json(done))
        else:
            _say(done, root)
        return Exit.ATTENTION if done.held or done.interrupted else Exit.DONE

    output.leave(opening.within(work))


def _where(folder: Path | None) -> tuple[Path, Config | None]:
    """The folder, and its settings where they can be read: a damaged school must not be beyond help."""
    if folder is None:
        path = opening.config_path()
    else:
        path = folder / "config.toml"
        if not path.exists() and folder.exists() and any(folder.iterdir()):
            output.stop(f"{folder} is neither empty nor a school's folder. Name a new folder.")
        if not path.exists():
            return folder.resolve(), None
    try:
        return path.resolve().parent, load(path, channel_settings(), {}, pins_required=False)
    except ConfigProblems:
        return path.resolve().parent, None


def _escalating(config: Config | None) -> set[Kind]:
    """The kinds whose next way begins by the clock alone; an emergency in any case."""
    kinds = config.policy(channel_facts(config)).kinds if config else {}
    return {Kind.EMERGENCY, *(kind for kind, one in kinds.items() if one.escalate_after is not None)}


def _say(done: PutBack, root: Path) -> None:
    made_at = datetime.fromisoformat(done.contents.made_at)
    output.say(f"{done.contents.school}: the backup of {made_at:%d/%m/%Y, %H:%M} (UTC) is back in {root}.", "bold")
    for file in done.aside:
        output.say(f"  What was there before is kept as {file}.")
    if done.filled:
        were = "file was missing and comes" if len(done.filled) == 1 else "files were missing and come"
        output.say(f"  {len(done.filled)} {were} from the backup: {', '.join(done.filled)}.")
    if any(name.startswith("families/") for name in done.filled):
        output.say(
            "  The families' files are as old as the backup. Enter every court order since then before you start.",
            "bold yellow",
        )
    output.say()
    if done.held:
        output.say(
            "What went out after the backup was made is not known any more. So nothing that had not gone by then "
            "goes by itself now, emergencies neither. Look at each, then type what is right:",
            "bold",
        )
        rows = [[_what(one.kind, one.subject), _how_many(one.copies), one.message_id] for one in done.held]
        output.table("Held", "", "Message", rows=rows)
        output.say("  notifier approve MESSAGE --as ID    it has not gone yet: let it go")
        output.say("  notifier cancel MESSAGE --as ID     it has gone, or is not wanted any more")
        if any(one.kind is Kind.EMERGENCY for one in done.held):
            output.say("An emergency is among them: ring these families now if you are not sure.", "bold red")
    else:
        output.say("Nothing in it was still to go.")
    for folder in done.interrupted:
        output.say(f"Was being taken when it broke off, and may have gone: {folder}. Drop it again if it has not.")
    output.say("Messages that came in after the backup are not known any more; the papers in accepted/ are there.")
    output.say("Next: notifier check, then notifier run. On a new computer set PINs and passwords first.")


def _what(kind: Kind, subject: str) -> str:
    return f"{kind.value.upper()} {subject}" if kind is Kind.EMERGENCY else f"{kind.value} {subject}"


def _how_many(copies: int) -> str:
    return f"{copies} copies" if copies > 1 else "1 copy" if copies else "was only planned"


def _json(done: PutBack) -> dict[str, object]:
    return {
        "backup": str(done.backup),
        "made_at": done.contents.made_at,
        "held": [
            {"message": one.message_id, "kind": one.kind.value, "subject": one.subject, "copies": one.copies}
            for one in done.held
        ],
        "filled": [*done.filled],
        "aside": [str(one) for one in done.aside],
        "interrupted": [str(one) for one in done.interrupted],
    }
