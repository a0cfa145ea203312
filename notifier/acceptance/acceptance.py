"""The one way in, for the drop folder, the command line, the schedule and closures alike."""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from notifier.acceptance import answers
from notifier.acceptance.dates import with_diary
from notifier.acceptance.selecting import Selecting
from notifier.acceptance.understanding import Considered, consider
from notifier.acceptance.world import World
from notifier.calendar import slots
from notifier.calendar.notices import over
from notifier.clock import Clock
from notifier.faultpoints import reached
from notifier.logs import logger
from notifier.model.answer import Answer, Note, Outcome
from notifier.model.directory import Directory
from notifier.model.message import Kind, Message, Submission
from notifier.model.occurrence import Occurrence, OccurrenceState
from notifier.model.plan import Plan, Task
from notifier.model.problem import Severity, worst
from notifier.model.staff import Authority, Role
from notifier.model.states import MessageState
from notifier.queue import Entry, Store, StoredMessage, StoreProblem
from notifier.queue.rows import Decision, Release
from notifier.routing import plan, rules, work_out

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is mistaken for another on the telephone


def new_id(kind: Kind) -> str:
    """A message's id, short enough to read out: ``letter-k7m2qd``."""
    return f"{kind.value}-{''.join(secrets.choice(_LETTERS) for _ in range(6))}"


AHEAD = timedelta(days=60)
"""How far ahead a slot may have gone already, by a clock that was ahead."""

EVENT_MOVED = "event-moved"
OF_THE_FILES = frozenset({rules.FILES_DOUBTFUL, rules.FILES_MISSING})


class Acceptance:
    """Decides upon what intake hands over, and upon what falls due. ``world`` gives the school as it stands."""

    def __init__(
        self,
        store: Store,
        world: Callable[[], World],
        clock: Clock,
        make_id: Callable[[Kind], str] = new_id,
    ) -> None:
        self.store = store
        self.world = world
        self.clock = clock
        self.make_id = make_id
        self._selecting = Selecting(store)
        self.log = logger("acceptance")

    async def accept(self, submission: Submission) -> Answer:
        """Refuse, hold, enqueue or keep for later, in one transaction; the answer is true once it is given.

        A database that cannot be used gives ``Outcome.FAULT``: the file is tried again later.
        """
        try:
            return await self._accept(submission)
        except StoreProblem as problem:
            return Answer(Outcome.FAULT, problem.sentence)

    async def look_ahead(self) -> None:
        """Whatever comes next finds the families in force worked out."""
        world = self.world()
        if world.directory is not None:
            await asyncio.to_thread(work_out, world.directory, world.policy, self.clock.now())

    async def _accept(self, submission: Submission) -> Answer:
        world, now = self.world(), self.clock.now()
        # Before anything is judged: a file met again after its `send:` has passed is not wrong, it is known.
        known = await self.store.known(submission.key, world.mode)
        if known is not None:
            return await self._already(submission, known)
        # A whole school takes seconds, in which an emergency must find its way out.
        taken = await self._taken(submission.newsletter, world, now)
        considered = await asyncio.to_thread(consider, submission, world, now, self.make_id, taken=taken)
        message = considered.message
        if considered.severity is Severity.ERROR or message is None:
            if message is not None and considered.plan.tasks:
                # A refusal that a person must act upon (W42) is kept; its key stays free for a mended file.
                refused = replace(message, key=f"{message.key}:{message.id}")
                await self.store.enqueue(Entry(refused, MessageState.REFUSED, considered.plan), now)
            self.log.info("refused", source=submission.source, problems=[p.id for p in considered.problems])
            return Answer(Outcome.REFUSED, answers.refused(submission, considered))
        earlier = await self._earlier(submission, message)
        if not considered.doubts and (considered.send_at is None or considered.send_at <= now):
            message = await asyncio.to_thread(with_diary, message, world, now)
        if message.replaces and not any(one.id == message.replaces for one in earlier):
            return Answer(Outcome.REFUSED, answers.nothing_to_replace(submission, message.replaces))
        entry = _entry(submission, considered, message, world, now, earlier)
        state, text = entry.state, entry.answer
        enqueued = await self.store.enqueue(entry, now)
        reached("accepted")
        if enqueued.already:
            return await self._already(submission, enqueued.message_id)
        self.log.info(state.value, message=message.id, kind=message.kind.value, source=submission.source)
        notes = tuple(
            Note(one.message.intake, one.message.source, answers.superseded(one.message, message)) for one in earlier
        )
        if state is MessageState.HELD:
            return Answer(Outcome.HELD, text, message.id, notes)
        attention = any(delivery.held for delivery in considered.plan.deliveries)
        return Answer(Outcome.ACCEPTED, text, message.id, notes, attention)

    async def _taken(self, name: str, world: World, now: datetime) -> set[date]:
        """Days of this newsletter's rhythm that have had their issue, though the clock says they are to come."""
        newsletter = world.newsletters.get(name)
        if newsletter is None:
            return set()
        ahead = slots(newsletter, world.calendar, now, now + AHEAD, world.policy.timezone)
        decided = await self.store.decisions.decided([slot.key for slot in ahead], world.mode)
        return {slot.day for slot in ahead if decided.get(slot.key) not in (None, OccurrenceState.MISSED)}

    async def prepare(self, submission: Submission, now: datetime) -> tuple[Considered, Entry | None]:
        """What goes by the clock, understood and planned as a file is, for whoever decides it in one transaction.

        No entry where it is refused, or nobody is left to get it.
        """
        world = self.world()
        considered = await asyncio.to_thread(consider, submission, world, now, self.make_id)
        message = considered.message
        if considered.severity is Severity.ERROR or message is None or world.directory is None:
            return considered, None
        narrowed = await self._selecting.narrow(message, considered.plan, world.directory, world.policy, now)
        considered = replace(considered, plan=narrowed)
        if not narrowed.deliveries and (message.selection or not narrowed.tasks):
            return considered, None
        return considered, _entry(submission, considered, message, world, now, [])

    async def _already(self, submission: Submission, message_id: str) -> Answer:
        """It is known. Where a crash came between acceptance and answer, the answer that is still owed."""
        stored = await self.store.message(message_id) if submission.recovered else None
        if stored is not None and stored.answer:
            outcome = Outcome.HELD if stored.state is MessageState.HELD else Outcome.ACCEPTED
            return Answer(outcome, stored.answer, message_id)
        return Answer(Outcome.ALREADY, answers.already(submission, message_id), message_id)

    async def _earlier(self, submission: Submission, message: Message) -> list[StoredMessage]:
        """The waiting issues of the same newsletter, and what ``replaces:`` names."""
        found: list[StoredMessage] = []
        if submission.newsletter and submission.header.send is None:
            found += [
                one
                for one in await self.store.waiting_for(submission.newsletter)
                if one.message.mode is message.mode and one.message.key != message.key
            ]
        if message.replaces:
            named = await self.store.find(message.replaces)
            if named is not None and named.id not in {one.id for one in found}:
                found.append(named)
        return found

    def preview(self, submission: Submission, at: datetime | None) -> Considered:
        """The plan as the head would submit it, for the moment ``at``; nothing is written."""
        now, world = at or self.clock.now(), self.world()
        considered = consider(submission, world, now, self.make_id, as_=Authority(Role.HEAD), at=at)
        if considered.message is None:
            return considered
        return replace(considered, message=with_diary(considered.message, world, considered.send_at or now))

    async def release(self, message: Message, occurrence: Occurrence, now: datetime) -> bool:
        """Plan anew and enqueue a waiting message whose moment has come, exactly once; a doubt holds it."""
        return await self._release(message, now, occurrence)

    async def resume(self) -> int:
        """Once the families' files are in order again: let go what they alone had stopped. How much went on.

        Every delivery is looked at once more before it is sent, so letting one go too many does no harm.
        """
        directory, now = self.world().directory, self.clock.now()
        if directory is None or directory.refuses or directory.held:
            return 0
        resumed = 0
        for stored in await self.store.messages((MessageState.HELD,)):
            if stored.message.doubts and OF_THE_FILES.issuperset(stored.message.doubts):
                resumed += await self._release_or_wait(stored.message, now)
        for delivery_id in await self.store.held_for(rules.UNREADABLE):
            resumed += await self.store.requeue_held(delivery_id, now, "families")
        return resumed

    async def _release_or_wait(self, message: Message, now: datetime) -> bool:
        if message.send_at is not None and message.send_at > now:
            return await self.store.set_waiting(message.id, message, now)
        return await self._release(message, now)

    async def approve(self, stored: StoredMessage, by: str) -> Plan | None:
        """A held message goes, or waits for its moment; None where somebody else was quicker.

        Whether that person may approve is for the caller to have checked. What only a person can
        doubt is settled by this yes; what is an error by now refuses it: the plan then has no deliveries.
        """
        now = self.clock.now()
        message = self._as_of_today(stored.message)
        planned = await self._planned(message, now)
        if worst(planned.problems) is Severity.ERROR:
            return planned
        # Who may send what was settled when it came in; routing's own doubts are those of today.
        doubts = (problem.id for problem in planned.doubts)
        said_yes_to = dict.fromkeys((*message.approved, *message.doubts, *doubts))
        message = replace(message, approved=tuple(said_yes_to))
        if message.send_at is not None and message.send_at > now:
            done = await self.store.set_waiting(stored.id, message, now, by=by)
        else:
            message = await asyncio.to_thread(with_diary, message, self.world(), now)
            done = await self._enqueue(message, planned, now, by=by)
        return planned if done else None

    async def _release(self, message: Message, now: datetime, occurrence: Occurrence | None = None) -> bool:
        if message.expires_at is not None and message.expires_at <= now:
            return False  # expiry ends it
        if self._as_of_today(message) != message:
            # The words may name the old day, and only a person can read them.
            self.log.warning("held when due", message=message.id, problems=[EVENT_MOVED])
            await self.store.hold(message.id, EVENT_MOVED, now)
            what = (
                "The event of this message was moved or cancelled after it was written, so it waits. If its words "
                f"still hold: notifier approve {message.id} --as ID. If not: notifier cancel {message.id} --as ID."
            )
            await self.store.open_tasks([Task(what, (message.id,), "W35")], now, message.id)
            return False
        message = await asyncio.to_thread(with_diary, message, self.world(), now)
        planned = await self._planned(message, now)
        errors = [problem for problem in planned.problems if problem.severity is Severity.ERROR]
        doubts = [*errors, *(problem for problem in planned.doubts if problem.id not in message.approved)]
        if doubts and all(problem.id in OF_THE_FILES for problem in doubts):
            return False  # it stays where it is, and goes when the files are mended
        if doubts:
            self.log.warning("held when due", message=message.id, problems=[problem.id for problem in doubts])
            await self.store.hold(message.id, "; ".join(problem.sentence for problem in doubts), now, doubt=True)
            return False
        return await self._enqueue(message, planned, now, occurrence)

    def _as_of_today(self, message: Message) -> Message:
        """With its event as the calendar has it now; one that is gone from there stays as it was."""
        world, known = self.world(), message.event
        event = world.calendar.event(known.id) if known is not None and known.id else None
        if event is None or known is None or event.facts == known.facts:
            return message
        zone = world.policy.timezone
        lasts = over(event, zone) if message.expires_at == over(known, zone) else message.expires_at
        return replace(message, event=event, expires_at=lasts)

    async def _planned(self, message: Message, at: datetime) -> Plan:
        world = self.world()
        directory = world.directory or Directory()
        planned = await asyncio.to_thread(plan, message, directory, world.policy, at)
        return await self._selecting.narrow(message, planned, directory, world.policy, at)

    async def _enqueue(
        self, message: Message, planned: Plan, now: datetime, occurrence: Occurrence | None = None, *, by: str = ""
    ) -> bool:
        directory = self.world().directory
        version = directory.version if directory else 0
        told = _published(message, planned)
        if occurrence is None:
            released = await self.store.release(message.id, told, planned, now, directory_version=version, by=by)
        else:
            release = Release(told, planned, version)
            decision = Decision(occurrence, OccurrenceState.DONE, releases=(release,), message_id=message.id)
            (released,) = await self.store.decisions.decide([decision], message.mode, now)
        reached("released")
        return released


def _published(message: Message, planned: Plan) -> Message:
    """The message as it is kept: it knows where everybody can read it, and so can its letters say."""
    return replace(message, public_on=tuple(item.channel for item in planned.public))


def _entry(
    submission: Submission,
    considered: Considered,
    message: Message,
    world: World,
    now: datetime,
    earlier: Sequence[StoredMessage],
) -> Entry:
    """What goes into the store for a submission that is not refused."""
    state = MessageState.ACCEPTED
    if considered.doubts:
        state = MessageState.HELD
    elif considered.send_at is not None and considered.send_at > now:
        state = MessageState.WAITING
    return Entry(
        message=replace(
            _published(message, considered.plan),
            doubts=tuple(dict.fromkeys(problem.id for problem in considered.doubts)),
        ),
        state=state,
        plan=considered.plan,
        blobs={e.attachment.digest: (e.attachment.media_type, e.content) for e in considered.enclosures},
        answer=answers.accepted(submission, considered, world, state, now, [one.message for one in earlier]),
        supersedes=tuple(one.id for one in earlier),
        directory_version=world.directory.version if world.directory else 0,
    )
