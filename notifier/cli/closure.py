"""`closure`: close the school, say more, open it again; and see who is reached (DESIGN 3.3)."""

from collections.abc import Awaitable, Callable
from contextlib import suppress

import typer

from notifier.cli import opening, output
from notifier.cli.authority import AS, PIN_STDIN, who
from notifier.cli.closure_confirming import How, confirmed, go, ready
from notifier.cli.closure_sending import Place, resume, school_or_aside
from notifier.cli.closure_status import show, watch
from notifier.cli.people import Names
from notifier.closure.authority import second
from notifier.closure.desk import Desk
from notifier.closure.drafting import Draft
from notifier.closure.instruction import Asked, NotUnderstood
from notifier.closure.journal import left_in
from notifier.closure.progress import progress
from notifier.daemon import School
from notifier.model.answer import Exit
from notifier.model.closure import ClosureState, Opening
from notifier.queue import StoreProblem


def _state(typed: str) -> Opening:
    try:
        return Opening(typed.casefold())
    except ValueError:
        raise typer.BadParameter(f"“{typed}” is none. Write closed, late, early or reopened.") from None


STATE = typer.Option(
    ..., "--state", parser=_state, metavar="closed|late|early|reopened", help="closed, late, early or reopened."
)
FROM = typer.Option("", "--from", help="From when: 13:15, tomorrow, 2027-01-11. For early: when children are fetched.")
UNTIL = typer.Option("", "--until", help="Until when: the last day closed; for late: the time at which school opens.")
REASON = typer.Option("", "--reason", help="A few words in English, such as: heavy snow.")
NEXT = typer.Option("", "--next", help="When you will write again, such as 08:00.")
CLASSES = typer.Option("", "--classes", help="Only these classes or years; without it the whole school.")
YES = typer.Option(False, "--yes", help="Ask nothing: for scripts.")
JSON = typer.Option(False, "--json", help="As JSON.")
WHICH = typer.Argument("", help="The closure's id; without it the one that is under way.")

closure_app = typer.Typer(help="Close the school, and see who is reached.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(closure_app, name="closure")


@closure_app.callback()
def closure() -> None:
    """Close the school, and see who is reached."""


@closure_app.command()
def start(
    state: Opening = STATE,
    from_: str = FROM,
    until: str = UNTIL,
    reason: str = REASON,
    next_: str = NEXT,
    classes: str = CLASSES,
    drill: bool = typer.Option(False, "--drill", help="A drill: only staff get it, and every line says so."),
    as_: str = AS,
    pin_stdin: bool = PIN_STDIN,
    yes: bool = YES,
    json: bool = JSON,
) -> None:
    """Tell every family that the school is closed, opens late, finishes early or is open again."""
    config = opening.with_folder(opening.open_config(pins_required=False, cannot_wait=True))
    by, how = who(config, as_, pin_stdin), How(yes, json, pin_stdin)
    asked = Asked(state, from_, until, reason, next_, classes)

    async def work() -> Exit:
        async with school_or_aside(config) as place:
            if left_in(config.state) and not drill:
                output.stop("A closure was broken off in the middle. Go on with it first: notifier closure resume")
            if not place.aside and not drill:
                await _only_one(place.school)
            desk = await ready(place.school)
            draft = desk.start(asked, by, drill=drill)
            confirmed(place.school, draft, how)
            if place.school.policy.approval.two_persons and not drill:
                return await _put_down(desk, draft, place, how)
            return await go(config, place, desk, draft, how, desk.send)

    output.leave(_within(work))


async def _only_one(school: School) -> None:
    mode = school.config.school.mode
    states = (ClosureState.SENDING, ClosureState.ACTIVE)
    for one in await school.store.closing.all():
        if one.state in states and one.mode is mode and not one.drill:
            output.stop(
                f"{one.id} is under way. Say something new with: notifier closure update, "
                "or give the all-clear with: notifier closure end"
            )


async def _put_down(desk: Desk, draft: Draft, place: Place, how: How) -> Exit:
    if place.aside:
        output.stop(f"{place.aside} A second person can only be waited for with the database.", Exit.FAULT)
    await desk.put_down(draft)
    id = draft.closure.id
    if how.json:
        output.as_json({"closure": id, "state": "draft", "confirmed_by": [*draft.closure.confirmed_by]})
    else:
        output.say(f"NOTHING HAS GONE OUT YET. A second person must say yes: notifier closure confirm {id} --as ID")
    return Exit.ATTENTION


@closure_app.command()
def confirm(
    which: str = typer.Argument(..., help="The closure's id."),
    alone: bool = typer.Option(False, "--alone", help="The head goes on alone, when no second person can be found."),
    as_: str = AS,
    pin_stdin: bool = PIN_STDIN,
    yes: bool = YES,
    json: bool = JSON,
) -> None:
    """The second person's yes to a closure, where two must say it."""
    config = opening.with_folder(opening.open_config(pins_required=False, cannot_wait=True))
    by, how = who(config, as_, pin_stdin), How(yes, json, pin_stdin)

    async def work() -> Exit:
        async with opening.school(cannot_wait=True) as school:
            desk = await ready(school)
            found = await desk.find(which)
            if found.state is not ClosureState.DRAFT:
                output.stop(f"{found.id} is {found.state.value}. It does not wait for a second yes.")
            second(found, by, school.policy, school.clock.now(), alone=alone)
            draft = desk.again(found, by)
            confirmed(school, draft, how)
            if alone:
                with suppress(StoreProblem):  # a database that fails now must not keep the families waiting
                    await school.store.audit("closure confirmed alone", by.name, found.id, school.clock.now())
            return await go(config, Place(school), desk, draft, how, desk.send)

    output.leave(_within(work))


@closure_app.command()
def update(
    which: str = WHICH,
    state: Opening = STATE,
    from_: str = FROM,
    until: str = UNTIL,
    reason: str = REASON,
    next_: str = NEXT,
    as_: str = AS,
    pin_stdin: bool = PIN_STDIN,
    yes: bool = YES,
    json: bool = JSON,
) -> None:
    """Say something new to exactly those who had the message, or were to have it."""
    config = opening.with_folder(opening.open_config(pins_required=False, cannot_wait=True))
    by, how = who(config, as_, pin_stdin), How(yes, json, pin_stdin)
    asked = Asked(state, from_, until, reason, next_)

    async def work() -> Exit:
        async with opening.school(cannot_wait=True) as school:
            desk = await ready(school)
            draft = desk.update(await desk.find(which, mode=school.config.school.mode), asked, by)
            confirmed(school, draft, how)
            return await go(config, Place(school), desk, draft, how, _announcing(desk))

    output.leave(_within(work))


@closure_app.command()
def end(
    which: str = WHICH,
    mistake: bool = typer.Option(False, "--mistake", help="Take it back: the message was sent by mistake."),
    from_: str = typer.Option("", "--from", help="The day from which school is as usual (default: today)."),
    reason: str = REASON,
    as_: str = AS,
    pin_stdin: bool = PIN_STDIN,
    yes: bool = YES,
    json: bool = JSON,
) -> None:
    """The all-clear, in prepared words, to exactly those who had the message."""
    config = opening.with_folder(opening.open_config(pins_required=False, cannot_wait=True))
    by, how = who(config, as_, pin_stdin), How(yes, json, pin_stdin)

    async def work() -> Exit:
        async with opening.school(cannot_wait=True) as school:
            desk = await ready(school)
            found = await desk.find(which, mode=school.config.school.mode)
            if found.state is ClosureState.DRAFT:
                await school.store.closing.drop(found.id, by.name, school.clock.now())
                output.say(f"{found.id} is dropped. Nothing had gone out.")
                return Exit.DONE
            draft = desk.end(found, by, mistake=mistake, reason=reason, from_=from_)
            if draft is None:
                await desk.end_silently(found, by)
                output.say(f"{found.id} is ended. School is open already, so nobody is told anything.")
                return Exit.DONE
            confirmed(school, draft, how)
            return await go(config, Place(school), desk, draft, how, _announcing(desk))

    output.leave(_within(work))


def _announcing(desk: Desk) -> Callable[[Draft], Awaitable[bool]]:
    async def announce(draft: Draft) -> bool:
        return await desk.announce(draft) is not None

    return announce


@closure_app.command()
def status(
    which: str = typer.Argument("", help="The closure's id; without it the newest."),
    watch_: bool = typer.Option(False, "--watch", help="Stay, and show it anew twice a second. Ctrl+C ends it."),
    json: bool = JSON,
) -> None:
    """Who is reached, who is not, by class, and when the rest will be through."""

    async def work() -> Exit:
        async with opening.school(cannot_wait=True) as school:
            known = await school.store.closing.all()
            if not known:
                output.say("No closure yet. Begin one with: notifier closure start")
                return Exit.DONE
            desk = school.desk({})
            found = await desk.find(which) if which else known[0]
            if watch_ and not json:
                return await watch(school, found)
            return await show(school, found, json=json)

    output.leave(_within(work))


@closure_app.command()
def answered(
    pupils: list[str] = typer.Argument(..., help="The children's ids: somebody has answered for them."),
    which: str = typer.Option("", "--closure", help="The closure's id; without it the one that is under way."),
    as_: str = AS,
) -> None:
    """Somebody knows of an early finish for these children: nobody is rung about them any more."""

    async def work() -> Exit:
        async with opening.school(cannot_wait=True) as school:
            by = who(school.config, as_, False, asks_pin=False)
            found = await school.desk({}).find(which, mode=school.config.school.mode)
            known = {
                pupil_id
                for one in await school.store.deliveries(found.latest.message_id)
                for pupil_id in one.delivery.pupil_ids
            }
            names = Names(school.families.current)
            if strangers := [one for one in pupils if one not in known]:
                output.stop(f"{', '.join(strangers)} is not in this closure. Look at the ids on the call sheet.")
            fresh = await school.store.closing.answered(
                found.id, pupils, by.name, "told the office", school.clock.now()
            )
            for one in fresh:
                output.say(f"Answered for: {names(one)}")
            done = await progress(school.store, found, school.families.current)
            output.say(f"{done.answered} of {done.children} children are answered for.", "bold")
            return Exit.DONE

    output.leave(_within(work))


@closure_app.command(name="resume")
def resume_(as_: str = AS, pin_stdin: bool = PIN_STDIN) -> None:
    """Go on with a closure that was broken off while the database could not be used."""
    config = opening.with_folder(opening.open_config(pins_required=False, cannot_wait=True))
    who(config, as_, pin_stdin)

    async def work() -> Exit:
        if not left_in(config.state):
            output.say("No closure was broken off.")
            return Exit.DONE
        try:
            async with school_or_aside(config) as place:
                if not place.aside:
                    await _carry_on(place.school)
                    return Exit.DONE
        except StoreProblem as problem:  # it can be read, and not written
            output.say(problem.sentence, "yellow")
        output.say(f"Went on with {await resume(config)}. The daemon takes it over when the database is back.")
        return Exit.DONE

    output.leave(_within(work))


async def _carry_on(school: School) -> None:
    """With the database back: what the journals tell goes into it, and on from there."""
    from notifier.lock import Locked
    from notifier.model.message import Lane

    try:
        await school.drain(Lane.EMERGENCY)
        output.say("It went on from where it was broken off.")
    except Locked:
        output.say("The daemon takes it over by itself.")


def _within(work: Callable[[], Awaitable[Exit]]) -> Exit:
    """One sentence for what was not understood or not allowed."""

    async def whole() -> Exit:
        try:
            return await work()
        except NotUnderstood as problem:
            output.stop(problem.sentence)

    return opening.within(whole)
