"""A thing that falls due becomes a message, by the one way in, and is decided once (DESIGN 5.3)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from notifier.acceptance.acceptance import OF_THE_FILES, Acceptance
from notifier.acceptance.noticing.known import Known
from notifier.acceptance.selecting import posted
from notifier.acceptance.world import World
from notifier.calendar.notices import starts
from notifier.model.calendar import Event
from notifier.model.message import Body, DiaryDate, Header, Kind, Submission
from notifier.model.notice import EVERYBODY, Selection
from notifier.model.occurrence import Occurrence, OccurrenceState
from notifier.model.plan import Plan, Task
from notifier.model.problem import Severity
from notifier.model.staff import Authority, Role
from notifier.model.states import MessageState
from notifier.queue import Store
from notifier.queue.rows import Decision, Entry

RULE = "W35"
SOURCE = "the calendar"


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to go. ``to`` and ``except_`` as the school says them. ``key``: of the message, the occurrence's unless
    it makes several. ``approved``: doubts to which a person has said yes for what this follows. ``dates``: the events
    where it is of several."""

    event: Event | None
    bodies: tuple[Body, ...]
    to: tuple[str, ...]
    except_: tuple[str, ...] = ()
    selection: Selection = EVERYBODY
    kind: Kind = Kind.NOTICE
    category: str = ""
    essential: bool = False
    reply_to: str = ""
    approved: tuple[str, ...] = ()
    key: str = ""
    first: bool = False
    source: str = SOURCE
    dates: tuple[DiaryDate, ...] = ()
    about: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Written:
    """``entry`` None: nobody gets it, or it was refused, which ``tasks`` then say."""

    entry: Entry | None
    tasks: tuple[Task, ...] = ()


class Writing:
    def __init__(self, store: Store, acceptance: Acceptance, known: Known, world: Callable[[], World]) -> None:
        self._store = store
        self._acceptance = acceptance
        self._known = known
        self._world = world

    async def decide(
        self,
        occurrence: Occurrence,
        drafts: Sequence[Draft],
        now: datetime,
        *,
        cancels: tuple[str, ...] = (),
        tasks: tuple[Task, ...] = (),
        nobody: str = "",
    ) -> bool:
        """All of it or nothing; False where the families' files stand in the way, or another was quicker.

        ``nobody``: why, where it goes to nobody.
        """
        written: list[Written] = []
        for draft in drafts:
            found = await self.write(occurrence, draft, now)
            if found is None:
                return False
            written.append(found)
        entries = tuple(one.entry for one in written if one.entry is not None)
        decision = Decision(
            occurrence=occurrence,
            state=OccurrenceState.DONE if entries else OccurrenceState.SKIPPED,
            entries=entries,
            cancels=cancels,
            tasks=(*tasks, *(task for one in written for task in one.tasks)),
            message_id=entries[0].message.id if entries else "",
            reason=occurrence.reason if entries else nobody,
        )
        (done,) = await self._store.decisions.decide([decision], self._world().mode, now)
        return done

    async def write(self, occurrence: Occurrence, draft: Draft, now: datetime) -> Written | None:
        """None: the families' files stand in the way, and it is tried again at the next look."""
        considered, entry = await self._acceptance.prepare(
            _submission(occurrence, draft, self._world().policy.timezone), now
        )
        message = considered.message
        if message is None or OF_THE_FILES.intersection(problem.id for problem in considered.problems):
            return None
        errors = [problem for problem in considered.problems if problem.severity is Severity.ERROR]
        about = draft.about or ((draft.event.id,) if draft.event is not None and draft.event.id else ())
        title = message.subject
        if errors:
            why = " ".join(problem.sentence for problem in errors)
            return Written(None, (Task(f"“{title}” could not go out by itself. {why}", about, RULE),))
        if entry is None:
            return Written(None)
        tasks = []
        doubts = [problem for problem in considered.doubts if problem.id not in draft.approved]
        if entry.state is MessageState.HELD and not doubts:
            entry = replace(entry, state=MessageState.ACCEPTED)
        entry = replace(entry, message=replace(entry.message, approved=draft.approved))
        if entry.state is MessageState.HELD:
            why = " ".join(problem.sentence for problem in doubts)
            what = f"“{title}” waits for a yes. {why} Then: notifier approve {message.id} --as ID"
            tasks.append(Task(what, (message.id,), RULE))
        late = [problem for problem in considered.problems if problem.id == "short-notice"]
        if draft.first and late:
            tasks.append(Task(f"“{title}” goes out late. {late[0].sentence}", about, RULE))
        tasks += self._too_late_on_paper(entry.plan, draft, now, title)
        return Written(entry, tuple(tasks))

    def _too_late_on_paper(self, plan: Plan, draft: Draft, now: datetime, title: str) -> list[Task]:
        """SCHOOL 39: what the post would bring after the event."""
        policy = self._world().policy
        late = [one for one in plan.deliveries if posted(one, policy)]
        days = [event.date for event in (draft.event, *(one.event for one in draft.dates)) if event is not None]
        if not days or not late or self._known.planner().arrives(now) < min(days):
            return []
        what = (
            f"“{title}” goes on paper to these adults, and by this post it would come too late. "
            "Give it to the child, send it first class, or ring them."
        )
        return [Task(what, tuple(id for one in late for id in one.contact_ids), RULE)]


def _submission(occurrence: Occurrence, draft: Draft, zone: ZoneInfo) -> Submission:
    """In the name of the office, whose calendar it is. A list of several is news until the last of them begins."""
    expires = max((starts(one.event, zone) for one in draft.dates), default=None)
    return Submission(
        key=draft.key or occurrence.key,
        source=draft.source,
        intake="",
        authority=Authority(Role.OFFICE),
        header=Header(
            kind=draft.kind,
            to=draft.to,
            except_=draft.except_,
            subject=draft.bodies[0].subject,
            category=draft.category,
            essential=draft.essential,
            reply_to=draft.reply_to,
            expires=expires,
        ),
        bodies=draft.bodies,
        occurrence=occurrence.key,
        selection=draft.selection,
        event=draft.event,
        diary=draft.dates,
    )
