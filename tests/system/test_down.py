"""The daemon was down: nothing that was dropped meanwhile is lost."""

from tests.servers.smtp import MailServer
from tests.system.post import Post
from tests.system.processes import until
from tests.system.school import SchoolFolder, email


async def test_what_was_dropped_while_it_was_down_goes_when_it_starts(
    small: SchoolFolder, mail: MailServer, post: Post
) -> None:
    small.go_live(email(mail.port))
    small.letter("walk.md", to="Oak class")
    daemon = await small.start()
    answer = await small.answer("walk.md")
    assert answer.startswith("ACCEPTED")
    planned = small.legs("email")
    await until(lambda: len(post.taken) == len(planned) > 0, "an email for every leg")
    await until(lambda: small.states() == {"handed_over": len(planned)}, "all handed over")
    assert post.ids == dict.fromkeys(planned, 1)
    assert await daemon.stop() == 0


async def test_one_pass_takes_what_lies_there_and_sends_it(small: SchoolFolder, mail: MailServer, post: Post) -> None:
    small.go_live(email(mail.port))
    small.letter("walk.md", to="Oak class")
    said = await small.processes.cold("run", "--until-idle", cwd=small.path)
    assert said.code == 0, said.text
    assert post.ids == dict.fromkeys(small.legs("email"), 1)
    assert "Nothing more to do now." in said.out
    again = await small("run", "--until-idle")
    assert (again.code, len(post.taken)) == (0, len(small.legs("email")))
