"""What a provider tells later, on every database: kept as it came, counted once, in whatever order (DESIGN 3.6)."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from pathlib import Path

import pytest

from notifier.clock import FixedClock
from notifier.model.closure import Announcement, Closure, ClosureState, Opening, What
from notifier.model.message import Kind, Lane, Mode, Reach, Term
from notifier.model.plan import Task
from notifier.model.states import DeliveryState, LegState, MessageState
from notifier.queue import Store
from notifier.queue.news import Agreeing, Heard, LegNews, Refused, Refusing
from notifier.queue.receipts import KEPT
from notifier.queue.rows import ClaimedLeg, Entry
from tests.unit.queue.plans import LEASE, MINUTE, NOW, delivery, entry, many, message, outcome, plan

URGENT = (("text",), ("voice",), ("call",))
DELIVERED, FAILED, TAKEN = LegState.DELIVERED, LegState.PERMANENT_FAILURE, LegState.SENT


@pytest.fixture
async def store(store_url: str, tmp_path: Path) -> AsyncIterator[Store]:
    opened = await another(store_url, tmp_path)
    yield opened
    await opened.close()


async def another(url: str, root: Path) -> Store:
    return await Store.open(url, root=root, create=True, clock=FixedClock(NOW))


async def claim(store: Store, channel: str = "text", limit: int = 100) -> list[ClaimedLeg]:
    return list((await store.claim("node", channel, tuple(Lane), limit, LEASE, NOW)).legs)


async def sent(store: Store, ladder: tuple[tuple[str, ...], ...] = URGENT) -> ClaimedLeg:
    """One text on its way, handed over."""
    await store.enqueue(entry(plan(delivery(ladder=ladder)), kind=Kind.EMERGENCY), NOW)
    (leg,) = await claim(store)
    await store.settle([outcome(leg, LegState.SENT, reference="SM1")], NOW)
    return leg


def news(leg: ClaimedLeg, to: LegState, number: int | None = None) -> LegNews:
    return LegNews(leg.leg_id, to, leg.tries if number is None else number, "SM1", "as told")


async def told(store: Store, *what: LegNews) -> Heard:
    (heard,) = await store.tell(what, NOW)
    return heard


async def state(store: Store) -> DeliveryState:
    (found,) = await store.deliveries("m1")
    return found.state


async def legs(store: Store) -> list[tuple[str, LegState]]:
    return [(one.channel, one.state) for one in await store.legs("m1")]


async def test_a_receipt_is_kept_as_it_came_until_it_is_consumed(store: Store) -> None:
    await store.keep_receipt("text", "/receipts/text/status?attempt=a", b"MessageStatus=sent", NOW)
    (kept,) = await store.receipts_due(NOW, 10)
    assert (kept.channel, kept.url, kept.body) == ("text", "/receipts/text/status?attempt=a", b"MessageStatus=sent")
    assert kept.received_at == NOW
    assert await store.consume_receipt(kept.id, NOW) is Heard.IGNORED
    assert await store.receipts_due(NOW + MINUTE, 10) == []
    assert await store.consume_receipt(kept.id, NOW) is None


async def test_what_arrived_confirms_the_delivery_and_calls_off_what_would_follow(store: Store) -> None:
    leg = await sent(store)
    assert await told(store, news(leg, DELIVERED)) is Heard.COUNTED
    assert await state(store) is DeliveryState.CONFIRMED
    assert [one.outcome for one in await store.attempts("m1")] == [DELIVERED]
    assert await store.escalate(NOW + timedelta(hours=1), {Kind.EMERGENCY: timedelta(minutes=10)}) == 0


async def test_what_failed_takes_the_delivery_to_the_next_rung(store: Store) -> None:
    leg = await sent(store)
    found = await store.message("m1")
    assert found is not None
    assert found.state is MessageState.DONE
    assert await told(store, news(leg, FAILED)) is Heard.COUNTED
    assert await state(store) is DeliveryState.PLANNED
    assert await legs(store) == [("text", FAILED), ("voice", LegState.DUE)]
    found = await store.message("m1")
    assert found is not None
    assert found.state is MessageState.ACCEPTED


async def test_a_late_confirmation_spares_the_call(store: Store) -> None:
    leg = await sent(store, (("text",), ("call",)))
    await told(store, news(leg, FAILED))
    (call,) = await claim(store, "call")
    await store.settle([outcome(call, LegState.SENT, by_person=True)], NOW)
    assert await state(store) is DeliveryState.UNREACHED
    assert len(await store.tasks()) == 1
    assert await told(store, news(leg, DELIVERED)) is Heard.COUNTED
    assert await state(store) is DeliveryState.CONFIRMED
    assert await store.tasks() == []


async def test_receipts_in_any_order_and_repeated_end_in_the_same_state(store: Store) -> None:
    everything = (TAKEN, DELIVERED, FAILED, DELIVERED)
    without_arrival = (TAKEN, FAILED, TAKEN, FAILED)
    orders: list[tuple[Sequence[LegState], LegState, DeliveryState]] = [
        *((order, DELIVERED, DeliveryState.CONFIRMED) for order in sorted(set(permutations(everything)))),
        *((order, FAILED, DeliveryState.PLANNED) for order in sorted(set(permutations(without_arrival)))),
    ]
    assert len(orders) == 12 + 6
    await store.enqueue(
        entry(plan(*(delivery(f"home{n:02}", URGENT) for n in range(len(orders)))), kind=Kind.EMERGENCY), NOW
    )
    claimed = sorted(await claim(store), key=lambda leg: int(leg.delivery_id.rpartition(".")[2]))
    await store.settle([outcome(leg, LegState.SENT, reference="SM1") for leg in claimed], NOW)
    for leg, (order, _, _) in zip(claimed, orders, strict=True):
        for one in order:
            await store.tell([news(leg, one)], NOW)
    ended = {one.id: one.state for one in await store.legs("m1")}
    for leg, stored, (order, leg_state, delivery_state) in zip(
        claimed, await store.deliveries("m1"), orders, strict=True
    ):
        assert ended[leg.leg_id] is leg_state, order
        assert stored.state is delivery_state, order


async def test_one_that_comes_before_its_leg_is_written_down_waits_for_it(store: Store) -> None:
    await store.enqueue(entry(plan(delivery(ladder=URGENT)), kind=Kind.EMERGENCY), NOW)
    (leg,) = await claim(store)
    await store.keep_receipt("text", "/", b"", NOW)
    (kept,) = await store.receipts_due(NOW, 10)
    assert await store.consume_receipt(kept.id, NOW, news=[news(leg, DELIVERED)]) is Heard.EARLY
    assert await store.receipts_due(NOW, 10) == []
    await store.settle([outcome(leg, LegState.SENT, reference="SM1")], NOW)
    (again,) = await store.receipts_due(NOW + timedelta(seconds=1), 10)
    assert again.id == kept.id
    assert await store.consume_receipt(kept.id, NOW, news=[news(leg, DELIVERED)]) is Heard.COUNTED


async def test_an_outcome_in_doubt_is_settled_by_what_the_provider_tells(store: Store) -> None:
    await store.enqueue(entry(plan(delivery(ladder=URGENT)), kind=Kind.EMERGENCY), NOW)
    (leg,) = await claim(store)
    await store.settle([outcome(leg, LegState.UNKNOWN)], NOW)
    assert await told(store, news(leg, TAKEN)) is Heard.COUNTED
    assert await legs(store) == [("text", LegState.SENT)]
    assert await store.claim_unknown("node", LEASE, NOW + timedelta(hours=1)) is None


async def test_that_an_earlier_try_failed_says_nothing_of_the_later_one_but_that_it_arrived_does(store: Store) -> None:
    await store.enqueue(entry(plan(delivery(ladder=URGENT)), kind=Kind.EMERGENCY), NOW)
    (first,) = await claim(store)
    await store.settle([outcome(first, LegState.TEMPORARY_FAILURE, retry_at=NOW)], NOW)
    (second,) = await claim(store)
    await store.settle([outcome(second, LegState.SENT, reference="SM2")], NOW)
    assert second.tries == 2
    assert await told(store, news(second, FAILED, number=1)) is Heard.IGNORED
    assert await told(store, news(second, DELIVERED, number=1)) is Heard.COUNTED


async def test_news_of_nobody_is_ignored(store: Store) -> None:
    assert await told(store, LegNews("m9.0.0.text.0", DELIVERED, 1)) is Heard.IGNORED


async def test_two_nodes_consume_a_receipt_once(store: Store, store_url: str, tmp_path: Path) -> None:
    other = await another(store_url, tmp_path)
    leg = await sent(store)
    await store.keep_receipt("text", "/", b"", NOW)
    (kept,) = await store.receipts_due(NOW, 10)
    one = await store.consume_receipt(kept.id, NOW, news=[news(leg, DELIVERED)], tasks=[Task("Read it.", (), "r")])
    two = await other.consume_receipt(kept.id, NOW, news=[news(leg, DELIVERED)], tasks=[Task("Read it.", (), "r")])
    await other.close()
    assert (one, two) == (Heard.COUNTED, None)
    assert len(await store.tasks()) == 1


async def test_who_wants_no_more_is_remembered_until_they_want_it_again(store: Store) -> None:
    for number, (ends, expected) in enumerate([(False, NOW), (True, None)]):
        await store.keep_receipt("text", f"/{number}", b"", NOW)
        (kept,) = await store.receipts_due(NOW, 10)
        await store.consume_receipt(kept.id, NOW, refusing=[Refusing("text", "+447700900123", ends=ends)])
        assert await store.refused("text", "+447700900123") == expected
        assert await store.refused_by("text") == ({} if expected is None else {"+447700900123": expected})
    assert await store.refused("voice", "+447700900123") is None


async def test_what_was_handed_over_and_stays_silent_is_found(store: Store) -> None:
    await store.enqueue(entry(many(3)), NOW)
    claimed = await claim(store, "email")
    await store.settle(
        [
            outcome(claimed[0], LegState.SENT, reference="R0"),
            outcome(claimed[1], LegState.DELIVERED, reference="R1"),
            outcome(claimed[2], LegState.SENT),
        ],
        NOW,
    )
    (silent,) = await store.silent("email", Mode.LIVE, NOW - MINUTE)
    assert (silent.leg_id, silent.reference, silent.number, silent.settled_at) == (claimed[0].leg_id, "R0", 1, NOW)
    assert await store.silent("email", Mode.TRIAL, NOW - MINUTE) == []
    assert await store.silent("email", Mode.LIVE, NOW) == []


async def test_consumed_receipts_are_forgotten_after_a_month(store: Store) -> None:
    await store.keep_receipt("text", "/old", b"", NOW)
    (old,) = await store.receipts_due(NOW, 10)
    await store.consume_receipt(old.id, NOW)
    later = NOW + KEPT + MINUTE
    await store.keep_receipt("text", "/new", b"", later)
    (new,) = await store.receipts_due(later, 10)
    await store.consume_receipt(new.id, later)
    assert await store.consume_receipt(old.id, later) is None


async def early_finish(store: Store, *, acknowledge: bool = True) -> list[str]:
    """Two families have the text; their numbers."""
    end = NOW + 300 * MINUTE
    said = Announcement(What.START, Opening.EARLY, "m1", "head-1", NOW, NOW, end, end, (Term(Reach.SCHOOL),), ())
    closure = Closure("closure-1", Mode.LIVE, False, ClosureState.DRAFT, (said,), NOW, ("head-1",))
    wanted = [replace(delivery(name, (("text",), ("call",))), acknowledge=acknowledge) for name in ("A", "B")]
    about = message("m1", Kind.EMERGENCY, closure=closure.id)
    await store.closing.start(closure, Entry(about, MessageState.ACCEPTED, plan(*wanted)), NOW)
    await store.settle([outcome(leg, TAKEN, reference=leg.leg_id) for leg in await claim(store)], NOW)
    return [one.routes["text"][0].value for one in wanted]


async def wrote(store: Store, number: str, minutes: int = 5) -> list[str]:
    """A plain yes came from there; the tasks that are open then."""
    now = NOW + minutes * MINUTE
    await store.keep_receipt("text", "/receipts/text/reply", b"", now)
    (stored,) = await store.receipts_due(now, 9)
    task = Task("Read this answer.", (), "DESIGN 3.7")
    assert await store.consume_receipt(stored.id, now, agreeing=[Agreeing("text", number, task)]) is Heard.COUNTED
    return [one.what for one in await store.tasks()]


async def test_a_plain_yes_by_text_answers_for_the_children_of_an_early_finish(store: Store) -> None:
    first, _ = await early_finish(store)
    assert await wrote(store, first) == []
    assert await store.closing.answers("closure-1") == {"P-A": "wrote back"}
    states = [one.state for one in await store.deliveries("m1")]
    assert states == [DeliveryState.CONFIRMED, DeliveryState.HANDED_OVER]
    line = (await store.read_audit())[-1]
    assert (line.what, line.by, line.about) == ("answered: wrote back", "family", "closure-1")


@pytest.mark.parametrize(
    ("acknowledge", "number", "minutes"), [(False, "", 5), (True, "+447700900999", 5), (True, "", 721)]
)
async def test_a_yes_to_anything_else_is_for_the_office_to_read(
    store: Store, acknowledge: bool, number: str, minutes: int
) -> None:
    first, _ = await early_finish(store, acknowledge=acknowledge)
    assert await wrote(store, number or first, minutes) == ["Read this answer."]
    assert await store.closing.answers("closure-1") == {}


async def test_an_address_that_was_given_up_is_shown_and_may_be_tried_again(store: Store) -> None:
    number, other = "+447700900001", "+447700900002"
    await store.keep_receipt("text", "/", b"STOP", NOW)
    (receipt,) = await store.receipts_due(NOW, 9)
    await store.consume_receipt(receipt.id, NOW, refusing=[Refusing("text", number)])
    assert await store.refusals([other, "a@example.org"]) == []
    (found,) = await store.refusals([number, other])
    assert found == Refused("text", number, NOW)
    assert await store.use_again(found, "office", "C1", NOW)
    assert not await store.use_again(found, "office", "C1", NOW)
    assert await store.refusals([number]) == []
    assert await store.refused("text", number) is None
    last = (await store.read_audit())[-1]
    assert (last.what, last.by, last.about, last.whom) == ("address used again", "office", "text", ("C1",))
