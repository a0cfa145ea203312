"""What a leg goes as: rechecked by the directory in force, to its address, rendered (DESIGN 3.5, end).

A few legs are made ready in a row, since the same work done again at once takes half the time. What was made ready
ahead is used only if the leg, the message, the directory and the school's day are still the very same when it goes:
recheck is pure and knows no other moment than the day, so it would say exactly that again. Anything else is made anew.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from channels.base import Channel, Outgoing
from notifier.dispatch.outgoing import Packer
from notifier.model.directory import Directory
from notifier.model.message import Message
from notifier.model.plan import Address, Delivery, Send, Task, Verdict
from notifier.model.policy import Policy
from notifier.queue.rows import ClaimedLeg

ROW = 32
"""Legs made ready in a row at most: a millisecond in which nothing else is done."""
KEPT = 256
"""Legs that were made ready and have not gone, at most: of those that were given back some are left."""

Recheck = Callable[[Message, Delivery, Directory, Policy, datetime], Verdict]


@dataclass(slots=True)
class Ready:
    """Made once, changed never: one that guards itself takes three times as long to make.

    ``outgoing`` None: it does not go, by the verdict or for want of an address.

    ``reduced``: what the database keeps of a delivery that became narrower, None where nothing fell away.
    """

    leg: ClaimedLeg
    message: Message
    directory: Directory
    day: "Day"
    verdict: Verdict
    tasks: tuple[Task, ...] = ()
    reduced: Delivery | None = None
    outgoing: Outgoing | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the school, from its first moment to the next day's."""

    begins: datetime
    ends: datetime

    @classmethod
    def of(cls, now: datetime, policy: Policy) -> "Day":
        midnight = now.astimezone(policy.timezone).replace(hour=0, minute=0, second=0, microsecond=0)
        # in UTC: within one time zone Python compares what the clocks there show, and they are put forward and back
        return cls(midnight.astimezone(now.tzinfo), (midnight + timedelta(days=1)).astimezone(now.tzinfo))

    def __contains__(self, now: datetime) -> bool:
        return self.begins <= now < self.ends


class Readying:
    """``recheck`` is asked about every leg but public ones; in a drill about those too, as nothing of it is public."""

    def __init__(self, packer: Packer, policy: Policy, recheck: Recheck) -> None:
        self._packer = packer
        self._policy = policy
        self._recheck = recheck
        self._ahead: dict[str, Ready] = {}
        self._day: Day | None = None

    async def of(
        self,
        leg: ClaimedLeg,
        channel: Channel,
        message: Message,
        directory: Directory,
        now: datetime,
        following: Callable[[], Sequence[ClaimedLeg]],
    ) -> Ready:
        """``following`` are the legs that go next, of which some are made ready along."""
        found = self.ahead(leg, message, directory, now)
        if found is not None:
            return found
        day = self._day = self._day if self._day is not None and now in self._day else Day.of(now, self._policy)
        made = await self._made(leg, channel, message, directory, day, now)
        if leg.crashes == 0:
            await self._row(following(), channel, message, directory, day, now)
        return made

    def ahead(self, leg: ClaimedLeg, message: Message, directory: Directory, now: datetime) -> Ready | None:
        """What was made ready along with another, once."""
        found = self._ahead.pop(leg.leg_id, None)
        return found if found is not None and _holds(found, leg, message, directory, now) else None

    async def _row(
        self,
        legs: Sequence[ClaimedLeg],
        channel: Channel,
        message: Message,
        directory: Directory,
        day: Day,
        now: datetime,
    ) -> None:
        """One that cannot be made ready is left until its own turn, when its trouble is its own."""
        while len(self._ahead) > KEPT:
            del self._ahead[next(iter(self._ahead))]
        for leg in islice(legs, ROW - 1):
            if leg.message_id != message.id or leg.crashes or leg.leg_id in self._ahead:
                continue
            try:
                self._ahead[leg.leg_id] = await self._made(leg, channel, message, directory, day, now)
            except Exception:  # noqa: S112 - it comes again, and is then told of
                continue

    async def _made(
        self, leg: ClaimedLeg, channel: Channel, message: Message, directory: Directory, day: Day, now: datetime
    ) -> Ready:
        verdict: Verdict = Send(leg.delivery)
        if message.drill or not leg.public:
            verdict = self._recheck(message, leg.delivery, directory, self._policy, now)
        if not isinstance(verdict, Send):
            return Ready(leg, message, directory, day, verdict, verdict.tasks)
        checked = verdict.delivery
        kept = narrowed(leg.delivery, checked)
        reduced = None if kept is leg.delivery or kept == leg.delivery else kept
        address = address_of(leg, checked, by_person=channel.by_person)
        if address is None:
            return Ready(leg, message, directory, day, verdict, verdict.tasks, reduced)
        delivery = None if leg.public else checked
        outgoing = await self._packer.pack(
            channel, leg.leg_id, leg.attempt_id, message, delivery, address, directory, now
        )
        return Ready(leg, message, directory, day, verdict, verdict.tasks, reduced, outgoing)


def _holds(made: Ready, leg: ClaimedLeg, message: Message, directory: Directory, now: datetime) -> bool:
    """Whether making it ready now would begin from the very same values, and so come to the same."""
    return made.leg is leg and made.message is message and made.directory is directory and now in made.day


def narrowed(planned: Delivery, checked: Delivery) -> Delivery:
    """What the database keeps of a recheck: what fell away, but no corrected or further address.

    Those are found anew at each recheck, so the record only ever becomes narrower.
    """
    if checked is planned:
        return planned
    routes = {}
    for channel, addresses in planned.routes.items():
        still = {address.contact_id for address in checked.routes.get(channel, ())}
        if left := tuple(address for address in addresses if address.contact_id in still):
            routes[channel] = left
    return replace(checked, routes=routes)


def address_of(leg: ClaimedLeg, delivery: Delivery, *, by_person: bool) -> Address | None:
    """This leg's address in the delivery as it stands; None: it went, or may not be used any more.

    What a person carries out is about the whole delivery, whoever comes first in it.
    """
    routes = delivery.routes.get(leg.channel, ())
    found = next((one for one in routes if one.contact_id == leg.contact_id), None)
    return found or (routes[0] if routes and by_person else None)
