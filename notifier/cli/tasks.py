"""`tasks`: what people must do, and did."""

import typer

from notifier.cli import opening, output
from notifier.cli.authority import AS, PIN_STDIN, who
from notifier.cli.people import Names, practice
from notifier.model.answer import Exit

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
            found = [one for one in found if one.message_id not in trial]
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
                    rows=[
                        (str(one.id), one.what, "; ".join(map(names, one.about)), one.message_id, one.done_by)
                        for one in found
                    ],
                )
                output.say("When one is done: notifier tasks done NUMBER --as ID")
            else:
                output.say("Nothing to do.")
            return Exit.ATTENTION if any(one.done_at is None for one in found) else Exit.DONE

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
            missing = [one for one in number if not await school.store.task_done(one, by.name, school.clock.now())]
            if missing:
                output.stop(f"No open task has the number {', '.join(map(str, missing))}. See: notifier tasks")
            output.say("Done." if len(number) == 1 else f"{len(number)} done.")
            return Exit.DONE

    output.leave(opening.within(work))
