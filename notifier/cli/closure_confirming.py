"""The yes to a closure: everything is shown, a word is typed, and it goes by whatever still works."""

import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from rich.console import Console

from notifier.cli import output
from notifier.cli.closure_screen import confirm_screen, headline, language_name, word
from notifier.cli.closure_sending import Place, Teller, aside, carry_out, warm_up, without_database
from notifier.cli.closure_status import progress_json
from notifier.cli.people import Names
from notifier.closure.desk import Desk
from notifier.closure.drafting import Draft
from notifier.closure.progress import Progress
from notifier.config import Config
from notifier.daemon import School
from notifier.model.answer import Exit
from notifier.model.closure import Closure, ClosureState
from notifier.queue import StoreProblem


@dataclass(frozen=True)
class How:
    """How somebody wants to be asked and told."""

    yes: bool
    json: bool
    pin_stdin: bool


async def ready(school: School) -> Desk:
    """With the families' files as they lie there, the newest denials first, and everything loaded that is slow to."""
    with suppress(StoreProblem):
        await school.families.refresh(school.clock.now(), settled=True)
    return school.desk(await warm_up(school))


def confirmed(school: School, draft: Draft, how: How) -> None:
    """Show everything, and go on only if the right word is typed."""
    if how.yes:
        return
    if how.json:
        output.stop("With --json nothing can be asked. Add --yes, if you mean it.")
    names = Names(school.families.current)
    lost = [f"{'; '.join(map(names, one.pupil_ids))}{_adults(one.contact_ids, names)}" for one in draft.unreachable]
    out = Console(highlight=False)
    out.print(confirm_screen(draft, lost, school.policy, school.config.school.timezone))
    wanted = word(draft)
    out.print(f"\nType {wanted} and press Enter to send it. Anything else stops it: ", end="")
    typed = sys.stdin.readline().strip()
    if typed != wanted:
        small = f" Type {wanted} in capital letters." if typed.upper() == wanted else ""
        output.stop(f"Stopped. Nothing was sent.{small}", Exit.ATTENTION)


def _adults(ids: tuple[str, ...], names: Names) -> str:
    return f": {' and '.join(map(names, ids))}" if ids else ": nobody is known"


async def go(
    config: Config, place: Place, desk: Desk, draft: Draft, how: How, send: Callable[[Draft], Awaitable[bool]]
) -> Exit:
    school, tell = place.school, Teller(how.json)
    if not how.json:
        words, style = headline(drill=draft.closure.drill, mode=draft.closure.mode)
        output.say(words, style)
    if place.aside:
        found = await without_database(config, school, draft, place.aside, tell)
    else:
        try:
            if not await send(draft):
                output.stop("Somebody else was quicker. See: notifier closure status")
        except StoreProblem as problem:
            found = await _all_the_same(config, draft, problem, tell)
        else:
            found = await carry_out(school, draft, tell)
    if how.json:
        output.as_json({**draft_json(draft), **progress_json(found, None)})
    else:
        said = "ended" if found.closure.state is ClosureState.ENDED else "on its way"
        output.say(
            f"{draft.closure.id} is {said}: {found.handed_over} of {found.adults} handed over, "
            f"{found.confirmed} confirmed, {found.to_ring} to ring. See: notifier closure status --watch",
            "bold",
        )
        if found.to_ring:
            mark = "DRILL: " if draft.closure.drill else ""
            output.say(
                f"{mark}Ring from the call sheet in outbox/. Who stands on it: notifier unreached", "bold yellow"
            )
    return Exit.ATTENTION if found.to_ring or found.failed or found.in_doubt else Exit.DONE


async def _all_the_same(config: Config, draft: Draft, problem: StoreProblem, tell: Teller) -> Progress:
    """The database failed at the last moment, with everything ready."""
    async with aside(config) as school:
        return await without_database(config, school, draft, problem.sentence, tell)


def draft_json(draft: Draft) -> dict[str, Any]:
    closure: Closure = draft.closure
    return {
        "closure": closure.id,
        "drill": closure.drill,
        "mode": closure.mode.value,
        "state": closure.latest.opening.value,
        "what": closure.latest.what.value,
        "message": draft.message.id,
        "expires_at": closure.latest.expires_at.isoformat(),
        "texts": [
            {
                "language": one.language,
                "name": language_name(one.language),
                "text": one.text,
                "encoding": one.encoding,
                "segments": one.segments,
                "adults": one.adults,
            }
            for one in draft.words
        ],
        "cost": draft.cost,
        "unreachable": [
            {"contact_ids": [*one.contact_ids], "pupil_ids": [*one.pupil_ids]} for one in draft.unreachable
        ],
        "confirmed_by": [*closure.confirmed_by],
    }
