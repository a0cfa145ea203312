"""One leg: checked again by the directory in force, sent to the address it has now, and what became of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from structlog.testing import capture_logs

from channels.base import Callback, News, PermanentFailure, Receipt, Reply, TemporaryFailure
from notifier.clock import FixedClock
from notifier.dispatch.accounts import Account
from notifier.dispatch.breaker import GONE_AFTER
from notifier.model.message import Kind, Lane
from notifier.model.plan import Address, Hold, Send, Task, Withhold
from notifier.model.policy import ChannelFacts, QuietHours
from notifier.model.states import DeliveryState, LegState
from notifier.routing import recheck
from tests.unit.dispatch.school import START, Recording, School, at, delivery, directory_of, family

ONLY_POST = (("post",),)
TASK = Task("Record what the order says.", ("C0a", "P0"), "H34")


async def test_a_withheld_delivery_is_never_sent_and_its_rule_is_kept(school: School) -> None:
    message = await school.enqueue(2)
    school.verdicts["F0"] = Withhold("H34", "A court order stands.", (TASK,))
    await school.drain()
    assert school.post.to == [at(1)]
    withheld, sent = await school.store.deliveries(message.id)
    assert withheld.state is DeliveryState.WITHHELD
    assert "H34" in withheld.reason
    assert sent.state is DeliveryState.HANDED_OVER
    assert [task.what for task in await school.store.tasks()] == [TASK.what]


async def test_a_held_delivery_waits_for_a_person_and_goes_when_let_go(school: School) -> None:
    message = await school.enqueue(1)
    school.verdicts["F0"] = Hold("DESIGN 3.1", "A row could not be read.")
    await school.drain()
    [held] = await school.store.deliveries(message.id)
    assert held.state is DeliveryState.HELD
    assert school.post.sent == []
    del school.verdicts["F0"]
    await school.store.requeue_held(held.id, school.clock.now(), "head")
    await school.drain()
    assert school.post.to == [at(0)]


async def test_a_reduced_delivery_is_what_is_rendered_and_what_is_kept(school: School) -> None:
    message = await school.enqueue(1, adults=2)
    whole = replace(delivery(0, adults=2), pupil_ids=("P0",))
    reduced = replace(whole, contact_ids=("C0a",), routes={"post": whole.routes["post"][:1]})
    corrected = replace(reduced, routes={"post": (Address("C0a", "new@example.org"),)})
    school.verdicts["F0"] = Send(corrected, (TASK,))
    await school.drain()
    assert school.post.to == ["new@example.org"]
    [kept] = await school.store.deliveries(message.id)
    assert kept.delivery == reduced
    assert [task.what for task in await school.store.tasks()] == [TASK.what]


async def test_where_this_adult_may_not_be_written_to_any_more_the_other_one_is(school: School) -> None:
    message = await school.enqueue(1, adults=2)
    whole = delivery(0, adults=2)
    other = {name: found[1:] for name, found in whole.routes.items()}
    school.verdicts["F0"] = Send(replace(whole, contact_ids=("C0b",), routes=other))
    await school.drain()
    assert school.post.to == [at(0, letter="b")]
    assert await school.legs(message) == [("post", LegState.SENT), ("post", LegState.WITHDRAWN)]


async def test_where_nobody_has_an_address_any_more_the_ladder_goes_on(school: School) -> None:
    message = await school.enqueue(1)
    whole = delivery(0)
    school.verdicts["F0"] = Send(replace(whole, routes={"sheet": whole.routes["sheet"]}))
    await school.drain()
    assert school.post.sent == []
    assert len(school.sheet.sent) == 1
    assert await school.legs(message) == [("post", LegState.WITHDRAWN), ("sheet", LegState.SENT)]


async def test_what_is_to_do_where_the_only_address_went_reaches_the_office(school: School) -> None:
    message = await school.enqueue(1, ladder=ONLY_POST)
    narrower = replace(delivery(0, ONLY_POST), routes={})
    school.verdicts["F0"] = Send(narrower, (TASK,))
    await school.drain()
    assert school.post.sent == []
    [kept] = await school.store.deliveries(message.id)
    assert kept.delivery == narrower
    assert TASK.what in [task.what for task in await school.store.tasks()]


class Heard(Recording):
    """Something can come back by it, so that an address may have been given up."""

    def verify(self, callback: Callback) -> bool:
        return True

    def reply(self, callback: Callback) -> Reply:
        return Reply()

    def receive(self, stored: Callback) -> list[Receipt]:
        return [Receipt(News.STOP, address=stored.body.decode())]


async def test_what_an_address_that_was_given_up_leaves_to_do_reaches_the_office(school: School) -> None:
    school.channels["post"] = Heard()
    await school.store.keep_receipt("post", "/receipts/post", at(0).encode(), school.clock.now())
    message = await school.enqueue(1, adults=2, ladder=ONLY_POST)
    whole = delivery(0, ONLY_POST, adults=2)
    narrower = replace(whole, contact_ids=("C0a",), routes={name: one[:1] for name, one in whole.routes.items()})
    school.verdicts["F0"] = Send(narrower, (TASK,))
    await school.drain()
    assert school.post.sent == []
    [kept] = await school.store.deliveries(message.id)
    assert kept.delivery == narrower
    assert TASK.what in [task.what for task in await school.store.tasks()]


async def test_what_a_person_carries_out_needs_no_route_of_its_own_adult(school: School) -> None:
    await school.enqueue(1, ladder=(("sheet",),), adults=2)
    whole = delivery(0, (("sheet",),), adults=2)
    school.verdicts["F0"] = Send(replace(whole, contact_ids=("C0b",), routes={"sheet": whole.routes["sheet"][1:]}))
    await school.drain()
    assert school.sheet.to == [at(0, "sheet", "b")]


async def test_the_rules_of_routing_are_asked_by_the_directory_in_force(school: School) -> None:
    school.recheck = recheck
    school.directory = directory_of([family(0), family(1)])
    message = await school.enqueue(2)
    school.directory = replace(school.directory, silenced=frozenset({"C0a"}))
    await school.drain()
    assert school.post.to == [at(1)]
    assert await school.states(message) == [DeliveryState.WITHHELD, DeliveryState.HANDED_OVER]


async def test_an_emergency_is_tried_again_within_seconds_and_then_climbs(school: School) -> None:
    message = await school.enqueue(1, kind=Kind.EMERGENCY)
    school.post.ends(at(0), *[TemporaryFailure("Busy.")] * 99)
    await school.drain()
    for wait in (5, 10, 20, 25):
        await school.later(timedelta(seconds=wait))
    assert len(school.post.sent) == 5
    assert len(school.sheet.sent) == 1
    assert await school.states(message) == [DeliveryState.UNREACHED]


async def test_a_provider_that_asks_for_too_long_is_not_waited_for(school: School) -> None:
    message = await school.enqueue(1)
    school.post.ends(at(0), TemporaryFailure("Come back in a month.", timedelta(days=30)))
    await school.drain()
    assert len(school.sheet.sent) == 1
    assert ("post", LegState.TEMPORARY_FAILURE) in await school.legs(message) or (
        "post",
        LegState.PERMANENT_FAILURE,
    ) in await school.legs(message)


async def test_a_process_that_died_again_and_again_over_a_leg_leaves_it_to_a_person(school: School) -> None:
    message = await school.enqueue(1)
    now = school.clock.now
    lease = timedelta(minutes=2)
    await school.store.claim("dead", "post", [Lane.NORMAL], 1, lease, now())
    for number in range(3):
        await school.store.take_over(f"next{number}", now(), all_leases=True)
        if number < 2:
            await school.store.claim_unknown(f"dead{number}", lease, now())
    await school.drain()
    assert school.post.sent == []
    assert await school.legs(message) == [("post", LegState.TECHNICAL_FAILURE)]


async def test_a_telephone_does_not_ring_at_night_unless_it_is_an_emergency(school: School) -> None:
    school.clock.at = datetime(2026, 9, 14, 22, 0, tzinfo=UTC)
    await school.enqueue(2, ladder=(("ring",), ("sheet",)))
    urgent = await school.enqueue(1, ladder=(("ring",), ("sheet",)), kind=Kind.EMERGENCY)
    await school.drain()
    assert {outgoing.message for outgoing in school.ring.sent} == {urgent.id}
    school.clock.at = datetime(2026, 9, 15, 7, 0, tzinfo=UTC)
    await school.drain()
    assert len(school.ring.sent) == 3


async def test_where_the_school_says_everything_emails_wait_too(school: School) -> None:
    school.quiet_hours = QuietHours(everything=True)
    school.clock.at = datetime(2026, 9, 14, 22, 0, tzinfo=UTC)
    await school.enqueue(2)
    urgent = await school.enqueue(1, kind=Kind.EMERGENCY)
    await school.drain()
    assert {outgoing.message for outgoing in school.post.sent} == {urgent.id}
    school.clock.at = datetime(2026, 9, 15, 7, 0, tzinfo=UTC)
    await school.drain()
    assert len(school.post.sent) == 3


async def test_a_channel_that_is_not_set_up_any_more_is_passed_over(school: School) -> None:
    message = await school.enqueue(1, ladder=(("fax",), ("post",)))
    school.gone = {"fax": ChannelFacts("fax", "mail", configured=False)}
    await school.drain()
    assert school.post.to == [at(0)]
    assert await school.legs(message) == [("fax", LegState.PERMANENT_FAILURE), ("post", LegState.SENT)]


async def test_an_account_that_goes_away_is_logged_once_and_once_when_it_is_back(school: School) -> None:
    await school.enqueue(20)
    for number in range(20):
        school.post.ends(at(number), TemporaryFailure("The relay does not answer.", account=True))
    with capture_logs() as logs:
        await school.drain()
    assert [entry["event"] for entry in logs if entry.get("channel") == "post"] == ["channel-gone"]


def test_an_account_is_back_with_its_first_answer() -> None:
    account = Account("post", Recording(), FixedClock(START))
    with capture_logs() as logs:
        for _ in range(GONE_AFTER + 3):
            account.failed(account.begin(), "Busy.")
        account.answered(account.begin())
        account.answered(account.begin())
    assert [entry["event"] for entry in logs] == ["channel-gone", "channel-back"]


async def test_a_refusal_of_one_address_says_nothing_about_the_account(school: School) -> None:
    message = await school.enqueue(8, ladder=(("post",),))
    for number in range(8):
        school.post.ends(at(number), PermanentFailure("No such mailbox."))
    await school.drain()
    assert await school.states(message) == [DeliveryState.UNREACHED] * 8
