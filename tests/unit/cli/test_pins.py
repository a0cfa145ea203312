"""Wrong PINs: five are free, then whoever errs waits, longer each time; a right one wipes them out."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from notifier.cli.pins import FILE, Tries

NOW = datetime(2027, 1, 11, 5, 40, tzinfo=UTC)


def wrong(tries: Tries, times: int, person: str = "head-1") -> None:
    for _ in range(times):
        tries.note(person, NOW, right=False)


def test_four_wrong_pins_hold_nobody_up(tmp_path: Path) -> None:
    tries = Tries(tmp_path)
    wrong(tries, 4)
    assert tries.wait_until("head-1", NOW) is None


def test_after_five_wrong_pins_there_is_a_wait_that_grows(tmp_path: Path) -> None:
    tries = Tries(tmp_path)
    wrong(tries, 5)
    assert tries.wait_until("head-1", NOW) == NOW + timedelta(minutes=1)
    assert tries.wait_until("head-1", NOW + timedelta(minutes=1)) is None
    wrong(tries, 1)
    assert tries.wait_until("head-1", NOW) == NOW + timedelta(minutes=2)
    wrong(tries, 20)
    assert tries.wait_until("head-1", NOW) == NOW + timedelta(minutes=15)


def test_it_is_kept_over_commands_and_for_each_person(tmp_path: Path) -> None:
    wrong(Tries(tmp_path), 5)
    assert Tries(tmp_path).wait_until("head-1", NOW) is not None
    assert Tries(tmp_path).wait_until("deputy-1", NOW) is None


def test_a_right_pin_wipes_them_out_and_a_day_forgets_them(tmp_path: Path) -> None:
    tries = Tries(tmp_path)
    wrong(tries, 7)
    tries.note("head-1", NOW, right=True)
    wrong(tries, 4)
    assert tries.wait_until("head-1", NOW) is None
    wrong(tries, 1)
    assert tries.wait_until("head-1", NOW + timedelta(hours=25)) is None


def test_a_file_that_cannot_be_used_keeps_nobody_out(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    tries = Tries(tmp_path)
    wrong(tries, 9)
    assert tries.wait_until("head-1", NOW) is None


async def test_each_wrong_pin_is_told_once_and_again_where_that_failed(tmp_path: Path) -> None:
    heard: list[tuple[str, datetime]] = []

    async def hear(person: str, at: datetime) -> None:
        heard.append((person, at))

    async def fail(person: str, at: datetime) -> None:
        raise ConnectionError

    wrong(Tries(tmp_path), 1)
    wrong(Tries(tmp_path), 1, "deputy-1")
    Tries(tmp_path).note("deputy-1", NOW, right=True)
    with pytest.raises(ConnectionError):
        await Tries(tmp_path).tell(fail)
    await Tries(tmp_path).tell(hear)
    await Tries(tmp_path).tell(hear)
    assert heard == [("head-1", NOW), ("deputy-1", NOW)]
