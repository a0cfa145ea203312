"""As test_fault_points, when the point is passed a second time; and the restart is one pass."""

import pytest

from tests.servers.smtp import MailServer
from tests.servers.twilio import Twilio
from tests.system.post import Post
from tests.system.power_cuts import fault_points, live_through
from tests.system.school import SchoolFolder


@pytest.mark.parametrize("point", fault_points())
async def test_a_power_cut_at_a_later_passage_loses_and_doubles_nothing(
    point: str, small: SchoolFolder, mail: MailServer, post: Post, twilio: Twilio
) -> None:
    await live_through(point, 2, small, mail, post, twilio)
