"""The technician hears by email what stayed away."""

import os

from tests.servers.smtp import MailServer
from tests.system.post import Post
from tests.system.processes import until
from tests.system.school import SchoolFolder, email


async def test_the_technician_hears_that_the_program_was_away(
    small: SchoolFolder, mail: MailServer, post: Post
) -> None:
    small.go_live(email(mail.port), '[alarm]\nto = "it@school.example.net"\nafter_minutes = 1\n')
    daemon = await small.start()
    await until(lambda: (small.path / "state" / "alive").exists(), "the first look")
    daemon.kill()
    await daemon.ended()

    os.utime(small.path / "state" / "alive", (1_700_000_000, 1_700_000_000))
    again = await small.start()
    await until(lambda: post.taken, "an email to the technician")
    assert post.taken[0].recipients == ["it@school.example.net"]
    assert b"was not running" in post.taken[0].content
    assert await again.stop() == 0
    assert not (small.path / "state" / "alive").exists()
