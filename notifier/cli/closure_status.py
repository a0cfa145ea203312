"""`closure status`: once, or again and again."""

import asyncio
from typing import Any

from rich.console import Console
from rich.live import Live

from notifier.cli import output
from notifier.cli.closure_screen import progress_screen
from notifier.cli.expected import expected
from notifier.closure.progress import Progress, progress
from notifier.daemon import School
from notifier.model.answer import Exit
from notifier.model.closure import Closure, ClosureState

EVERY = 0.5
"""Seconds between two looks."""


async def show(school: School, closure: Closure, *, json: bool) -> Exit:
    found, eta, at = await _found(school, closure)
    if json:
        output.as_json(
            {**progress_json(found, at), "closures": [_one_json(c) for c in await school.store.closing.all()]}
        )
    else:
        zone = school.config.school.timezone
        Console(highlight=False).print(progress_screen(found, eta, zone, school.clock.now().astimezone(zone)))
    return _exit(found)


async def watch(school: School, closure: Closure) -> Exit:
    """Until it has ended, or Ctrl+C."""
    zone = school.config.school.timezone
    with Live(console=Console(highlight=False), auto_refresh=False) as live:
        while True:
            found, eta, _ = await _found(school, closure)
            now = school.clock.now().astimezone(zone)
            live.update(progress_screen(found, eta, zone, now), refresh=True)
            if found.closure.state is ClosureState.ENDED and not found.waiting:
                return _exit(found)
            await asyncio.sleep(EVERY)


async def _found(school: School, closure: Closure) -> tuple[Progress, str, Any]:
    """As it stands now, with the words and the JSON of when all will be handed over."""
    newest = next((one for one in await school.store.closing.all() if one.id == closure.id), closure)
    found = await progress(school.store, newest, school.families.current)
    coming = await expected(school)
    message_id = newest.latest.message_id
    return found, coming.words(school, message_id), coming.json(school, message_id)


def _exit(found: Progress) -> Exit:
    return Exit.ATTENTION if found.to_ring or found.failed or found.in_doubt else Exit.DONE


def progress_json(found: Progress, eta: Any) -> dict[str, Any]:
    closure = found.closure
    return {
        "closure": closure.id,
        "drill": closure.drill,
        "mode": closure.mode.value,
        "stage": closure.state.value,
        "adults": found.adults,
        "handed_over": found.handed_over,
        "confirmed": found.confirmed,
        "waiting": found.waiting,
        "in_doubt": found.in_doubt,
        "failed": found.failed,
        "on_call_sheet": found.to_ring,
        "children": found.children,
        "answered": found.answered,
        "ways": {way: {state.value: n for state, n in states.items()} for way, states in found.ways.items()},
        "classes": [
            {
                "class": one.name,
                "children": one.children,
                "handed_over": one.handed_over,
                "confirmed": one.confirmed,
                "to_ring": one.to_ring,
            }
            for one in found.classes
        ],
        "eta": eta,
    }


def _one_json(closure: Closure) -> dict[str, Any]:
    return {
        "closure": closure.id,
        "drill": closure.drill,
        "stage": closure.state.value,
        "state": closure.latest.opening.value,
        "made_at": closure.made_at.isoformat(),
    }
