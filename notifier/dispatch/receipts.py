"""Receipts on their way from the store to the legs: what a channel makes of them, and what that changes (DESIGN 4)."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from channels.base import Callback, Channel, ChannelError, Fetches, News, Polls, Receipt, Receives
from notifier.clock import Clock
from notifier.dispatch import faults
from notifier.dispatch.bell import Bell
from notifier.dispatch.crew import first
from notifier.dispatch.node import Node
from notifier.faultpoints import reached
from notifier.logs import logger
from notifier.model.closure import UNDER_WAY
from notifier.model.ladder import leg_of_attempt, message_of_leg
from notifier.model.message import Mode
from notifier.model.plan import Task
from notifier.model.states import LegState
from notifier.queue.news import Agreeing, Heard, LegNews, Refusing, Silent, StoredReceipt
from notifier.queue.receipts import BY_ADDRESS
from notifier.queue.store import Store, StoreProblem

AT_ONCE = 100
"""Receipts read from the store together, and legs asked about together."""
EARLY = 1.0
"""Seconds until those are looked at again that came before their leg was written down."""
IDLE = 30.0
"""Seconds between two looks at least, whatever rings."""
ELSEWHERE = timedelta(minutes=5)
"""A receipt of a channel that this node has not is left to another for so long."""
ASK_EVERY = timedelta(seconds=10)
"""Between two questions about one leg at least; then ever longer, a third of its age."""
ASK_UNTIL = timedelta(hours=12)
"""Older than this nothing is asked about any more: no text is tried for longer than ten hours."""
LOOK = 5.0
"""Seconds between two looks for legs to ask about."""
YES = frozenset({"yes", "y", "yep", "yeah", "ok", "okay", "k", "yes ok", "ok yes", "thanks", "thank you", "ty"})
"""Plain words that say no more than that somebody has read it; thanks may follow. Anything else the office reads."""
SHOWN = 300
"""Letters of a family's answer that a task shows."""
MINUTE = timedelta(minutes=1)
LATE = timedelta(days=30)
"""A mail server gives up after five days; some report later."""
FETCHED = "fetched"
"""Where such a report came from, in the place of an address on the web."""
RULE = "DESIGN 3.7"

STATES: Mapping[News, LegState] = {
    News.TAKEN: LegState.SENT,
    News.DELIVERED: LegState.DELIVERED,
    News.CONFIRMED: LegState.DELIVERED,
    News.FAILED: LegState.PERMANENT_FAILURE,
}

log = logger("dispatch")


class Receipts:
    """Consumes what was stored, and asks about what stays silent.

    Any node may store; the one that leads does both of these, because it alone keeps the call sheets.
    """

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, Channel],
        node: Node,
        clock: Clock,
        bell: Bell,
        mode: Mode,
        reached_others: Callable[[str], object],
        unsubscribe: Callable[[str], Awaitable[None]],
    ) -> None:
        """``reached_others`` gets the id of a message of which something came of a delivery; ``unsubscribe`` that
        of an adult who called a message unwanted."""
        self._store = store
        self._receiving = {name: one for name, one in channels.items() if isinstance(one, Receives)}
        self._fetching = {name: one for name, one in channels.items() if isinstance(one, Fetches)}
        self._unsubscribe = unsubscribe
        self._polling = {name: one for name, one in channels.items() if isinstance(one, Polls)}
        self._node = node
        self._clock = clock
        self._bell = bell
        self._reached_others = reached_others
        self._mode = mode
        self._asked: dict[str, datetime] = {}

    # consuming

    async def run(self) -> None:
        """Whenever something was written; for ever, where any channel can receive."""
        while self._receiving:
            rung = self._bell.count
            early = False
            try:
                early = await self.consume()
            except StoreProblem:
                early = True
            except Exception as error:
                log.error("receipts-failed", fault=faults.kind(error), places=faults.places(error))
            await first(self._bell.after(rung), self._clock.sleep(EARLY if early else IDLE))

    async def consume(self) -> bool:
        """All that is due now; True: some came too early and are looked at again."""
        early = False
        if not self._node.leads() or not self._receiving:
            return early
        while True:
            due = await self._store.receipts_due(self._clock.now(), AT_ONCE)
            for stored in due:
                heard = await self._one(stored)
                early = early or heard is Heard.EARLY
            if len(due) < AT_ONCE:
                return early

    async def _one(self, stored: StoredReceipt) -> Heard | None:
        now = self._clock.now()
        channel = self._receiving.get(stored.channel)
        if channel is None:
            await self._store.postpone_receipt(stored.id, now + ELSEWHERE)
            return None
        try:
            receipts = channel.receive(Callback(stored.url, stored.body))
        except Exception as error:  # one that nobody understands must not stop the others
            log.error(
                "receipt-unreadable",
                channel=stored.channel,
                receipt=stored.id,
                fault=faults.kind(error),
                places=faults.places(error),
            )
            return await self._store.consume_receipt(stored.id, now, unreadable=True)
        receipts = [await self._found(one, stored) for one in receipts]
        news = [leg_news(one) for one in receipts if one.news in STATES]
        heard = await self._store.consume_receipt(
            stored.id,
            now,
            news=news,
            tasks=[_answer(one, stored) for one in receipts if one.news is News.ANSWER and not plain_yes(one)],
            agreeing=[
                Agreeing(stored.channel, one.address, _answer(one, stored) if one.news is News.ANSWER else None)
                for one in receipts
                if one.news in (News.ANSWER, News.START) and plain_yes(one)
            ],
            refusing=[
                Refusing(stored.channel, one.address, ends=one.news is News.START)
                for one in receipts
                if one.news in (News.STOP, News.START)
            ],
        )
        reached("receipt consumed")
        if any(one.news in (News.ANSWER, News.START) and plain_yes(one) for one in receipts):
            for closure in await self._store.closing.all():
                if closure.state in UNDER_WAY:  # the sheet shrinks at once
                    self._reached_others(closure.latest.message_id)
        if heard is Heard.COUNTED:
            self._touch(news)
            for told in news:
                if told.to is LegState.PERMANENT_FAILURE:
                    await self._store.suspend(told.leg_id, now)
        for one in receipts:
            if one.news is News.COMPLAINT:
                leg_id, _ = leg_of_attempt(one.attempt_id)
                if contact := await self._store.contact_of(leg_id):
                    await self._unsubscribe(contact)
        return heard

    async def _found(self, receipt: Receipt, stored: StoredReceipt) -> Receipt:
        """With the try it is about, where it only names what went, or the address to which it went."""
        if receipt.attempt_id or receipt.news not in (*STATES, News.COMPLAINT):
            return receipt
        leg = ""
        if receipt.reference:
            since = stored.received_at - LATE
            leg = await self._store.leg_of_reference(stored.channel, receipt.reference, since)
        elif receipt.address:
            leg = await self._store.last_sent_to(stored.channel, receipt.address, stored.received_at - LATE)
        if not leg:
            return receipt
        if not receipt.reference:
            receipt = replace(receipt, reason=f"{receipt.reason} {BY_ADDRESS}")
        return replace(receipt, attempt_id=f"{leg}.{await self._store.tries_of(leg)}")

    def _touch(self, news: Sequence[LegNews]) -> None:
        """A family that was reached needs no call: the sheets of its message are looked at again."""
        for one in news:
            self._reached_others(message_of_leg(one.leg_id))

    # fetching

    async def fetch(self) -> None:
        """Reports that lie in a place of their own; for ever, while this node leads and there is such a place."""
        fetching = {name: one for name, one in self._fetching.items() if one.fetch_every is not None}
        ailing: set[str] = set()
        while fetching:
            for name, channel in fetching.items():
                if not (self._node.leads() and self._node.life()):
                    continue
                try:
                    await channel.fetch(partial(self._keep, name))
                    if name in ailing:
                        log.info("reports can be fetched again", channel=name)
                        ailing.discard(name)
                except ChannelError as failure:
                    if name not in ailing:
                        ailing.add(name)
                        log.warning("reports cannot be fetched", channel=name, reason=failure.reason)
                except StoreProblem:
                    pass
                except Exception as error:
                    log.error("fetching-failed", fault=faults.kind(error), places=faults.places(error))
            shortest = min((one.fetch_every for one in fetching.values() if one.fetch_every), default=MINUTE)
            await self._clock.sleep(shortest.total_seconds())

    async def fetch_once(self) -> None:
        """What lies there now. Raises ChannelError."""
        for name, channel in self._fetching.items():
            if channel.fetch_every is not None:
                await channel.fetch(partial(self._keep, name))

    async def _keep(self, channel: str, report: bytes) -> None:
        await self._store.keep_receipt(channel, FETCHED, report, self._clock.now())

    # asking

    async def ask(self) -> None:
        """About legs of which nothing was heard; for ever, while this node leads and any channel can be asked."""
        while self._polling:
            try:
                if self._node.leads() and self._node.life():
                    await self.poll()
            except StoreProblem:
                pass
            except Exception as error:
                log.error("asking-failed", fault=faults.kind(error), places=faults.places(error))
            await self._clock.sleep(LOOK)

    async def poll(self) -> None:
        """One round: each leg whose turn has come, by the provider's own id."""
        now = self._clock.now()
        known: set[str] = set()
        for name, channel in self._polling.items():
            silent = await self._store.silent(name, self._mode, now - ASK_UNTIL)
            known |= {one.leg_id for one in silent}
            turn = [one for one in silent if self._is_due(one, channel.ask_after, now)][:AT_ONCE]
            if not turn:
                continue
            by_reference = {one.reference: one for one in turn}
            try:
                found = await channel.poll(list(by_reference))
            except ChannelError as failure:
                log.info("nobody tells what became of what was sent", channel=name, reason=failure.reason)
                found = []
            for one in turn:  # answered or not: asking again at once would not help
                self._asked[one.leg_id] = now
            news = [_by_reference(one, by_reference[one.reference]) for one in found if one.news in STATES]
            heard = await self._store.tell(news, now) if news else []
            self._touch([one for one, counted in zip(news, heard, strict=True) if counted is Heard.COUNTED])
        self._asked = {leg_id: at for leg_id, at in self._asked.items() if leg_id in known}

    def _is_due(self, one: Silent, ask_after: timedelta, now: datetime) -> bool:
        age, last = now - one.settled_at, self._asked.get(one.leg_id)
        if age < ask_after:
            return False
        return last is None or not timedelta() <= now - last < max(ASK_EVERY, age / 3)


def leg_news(receipt: Receipt) -> LegNews:
    leg_id, number = leg_of_attempt(receipt.attempt_id)
    return LegNews(
        leg_id,
        STATES[receipt.news],
        number,
        receipt.reference,
        receipt.reason,
        answered=receipt.news is News.CONFIRMED,
    )


def _by_reference(receipt: Receipt, one: Silent) -> LegNews:
    said = receipt.news is News.CONFIRMED
    return LegNews(one.leg_id, STATES[receipt.news], one.number, receipt.reference, receipt.reason, answered=said)


def plain_yes(receipt: Receipt) -> bool:
    """A yes and no more: "ok but who collects Ada?" is for a person."""
    said = " ".join("".join(one if one.isalpha() else " " for one in receipt.words.casefold()).split())
    plain = not any(one.isdigit() for one in receipt.words) and "?" not in receipt.words
    polite = next((said.removesuffix(end).strip() for end in (" thank you", " thanks") if said.endswith(end)), said)
    return plain and (said in YES or polite in YES)


def _answer(receipt: Receipt, stored: StoredReceipt) -> Task:
    """What a family wrote, for the office to read (H7); the number is theirs, and so is the answer."""
    words = " ".join(receipt.words.split())
    shown = words if len(words) <= SHOWN else f"{words[:SHOWN]}…"
    said = (
        f"Somebody answered by {stored.channel} from {receipt.address} ({stored.received_at:%d/%m/%Y %H:%M}): {shown}"
    )
    return Task(f"{said} Read it, answer if it needs one, then tick this off.", (), RULE)
