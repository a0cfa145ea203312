"""`preview --open`: the page is read back, and everything that it shows is there, and nothing else is."""

import re
from html.parser import HTMLParser
from pathlib import Path

from tests.system.school import SchoolFolder, letter


class Page(HTMLParser):
    def __init__(self, file: Path) -> None:
        super().__init__()
        self.frames: list[dict[str, str | None]] = []
        self.headings: list[str] = []
        self.figures: dict[str, list[str]] = {}
        self._in = ""
        self.feed(file.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in = tag
        if tag == "iframe":
            self.frames.append(dict(attrs))
        if tag == "figure":
            self.figures.setdefault(self.headings[-1], []).append(str(dict(attrs)["class"]))

    def handle_data(self, data: str) -> None:
        if self._in == "h2" and data.strip():
            self.headings.append(data)
        self._in = ""


async def shown(school: SchoolFolder, *more: str) -> tuple[Path, str, str]:
    said = await school("preview", "trip.md", "--open", *more)
    assert said.code in (0, 1), said.text
    found = re.search(r"See how it looks in a browser: (.+)", said.err)
    assert found, said.err
    return Path(found[1]), said.out, said.err


async def test_an_emergency_is_shown_in_every_channel_and_language_and_nothing_is_recorded(small: SchoolFolder) -> None:
    (small.path / "trip.md").write_text(
        letter("Burst pipe", more="kind: emergency\nalso: website, noticeboard\n"), "utf-8"
    )
    file, _, _ = await shown(small)
    assert file == small.path / "outbox" / "preview" / "index.html"
    assert file.parent.stat().st_mode & 0o077 == 0
    page = Page(file)
    assert page.headings[0] == "For everybody to see"
    assert page.headings[1] == "A family whose language is English"
    assert {"website", "noticeboard"} <= set(page.figures[page.headings[0]])
    for language in page.headings[1:]:
        assert len(set(page.figures[language])) == len(page.figures[language]), "one example of each"
        assert {"text", "call"} <= set(page.figures[language])
    for frame in page.frames:
        place = str(frame["src"]).partition("#")[0]
        assert (file.parent / place).is_file(), place
        assert place.endswith(".pdf") or "sandbox" in frame
    assert "<script" not in file.read_text("utf-8")
    assert re.search(r"sent as \d+ texts? \(", file.read_text("utf-8")), "segments are counted"
    assert not (small.path / "state" / "notifier.db").exists()
    assert not list((small.path / "outbox").glob("trial*"))


async def test_only_the_families_that_are_named_stand_on_it_and_the_one_before_is_gone(small: SchoolFolder) -> None:
    (small.path / "trip.md").write_text(letter("Walk"), "utf-8")
    file, out, _ = await shown(small, "--json")
    assert out.lstrip().startswith("{"), "the plan stays what it is"
    samples = set(re.findall(r"The copy of ([^<]+)<", file.read_text("utf-8")))
    everything = b"".join(one.read_bytes() for one in file.parent.rglob("*") if one.is_file())
    contacts = (small.path / "families" / "contacts.csv").read_text("utf-8").splitlines()
    named = contacts[0].split(",")
    mail = [row.split(",")[named.index("email")] for row in contacts[1:]]
    there = [one for one in mail if one and one.encode() in everything]
    assert 0 < len(there) <= len(samples) < len(mail)
    (file.parent / "left-over").write_text("x")
    (small.path / "trip.md").write_text(letter("Walk", to="Oka class"), "utf-8")
    said = await small("preview", "trip.md", "--open")
    assert said.code == 2
    assert not (file.parent / "left-over").exists()
    assert "nobody would get it" in file.read_text("utf-8")
