"""Bank holidays by nation."""

import subprocess
import sys
from datetime import date

import pytest

from notifier.calendar.bank import bank_holiday, bank_holidays
from notifier.model.calendar import Nation


@pytest.mark.parametrize(
    ("day", "nation", "name"),
    [
        pytest.param(date(2027, 5, 3), Nation.ENGLAND, "May Day", id="the first Monday in May"),
        pytest.param(date(2027, 3, 29), Nation.WALES, "Easter Monday", id="Easter Monday in Wales"),
        pytest.param(date(2027, 3, 29), Nation.SCOTLAND, "", id="Easter Monday is none in Scotland"),
        pytest.param(date(2026, 11, 30), Nation.SCOTLAND, "Saint Andrew's Day", id="30 November in Scotland"),
        pytest.param(date(2027, 3, 17), Nation.NORTHERN_IRELAND, "Saint Patrick's Day", id="17 March"),
        pytest.param(date(2027, 12, 28), Nation.ENGLAND, "Boxing Day (observed)", id="moved from a Sunday"),
        pytest.param(date(2027, 5, 3), Nation.NONE, "", id="a school that lists its own"),
        pytest.param(date(2027, 5, 4), Nation.ENGLAND, "", id="a Tuesday"),
    ],
)
def test_each_nation_has_its_own(day: date, nation: Nation, name: str) -> None:
    assert bank_holiday(day, nation) == name


@pytest.mark.parametrize("nation", [nation for nation in Nation if nation is not Nation.NONE])
def test_every_nation_has_some_every_year(nation: Nation) -> None:
    assert all(len(bank_holidays(nation, year)) >= 8 for year in range(2025, 2035))


def test_the_package_is_loaded_only_when_a_day_is_asked_about() -> None:
    asked = (
        "import sys; from pathlib import Path; from notifier.calendar import load; "
        "from notifier.model.calendar import Nation; load(Path('.'), Nation.ENGLAND); print('holidays' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "False"


def test_no_command_pays_for_a_calendar_that_it_does_not_read() -> None:
    asked = (
        "import sys; from notifier.cli import app; app.run(['--version']); "
        "print([name for name in ('holidays', 'icalendar', 'recurring_ical_events') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
