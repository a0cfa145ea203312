"""The website's pages, list and feed."""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest
from pydantic import ValidationError

from channels.base import Outgoing, Surroundings
from channels.website import Target, Website, WebsiteSettings
from notifier.clock import FixedClock
from notifier.model.message import Attachment, Enclosure
from notifier.model.payload import PagePayload

Makes = Callable[..., Outgoing]
ATOM = "{http://www.w3.org/2005/Atom}"
PUBLISHED = datetime(2026, 9, 4, 15, 30, tzinfo=UTC)


def page(slug: str = "news", title: str = "Autumn news", **more: object) -> PagePayload:
    given: dict[str, object] = {
        "html": "<p>Goats!</p>",
        "summary": "Goats & more",
        "language": "en",
        "published": PUBLISHED,
    }
    return PagePayload(slug=slug, title=title, **(given | more))  # type: ignore[arg-type]


@pytest.fixture
def site(live: Surroundings) -> Website:
    settings = WebsiteSettings(
        targets=(
            Target(folder=Path("public"), base_url="https://www.oaklane.example.org/news"),
            Target(folder=Path("mle"), base_url="https://mle.example.org/"),
        )
    )
    return Website(settings, live)


def folder(site: Website) -> Path:
    return site.targets[0][0]


def feed(site: Website) -> ElementTree.Element:
    return ElementTree.fromstring((folder(site) / "feed.xml").read_bytes())


async def test_a_page_a_list_and_a_feed_stand_in_every_target(site: Website, outgoing: Makes) -> None:
    sent = await site.send(outgoing(page()))
    assert sent.reference == "https://www.oaklane.example.org/news/news.html"
    for target, _ in site.targets:
        assert "<p>Goats!</p>" in (target / "news.html").read_text(encoding="utf-8")
        assert 'href="news.html"' in (target / "index.html").read_text(encoding="utf-8")
        assert (target / "feed.xml").exists()
    assert [one.name for one in (site.surroundings.outbox.parent / "mle").iterdir() if one.suffix == ".html"]


async def test_the_feed_is_valid_and_newest_first(site: Website, outgoing: Makes) -> None:
    await site.send(outgoing(page("old", 'Old & "gold" <b>'), item="i1"))
    newer = page("new", "New \x07", published=PUBLISHED + timedelta(days=3), language="ur")
    await site.send(outgoing(newer, item="i2"))
    found = feed(site)
    assert found.tag == f"{ATOM}feed"
    for name in ("id", "title", "updated", "author"):
        assert found.find(f"{ATOM}{name}") is not None
    entries = found.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == ["New ", 'Old & "gold" <b>']
    assert found.findtext(f"{ATOM}updated") == entries[0].findtext(f"{ATOM}updated") == "2026-09-07T15:30:00Z"
    for entry in entries:
        assert entry.findtext(f"{ATOM}id", "").startswith("https://www.oaklane.example.org/news/")
        assert entry.findtext(f"{ATOM}summary")


async def test_two_messages_of_one_name_have_two_pages(site: Website, outgoing: Makes) -> None:
    first = await site.send(outgoing(page(), item="i1"))
    second = await site.send(outgoing(page(title="Other"), item="i2"))
    again = await site.send(outgoing(page(title="Other, mended"), item="i2"))
    assert first.reference != second.reference == again.reference
    assert len(feed(site).findall(f"{ATOM}entry")) == 2
    index = await site.send(outgoing(page("index"), item="i3"))
    assert not index.reference.endswith("/index.html")


async def test_language_and_direction_are_the_messages_own(site: Website, outgoing: Makes) -> None:
    await site.send(outgoing(page(language="ur", title="خبریں"), language="ur"))
    assert '<html lang="ur" dir="rtl">' in (folder(site) / "news.html").read_text(encoding="utf-8")
    assert '<html lang="en" dir="ltr">' in (folder(site) / "index.html").read_text(encoding="utf-8")


async def test_a_page_is_taken_down_after_its_day(site: Website, outgoing: Makes, clock: FixedClock) -> None:
    await site.send(outgoing(page("short", take_down=date(2026, 9, 8)), item="i1"))
    await site.send(outgoing(page("long"), item="i2"))
    clock.at += timedelta(days=2)
    await site.send(outgoing(page("later"), item="i3"))
    assert not (folder(site) / "short.html").exists()
    assert "short.html" not in (folder(site) / "index.html").read_text(encoding="utf-8")
    assert (folder(site) / "long.html").exists()


async def test_pictures_and_attachments_lie_beside_the_page(site: Website, outgoing: Makes) -> None:
    def file(name: str, content: bytes, kind: str) -> Enclosure:
        return Enclosure(Attachment(name, kind, hashlib.sha256(content).hexdigest(), len(content)), content)

    picture, menu = file("goat.png", b"\x89PNG", "image/png"), file("Menü & more.pdf", b"%PDF", "application/pdf")
    html = f'<img src="cid:{picture.attachment.digest}" alt="A goat">'
    await site.send(outgoing(page(html=html), attachments=(picture, menu)))
    text = (folder(site) / "news.html").read_text(encoding="utf-8")
    assert "cid:" not in text
    assert "Menü &amp; more.pdf" in text
    assert len(list((folder(site) / "files").iterdir())) == 2


async def test_in_trial_the_real_folders_are_not_touched(site: Website, trial: Surroundings, outgoing: Makes) -> None:
    rehearsed = Website(site.settings, trial)
    await rehearsed.send(outgoing(page()))
    assert not (trial.outbox.parent / "public").exists()
    here = trial.outbox / "trial" / "website"
    assert {one.name for one in here.iterdir()} == {"news.html", "index.html", "feed.xml", "feed.json", "banner.html"}
    assert all("TRIAL" in one.read_text(encoding="utf-8") for one in here.iterdir())


async def test_the_json_feed_says_the_same(site: Website, outgoing: Makes) -> None:
    await site.send(outgoing(page("old", 'Old "gold"'), item="i1"))
    found = json.loads((folder(site) / "feed.json").read_bytes())
    assert found["version"] == "https://jsonfeed.org/version/1.1"
    (item,) = found["items"]
    assert (item["title"], item["url"]) == ('Old "gold"', "https://www.oaklane.example.org/news/old.html")


async def test_an_emergency_stands_above_everything_until_its_day_is_over(
    site: Website, outgoing: Makes, clock: FixedClock
) -> None:
    closed = page("closed", "School closed <today>", kind="emergency", take_down=date(2026, 9, 7))
    await site.send(outgoing(closed, item="i1"))
    await site.send(outgoing(page(), item="i2"))
    for name in ("index.html", "banner.html"):
        text = (folder(site) / name).read_text(encoding="utf-8")
        assert 'role="alert"' in text
        assert "School closed &lt;today&gt;" in text
    assert 'href="https://www.oaklane.example.org/news/closed.html"' in text, "it stands on pages elsewhere too"
    clock.at += timedelta(days=1)
    assert await site.check() == []
    assert (folder(site) / "banner.html").read_text(encoding="utf-8") == ""
    assert not (folder(site) / "closed.html").exists(), "and it is taken down at the next start, without a new page"


async def test_of_what_is_said_of_closures_only_the_newest_stands_and_old_addresses_show_it(
    site: Website, outgoing: Makes, clock: FixedClock
) -> None:
    words = {"kind": "emergency", "place": "closure", "take_down": date(2026, 9, 7)}
    closed = page("closed", "School is closed", html="<p>Stay at home.</p>", **words)
    late = page("late", "School opens at 10:30", published=PUBLISHED + timedelta(hours=1), **words)
    clear = page("open", "School is open", published=PUBLISHED + timedelta(hours=2), **words)
    for number, one in enumerate((closed, late, clear, clear)):  # the last done again, as after a power cut
        await site.send(outgoing(one, item=f"i{min(number, 2)}"))
        for target, _ in site.targets:
            for name in ("index.html", "banner.html", "feed.xml", "feed.json"):
                text = (target / name).read_text(encoding="utf-8")
                assert one.title in text
                assert not [old for old in (closed, late, clear) if old is not one and old.title in text]
    await site.send(outgoing(closed, item="i0"))  # an old one comes once more
    for name in ("closed.html", "late.html", "open.html"):
        text = (folder(site) / name).read_text(encoding="utf-8")
        assert "School is open" in text
        assert "Stay at home" not in text
    clock.at += timedelta(days=1)
    await site.check()
    assert (folder(site) / "banner.html").read_text(encoding="utf-8") == ""
    assert {one.stem for one in folder(site).glob("*.html")} == {"index", "banner"}


async def test_the_page_of_a_stopped_message_is_taken_down(site: Website, outgoing: Makes) -> None:
    await site.send(outgoing(page("fete"), item="i1"))
    await site.send(outgoing(page("trip"), item="i2"))
    await site.send(outgoing(page("closed", kind="emergency", place="closure"), item="i3"))
    for item in ("i1", "i3", "nothing"):
        await site.take_down(item)
    for target, _ in site.targets:
        assert not (target / "fete.html").exists()
        listing = (target / "index.html").read_text(encoding="utf-8")
        assert "fete.html" not in listing
        assert "trip.html" in listing
        assert "closed.html" in listing  # its update takes its place by itself
    assert "fete" not in (folder(site) / "feed.xml").read_text(encoding="utf-8")


async def test_an_event_can_be_put_into_a_calendar_and_goes_with_its_page(
    site: Website, outgoing: Makes, clock: FixedClock
) -> None:
    ics = b"BEGIN:VCALENDAR\r\nSUMMARY:Farm\r\n"
    diary = Enclosure(Attachment("Farm.ics", "text/calendar", "d" * 64, len(ics), electronic=True), ics)
    trip = page("trip", take_down=date(2026, 9, 8), calendar_words="Put it into your calendar")
    await site.send(outgoing(trip, attachments=(diary,)))
    assert (folder(site) / "trip.ics").read_bytes() == ics, "the very file that families get"
    shown = (folder(site) / "trip.html").read_text()
    assert 'href="trip.ics" type="text/calendar">Put it into your calendar' in shown
    assert "Farm.ics" not in shown, "it is offered once"
    await site.send(outgoing(page("talk", calendar_words="Put it into your calendar"), item="i2"))
    assert not (folder(site) / "talk.ics").exists(), "an event that is not for all to see has none"
    assert "calendar</a>" not in (folder(site) / "talk.html").read_text()
    clock.at += timedelta(days=2)
    await site.check()
    assert not (folder(site) / "trip.ics").exists()


def test_bad_settings_are_refused() -> None:
    with pytest.raises(ValidationError):
        WebsiteSettings(targets=())
    with pytest.raises(ValidationError):
        Target(folder=Path("x"), base_url="www.example.org")
