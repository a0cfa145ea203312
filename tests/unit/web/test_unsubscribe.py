"""The link in a newsletter, on a real socket: one click ends them, and looking at it does not."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser

import aiohttp
import pytest
import structlog

from notifier.clock import FixedClock
from notifier.model.directory import Directory
from notifier.model.oneclick import PATH, token
from notifier.queue import StoreProblem
from notifier.web.incoming import LARGEST, Tally
from notifier.web.listener import Listener
from notifier.web.unsubscribe import unsubscribe_routes
from tests.unit.acceptance.school import DIRECTORY, NOW

SECRET = "a long secret of the school's own"
LINK = PATH + token(SECRET.encode(), "C1")
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@dataclass
class Office:
    directory: Directory | None = DIRECTORY
    left: list[str] = field(default_factory=list)
    fails: bool = False

    async def newest(self) -> Directory | None:
        return self.directory

    async def leave(self, contact_id: str) -> None:
        if self.fails:
            raise StoreProblem("The database is gone.")
        self.left.append(contact_id)


@dataclass
class Open:
    office: Office
    tally: Tally
    base: str

    async def ask(self, method: str, path: str = LINK, **more: object) -> tuple[int, str, aiohttp.ClientResponse]:
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, self.base + path, allow_redirects=False, **more) as response,  # type: ignore[arg-type]
        ):
            return response.status, await response.text(), response


@asynccontextmanager
async def opened(school: str = "Oak Lane <Primary>") -> AsyncIterator[Open]:
    office, tally = Office(), Tally()
    routes = unsubscribe_routes(SECRET, office.newest, office.leave, FixedClock(NOW), school, tally)
    async with Listener("127.0.0.1", 0, routes).listening() as listener:
        yield Open(office, tally, f"http://127.0.0.1:{listener.address[1]}")


async def test_one_click_as_mail_programs_send_it_ends_newsletters() -> None:
    async with opened() as web:
        assert (await web.ask("POST", data=ONE_CLICK))[0] == 200
        form = aiohttp.FormData(ONE_CLICK, default_to_multipart=True)
        assert (await web.ask("POST", data=form))[0] == 200
    assert web.office.left == ["C1", "C1"]
    assert web.tally.stored == 2


async def test_looking_at_the_link_changes_nothing_and_shows_one_button() -> None:
    async with opened() as web:
        for method in ("GET", "HEAD"):
            status, page, response = await web.ask(method)
            assert status == 200
            assert response.headers["cache-control"] == "no-store"
        status, page, response = await web.ask("GET")
        assert web.office.left == []
        assert page.count("<button") == page.count('<form method="post">') == 1
        assert "<script" not in page
        assert "Oak Lane &lt;Primary&gt;" in page
        assert '<html lang="en">' in page
        assert len(re.findall("<h1>", page)) == len(re.findall("<main>", page)) == 1
        assert "default-src 'none'" in response.headers["content-security-policy"]
        for personal in ("C1", "Khan", "Sara", "sara@example.org"):
            assert personal not in page
        found: dict[str, str | None] = {}

        class Button(HTMLParser):
            def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
                if tag == "button":
                    found.update(attrs)

        Button().feed(page)
        assert (await web.ask("POST", data={str(found["name"]): found["value"]}))[0] == 200
        assert web.office.left == ["C1"]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
async def test_nothing_but_post_acts(method: str) -> None:
    async with opened() as web:
        assert (await web.ask(method))[0] == 405
    assert web.office.left == []


@pytest.mark.parametrize(
    "word", [token(b"another", "C1"), token(SECRET.encode(), "C99"), LINK.removeprefix(PATH)[:-1], "C1", "%ff%00"]
)
async def test_what_is_forged_is_refused_counted_and_told_without_the_word(word: str) -> None:
    async with opened() as web:
        with structlog.testing.capture_logs() as logged:
            for method in ("GET", "POST", "POST"):
                status, page, _ = await web.ask(method, PATH + word)
                assert status == 403
                assert "STOP" in page
    assert web.office.left == []
    assert web.tally.forged == 3
    assert [one["event"] for one in logged if one["event"] != "listening"] == ["unsubscribe-refused"]
    assert word not in str(logged)


async def test_whose_record_is_gone_has_no_link_any_more_and_who_is_new_has_one() -> None:
    async with opened() as web:
        assert (await web.ask("GET"))[0] == 200
        without = {id: one for id, one in DIRECTORY.contacts.items() if id != "C1"}
        web.office.directory = Directory(version=2, pupils={}, contacts=without, links=())
        assert (await web.ask("POST"))[0] == 403


async def test_while_it_cannot_be_written_down_nobody_is_told_that_it_was() -> None:
    async with opened() as web:
        web.office.fails = True
        status, page, response = await web.ask("POST", data=ONE_CLICK)
        assert (status, response.headers["retry-after"]) == (503, "300")
        assert "Nothing was changed" in page
        web.office.directory = None
        assert (await web.ask("GET"))[0] == 503
    assert web.tally.stored == 0


async def test_a_body_that_no_mail_program_would_send_is_refused() -> None:
    async with opened() as web:
        assert (await web.ask("POST", data=b"x" * (LARGEST + 1)))[0] == 413
    assert web.office.left == []
