"""The calendar is read again when its files have changed, and not while somebody is saving."""

from pathlib import Path

from notifier.calendar.current import CurrentCalendar
from notifier.model.calendar import Nation

HEAD = "event_id,title,date\n"


def ids(current: CurrentCalendar) -> list[str]:
    return [event.id for event in current.calendar.events]


def test_a_change_counts_when_two_looks_agree(tmp_path: Path) -> None:
    file = tmp_path / "events.csv"
    file.write_text(HEAD)
    current = CurrentCalendar(tmp_path, Nation.NONE)
    file.write_text(f"{HEAD}A,Walk,2027-05-05\n")
    assert not current.refresh()
    assert ids(current) == []
    file.write_text(f"{HEAD}A,Walk,2027-05-05\nB,Fair,2027-05-06\n")
    assert not current.refresh()
    assert current.refresh()
    assert ids(current) == ["A", "B"]
    assert not current.refresh()


def test_at_the_start_nobody_is_waited_for(tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text(HEAD)
    current = CurrentCalendar(tmp_path, Nation.NONE)
    (tmp_path / "events.csv").write_text(f"{HEAD}A,Walk,2027-05-05\n")
    assert current.refresh(settled=True)


def test_a_file_that_says_the_same_in_other_words_is_no_change(tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text(f"{HEAD}A,Walk,2027-05-05\n")
    current = CurrentCalendar(tmp_path, Nation.NONE)
    (tmp_path / "events.csv").write_text(f"{HEAD}A,Walk,05/05/2027\n\n")
    assert not current.refresh(settled=True)


def test_what_reads_as_before_is_the_very_same_value(tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text(f"{HEAD}A,Walk,2027-05-05\nB,Fair,2027-05-06\n")
    current = CurrentCalendar(tmp_path, Nation.NONE)
    before = current.calendar
    (tmp_path / "events.csv").write_text(f"{HEAD}A,Long walk,2027-05-05\nB,Fair,2027-05-06\n")
    assert current.refresh(settled=True)
    assert current.calendar.by_id["B"] is before.by_id["B"]
    assert current.calendar.by_id["A"].title == "Long walk"
    assert current.calendar.same_days(before)
    (tmp_path / "events.csv").write_text(f"{HEAD}A,Long walk,2027-05-05\nB,Fair,2027-05-06\n\n\n")
    held = current.calendar
    assert not current.refresh(settled=True)
    assert current.calendar is held
    (tmp_path / "terms.toml").write_text("closed = [2027-05-07]\n")
    assert current.refresh(settled=True)
    assert not current.calendar.same_days(held)
