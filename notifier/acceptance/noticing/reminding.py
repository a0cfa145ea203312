"""Reminders of the letters that staff wrote about an event, to the same audience (DESIGN 3.5; ``remind:``).

They are worked out from the letter and the calendar as both stand: a letter that was cancelled or replaced is
reminded of no more, and one whose event moved is reminded of at another time.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from notifier.acceptance.noticing.duty import AboutEvents
from notifier.acceptance.noticing.together import POST
from notifier.acceptance.noticing.writing import Draft
from notifier.calendar.notices import Due
from notifier.config.policy import notice_meant
from notifier.model.calendar import Event, Session
from notifier.model.message import Kind
from notifier.model.notice import Selection
from notifier.model.occurrence import Occurrence
from notifier.queue import StoredMessage
from notifier.rendering.prepared import Facts
from notifier.routing.audience import spoken

APART = 2
"""School days that lie at least between a letter and its first reminder, unless ``remind:`` says otherwise (C5)."""


class Reminding(AboutEvents):
    """A ``schedule.Duty``."""

    async def upcoming(self, first: datetime, last: datetime) -> Iterable[Occurrence]:
        now = self._clock.now()
        on_paper, corrected = self._known.on_paper(), await self._known.corrected(now)
        found: list[Occurrence] = []
        for letter in await self._known.letters(now):
            event = self._known.event_now(letter)
            if event is None:
                continue
            dues = list(self._dues(letter, event))
            for due in dues:
                if event.id in corrected and due.at <= corrected[event.id]:
                    continue
                if due.until <= first or (due.until <= now and due is not dues[-1]):
                    continue
                posted = on_paper and due.paper_at < due.at and now < due.at and due.paper_at <= last
                if posted and self._after(letter, due.paper_at):
                    found.append(self._occurrence(letter, event, due, post=True))
                if due.at <= last:
                    found.append(self._occurrence(letter, event, due, post=False))
        return found

    def _dues(self, letter: StoredMessage, event: Event) -> Iterator[Due]:
        """Those that come after the letter itself."""
        world, planner = self._world(), self._known.planner()
        offsets = letter.message.remind
        if offsets is None:
            offsets = world.notices.offsets_of(event.category, notice_meant(world.policy, event.category))
        for due in planner.notices(event, offsets):
            if self._after(letter, due.at):
                yield due

    def _after(self, letter: StoredMessage, at: datetime) -> bool:
        """Far enough from the letter. A reminder on paper that is not, does not lie beside it in the book bag: it
        leaves when the others' does."""
        went, zone = _went(letter), self._world().policy.timezone
        days = self._known.planner().days.between(went.astimezone(zone).date(), at.astimezone(zone).date())
        return at > went and (letter.message.remind is not None or days >= APART)

    def _occurrence(self, letter: StoredMessage, event: Event, due: Due, *, post: bool) -> Occurrence:
        message = letter.message
        return Occurrence(
            key=f"reminder:{letter.id}:{event.date}:{due.offset}{POST if post else ''}",
            at=due.paper_at if post else due.at,
            until=due.at if post else due.until,
            kind=Kind.NOTICE.value,
            title=f"Reminder: {message.subject}",
            audience=tuple(spoken(term) for term in message.audience),
            event_id=event.id,
            reason=f"{due.offset} before it{', on paper, so that it is there in time' if post else ''}",
            lead_school_days=self._known.planner().lead(due.paper_at if post else due.at, event.date),
        )

    async def see_to(self, occurrence: Occurrence, now: datetime) -> bool:
        letter = await self._store.message(occurrence.key.split(":")[1])
        event = self._known.event_now(letter) if letter is not None else None
        if letter is None or event is None or self._known.at_rest(now, occurrence.until):
            return False
        message = letter.message
        post = occurrence.key.endswith(POST)
        if post and event.id in await self._known.to_correct(now):
            return False  # the correction first, which stands in for it
        late = self._known.too_late_by_post(now, event)
        if post and late:
            nobody = "it would come too late by post"
            return await self._writing.decide(occurrence, [], now, nobody=nobody)
        mode = self._world().mode
        apart = f"{occurrence.key}{POST}"
        early = await self._store.known(apart, mode)
        paper_at = occurrence.at if post else self._known.planner().paper(occurrence.at)
        stands_in = await self._known.stand_in(now, event, paper_at)
        settled = apart in await self._store.decisions.decided([apart], mode)
        went = _went(letter).astimezone(self._world().policy.timezone)
        draft = Draft(
            event=event,
            bodies=self._words.bodies(
                "letter-reminder",
                Facts(
                    event,
                    letter={body.language: body.subject for body in message.bodies},
                    letter_day=Session(went.date()),
                ),
            ),
            to=tuple(spoken(term) for term in message.audience),
            except_=tuple(spoken(term) for term in message.except_),
            selection=Selection(
                not_had=(*((early,) if early else ()), *(stands_in if post else ())),
                posted=post,
                not_posted=late or bool(settled and stands_in),
            ),
            category=message.category,
            reply_to=message.reply_to,
            approved=message.approved,
            about=(letter.id,),
        )
        nobody = "nobody gets it on paper" if post else "nobody is left whom it concerns"
        return await self._writing.decide(occurrence, [draft], now, nobody=nobody)


def _went(letter: StoredMessage) -> datetime:
    return letter.message.send_at or letter.message.accepted_at or letter.received_at
