"""A submission becomes a message, with every problem found on the way."""

import difflib
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date, datetime

from notifier.acceptance.authority import permitted, within
from notifier.acceptance.diary import MEDIA_TYPE, diary_entry
from notifier.acceptance.events import event_of, facts_missing, reminders, short_notice
from notifier.acceptance.moments import moments
from notifier.acceptance.readability import readability
from notifier.acceptance.world import World
from notifier.model.directory import Directory
from notifier.model.language import base
from notifier.model.message import Body, Enclosure, Header, Kind, Message, Reach, Submission, Term
from notifier.model.plan import HELD_DELIVERY, Plan
from notifier.model.problem import Problem, Severity, advice, error, hold, worst
from notifier.model.staff import Authority
from notifier.rendering import merge_problems
from notifier.rendering.catalogues import locale_of
from notifier.routing import plan, resolve
from notifier.routing.audience import audience as pupils_of


@dataclass(frozen=True, slots=True)
class Considered:
    """What would become of a submission. ``message`` None: it could not be understood at all."""

    message: Message | None
    plan: Plan
    problems: tuple[Problem, ...]
    send_at: datetime | None
    enclosures: tuple[Enclosure, ...] = ()

    @property
    def severity(self) -> Severity | None:
        return worst(self.problems)

    @property
    def doubts(self) -> tuple[Problem, ...]:
        """What makes the message wait for a person."""
        return tuple(p for p in self.problems if p.severity is Severity.HOLD and p.id != HELD_DELIVERY)


def consider(
    submission: Submission,
    world: World,
    now: datetime,
    new_id: Callable[[Kind], str],
    *,
    as_: Authority | None = None,
    at: datetime | None = None,
    taken: Collection[date] = (),
) -> Considered:
    """Understand and plan a submission. ``at`` is the moment to plan for (``preview --on``), else the moment it goes.

    ``as_`` replaces the submission's own authority (a preview plans as the head would). ``taken``: days of its
    newsletter's rhythm that are over.
    """
    problems = list(submission.problems)
    directory = world.directory
    if directory is None:
        problems += world.families or (error("families-missing", "The families' files cannot be read. See: check."),)
        return Considered(None, Plan(), tuple(problems), None)
    header = submission.header
    authority = as_ or _acting(submission, world, problems)
    kind = header.kind or Kind.LETTER
    audience = _names(header, "to", directory, problems) or ((Term(Reach.SCHOOL),) if submission.newsletter else ())
    except_ = _names(header, "except", directory, problems)
    if not audience and not header.to and worst(submission.problems) is not Severity.ERROR:
        problems.append(
            error("to-missing", "It does not say whom it is for. Write a line such as “to: Oak class” at the top.")
        )
    event = submission.event or event_of(header, world, now, problems)
    remind = reminders(header, event, problems)
    newsletter = world.newsletters.get(submission.newsletter)
    when = moments(kind, header, event, newsletter, world.calendar, world.policy.timezone, now, taken)
    if newsletter is not None and when.send_at is None:
        problems.append(
            error(
                "newsletter-no-day",
                f"The calendar has no day left on which “{newsletter.name}” goes. Add the next term to terms.toml.",
                "calendar/terms.toml",
            )
        )
    if not submission.bodies:
        return Considered(None, Plan(), tuple(problems), when.send_at)
    bodies = _languages(submission.bodies, world, problems)
    problems += merge_problems(submission.bodies, submission.source, event=event is not None)
    enclosures = submission.enclosures
    if not any(one.attachment.media_type == MEDIA_TYPE for one in enclosures):
        enclosures += diary_entry(event, kind, world, now)
    message = Message(
        id=new_id(kind),
        key=submission.key,
        mode=world.mode,
        kind=kind,
        audience=audience,
        except_=except_,
        author=authority.name,
        bodies=bodies,
        attachments=tuple(enclosure.attachment for enclosure in enclosures),
        source=submission.source,
        intake=submission.intake,
        newsletter=submission.newsletter,
        accepted_at=now,
        send_at=when.send_at,
        expires_at=when.expires_at,
        slot=when.slot,
        own_expiry=header.expires is not None,
        event=event,
        essential=header.essential,
        important=header.important,
        marketing=header.marketing,
        category=header.category,
        also=header.also,
        reply_to=header.reply_to,
        reply_slip=header.reply_slip,
        replaces=header.replaces,
        remind=remind,
        occurrence=submission.occurrence,
        selection=submission.selection,
        details=submission.details,
        diary=submission.diary,
    )
    problems += _channels(message, world, header)
    problems += permitted(message, authority, directory, world.policy)
    day = (at or when.send_at or now).astimezone(world.policy.timezone).date()
    message, found = _reports(message, directory, day)
    problems += found
    problems += _sense(message, now)
    problems += short_notice(message, world, day, header.where.get("event", ""))
    problems += facts_missing(message, world)
    problems += _answers(message, header)
    problems += readability(message.bodies[0])
    if not audience:
        return Considered(message, Plan(), tuple(problems), when.send_at)
    planned = plan(message, directory, world.policy, at or when.send_at or now)
    known = {(problem.id, problem.where) for problem in problems}
    problems += [problem for problem in planned.problems if (problem.id, problem.where) not in known]
    problems = list(dict.fromkeys(problems))
    if worst(problems) is Severity.ERROR:
        # What the plan asks of people is for a message that goes; only the plan's own refusal asks for something else.
        tasks = planned.tasks if worst(planned.problems) is Severity.ERROR else ()
        planned = Plan(problems=planned.problems, tasks=tasks, trace=planned.trace, policy=planned.policy)
    return Considered(message, planned, tuple(problems), when.send_at, enclosures)


def _languages(bodies: tuple[Body, ...], world: World, problems: list[Problem]) -> tuple[Body, ...]:
    """The words in the languages that may go out; the message's own always does."""
    used = {base(language) for language in world.policy.languages} | {"en"}
    first, *others = bodies
    kept = [one for one in others if not world.policy.languages or base(one.language) in used]
    problems += [
        advice(
            "language-not-used",
            f"The {locale_of(one.language).get_display_name('en')} words stay here: the school does not send in that "
            "language. To send them, add it to “use” under [languages] in config.toml.",
            rule="W34",
        )
        for one in others
        if one not in kept
    ]
    return (first, *kept)


def _acting(submission: Submission, world: World, problems: list[Problem]) -> Authority:
    """The authority of the intake, or the narrower one that ``from:`` names."""
    own = submission.authority
    name = submission.header.from_
    if not name:
        return own
    wanted = world.authority(name) or next(
        (world.authority(s.id) for s in world.staff.values() if s.name.casefold() == name.casefold()), None
    )
    where = submission.header.where.get("from", "")
    if wanted is None:
        near = difflib.get_close_matches(name, [*world.staff], n=1)
        hint = f" Did you mean “{near[0]}”?" if near else " Use an id from [[staff]] in config.toml."
        problems.append(error("from-unknown", f"Nobody on the staff is called “{name}”.{hint}", where))
    elif not within(wanted, own):
        problems.append(
            error("from-exceeds", f"This folder may not send in the name of “{name}”. Take “from:” out.", where)
        )
    else:
        return wanted
    return own


def _names(header: Header, key: str, directory: Directory, problems: list[Problem]) -> tuple[Term, ...]:
    terms, found = resolve(header.to if key == "to" else header.except_, directory, header.where.get(key, ""))
    problems += found
    return terms


def _channels(message: Message, world: World, header: Header) -> list[Problem]:
    """``also:`` names channels; a text only where the policy allows it (W37)."""
    problems = []
    policy, where = world.policy, header.where.get("also", "")
    for channel in message.also:
        if channel not in policy.channels:
            near = difflib.get_close_matches(channel, [*policy.channels], n=1)
            hint = f" Did you mean “{near[0]}”?" if near else f" There are {', '.join(policy.channels)}."
            problems.append(error("also-unknown", f"“{channel}” is no way to send.{hint}", where))
        elif channel == policy.text.channel and not _text_allowed(message, world):
            problems.append(
                error(
                    "text-not-allowed",
                    f"A {message.kind.value} does not go as a text: the school keeps texts for what is essential or an "
                    "emergency. Take “also: text” out.",
                    where,
                    rule="W37",
                )
            )
    if _whole_in_a_text(message, world):
        problems.append(
            advice(
                "text-about-one-child",
                "This is about one child, and a text shows all of it on a locked telephone. Write “text:” with a few "
                "words that tell nothing, such as: Please read our letter of today, or ring us.",
                header.where.get("essential", where),
                rule="W29",
            )
        )
    if message.essential and "essential" not in policy.text.allowed and message.kind is not Kind.EMERGENCY:
        problems.append(
            advice(
                "essential-no-text",
                "This school keeps texts for emergencies, so marking this as essential sends no text.",
                header.where.get("essential", ""),
                rule="W37",
            )
        )
    return problems


def _whole_in_a_text(message: Message, world: World) -> bool:
    """Whether words about one child would go as a text as they stand, with no short version that keeps them back."""
    asked = message.essential or world.policy.text.channel in message.also
    return (
        message.kind is not Kind.EMERGENCY
        and message.to_single_children
        and asked
        and _text_allowed(message, world)
        and not all(body.text for body in message.bodies)
    )


def _text_allowed(message: Message, world: World) -> bool:
    allowed = world.policy.text.allowed
    return message.kind.value in allowed or (message.essential and "essential" in allowed)


def _reports(message: Message, directory: Directory, day: date) -> tuple[Message, list[Problem]]:
    """Every report belongs to one child at the school; a doubt about one holds them all (W27).

    The message that comes back leaves out the children without a report: nobody gets the cover alone.
    """
    ids = [attachment.pupil_id for attachment in message.attachments if attachment.pupil_id]
    if message.kind is not Kind.REPORT or not ids:
        return message, []
    problems = []
    strange = sorted({pupil_id for pupil_id in ids if pupil_id not in directory.pupils})
    if strange:
        problems.append(
            error("report-unknown-pupil", f"No child has the number {', '.join(strange)}. Check the files' names.")
        )
    twice = sorted(pupil_id for pupil_id, number in Counter(ids).items() if number > 1)
    if twice:
        problems.append(error("report-twice", f"There are two reports for {', '.join(twice)}. Keep one of them."))
    meant = set(pupils_of(message.audience, message.except_, directory, day))
    without = sorted(meant - set(ids))
    if without:
        sentence = f"There is no report for {', '.join(without)}. Add it, or say yes: then they get nothing."
        problems.append(hold("report-missing", sentence))
    beyond = sorted(set(ids) - meant - set(strange))
    if beyond and message.audience:
        sentence = f"The report of {', '.join(beyond)} goes to nobody: “to:” does not mean them, or they have left."
        problems.append(hold("report-beyond", f"{sentence} Mend “to:” or the file's name, or say yes."))
    left_out = tuple(Term(Reach.PUPIL, pupil_id) for pupil_id in without if len(without) < len(meant))
    return replace(message, except_=(*message.except_, *left_out)), problems


PRIVATE_MAIL = frozenset(
    {
        *("aol.com", "btinternet.com", "gmail.com", "gmx.com", "googlemail.com", "hotmail.co.uk", "hotmail.com"),
        *("icloud.com", "live.co.uk", "live.com", "mail.com", "me.com", "msn.com", "ntlworld.com", "outlook.com"),
        *("proton.me", "protonmail.com", "sky.com", "talktalk.net", "virginmedia.com", "yahoo.co.uk", "yahoo.com"),
    }
)
"""Where people have mailboxes of their own."""


def _answers(message: Message, header: Header) -> list[Problem]:
    """W52: families write to the school, and nobody on the staff has to give a mailbox of their own."""
    domain = message.reply_to.rpartition("@")[2].casefold()
    if domain not in PRIVATE_MAIL:
        return []
    return [
        advice(
            "reply-to-private",
            f"Answers would go to a mailbox at {domain}, which looks like somebody's own. Families should answer the "
            "school: take “reply to:” out, or give an address of the school.",
            header.where.get("reply_to", ""),
            rule="W52",
        )
    ]


def _sense(message: Message, now: datetime) -> list[Problem]:
    problems = []
    if message.expires_at is not None and message.expires_at <= max(message.send_at or now, now):
        problems.append(
            error("expires-before-send", "It would expire before it goes. Check “send:”, “expires:” and “event:”.")
        )
    if message.marketing and message.kind is Kind.EMERGENCY:
        problems.append(error("marketing-emergency", "An emergency cannot be advertising. Take “marketing” out."))
    return problems
