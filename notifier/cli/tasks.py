"""`tasks`: what people must do, and did."""

from collections.abc import Collection, Sequence
from datetime import datetime

import typer

from notifier.cli import opening, output
from notifier.cli.authority import AS, PIN_STDIN, who
from notifier.cli.people import Names, practice
from notifier.daemon import School
from notifier.model.answer import Exit
from notifier.queue import StoredTask

NO_ANSWER = "rung, nobody answered"

tasks_app = typer.Typer(help="What people must do, and did.", invoke_without_command=True)


def register(app: typer.Typer) -> None:
    app.add_typer(tasks_app, name="tasks")


@tasks_app.callback()
def tasks(
    context: typer.Context,
    every: bool = typer.Option(False, "--all", help="Also those already done."),
    json: bool = typer.Option(False, "--json", help="As JSON."),
) -> None:
    """What people must do, and did."""
    if context.invoked_subcommand is not None:
        return

    async def work() -> Exit:
        async with opening.school() as school:
            found = await school.store.tasks(open_only=not every)
            trial = await practice(school, (one.message_id for one in found))
            found = _once([one for one in found if one.message_id not in trial])
            tried = await _tried(school, found)
            names = Names(school.families.current)
            if json:
                output.as_json(
                    {
                        "tasks": [
                            {
                                "id": one.id,
                                "message": one.message_id,
                                "what": one.what,
                                "about": [*one.about],
                                "rule": one.rule,
                                "opened_at": one.opened_at.isoformat(),
                                "done_at": one.done_at.isoformat() if one.done_at else None,
                                "done_by": one.done_by,
                                "tried": [{"at": at.isoformat(), "by": by} for at, by in tried.get(one.id, ())],
                            }
                            for one in found
                        ]
                    }
                )
            elif found:
                output.table(
                    "Task",
                    "What to do",
                    "About",
                    "Message",
                    "Done",
                    whole="Message",
                    rows=[
                        (
                            str(one.id),
                            one.what + _in_vain(school, tried.get(one.id, ())),
                            "; ".join(map(names, one.about)),
                            one.message_id,
                            one.done_by,
                        )
                        for one in found
                    ],
                )
                output.say("When one is done: notifier tasks done NUMBER --as ID")
            else:
                output.say("Nothing to do.")
            return Exit.ATTENTION if any(one.done_at is None for one in found) else Exit.DONE

    output.leave(opening.within(work))


def _key(task: StoredTask) -> tuple[object, ...]:
    """What the register lacks is asked for by every message, and is one thing to do; a family to ring is its own."""
    return (task.what, task.about, task.rule, task.delivery_id, task.done_at)


def _once(tasks: Sequence[StoredTask]) -> list[StoredTask]:
    return list({_key(task): task for task in reversed(tasks)}.values())[::-1]


def _same(tasks: Sequence[StoredTask], numbers: Sequence[int]) -> list[int]:
    """The open tasks with these numbers, and those that ask for the same."""
    keys = {_key(task) for task in tasks if task.id in numbers}
    return [task.id for task in tasks if _key(task) in keys]


async def _tried(school: School, tasks: Sequence[StoredTask]) -> dict[int, list[tuple[datetime, str]]]:
    """By task: when it was tried in vain and by whom, as the audit has it."""
    found: dict[int, list[tuple[datetime, str]]] = {}
    if tasks:
        for line in await school.store.read_audit(min(one.opened_at for one in tasks)):
            if line.what == NO_ANSWER:
                found.setdefault(int(line.about), []).append((line.at, line.by))
    return found


def _in_vain(school: School, tried: Sequence[tuple[datetime, str]]) -> str:
    if not tried:
        return ""
    at, by = tried[-1]
    times = "once" if len(tried) == 1 else f"{len(tried)} times"
    return f" (Rung {times}, nobody answered; last {at.astimezone(school.config.school.timezone):%d/%m %H:%M} by {by}.)"


def _all_open(numbers: Sequence[int], known: Collection[int]) -> None:
    """All of them or none: a slip in one number leaves nothing half done."""
    if missing := [one for one in numbers if one not in known]:
        output.stop(
            f"No open task has the number {', '.join(map(str, missing))}. Nothing was written down. See: notifier tasks"
        )


@tasks_app.command()
def tried(
    number: list[int] = typer.Argument(..., help="The task's number, or several."),
    as_: str = AS,
    pin_stdin: bool = PIN_STDIN,
) -> None:
    """Rung, and nobody answered: it is written down, and the task stays."""

    async def work() -> Exit:
        async with opening.school() as school:
            by = who(school.config, as_, pin_stdin, asks_pin=False)
            _all_open(number, {one.id for one in await school.store.tasks()})
            for one in dict.fromkeys(number):
                await school.store.audit(NO_ANSWER, by.name, str(one), school.clock.now())
            output.say("Written down. The task stays until somebody answers.")
            return Exit.DONE

    output.leave(opening.within(work))


@tasks_app.command()
def done(
    number: list[int] = typer.Argument(..., help="The task's number, or several."),
    as_: str = AS,
    pin_stdin: bool = PIN_STDIN,
) -> None:
    """Tick tasks off. A family that was rung then counts as reached."""

    async def work() -> Exit:
        async with opening.school() as school:
            by = who(school.config, as_, pin_stdin, asks_pin=False)
            wanted = _same(await school.store.tasks(), number)
            _all_open(number, wanted)
            for one in wanted:
                await school.store.task_done(one, by.name, school.clock.now())
            output.say("Done." if len(number) == 1 else f"{len(number)} done.")
            return Exit.DONE

    output.leave(opening.within(work))
