"""The power goes at every named point of the code, the first time it is passed: nothing lost, nothing settled twice."""

import sys

import pytest

from tests.servers.smtp import MailServer
from tests.servers.twilio import Twilio
from tests.system.post import Post
from tests.system.power_cuts import NAMED, fault_points, live_through
from tests.system.processes import ROOT
from tests.system.school import SchoolFolder


def test_the_points_are_found_in_the_code() -> None:
    found = fault_points()
    assert found.keys() >= NAMED
    found |= fault_points(of_closures=True)
    page = (ROOT / "docs" / "decisions" / "order-of-writes.md").read_text("utf-8")
    assert [name for name in found if f"`{name}`" not in page] == []
    sys.stdout.write("".join(f"{name}: {', '.join(places)}\n" for name, places in found.items()))


@pytest.mark.parametrize("point", fault_points())
async def test_a_power_cut_at_this_point_loses_and_doubles_nothing(
    point: str, small: SchoolFolder, mail: MailServer, post: Post, twilio: Twilio
) -> None:
    await live_through(point, 1, small, mail, post, twilio)
