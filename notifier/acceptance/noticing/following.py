"""The steps of a sequence, for each child once: a letter to that child's family, a task, or both (W15, W16, H9, H10).

A child who is not at the school yet gets nothing by itself (DESIGN 3.5, step 1; W14): the office is asked instead.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from notifier.acceptance.noticing.duty import AboutEvents, Means
from notifier.acceptance.noticing.writing import Draft
from notifier.acceptance.world import World
from notifier.calendar.notices import Planner
from notifier.calendar.sequences import begun, moment
from notifier.model.directory import Directory
from notifier.model.message import Kind
from notifier.model.occurrence import Occurrence, OccurrenceState
from notifier.model.plan import Task
from notifier.model.sequence import Begun, Step
from notifier.queue.rows import Decision
from notifier.routing.audience import present

OPEN_FOR = timedelta(days=14)
"""A step that nobody could see to for so long is missed: the office is told."""
RULE = "H9"


@dataclass(frozen=True, slots=True)
class Due:
    run: Begun
    step: Step
    at: datetime

    @property
    def key(self) -> str:
        return f"sequence:{self.run.sequence.name}:{self.step.name}:{self.run.pupil_id}:{self.run.start}"


class Following(AboutEvents):
    """A ``schedule.Duty``."""

    def __init__(self, means: Means) -> None:
        super().__init__(means)
        self._due: dict[str, Due] = {}
        self._of: tuple[Directory | None, Planner, date] | None = None
        self._found: list[Occurrence] = []

    async def upcoming(self, first: datetime, last: datetime) -> Iterable[Occurrence]:
        self._found = [
            Occurrence(
                key=key,
                at=due.at,
                until=due.at + OPEN_FOR,
                kind=Kind.LETTER.value,
                title=f"{due.run.sequence.name}: {due.step.name}",
                audience=(f"pupil {due.run.pupil_id}",),
                reason=f"{due.run.sequence.begins.value} on {due.run.start:%-d %B %Y}",
            )
            for key, due in self._all().items()
            if due.at <= last and due.at + OPEN_FOR > first
        ]
        return self._found

    def _all(self) -> dict[str, Due]:
        """Kept as long as families, calendar, settings and the day are the same."""
        world = self._world()
        planner = self._known.planner()
        today = self._clock.now().astimezone(world.policy.timezone).date()
        before, self._of = self._of, (world.directory, planner, today)
        if before is None or before[0] is not world.directory or before[1:] != self._of[1:]:
            self._due = {due.key: due for due in self._worked_out(world)}
        return self._due

    def _worked_out(self, world: World) -> Iterator[Due]:
        if world.directory is None:
            return
        planner = self._known.planner()
        today = self._clock.now().astimezone(world.policy.timezone).date()
        for sequence in world.sequences:
            for run in begun(sequence, world.directory.pupils.values(), today):
                for step in sequence.steps:
                    yield Due(run, step, moment(step, run.start, planner))

    async def see_to(self, occurrence: Occurrence, now: datetime) -> bool:
        due, world = self._all().get(occurrence.key), self._world()
        pupil = world.directory.pupils.get(due.run.pupil_id) if due is not None and world.directory else None
        if due is None or pupil is None:
            return False
        tasks: tuple[Task, ...] = (Task(due.step.task, (pupil.id,), RULE),) if due.step.task else ()
        here = present(pupil, now.astimezone(world.policy.timezone).date())
        if due.step.words and not here:
            return await self._ask(occurrence, due, now)
        if not due.step.words:
            decision = Decision(occurrence, OccurrenceState.DONE, tasks=tasks, reason="a person sees to it")
            (done,) = await self._store.decisions.decide([decision], world.mode, now)
            return done
        draft = Draft(
            event=None,
            bodies=self._words.bodies(due.step.words),
            to=(f"pupil {pupil.id}",),
            kind=Kind.LETTER,
            source=due.run.sequence.name,
            about=(pupil.id,),
        )
        return await self._writing.decide(occurrence, [draft], now, tasks=tasks, nobody="nobody may hear of this child")

    async def _ask(self, occurrence: Occurrence, due: Due, now: datetime) -> bool:
        """One task for all children of whom this step is due and who are not here yet: in May that is a whole class."""
        world = self._world()
        today = now.astimezone(world.policy.timezone).date()
        pupils = world.directory.pupils if world.directory is not None else {}
        alike = [
            (one, other.run.pupil_id)
            for one in self._found
            if one.at <= now < one.until
            and (other := self._due.get(one.key)) is not None
            and (other.run.sequence.name, other.step) == (due.run.sequence.name, due.step)
            and other.run.pupil_id in pupils
            and not present(pupils[other.run.pupil_id], today)
        ]
        decided = await self._store.decisions.decided([one.key for one, _ in alike], world.mode)
        others = [(one, id) for one, id in alike if one.key not in decided and one.key != occurrence.key]
        ids = (due.run.pupil_id, *(id for _, id in others))
        named = f"{due.run.sequence.name}: {due.step.name}"
        if len(ids) == 1:
            what = (
                f"“{named}” is due for a child who is not at the school yet, "
                "so nothing goes by itself. Write to the family or ring them."
            )
        else:
            what = (
                f"“{named}” is due for {len(ids)} children who are not at the school yet, "
                "so nothing goes by itself. Write to the families or ring them."
            )
        tasks = [Task(what, ids, RULE)]
        if due.step.task:
            tasks.append(Task(due.step.task, ids, RULE))
        decision = Decision(
            occurrence,
            OccurrenceState.DONE,
            tasks=tuple(tasks),
            reason="a person sees to it",
            with_=tuple(one for one, _ in others),
        )
        (done,) = await self._store.decisions.decide([decision], world.mode, now)
        return done
