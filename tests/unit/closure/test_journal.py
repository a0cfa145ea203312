"""The journal: the plan first, a durable line around each send, and what is left of it after a power cut."""

from datetime import timedelta
from pathlib import Path

import pytest

from notifier.clock import FixedClock
from notifier.closure.desk import Desk
from notifier.closure.journal import InUse, Journal, left_in, path_of
from notifier.model import ladder
from notifier.model.message import Lane, Mode
from notifier.model.states import LegState
from notifier.queue.rows import ClaimedLeg, Settlement
from tests.unit.closure.asking import NOW, draft

DRAFT = draft()
ENTRY = Desk.entry(DRAFT)


def journal(folder: Path) -> Journal:
    return Journal(path_of(folder, DRAFT.closure.id), FixedClock(NOW))


def leg(number: int) -> ClaimedLeg:
    delivery = ladder.delivery_id(DRAFT.message.id, number)
    id = ladder.leg_id(delivery, 0, "text", 0)
    return ClaimedLeg(
        leg_id=id,
        attempt_id=ladder.attempt_id(id, 1),
        delivery_id=delivery,
        message_id=DRAFT.message.id,
        delivery=DRAFT.plan.deliveries[number],
        rung=0,
        channel="text",
        contact_id="C1",
        public=False,
        tries=1,
        crashes=0,
        was_unknown=False,
        started_at=NOW,
        lease_until=NOW + timedelta(minutes=2),
        since=NOW,
        lane=Lane.EMERGENCY,
        mode=Mode.LIVE,
    )


def end(number: int, state: LegState, **more: object) -> Settlement:
    one = leg(number)
    return Settlement(one.leg_id, one.attempt_id, "me", state, **more)  # type: ignore[arg-type]


async def test_it_tells_the_plan_and_the_last_word_on_each_leg(tmp_path: Path) -> None:
    with journal(tmp_path) as written:
        written.create(DRAFT.closure, ENTRY)
        await written.begins(leg(0))
        await written.begins(leg(1))
        await written.ended([end(0, LegState.SENT, reference="SM1")])
    with journal(tmp_path) as read:
        kept = read.resume()
    assert kept is not None
    assert kept.closure == DRAFT.closure
    assert kept.entry.message == DRAFT.message
    assert kept.entry.plan.deliveries == DRAFT.plan.deliveries
    first, second = kept.sends
    assert (first.outcome, first.reference) == (LegState.SENT, "SM1")
    assert (second.outcome, second.ended_at) == (LegState.UNKNOWN, None)


async def test_a_try_that_follows_a_failure_counts_and_a_begin_after_it_is_in_doubt(tmp_path: Path) -> None:
    with journal(tmp_path) as written:
        written.create(DRAFT.closure, ENTRY)
        await written.begins(leg(0))
        await written.ended([end(0, LegState.TEMPORARY_FAILURE, retry_at=NOW + timedelta(seconds=5))])
        await written.begins(leg(0))
    with journal(tmp_path) as read:
        kept = read.resume()
    assert kept is not None
    assert [one.outcome for one in kept.sends] == [LegState.UNKNOWN]


async def test_a_line_that_was_cut_off_is_as_if_it_had_not_been_written(tmp_path: Path) -> None:
    with journal(tmp_path) as written:
        written.create(DRAFT.closure, ENTRY)
        await written.begins(leg(0))
        await written.ended([end(0, LegState.SENT)])
    file = path_of(tmp_path, DRAFT.closure.id)
    data = bytearray(file.read_bytes())
    used = data.index(0)
    data[used - 20 : used] = b"\0" * 20
    file.write_bytes(data)
    with journal(tmp_path) as read:
        kept = read.resume()
        assert kept is not None
        assert [one.outcome for one in kept.sends] == [LegState.UNKNOWN]
        await read.ended([end(0, LegState.SENT)])  # and what is written next begins a line of its own
    with journal(tmp_path) as again:
        kept = again.resume()
    assert kept is not None
    assert [one.outcome for one in kept.sends] == [LegState.SENT]


def test_its_room_is_taken_before_anything_goes(tmp_path: Path) -> None:
    with journal(tmp_path) as written:
        written.create(DRAFT.closure, ENTRY)
        file = path_of(tmp_path, DRAFT.closure.id)
        assert file.stat().st_size > 8 * 400 * len(DRAFT.plan.deliveries)
        assert file.stat().st_blocks * 512 >= file.stat().st_size
        assert file.stat().st_mode & 0o077 == 0


def test_nobody_else_takes_it_while_it_is_in_use(tmp_path: Path) -> None:
    with journal(tmp_path) as written:
        written.create(DRAFT.closure, ENTRY)
        with journal(tmp_path) as other, pytest.raises(InUse):
            other.resume()


def test_a_journal_without_its_whole_plan_sent_nothing_and_tells_nothing(tmp_path: Path) -> None:
    with journal(tmp_path) as written:
        written.create(DRAFT.closure, ENTRY)
    file = path_of(tmp_path, DRAFT.closure.id)
    file.write_bytes(file.read_bytes()[:200])
    with journal(tmp_path) as read:
        assert read.resume() is None


def test_where_nothing_can_be_written_nothing_is_left_behind(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file in the way", "utf-8")
    with journal(tmp_path / "state") as written, pytest.raises(OSError, match="exists"):
        written.create(DRAFT.closure, ENTRY)


def test_a_journal_that_was_taken_over_is_found_no_more(tmp_path: Path) -> None:
    with journal(tmp_path) as written:
        written.create(DRAFT.closure, ENTRY)
        assert left_in(tmp_path) == [written.path]
        written.over()
    assert left_in(tmp_path) == []
