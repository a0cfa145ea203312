"""From the newsletter in a family's hand to the next one that does not come, over real mail and real HTTP."""

import email
import re
from email.policy import default

import aiohttp

from tests.system.processes import until
from tests.system.school import PUBLIC, SchoolFolder, free_port, http

NEWS = "kind: newsletter\n"


def mails(school: SchoolFolder, subject: str) -> dict[str, email.message.EmailMessage]:
    """By the address each goes to."""
    read = (
        email.message_from_bytes(one.read_bytes(), policy=default) for one in school.path.rglob("trial/email/*.eml")
    )
    return {str(one["To"]): one for one in read if one["Subject"] == subject}


async def test_one_click_ends_newsletters_for_that_adult_and_nothing_else(small: SchoolFolder) -> None:
    port = free_port()
    (small.path / "secrets").mkdir(exist_ok=True)
    (small.path / "secrets" / "http").write_text("0123456789abcdef0123456789abcdef\n", "ascii")
    small.add("config.toml", http(port) + 'secret_file = "secrets/http"\n')
    small.letter("news.md", more=NEWS, folder="head")
    daemon = await small.start()
    await small.answer("news.md", "head")
    await until(lambda: set(small.states("leg")) == {"sent"}, "the newsletter out")
    first = mails(small, "news.md")
    links = {}
    for address, mail in first.items():
        found = re.match(rf"<{PUBLIC}(/unsubscribe/[\w-]+)>(, <mailto:[^>]+>)?$", mail["List-Unsubscribe"])
        assert found, mail["List-Unsubscribe"]
        links[address] = found[1]
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert len(set(links.values())) == len(links) > 3

    who, link = next(iter(links.items()))
    base = f"http://127.0.0.1:{port}"
    async with aiohttp.ClientSession() as session:
        for _ in range(2):
            async with session.get(base + link) as page:
                assert page.status == 200
        before = small.directory_version()
        for _ in range(2):
            async with session.post(base + link, data={"List-Unsubscribe": "One-Click"}) as done:
                assert done.status == 200
        async with session.post(base + link[:-4] + "zzzz") as forged:
            assert forged.status == 403
    assert small.directory_version() == before + 1

    small.letter("more-news.md", more=NEWS, folder="head")
    small.letter("letter.md", folder="head")
    for name in ("more-news.md", "letter.md"):
        await small.answer(name, "head")
    await until(lambda: set(small.states("leg")) == {"sent"} and mails(small, "letter.md"), "both out")
    assert await daemon.stop() == 0
    assert who not in mails(small, "more-news.md")
    assert mails(small, "more-news.md"), "the other families still get theirs"
    assert who in mails(small, "letter.md")
    assert link.rpartition("/")[2] not in daemon.err + daemon.out
