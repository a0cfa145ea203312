"""Bank holidays of each nation of the United Kingdom, from the ``holidays`` package.

The package is imported when a day is first asked about: whoever closes the school does not wait for it.
"""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from notifier.model.calendar import Nation

SUBDIVISIONS = {
    Nation.ENGLAND: "ENG",
    Nation.WALES: "WLS",
    Nation.SCOTLAND: "SCT",
    Nation.NORTHERN_IRELAND: "NIR",
}
"""ISO 3166-2:GB."""


@lru_cache(maxsize=256)
def bank_holidays(nation: Nation, year: int) -> Mapping[date, str]:
    """The bank holidays of one year with their names in English; one-off days as far as the package knows them."""
    if nation not in SUBDIVISIONS:
        return {}
    from holidays import country_holidays

    return dict(country_holidays("GB", subdiv=SUBDIVISIONS[nation], years=year, language="en_GB").items())


def bank_holiday(day: date, nation: Nation) -> str:
    """The name of the bank holiday on this day, else empty."""
    return bank_holidays(nation, day.year).get(day, "")
