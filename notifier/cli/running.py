"""`run`: the daemon, or one pass until nothing is due."""

import asyncio
import os
import signal

import typer

from notifier.acceptance.preview import problem_json
from notifier.cli import opening, output
from notifier.cli.looping import fast
from notifier.clock import SystemClock
from notifier.config import last_good
from notifier.dispatch.accounts import SOON
from notifier.leading import Idle
from notifier.lock import Locked
from notifier.model.answer import Exit
from notifier.model.message import Mode
from notifier.queue import Left, OpenWork
from notifier.supervision import Supervisor
from notifier.web.problem import ListenProblem

SAID = {
    Left.DUE: "to be tried again",
    Left.STARTED: "in somebody's hands",
    Left.UNKNOWN: "outcome unknown: notifier resolve",
    Left.TECHNICAL: "stopped by a fault in the program: tell your technician",
    Left.WAITING: "goes later",
    Left.HELD: "waits for a yes: notifier approve",
    Left.HELD_DELIVERY: "copies wait for the office: notifier tasks",
    Left.UNREACHED: "not reached: ring them, see notifier unreached",
}


HELD_UP = "held up by the account, which takes no more now; why and until when: notifier status"


def register(app: typer.Typer) -> None:
    app.command()(run)


def run(
    until_idle: bool = typer.Option(False, "--until-idle", help="Do all that is due now, then stop."),
    json: bool = typer.Option(False, "--json", help="With --until-idle: what was done and what is left, as JSON."),
) -> None:
    """Watch the drop folders and send. Stops on Ctrl+C or SIGTERM after finishing what is in flight."""
    try:
        if until_idle:
            idle = opening.within(_until_idle, loop=fast())
            output.leave(_closing(idle, json))
        opening.within(_run, loop=fast())
    except Locked as locked:
        who = f" (process {locked.pid})" if locked.pid else ""
        output.stop(
            f"Another notifier works in this folder already{who}, or with its database. "
            "It takes what you drop; there is nothing to do."
        )
    except ListenProblem as problem:
        output.stop(problem.sentence, Exit.FAULT)


async def _until_idle() -> Idle:
    async with opening.school(create=True) as school:
        last_good.keep(school.config)
        return await school.until_idle()


async def _run() -> None:
    async with opening.school(create=True) as school:
        last_good.keep(school.config)
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for wanted in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(wanted, stop.set)
        trial = school.config.school.mode is Mode.TRIAL
        mode = "trial mode: nothing leaves the school" if trial else "LIVE mode: what is dropped goes to families"
        output.say(f"{school.config.school.name}: running in {mode}. Ctrl+C stops it.", "bold")
        await school.run(stop, Supervisor(os.environ))
        output.say("Stopped. What was accepted is kept, and goes on at the next start.")


def _closing(idle: Idle, json: bool) -> Exit:
    person = any(work.needs_person for work in idle.left) or any(answer.exit for answer in idle.answers)
    person = person or bool(idle.families)
    if json:
        output.as_json(
            {
                "answers": [
                    {"outcome": one.outcome.value, "message": one.message_id, "text": one.text} for one in idle.answers
                ],
                "left": [_left_json(work) for work in idle.left],
                "problems": [problem_json(problem) for problem in idle.families],
            }
        )
        return Exit.ATTENTION if person else Exit.DONE
    now = SystemClock().now()
    for answer in idle.answers:
        output.say(answer.text)
    output.problems(idle.families)
    output.say("Nothing more to do now." if not idle.left else "What is left:", "bold")
    for work in idle.left:
        if work.left is Left.DUE and work.at is not None and work.at <= now + SOON:
            output.say(f"  {work.count} of “{work.subject}” ({work.message_id}) by {work.channel}: {HELD_UP}")
            continue
        when = f", {work.at.astimezone():%a %d %b %H:%M}" if work.at else ""
        way = f" by {work.channel}" if work.channel else ""
        output.say(f"  {work.count} of “{work.subject}” ({work.message_id}){way}: {SAID[work.left]}{when}")
    return Exit.ATTENTION if person else Exit.DONE


def _left_json(work: OpenWork) -> dict[str, object]:
    return {
        "message": work.message_id,
        "left": work.left.value,
        "channel": work.channel,
        "count": work.count,
        "at": work.at.isoformat() if work.at else None,
        "needs_person": work.needs_person,
    }
