"""The sorts of year that are simulated."""

from tests.simulation.weather import MILD, ROUGH
from tests.simulation.year import Temper
from tests.unit.routing.families import HYDE_PARK, WOODGRANGE

TEMPERS = {
    "quiet": Temper(WOODGRANGE, MILD, restless=0.03),
    "copies": Temper(HYDE_PARK, MILD, restless=0.03),
    "rough": Temper(WOODGRANGE, ROUGH, restless=0.03),
    "restless": Temper(HYDE_PARK, ROUGH, restless=0.25, voice=True),
}
