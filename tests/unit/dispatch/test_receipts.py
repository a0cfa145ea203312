"""What is stored is read by its channel and counted; what stays silent is asked about, ever more rarely."""

import itertools
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
import structlog

from channels.base import Callback, News, Receipt, Reply, TemporaryFailure
from notifier.dispatch import receipts as room
from notifier.dispatch.bell import Bell
from notifier.dispatch.dispatcher import nobody
from notifier.dispatch.node import Alone
from notifier.dispatch.receipts import Receipts
from notifier.model.message import Kind, Message
from notifier.model.states import DeliveryState, LegState
from tests.unit.dispatch.school import Ringing, School, at

URGENT = (("ring",), ("sheet",))


class Telling(Ringing):
    """Its provider tells by itself, in JSON, and can be asked."""

    ask_after = timedelta(seconds=10)

    def __init__(self) -> None:
        super().__init__()
        self.polled: list[list[str]] = []
        self.knows: dict[str, News] = {}
        self.dead = False

    def verify(self, callback: Callback) -> bool:
        return True

    def reply(self, callback: Callback) -> Reply:
        return Reply()

    def receive(self, stored: Callback) -> list[Receipt]:
        return [Receipt(**one | {"news": News(one["news"])}) for one in json.loads(stored.body)]

    async def poll(self, references: Sequence[str]) -> list[Receipt]:
        self.polled.append(list(references))
        if self.dead:
            raise TemporaryFailure("Nobody answers.", account=True)
        return [Receipt(self.knows[one], reference=one) for one in references if one in self.knows]


class Follower(Alone):
    def leads(self) -> bool:
        return False


def clerk(school: School, channel: Telling, node: Alone | None = None) -> tuple[Receipts, list[str]]:
    touched: list[str] = []
    made = Receipts(
        school.store, {"ring": channel}, node or Alone(), school.clock, Bell(), school.mode, touched.append, nobody
    )
    return made, touched


async def with_one(school: School) -> tuple[Telling, Message]:
    channel = Telling()
    school.channels["ring"] = channel
    message = await school.enqueue(1, kind=Kind.EMERGENCY, ladder=URGENT)
    await school.drain()
    return channel, message


async def keep(school: School, *receipts: dict[str, str]) -> None:
    await school.store.keep_receipt("ring", "/receipts/ring/status", json.dumps(receipts).encode(), school.clock.now())


async def test_a_receipt_finds_its_leg_by_the_attempt(school: School) -> None:
    channel, message = await with_one(school)
    await keep(school, {"news": "delivered", "attempt_id": channel.sent[0].attempt_id})
    consumer, touched = clerk(school, channel)
    assert await consumer.consume() is False
    assert await school.states(message) == [DeliveryState.CONFIRMED]
    assert touched == [message.id]


async def test_a_drain_consumes_what_a_dead_process_left(school: School) -> None:
    channel, message = await with_one(school)
    await keep(school, {"news": "failed", "attempt_id": channel.sent[0].attempt_id})
    await school.drain()
    assert await school.states(message) == [DeliveryState.UNREACHED]
    assert len(school.sheet.sent) == 1


async def test_a_family_that_is_reached_after_all_leaves_the_call_sheet(school: School) -> None:
    channel, message = await with_one(school)
    await keep(school, {"news": "failed", "attempt_id": channel.sent[0].attempt_id})
    await school.drain()
    assert len(school.sheet.lying[message.id]) == 1
    await keep(school, {"news": "delivered", "attempt_id": channel.sent[0].attempt_id})
    await school.drain()
    assert school.sheet.lying[message.id] == {}
    assert school.sheet.collated[-1] == (message.id, ())
    assert await school.store.tasks() == []


async def test_one_that_cannot_be_read_stops_no_other(school: School) -> None:
    channel, message = await with_one(school)
    await school.store.keep_receipt("ring", "/receipts/ring/status", b"no JSON, and +447700900123", school.clock.now())
    await keep(school, {"news": "delivered", "attempt_id": channel.sent[0].attempt_id})
    consumer, _ = clerk(school, channel)
    with structlog.testing.capture_logs() as logged:
        await consumer.consume()
    assert await school.states(message) == [DeliveryState.CONFIRMED]
    assert [one["event"] for one in logged] == ["receipt-unreadable"]
    assert "+447700900123" not in str(logged)


async def test_one_of_a_channel_that_is_not_here_waits(school: School) -> None:
    channel, _ = await with_one(school)
    await school.store.keep_receipt("pigeon", "/receipts/pigeon/status", b"", school.clock.now())
    consumer, _ = clerk(school, channel)
    await consumer.consume()
    assert await school.store.receipts_due(school.clock.now(), 10) == []
    assert len(await school.store.receipts_due(school.clock.now() + room.ELSEWHERE, 10)) == 1


async def test_a_node_that_does_not_lead_leaves_them_to_the_one_that_does(school: School) -> None:
    channel, message = await with_one(school)
    await keep(school, {"news": "delivered", "attempt_id": channel.sent[0].attempt_id})
    consumer, _ = clerk(school, channel, Follower())
    await consumer.consume()
    assert await school.states(message) == [DeliveryState.HANDED_OVER]


async def test_what_a_family_writes_is_a_task_for_the_office(school: School) -> None:
    channel, _ = await with_one(school)
    await keep(school, {"news": "answer", "address": "+447700900123", "words": "Is the\nbus running? " + "x" * 400})
    consumer, _ = clerk(school, channel)
    await consumer.consume()
    (task,) = await school.store.tasks()
    assert "+447700900123" in task.what
    assert "Is the bus running?" in task.what
    assert len(task.what) < 500


@pytest.mark.parametrize("words", ["Yes", "OK.", "ok 👍", "Okay, thank you!", "Thanks"])
def test_a_plain_yes_says_no_more_than_that(words: str) -> None:
    assert room.plain_yes(Receipt(News.ANSWER, address="+447700900001", words=words))


@pytest.mark.parametrize("words", ["", "No", "ok but who collects Ada", "yes?", "OK 3.15", "not ok", "بله", "stop"])
def test_anything_else_is_for_a_person(words: str) -> None:
    assert not room.plain_yes(Receipt(News.ANSWER, address="+447700900001", words=words))


async def test_who_said_stop_gets_no_more_that_way_and_the_next_way_is_taken(school: School) -> None:
    channel, _ = await with_one(school)
    await keep(school, {"news": "stop", "address": at(0, "ring")})
    second = await school.enqueue(2, kind=Kind.EMERGENCY, ladder=URGENT)
    await school.drain()
    assert [one.address for one in channel.sent] == [at(0, "ring"), at(1, "ring")]
    assert await school.legs(second) == [
        ("ring", LegState.PERMANENT_FAILURE),
        ("ring", LegState.SENT),
        ("sheet", LegState.SENT),
    ]
    await keep(school, {"news": "start", "address": at(0, "ring")})
    await school.enqueue(1, kind=Kind.EMERGENCY, ladder=URGENT)
    await school.drain()
    assert channel.sent[-1].address == at(0, "ring")


async def test_what_stays_silent_is_asked_about_ever_more_rarely_and_then_no_more(school: School) -> None:
    channel, message = await with_one(school)
    consumer, touched = clerk(school, channel)
    await consumer.poll()
    assert channel.polled == [], "too soon"
    begun, asked_at = school.clock.at, []
    while school.clock.at < begun + timedelta(hours=14):
        before = len(channel.polled)
        await consumer.poll()
        if len(channel.polled) > before:
            asked_at.append(school.clock.at - begun)
        school.clock.at += timedelta(seconds=5)
    assert asked_at[0] == timedelta(seconds=10)
    assert asked_at[1] == timedelta(seconds=20)
    gaps = [later - earlier for earlier, later in itertools.pairwise(asked_at)]
    assert gaps == sorted(gaps)
    assert 15 < len(asked_at) < 40
    assert asked_at[-1] < room.ASK_UNTIL
    assert await school.states(message) == [DeliveryState.HANDED_OVER]
    assert touched == []


async def test_what_was_asked_about_counts_as_if_it_had_been_told(school: School) -> None:
    channel, message = await with_one(school)
    consumer, touched = clerk(school, channel)
    school.clock.at += timedelta(seconds=10)
    channel.dead = True
    await consumer.poll()
    assert await school.states(message) == [DeliveryState.HANDED_OVER]
    channel.dead = False
    channel.knows["ref"] = News.DELIVERED
    school.clock.at += timedelta(seconds=10)
    await consumer.poll()
    assert await school.states(message) == [DeliveryState.CONFIRMED]
    assert touched == [message.id]
    school.clock.at += timedelta(hours=1)
    await consumer.poll()
    assert len(channel.polled) == 2


def test_an_attempt_tells_its_leg_and_a_forged_one_none() -> None:
    receipt = Receipt(News.DELIVERED, "emergency-k7m2qd.12.0.text.0.3")
    assert room.leg_news(receipt).leg_id == "emergency-k7m2qd.12.0.text.0"
    assert room.leg_news(receipt).number == 3
    for nonsense in ("", "x", "a.b", "1.2.x"):
        assert room.leg_news(replace(receipt, attempt_id=nonsense)).leg_id == ""


async def test_who_did_not_confirm_before_it_was_over_is_rung_by_a_person(school: School) -> None:
    channel = Telling()
    school.channels["ring"] = channel
    over = school.clock.now() + timedelta(minutes=5)
    message = await school.enqueue(1, kind=Kind.EMERGENCY, ladder=URGENT, expires=over)
    await school.drain()
    assert school.sheet.sent == []
    await school.later(timedelta(minutes=5))
    assert await school.states(message) == [DeliveryState.UNREACHED]
    assert len(school.sheet.lying[message.id]) == 1
    await keep(school, {"news": "delivered", "attempt_id": channel.sent[0].attempt_id})
    await school.drain()
    assert await school.states(message) == [DeliveryState.CONFIRMED]
    assert school.sheet.lying[message.id] == {}


async def test_a_complaint_ends_the_newsletters_of_the_adult_who_got_it(school: School) -> None:
    channel, message = await with_one(school)
    ended: list[str] = []
    touched: list[str] = []

    async def unsubscribe(contact_id: str) -> None:
        ended.append(contact_id)

    receipts = Receipts(
        school.store, {"ring": channel}, Alone(), school.clock, Bell(), school.mode, touched.append, unsubscribe
    )
    await keep(school, {"news": "complaint", "attempt_id": channel.sent[0].attempt_id})
    await receipts.consume()
    (leg, *_) = await school.store.legs(message.id)
    assert ended == [leg.contact_id]
    assert leg.state is LegState.SENT  # it arrived, and was not wanted


async def test_a_failure_is_found_by_what_went_and_by_the_address_alone(school: School) -> None:
    channel, message = await with_one(school)
    receipts, _ = clerk(school, channel)
    (leg, *_) = await school.store.legs(message.id)
    await keep(school, {"news": "failed", "reference": "nobody's", "reason": "No."})
    await receipts.consume()
    assert (await school.store.legs(message.id))[0].state is LegState.SENT
    await keep(school, {"news": "failed", "reference": leg.reference, "reason": "No."})
    await receipts.consume()
    assert (await school.store.legs(message.id))[0].state is LegState.PERMANENT_FAILURE
