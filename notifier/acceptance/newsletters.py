"""Newsletters, as a duty of the rota: the issue that waits goes; where none does, author and head hear of it (W20)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

from notifier.acceptance.acceptance import Acceptance
from notifier.acceptance.answers import spoken_moment
from notifier.acceptance.staff import OFFICE, SENIOR, first_of, named, staff_message
from notifier.acceptance.waiting import in_turn, waiting
from notifier.acceptance.world import World
from notifier.calendar import next_slot
from notifier.calendar.agenda import Issue, of_newsletter, placed, reminders
from notifier.model.calendar import Newsletter, Slot
from notifier.model.message import Kind
from notifier.model.occurrence import Occurrence, OccurrenceState
from notifier.model.plan import Task
from notifier.model.staff import Staff
from notifier.model.states import MessageState
from notifier.queue import Store, StoredMessage
from notifier.queue.rows import Decision
from notifier.routing.audience import spoken

RULE = "W20"


class Newsletters:
    def __init__(self, store: Store, world: Callable[[], World], acceptance: Acceptance) -> None:
        self._store = store
        self._world = world
        self._acceptance = acceptance

    async def upcoming(self, first: datetime, last: datetime) -> Iterable[Occurrence]:
        """Slots, and reminders ahead of them; none from before this database was made."""
        world = self._world()
        if not world.newsletters:
            return ()
        begun = await self._store.decisions.begun()
        zone, catch_up = world.policy.timezone, world.policy.kinds[Kind.NEWSLETTER].catch_up
        issues: dict[str, Issue] = {}
        for stored, slot in await self._placed(world, first):
            if slot is not None:
                issues[slot.key] = stored.message, tuple(spoken(term) for term in stored.message.audience)
        found: list[Occurrence] = []
        for one in world.newsletters.values():
            found += of_newsletter(one, world.calendar, zone, max(begun, first - catch_up), last, issues, catch_up)
            ahead = reminders(one, world.calendar, zone, first, last, catch_up)
            found += (reminder for reminder in ahead if reminder.at > begun)
        return found

    async def rearrange(self, now: datetime) -> None:
        """What waits moves with the calendar: a slot that became a day off, or has been had already."""
        world = self._world()
        for stored, slot in await self._placed(world, now):
            message = stored.message
            if slot is None or (slot.day, slot.at) == (message.slot, message.send_at):
                continue
            expires = message.expires_at
            if not message.own_expiry:
                newsletter = world.newsletters[message.newsletter]
                after = next_slot(newsletter, world.calendar, slot.at, world.policy.timezone)
                expires = after.at if after else None
            moved = replace(message, slot=slot.day, send_at=slot.at, expires_at=expires)
            if await self._store.set_waiting(message.id, moved, now):
                await self._store.audit(f"moved to {slot.at.isoformat()}", "calendar", message.id, now)

    async def _placed(self, world: World, now: datetime) -> list[tuple[StoredMessage, Slot | None]]:
        """What waits in turn, with its slot by the calendar as it is."""
        found = [one for one in await waiting(self._store) if in_turn(one.message, world)]
        keys = {Slot(one.message.newsletter, day, now).key: day for one in found if (day := one.message.slot)}
        decided = await self._store.decisions.decided(list(keys), world.mode) if keys else {}
        taken: dict[str, list[date]] = defaultdict(list)
        for key in decided:
            taken[key.rpartition(":")[0]].append(keys[key])
        return [
            (
                one,
                placed(
                    one.message,
                    world.newsletters[one.message.newsletter],
                    world.calendar,
                    now,
                    world.policy.timezone,
                    taken[f"newsletter:{one.message.newsletter}"],
                ),
            )
            for one in found
        ]

    async def see_to(self, occurrence: Occurrence, now: datetime) -> bool:
        world = self._world()
        newsletter = world.newsletters[occurrence.newsletter]
        if occurrence.message_id:
            stored = await self._store.message(occurrence.message_id)
            if stored is None or stored.state is not MessageState.WAITING:
                return False
            return await self._acceptance.release(stored.message, occurrence, now)
        issues = await self._store.waiting_for(newsletter.name)
        held = [one.id for one in issues if one.message.mode is world.mode and one.state is MessageState.HELD]
        if occurrence.kind == Kind.NEWSLETTER.value:
            decision = self._nothing_goes(occurrence, newsletter, world, held, now)
        elif held or any(one.message.mode is world.mode for one in issues):
            decision = Decision(occurrence, OccurrenceState.SKIPPED, reason="an issue waits")
        else:
            decision = self._reminded(occurrence, newsletter, world, now)
        (done,) = await self._store.decisions.decide([decision], world.mode, now)
        return done

    def _reminded(self, occurrence: Occurrence, newsletter: Newsletter, world: World, now: datetime) -> Decision:
        slot = next_slot(newsletter, world.calendar, now, world.policy.timezone)
        if slot is None:
            return Decision(occurrence, OccurrenceState.SKIPPED, reason="it does not go")
        when = spoken_moment(slot.at, world)
        words = (
            f"“{newsletter.name}” goes on {when}, and no issue is waiting yet.",
            f"Please put it into the folder {newsletter.folder} before then. If there is none, nothing is sent.",
        )
        to = named(world, newsletter.as_) or first_of(world, OFFICE)
        return self._told(
            occurrence, OccurrenceState.DONE, to, f"No issue of “{newsletter.name}” yet", words, world, now
        )

    def _nothing_goes(
        self, occurrence: Occurrence, newsletter: Newsletter, world: World, held: Sequence[str], now: datetime
    ) -> Decision:
        reason = "an issue waits for a yes" if held else "no issue was waiting"
        if newsletter.remind_at is None:
            return Decision(occurrence, OccurrenceState.SKIPPED, reason=reason)
        following = next_slot(newsletter, world.calendar, max(now, occurrence.at), world.policy.timezone)
        words = [
            f"“{newsletter.name}” was to go on {spoken_moment(occurrence.at, world)}. "
            + ("Its issue waits for somebody’s yes" if held else "No issue was waiting")
            + ", so nothing was sent.",
        ]
        words += [f"To let it go: notifier approve {one} --as ID" for one in held]
        if following is not None:
            words.append(f"It goes next on {spoken_moment(following.at, world)}.")
        subject = f"“{newsletter.name}” was not sent"
        return self._told(
            occurrence, OccurrenceState.SKIPPED, first_of(world, SENIOR), subject, words, world, now, reason
        )

    def _told(
        self,
        occurrence: Occurrence,
        state: OccurrenceState,
        to: Sequence[Staff],
        subject: str,
        words: Sequence[str],
        world: World,
        now: datetime,
        reason: str = "",
    ) -> Decision:
        """An email to them, else a task: somebody hears of it."""
        key = f"staff:{occurrence.key}"
        letter = staff_message(self._acceptance.make_id(Kind.LETTER), key, to, subject, words, world, now)
        if letter is None:
            task = Task(f"{subject}: {words[0]}", (occurrence.newsletter,), RULE)
            return Decision(occurrence, state, tasks=(task,), reason=reason)
        return Decision(occurrence, state, entries=(letter,), message_id=letter.message.id, reason=reason)
