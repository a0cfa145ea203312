"""`cancel`, `approve`, `hold`, `resolve`: what a person decides about a message."""

import typer

from notifier.acceptance.authority import may_say_yes, own
from notifier.cli import opening, output
from notifier.cli.authority import AS, PIN_STDIN, who
from notifier.daemon import School
from notifier.model.answer import Exit, Note
from notifier.model.english import counted
from notifier.model.message import Kind
from notifier.model.policy import Policy
from notifier.model.problem import Severity, worst
from notifier.model.staff import Authority, Role
from notifier.model.states import DeliveryState, MessageState
from notifier.presence import anybody_at_work
from notifier.queue import StoredMessage

IF_YOU = "If that is you, add --as and your id."
MESSAGE = typer.Argument(..., help="The message's id, from its answer.")


def register(app: typer.Typer) -> None:
    for command in (cancel, approve, hold, resolve):
        app.command()(command)


async def _found(school: School, message: str) -> StoredMessage:
    stored = await school.store.find(message)
    if stored is None:
        output.stop(f"There is no message “{message}”. See: notifier status")
    return stored


async def _told(school: School, stored: StoredMessage, what: str, by: Authority) -> None:
    """Put the news above the answer beside the file, where whoever dropped it looks."""
    await school.drop.note(Note(stored.message.intake, stored.message.source, f"{what.upper()} by {by.name}.\n"))


def _may_stop(stored: StoredMessage, by: Authority) -> None:
    if by.role is Role.TEACHER and stored.message.author != by.name:
        output.stop("A teacher may stop only a message of their own. Ask the office or the head.")


def cancel(message: str = MESSAGE, as_: str = AS, pin_stdin: bool = PIN_STDIN) -> None:
    """Stop a message: what has not gone out stays in the school."""

    async def work() -> Exit:
        async with opening.school() as school:
            stored = await _found(school, message)
            by = who(school.config, as_, pin_stdin)
            _may_stop(stored, by)
            done = await school.store.cancel(stored.id, by.name, school.clock.now())
            if done is None:
                output.stop(f"“{stored.message.subject}” is {stored.state.value} already. There is nothing to stop.")
            await _told(school, stored, "stopped", by)
            left = (
                "nothing of it will go"
                if not done.already_sent
                else f"{counted(done.unsent, 'copy', 'copies')} will not go"
            )
            if done.already_sent and not done.unsent:
                left = "nothing was left to go"
            output.say(f"Stopped “{stored.message.subject}”: {left}.", "bold")
            if done.already_sent:
                gone = counted(done.already_sent, "copy", "copies")
                output.say(f"{gone} had gone out before. Tell those families, if it matters.")
            if done.in_public:
                output.say(
                    "What all can read of it is taken down while notifier runs. Take a poster off the wall yourself."
                )
            return Exit.ATTENTION if done.already_sent else Exit.DONE

    output.leave(opening.within(work))


def approve(
    message: str = MESSAGE,
    contact: str = typer.Option("", help="Send a copy to this adult, who asked for copies after the message went."),
    as_: str = AS,
    pin_stdin: bool = PIN_STDIN,
) -> None:
    """Say yes to a message that waits for it, or to a copy that was asked for later."""

    async def work() -> Exit:
        async with opening.school() as school:
            stored = await _found(school, message)
            if contact:
                by = who(school.config, as_, pin_stdin)
                _may_say_yes(stored, by, school.policy)
                return await _send_copy(school, stored, contact, by)
            if stored.state is MessageState.ACCEPTED and (copies := await _held_copies(school, stored)):
                by = who(school.config, as_, pin_stdin)
                _may_approve(stored, by, school.policy)
                return await _let_go(school, stored, copies, by)
            if stored.state is not MessageState.HELD:
                output.stop(f"“{stored.message.subject}” is {stored.state.value}. It does not wait for a yes.")
            by = who(school.config, as_, pin_stdin)
            _may_approve(stored, by, school.policy)
            await school.families.refresh(school.clock.now(), settled=True)
            plan = await school.acceptance.approve(stored, by.name)
            if plan is None:
                output.stop("Somebody else was quicker. See: notifier status")
            if worst(plan.problems) is Severity.ERROR:
                output.problems(plan.problems)
                output.stop("It cannot go as it is. Mend what is named above and drop it again.")
            await _told(school, stored, "approved", by)
            output.say(f"“{stored.message.subject}” may go: {counted(len(plan.deliveries), 'copy', 'copies')}.", "bold")
            output.idle(anybody_at_work(school.config, school.store))
            return Exit.DONE

    output.leave(opening.within(work))


async def _held_copies(school: School, stored: StoredMessage) -> list[str]:
    return [one.id for one in await school.store.deliveries(stored.id) if one.state is DeliveryState.HELD]


async def _let_go(school: School, stored: StoredMessage, copies: list[str], by: Authority) -> Exit:
    """The message went, some copies of it wait. Each is looked at once more before it goes, and may be held again."""
    await school.families.refresh(school.clock.now(), settled=True)
    for copy in copies:
        await school.store.requeue_held(copy, school.clock.now(), by.name)
    await _told(school, stored, "held copies approved", by)
    said = "The held copy of" if len(copies) == 1 else f"{len(copies)} held copies of"
    output.say(f"{said} “{stored.message.subject}” may go, if nothing stands against it any more.", "bold")
    return Exit.DONE


async def _send_copy(school: School, stored: StoredMessage, contact: str, by: Authority) -> Exit:
    """To an adult who asked for copies after the message was planned; looked at once more before it goes."""
    await school.families.refresh(school.clock.now(), settled=True)
    sent = await school.offering.send(stored, contact, by.name)
    if not sent:
        output.stop(
            f"There is no copy of “{stored.message.subject}” to send to {contact}: they have one, it is over, or the "
            f"files do not let them have it. See: notifier explain {stored.id} --contact {contact}"
        )
    await _told(school, stored, "copy sent", by)
    output.say(f"{contact} gets a copy of “{stored.message.subject}” too.", "bold")
    return Exit.DONE


def _may_approve(stored: StoredMessage, by: Authority, policy: Policy) -> None:
    _may_say_yes(stored, by, policy)
    if own(stored.message, by, policy):
        output.stop("Nobody says yes to their own message. Ask somebody else who may.")


def _may_say_yes(stored: StoredMessage, by: Authority, policy: Policy) -> None:
    if may_say_yes(stored.message.kind, by, policy):
        return
    if stored.message.kind is Kind.EMERGENCY:
        output.stop(f"Only the head may say yes to an emergency. {IF_YOU}")
    output.stop(f"Saying yes is for {' or '.join(sorted(policy.approval.by))}. {IF_YOU}")


def hold(message: str = MESSAGE, as_: str = AS, pin_stdin: bool = PIN_STDIN) -> None:
    """Keep a planned message back until somebody says yes."""

    async def work() -> Exit:
        async with opening.school() as school:
            stored = await _found(school, message)
            by = who(school.config, as_, pin_stdin)
            _may_stop(stored, by)
            if not await school.store.hold(stored.id, by.name, school.clock.now()):
                output.stop(f"“{stored.message.subject}” is {stored.state.value}. Only a planned message can be held.")
            await _told(school, stored, "held back", by)
            output.say(f"“{stored.message.subject}” waits now. To let it go: notifier approve {stored.id} --as ID")
            return Exit.DONE

    output.leave(opening.within(work))


def resolve(
    id: str = typer.Argument(..., help="The leg's id, from notifier status MESSAGE."),
    sent: bool | None = typer.Option(None, "--sent/--not-sent", help="Whether it arrived. Not sent: it goes again."),
    as_: str = AS,
    pin_stdin: bool = PIN_STDIN,
) -> None:
    """Say what became of something whose outcome nobody could tell."""
    if sent is None:
        output.stop("Say what you found out: add --sent or --not-sent.")

    async def work() -> Exit:
        async with opening.school() as school:
            by = who(school.config, as_, pin_stdin)
            if not await school.store.resolve(id, sent, by.name, school.clock.now()):
                output.stop(f"“{id}” is not waiting for this. See: notifier status MESSAGE")
            output.say("Noted: it arrived." if sent else "Noted: it goes again.")
            return Exit.DONE

    output.leave(opening.within(work))
