"""Sheets hold exactly the items that may still stand there."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from channels.base import PermanentFailure, TemporaryFailure
from notifier.dispatch.blobs import Blobs
from notifier.dispatch.collating import Collator
from notifier.dispatch.outgoing import Packer, stem
from notifier.model.message import Lane
from notifier.model.plan import Hold, Send, Withhold
from notifier.model.problem import Problem
from notifier.model.states import DeliveryState
from tests.unit.dispatch.school import Recording, School, at, delivery

LADDER = (("sheet",),)


def lying(school: School, message_id: str) -> set[str]:
    return set(school.sheet.items(message_id))


async def test_a_sheet_is_made_once_its_legs_are_quiet(school: School) -> None:
    message = await school.enqueue(5, ladder=LADDER)
    await school.drain()
    assert school.sheet.collated[-1] == (message.id, tuple(sorted(lying(school, message.id))))
    assert len(lying(school, message.id)) == 5


async def test_items_have_the_same_name_whenever_they_are_written(school: School) -> None:
    message = await school.enqueue(1, ladder=LADDER)
    await school.drain()
    [leg] = await school.store.legs(message.id)
    assert lying(school, message.id) == {stem(leg.id)}
    assert leg.id not in stem(leg.id)


async def test_every_sheet_is_made_again_at_a_start(school: School) -> None:
    message = await school.enqueue(2, ladder=LADDER)
    await school.drain()
    school.sheet.collated.clear()
    await school.drain()
    assert (message.id, tuple(sorted(lying(school, message.id)))) in school.sheet.collated


async def test_who_is_withheld_meanwhile_leaves_the_sheet(school: School) -> None:
    message = await school.enqueue(3, ladder=LADDER)
    await school.drain()
    school.verdicts["F1"] = Withhold("H34", "A court order stands.")
    await school.drain()
    legs = {leg.delivery_id: leg.id for leg in await school.store.legs(message.id)}
    kept = {one.delivery.key: one.id for one in await school.store.deliveries(message.id)}
    assert lying(school, message.id) == {stem(legs[kept[key]]) for key in ("F0", "F2")}
    assert len(school.sheet.collated[-1][1]) == 2


async def test_who_is_held_meanwhile_leaves_the_sheet(school: School) -> None:
    message = await school.enqueue(1, ladder=LADDER)
    await school.drain()
    school.verdicts["F0"] = Hold("DESIGN 3.1", "A row could not be read.")
    await school.drain()
    assert lying(school, message.id) == set()
    assert school.sheet.collated[-1] == (message.id, ())


async def test_a_cancelled_message_loses_its_sheet(school: School) -> None:
    message = await school.enqueue(2)
    school.post.ends(at(0), PermanentFailure("No such mailbox."))
    school.post.ends(at(1), TemporaryFailure("Busy."))
    await school.drain()
    assert len(lying(school, message.id)) == 1
    assert await school.store.cancel(message.id, "head", school.clock.now())
    await school.drain()
    assert lying(school, message.id) == set()
    assert school.sheet.collated[-1] == (message.id, ())


async def test_what_changed_about_an_item_is_written_anew_under_its_name(school: School) -> None:
    message = await school.enqueue(1, ladder=LADDER)
    await school.drain()
    before = lying(school, message.id)
    school.verdicts["F0"] = Send(replace(delivery(0, LADDER), pupil_ids=()))
    await school.drain()
    assert lying(school, message.id) == before
    [item] = school.sheet.lying[message.id].values()
    assert item.payload == ("call-item", "Trip", ())


async def test_one_sheet_that_cannot_be_written_stops_no_other(school: School) -> None:
    broken = await school.enqueue(1, ladder=LADDER)
    await school.drain()
    whole = await school.enqueue(1, ladder=LADDER)
    school.sheet.refuses.add(broken.id)
    school.sheet.collated.clear()
    await school.drain()
    assert [message_id for message_id, _ in school.sheet.collated] == [whole.id]
    school.sheet.refuses.clear()
    await school.drain()
    assert {message_id for message_id, _ in school.sheet.collated} == {whole.id, broken.id}


async def test_a_sheet_waits_while_one_of_its_legs_is_still_due(school: School) -> None:
    message = await school.enqueue(2, ladder=LADDER)
    now = school.clock.now()
    claim = await school.store.claim("other", "sheet", list(Lane), 1, timedelta(hours=9), now)
    await school.dispatcher(alone=False).drain()
    assert len(claim.legs) == 1
    assert school.sheet.collated == []
    assert await school.states(message) == [DeliveryState.SENDING, DeliveryState.UNREACHED]


class Board(Recording):
    """As a website is, which takes down at each check what is past its day."""

    public = True

    def __init__(self) -> None:
        super().__init__()
        self.checked = 0

    async def check(self) -> list[Problem]:
        self.checked += 1
        return []


async def test_what_stands_in_public_is_looked_through_once_on_each_new_day(school: School) -> None:
    board = Board()
    school.channels["board"] = board
    packer = Packer(school.renderer, Blobs(school.store.blob))
    collator = Collator(
        school.store, school.channels, packer, school._directory, school.policy, school._recheck, school.clock,
        school.mode,
    )  # fmt: skip
    for days, checked in ((0, 0), (1, 1), (0, 1), (1, 2)):
        school.clock.at += timedelta(days=days)
        await collator.new_day()
        assert board.checked == checked


async def test_what_stands_in_public_is_taken_down_when_its_message_is_stopped(school: School) -> None:
    kept = await school.enqueue(1, public=("board",))
    stopped = await school.enqueue(1, public=("board",))
    await school.drain()
    assert school.board.down == []
    await school.store.cancel(stopped.id, "head", school.clock.now())
    school.board.refuses = True
    await school.drain()
    assert school.board.down == []
    school.board.refuses = False
    await school.drain()
    boards = {
        stem(leg.id): message.id
        for message in (kept, stopped)
        for leg in await school.store.legs(message.id)
        if leg.channel == "board"
    }
    assert {boards[item] for item in school.board.down} == {stopped.id}


async def test_what_lies_to_be_printed_is_checked_again_when_the_schools_day_begins(school: School) -> None:
    school.clock.at = datetime(2026, 9, 14, 22, tzinfo=UTC)
    message = await school.enqueue(2, ladder=LADDER)
    dispatcher = school.dispatcher()
    await dispatcher.drain()
    collator = dispatcher._collator
    school.verdicts["F1"] = Withhold("H34", "An order begins today.")
    assert not await collator.new_day()
    await collator.collate()
    assert len(lying(school, message.id)) == 2
    school.clock.at += timedelta(hours=1, minutes=1)  # midnight at the school, an hour before that of the channels
    assert await collator.new_day()
    assert not await collator.new_day()
    await collator.collate()
    assert len(lying(school, message.id)) == 1
