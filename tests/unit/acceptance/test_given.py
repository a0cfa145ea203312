"""How much notice families had of an event, counted from the first copy that left."""

from datetime import date, timedelta

from notifier.acceptance.noticing.given import NO_LONGER, Given, given
from notifier.queue import Part
from tests.unit.acceptance.notice_desk import Desk, at, moved


async def test_the_notice_given_is_counted_from_the_first_copy_that_left(desk: Desk) -> None:
    (notice,) = await desk.run(at(6, 10))
    assert [(one.first_copy, one.school_days) for one in await _given(desk)] == [(None, None)]
    desk.clock.at = at(9, 8)
    await desk.post()
    (farm,) = await _given(desk)
    assert (farm.event_id, farm.first_copy, farm.school_days, farm.wanted) == ("farm", at(9, 8), 9, 10)
    assert farm.enough is False
    assert notice.event is not None


async def test_after_a_move_the_notice_counts_from_the_first_copy_with_the_new_day(desk: Desk) -> None:
    await desk.run(at(6, 10))
    await desk.post()
    desk.events(moved(27))
    await desk.run(at(9, 9))
    await desk.post()
    (farm,) = await _given(desk)
    assert (farm.first_copy, farm.school_days) == (at(9, 9), 14)
    desk.events(moved(27, cancelled=True))
    assert await _given(desk) == []


async def test_it_can_still_be_told_when_words_and_copies_are_no_longer_kept(desk: Desk) -> None:
    await desk.run(at(6, 10))
    desk.clock.at = at(9, 8)
    await desk.post()
    desk.clock.at = at(24, 8)
    await desk.rota.look()
    await desk.store.expire(desk.clock.now())
    before = await _given(desk)
    assert before[0].first_copy == at(9, 8)
    for part in Part:
        gone, _ = await desk.store.let_go(part, desk.clock.now() + timedelta(days=1), 10)
        assert gone
        assert await _given(desk) == before
    assert await desk.run(at(25, 8)) == []  # nothing is said anew for want of knowing what was said
    desk.events()
    assert [one.title for one in await _given(desk)] == [NO_LONGER]


async def _given(desk: Desk) -> list[Given]:
    return await given(desk.store, desk.world, date(2026, 9, 1), desk.clock.now())
