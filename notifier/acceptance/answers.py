"""The answer to a dropped file, in plain words: who gets it, by which way, when, who does not and why.

Adults stand here by id alone: the answer lies in a folder that all staff can read.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from babel.dates import format_datetime

from notifier.acceptance.diary import MEDIA_TYPE
from notifier.acceptance.readability import hint, reading
from notifier.acceptance.understanding import Considered
from notifier.acceptance.world import World
from notifier.calendar.quiet import covers, opens
from notifier.model.english import counted, the_first
from notifier.model.message import Kind, Message, Mode, Submission
from notifier.model.plan import Basis, Plan
from notifier.model.policy import Policy
from notifier.model.problem import Problem, Severity, worst
from notifier.model.states import MessageState
from notifier.routing.audience import spoken

MESSAGES_FILE = "messages.toml"
"""The intake's name of the file that is read in place; its messages are known on whatever day (DESIGN 3.2)."""

SHOWN = 10
"""So many lines of one sort are listed; the rest is counted."""


def accepted(
    submission: Submission,
    considered: Considered,
    world: World,
    state: MessageState,
    now: datetime,
    replaced: Sequence[Message],
) -> str:
    message, plan = considered.message, considered.plan
    assert message is not None  # noqa: S101 - accepted only what was understood
    lines = [_headline(message, state), ""]
    if message.mode is Mode.TRIAL:
        lines += ["TRIAL: nothing leaves the school. See outbox/index.html for what families would get.", ""]
    lines += [f"When: {_when(message, state, plan, world, now)}"]
    if message.expires_at is not None:
        lines += [f"Until: {spoken_moment(message.expires_at, world)}. After that nothing more goes out."]
    lines += [f"For: {', '.join(spoken(term) for term in message.audience)}{_except(message)}", *_reading(message), ""]
    if worst(world.families) in (Severity.ERROR, Severity.HOLD):
        lines += ["The families' files are not in order, so it goes by the last good ones. See: notifier check", ""]
    lines += _with_it(message)
    lines += _who_gets_it(plan)
    lines += _who_does_not(plan)
    lines += _listed("Please do:", [f"{task.what} ({', '.join(task.about)})" for task in plan.tasks])
    lines += _problems("Waiting because:", considered.problems, Severity.HOLD)
    lines += _problems("Good to know:", considered.problems, Severity.ADVICE)
    lines += [
        f"This replaces “{old.subject}” ({old.id}), which will not go{_if_unsent(old, message)}." for old in replaced
    ]
    lines += _what_now(message, state)
    return "\n".join(lines).rstrip() + "\n"


def previewed(submission: Submission, considered: Considered, world: World, at: datetime | None) -> str:
    """What ``preview`` prints: the same as the answer would say, and that nothing was done."""
    message = considered.message
    if message is None or considered.severity is Severity.ERROR:
        return _refusal(
            f"PREVIEW: “{submission.source}” would be refused. Nothing is sent or recorded.", considered, after=""
        )
    moment = at or message.send_at
    lines = [f"PREVIEW: “{message.subject}” ({message.kind.value}). Nothing is sent or recorded.", ""]
    lines += [f"When: {spoken_moment(moment, world)}" if moment else "When: now"]
    lines += [f"For: {', '.join(spoken(term) for term in message.audience)}{_except(message)}", *_reading(message), ""]
    lines += _with_it(message)
    lines += _who_gets_it(considered.plan)
    lines += _who_does_not(considered.plan)
    lines += _listed("It would ask you to:", [f"{t.what} ({', '.join(t.about)})" for t in considered.plan.tasks])
    lines += _problems("It would wait for a yes:", considered.problems, Severity.HOLD)
    lines += _problems("Good to know:", considered.problems, Severity.ADVICE)
    return "\n".join(lines).rstrip() + "\n"


def refused(submission: Submission, considered: Considered) -> str:
    headline = f"NOT SENT: “{submission.source}”. Nobody got anything."
    return _refusal(headline, considered, after="Then save the file in this folder again.")


def _refusal(headline: str, considered: Considered, after: str) -> str:
    errors = [problem for problem in considered.problems if problem.severity is Severity.ERROR]
    lines = [headline, ""]
    lines += ["What to do:" if len(errors) == 1 else f"{len(errors)} things to do:"]
    lines += [f"  - {_problem(problem)}" for problem in errors]
    lines += _listed("\nPlease do:", [f"{task.what} ({', '.join(task.about)})" for task in considered.plan.tasks])
    others = [problem for problem in considered.problems if problem.severity is not Severity.ERROR]
    lines += _listed("\nAlso seen:", [_problem(problem) for problem in others])
    lines += ["", after] if after else []
    return "\n".join(lines).rstrip() + "\n"


def nothing_to_replace(submission: Submission, replaces: str) -> str:
    return (
        f"NOT SENT: “{submission.source}”. Nobody got anything.\n\n"
        f"What to do:\n  - “replaces: {replaces}” names no message. Use the id from its answer file, "
        "or take the line out.\n\nThen save the file in this folder again.\n"
    )


def already(submission: Submission, message_id: str) -> str:
    if submission.intake == MESSAGES_FILE:
        return (
            f"Nothing new: “{submission.source}” is the message {message_id} already, and a message in this file goes "
            f"once.\n\nTo see what became of it:  notifier status {message_id}\n"
            "To send it once more, change a word in it.\n"
        )
    return (
        f"Nothing new: “{submission.source}” was dropped here today already, and is the message {message_id}.\n\n"
        f"To see what became of it:  notifier status {message_id}\n"
        "To send it once more, add a line at the top:  again: yes\n"
    )


def superseded(old: Message, new: Message) -> str:
    return f"Replaced: “{new.subject}” ({new.id}) goes instead of this one.\n"


def spoken_moment(moment: datetime, world: World) -> str:
    """A moment as one would say it in school: Friday 27 November 2026, 15:15."""
    local = moment.astimezone(world.policy.timezone)
    return format_datetime(local, "EEEE d MMMM y, HH:mm", locale="en_GB")


def _headline(message: Message, state: MessageState) -> str:
    said = {MessageState.HELD: "WAITING FOR A YES", MessageState.WAITING: "PLANNED"}.get(state, "ACCEPTED")
    return f"{said}: “{message.subject}” ({message.kind.value}, {message.id})"


def _when(message: Message, state: MessageState, plan: Plan, world: World, now: datetime) -> str:
    if message.send_at is not None and message.send_at > now:
        return f"{spoken_moment(message.send_at, world)}. Who gets it is worked out again at that moment."
    if state is MessageState.HELD:
        return "as soon as somebody says yes"
    until = opens(now, world.policy.quiet_hours, world.policy.timezone, world.calendar)
    if message.kind is Kind.EMERGENCY or until is None:
        return "now"
    waits = _waiting_ways(plan, world.policy)
    if not waits:
        return "now. It is early or late for families; to wait, put a line such as “send: 2026-12-01 08:30” at the top."
    quiet = f"{' and '.join(waits)} {'waits' if len(waits) == 1 else 'wait'} until {spoken_moment(until, world)}"
    if message.mode is Mode.TRIAL:
        return f"now, as this is a trial. In earnest, quiet hours would count: the {quiet}."
    return f"now; these are quiet hours, so the {quiet}."


def _waiting_ways(plan: Plan, policy: Policy) -> list[str]:
    """The channels of this plan's first steps that leave families in peace in quiet hours."""
    ways = {way: None for delivery in plan.deliveries for way in (delivery.ladder[0] if delivery.ladder else ())}
    return [
        way
        for way in ways
        if not (facts := policy.channels[way]).by_person and covers(policy.quiet_hours, facts.address)
    ]


def _reading(message: Message) -> list[str]:
    """W2: how it reads, where it is long enough to tell."""
    found = reading(message.bodies[0])
    return [hint(found)] if found else []


def _except(message: Message) -> str:
    return f", except {', '.join(spoken(term) for term in message.except_)}" if message.except_ else ""


def _with_it(message: Message) -> list[str]:
    """What travels along, so that a file forgotten or mixed up is seen before the families see it."""
    shared = [one.name for one in message.attachments if not one.pupil_id and one.media_type != MEDIA_TYPE]
    reports = sum(bool(one.pupil_id) for one in message.attachments)
    parts = [the_first(shared, SHOWN)] if shared else []
    parts += [counted(reports, "report") + ", each to its own child's homes"] if reports else []
    parts += ["a reply slip, on paper"] if message.reply_slip else []
    parts += ["the event for the family's calendar"] if any(one.electronic for one in message.attachments) else []
    return [f"With it: {'; '.join(parts)}", ""] if parts else []


_NOBODY = ("nobody",)


def _who_gets_it(plan: Plan) -> list[str]:
    first = Counter([() if one.held else one.ladder[0] if one.ladder else _NOBODY for one in plan.deliveries])
    adults = {contact_id for delivery in plan.deliveries for contact_id in delivery.contact_ids}
    copies = sum([delivery.basis is not Basis.MAIN for delivery in plan.deliveries])
    head = f"Who gets it: {counted(len(plan.pupil_ids), 'child', 'children')}, {counted(len(adults), 'adult')}"
    head += f", {counted(len(plan.deliveries), 'copy', 'copies')}"
    lines = [head + (f" ({copies} of them for a parent living apart)" if copies else "")]
    for ways, number in first.most_common():
        lines.append(f"  by {' and '.join(ways)}: {number}" if ways else f"  waits for the office: {number}")
    lines += [f"  on the {item.channel}: once, for everybody" for item in plan.public]
    return [*lines, ""]


def _who_does_not(plan: Plan) -> list[str]:
    if not plan.withheld:
        return []
    reasons: dict[tuple[str, str], list[str]] = {}
    for one in plan.withheld:
        reasons.setdefault((one.reason, one.rule), []).append(f"{one.contact_id} about {' and '.join(one.pupil_ids)}")
    lines = [f"Who does not: {counted(len({one.contact_id for one in plan.withheld}), 'adult')}"]
    for (reason, rule), who in sorted(reasons.items(), key=lambda pair: -len(pair[1])):
        more = f" and {len(who) - SHOWN} more" if len(who) > SHOWN else ""
        lines.append(f"  {reason} ({rule})")
        lines.append(f"    {'; '.join(who[:SHOWN])}{more}")
    return [*lines, ""]


def _problems(title: str, problems: Sequence[Problem], severity: Severity) -> list[str]:
    return _listed(title, [_problem(problem) for problem in problems if problem.severity is severity])


def _problem(problem: Problem) -> str:
    where = f"{problem.where}: " if problem.where else ""
    rule = f" ({problem.rule})" if known(problem.rule) else ""
    return f"{where}{problem.sentence}{rule}"


def known(rule: str) -> bool:
    """Whether staff can look a rule up: those of the schools' own policies stand in docs/rules.md."""
    return rule[:1] in ("W", "H") and rule[1:].isdigit()


def _listed(title: str, items: Sequence[str]) -> list[str]:
    if not items:
        return []
    more = [f"  - and {len(items) - SHOWN} more"] if len(items) > SHOWN else []
    return [title, *(f"  - {item}" for item in items[:SHOWN]), *more, ""]


def _if_unsent(old: Message, new: Message) -> str:
    return " if it has not gone already" if new.replaces == old.id else ""


def _what_now(message: Message, state: MessageState) -> list[str]:
    lines = []
    if state is MessageState.HELD:
        lines.append(f"To say yes:            notifier approve {message.id} --as ID")
    return [
        *lines,
        f"To see how it goes:    notifier status {message.id}",
        f"To see each decision:  notifier explain {message.id}",
        f"To stop it:            notifier cancel {message.id} --as ID",
    ]
