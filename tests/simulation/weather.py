"""How a provider fares through the year, and what becomes of one send: all by seed."""

from bisect import bisect_right
from dataclasses import dataclass
from enum import StrEnum
from random import Random

MINUTE = 60 * 1_000_000
DAY = 24 * 60 * MINUTE


class Sky(StrEnum):
    FINE = "fine"
    POOR = "poor"
    OUT = "out"


class Fate(StrEnum):
    TAKEN = "taken"
    TEMPORARY = "temporary"
    PERMANENT = "permanent"
    DOUBT_TAKEN = "unknown but taken"
    DOUBT_LOST = "unknown and not taken"
    STALL_TAKEN = "stalled after taking"
    STALL_LOST = "stalled"
    FAULT = "a fault in the program"


FATES: dict[Sky, dict[Fate, int]] = {
    Sky.FINE: {
        Fate.TAKEN: 9600,
        Fate.TEMPORARY: 150,
        Fate.PERMANENT: 30,
        Fate.DOUBT_TAKEN: 80,
        Fate.DOUBT_LOST: 80,
        Fate.STALL_TAKEN: 30,
        Fate.STALL_LOST: 30,
        Fate.FAULT: 5,
    },
    Sky.POOR: {
        Fate.TAKEN: 5000,
        Fate.TEMPORARY: 2500,
        Fate.PERMANENT: 100,
        Fate.DOUBT_TAKEN: 900,
        Fate.DOUBT_LOST: 900,
        Fate.STALL_TAKEN: 300,
        Fate.STALL_LOST: 300,
    },
    Sky.OUT: {Fate.TEMPORARY: 8000, Fate.DOUBT_LOST: 1000, Fate.STALL_LOST: 1000},
}
"""In ten thousand sends."""


@dataclass(frozen=True)
class Climate:
    """Days that are fine on end, and minutes for which it is not, at most."""

    fine_days: float = 20.0
    poor_minutes: int = 24 * 60
    out_minutes: int = 20 * 60


MILD = Climate()
ROUGH = Climate(fine_days=2.0, poor_minutes=2 * 24 * 60, out_minutes=36 * 60)


class Weather:
    """One provider's year, known before it begins, so that no send changes what comes after it."""

    def __init__(self, random: Random, climate: Climate) -> None:
        self._since = [0]
        self._skies = [Sky.FINE]
        at = 0
        while at < 400 * DAY:
            at += int(random.uniform(0.02, 1.0) * climate.fine_days * DAY)
            sky = random.choice((Sky.POOR, Sky.OUT))
            most = climate.poor_minutes if sky is Sky.POOR else climate.out_minutes
            self._add(at, sky)
            at += int(random.uniform(2, most) * MINUTE)
            self._add(at, Sky.FINE)

    def _add(self, at: int, sky: Sky) -> None:
        self._since.append(at)
        self._skies.append(sky)

    def at(self, micros: int) -> Sky:
        return self._skies[bisect_right(self._since, micros) - 1]

    def fate(self, micros: int, random: Random) -> Fate:
        chances = FATES[self.at(micros)]
        return random.choices([*chances], [*chances.values()])[0]
