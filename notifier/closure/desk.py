"""The steps of a closure from the first word to the all-clear: each drafts, is looked at, and is then enqueued."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from notifier.acceptance.world import World
from notifier.clock import Clock
from notifier.closure.authority import check_may_close
from notifier.closure.drafting import Draft, drafted, message_id, new_id
from notifier.closure.instruction import Asked, NotUnderstood, understood
from notifier.closure.wording import Wordings
from notifier.model.closure import UNDER_WAY, Announcement, Closure, ClosureState, Opening, What
from notifier.model.message import Mode, Term
from notifier.model.staff import Authority
from notifier.model.states import MessageState
from notifier.queue import Entry, Store
from notifier.rendering import Renderer


@dataclass(frozen=True, slots=True)
class Means:
    """What drafting needs besides the school as it stands: texts, prices, paces."""

    renderer: Renderer
    wordings: Wordings
    paces: Mapping[str, float | None]
    price: float


class Desk:
    """``store`` may be one aside, where the school's own cannot be used; nothing here minds."""

    def __init__(self, store: Store, world: Callable[[], World], clock: Clock, means: Means, zone: ZoneInfo) -> None:
        self.store = store
        self.world = world
        self.clock = clock
        self.means = means
        self.zone = zone

    async def find(self, id: str = "", *, mode: Mode | None = None) -> Closure:
        """By id or a beginning of it; without one that which is under way, a drill only where nothing else is.

        Raises NotUnderstood.
        """
        known = [one for one in await self.store.closing.all() if mode is None or one.mode is mode]
        if id:
            found = [one for one in known if one.id == id] or [one for one in known if one.id.startswith(id)]
            if len(found) != 1:
                raise NotUnderstood(f"There is no closure “{id}”. See: notifier closure status")
            return found[0]
        going_on = [one for one in known if one.state in UNDER_WAY]
        under_way = [one for one in going_on if not one.drill] or going_on
        if len(under_way) > 1:
            names = ", ".join(one.id for one in under_way)
            raise NotUnderstood(f"Several are under way: {names}. Say which one.")
        if not under_way:
            raise NotUnderstood("No closure is under way. Begin one with: notifier closure start")
        return under_way[0]

    def start(self, asked: Asked, by: Authority, *, drill: bool) -> Draft:
        """Raises NotUnderstood, also as NotAllowed."""
        world, now = self.world(), self.clock.now()
        check_may_close(by, world.policy)
        id = new_id(drill=drill)
        said = self._understood(asked, What.START, message_id(id, 0), by, now)
        return self._drafted(Closure(id, world.mode, drill, ClosureState.DRAFT, (said,), now, (by.name,)), now)

    def again(self, closure: Closure, by: Authority) -> Draft:
        """A draft as it would go now, for the person who is to say the second yes. The words are the same."""
        yes = tuple(dict.fromkeys((*closure.confirmed_by, by.name)))
        return self._drafted(replace(closure, confirmed_by=yes), self.clock.now())

    def update(self, closure: Closure, asked: Asked, by: Authority) -> Draft:
        return self._further(closure, asked, What.UPDATE, by)

    def end(self, closure: Closure, by: Authority, *, mistake: bool, reason: str = "", from_: str = "") -> Draft | None:
        """None: it ends without a word, because the school is open again already."""
        opening = closure.latest.opening
        if opening is Opening.REOPENED and not mistake:
            return None
        asked = Asked(opening, from_=from_, reason=reason)
        return self._further(closure, asked, What.MISTAKE if mistake else What.CLEAR, by)

    def _further(self, closure: Closure, asked: Asked, what: What, by: Authority) -> Draft:
        now = self.clock.now()
        check_may_close(by, self.world().policy)
        if closure.state not in UNDER_WAY:
            raise NotUnderstood(f"{closure.id} is {closure.state.value}: it cannot be changed any more.")
        id = message_id(closure.id, len(closure.announcements))
        said = self._understood(asked, what, id, by, now, closure.latest.audience)
        return self._drafted(replace(closure, announcements=(*closure.announcements, said)), now)

    async def put_down(self, draft: Draft) -> bool:
        """It waits for a second person."""
        return await self.store.closing.draft(draft.closure, self.clock.now())

    async def send(self, draft: Draft) -> bool:
        """Confirmed: from here on nothing about it changes. False if somebody else was quicker."""
        return await self.store.closing.start(draft.closure, self.entry(draft), self.clock.now())

    async def announce(self, draft: Draft) -> int | None:
        """An update or the end; to how many it goes, None where the closure is over meanwhile."""
        return await self.store.closing.announce(
            draft.closure.id, draft.closure.latest, self.entry(draft), self.clock.now()
        )

    async def end_silently(self, closure: Closure, by: Authority) -> bool:
        now = self.clock.now()
        said = replace(
            closure.latest, what=What.CLEAR, author=by.name, made_at=now, bodies=(),
            message_id=message_id(closure.id, len(closure.announcements)),
        )  # fmt: skip
        return await self.store.closing.announce(closure.id, said, None, now) is not None

    @staticmethod
    def entry(draft: Draft) -> Entry:
        return Entry(draft.message, MessageState.ACCEPTED, draft.plan, directory_version=draft.directory_version)

    def _understood(
        self, asked: Asked, what: What, id: str, by: Authority, now: datetime, audience: tuple[Term, ...] = ()
    ) -> Announcement:
        directory = self.world().directory
        if directory is None:
            raise NotUnderstood("The families' files are not in order, so nobody can be told. See: notifier check")
        return understood(
            asked,
            what,
            message_id=id,
            author=by.name,
            directory=directory,
            wordings=self.means.wordings,
            now=now,
            zone=self.zone,
            audience=audience,
        )

    def _drafted(self, closure: Closure, now: datetime) -> Draft:
        means = self.means
        return drafted(closure, self.world(), means.renderer, means.wordings, means.paces, means.price, now)
