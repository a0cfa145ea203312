"""Every page that families or staff read is sound HTML, and can be read by those who see, hear or move otherwise."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from tinyhtml5.parser import HTMLParser

from tests.system import pages
from tests.unit.web.test_unsubscribe import LINK, opened
from tools import browser

ANOTHERS_GROUND = {
    # A mail program shows the words inside its own page, which has the landmarks.
    "mail": {"region", "landmark-one-main", "landmark-main-is-top-level"},
    "index/email": {"region", "landmark-one-main"},
    "preview/index/email": {"region", "landmark-one-main"},
    "preview-news/index/email": {"region", "landmark-one-main"},
}
FAULT = """<!DOCTYPE html><html lang="en"><meta name="color-scheme" content="light dark"><title>Fault</title>
<style>@media (prefers-color-scheme: dark) { h1 { color: #222; background: #111; } }</style>
<main><h1>Nobody can read this in the dark</h1></main>"""
WIDTHS = (pytest.param(1280, False, id="desk"), pytest.param(390, True, id="phone in the dark"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    folder = tmp_path_factory.mktemp("pages")
    return folder / "pages", pages.make(folder)


@pytest.fixture
async def every(made: tuple[Path, dict[str, str]]) -> tuple[Path, dict[str, str]]:
    """With what the listener shows."""
    folder, found = made
    if "unsubscribe-ask.html" not in found:
        async with opened() as web:
            for name, method, path in (("ask", "GET", LINK), ("done", "POST", LINK), ("refused", "GET", LINK + "x")):
                _, words, _ = await web.ask(method, path)
                found[f"unsubscribe-{name}.html"] = words
            web.office.fails = True
            found["unsubscribe-later.html"] = (await web.ask("POST"))[1]
        for name, words in found.items():
            if name.startswith("unsubscribe"):
                (folder / name).write_text(words, "utf-8")
    return folder, found


def test_there_is_a_page_of_every_sort(every: tuple[Path, dict[str, str]]) -> None:
    _, found = every
    for language in ("en", "ur", "ar", "bn", "pl", "ro"):
        assert any(name.startswith(f"mail-{language}-") for name in found), language
    for sort in ("outbox", "index/", "preview/index.html", "trial/website/index", "banner", "mail-en-news", "unsub"):
        assert any(name.startswith(sort) for name in found), sort
    assert any("call" in name for name in found)
    assert any('class="diary"' in words for words in found.values())


def test_every_page_is_html_without_a_fault(every: tuple[Path, dict[str, str]]) -> None:
    _, found = every
    faults = {}
    for name, words in found.items():
        parser = HTMLParser()
        parser.parse(words)
        if parser.errors:
            faults[name] = parser.errors[:5]
    assert not faults


def test_a_fault_would_be_seen() -> None:
    parser = HTMLParser()
    parser.parse("<!DOCTYPE html><title>a</title><p><table><td></p>x</table>")
    assert parser.errors


def test_the_checker_finds_nothing(every: tuple[Path, dict[str, str]]) -> None:
    if not browser.CHECKER.is_file() or shutil.which("java") is None:
        pytest.skip(f"the Nu HTML checker is not here: {browser.INSTALL} (and Java)")
    folder, found = every
    command = ["java", "-Xss4m", "-jar", str(browser.CHECKER), "--format", "json", "--exit-zero-always"]
    done = subprocess.run([*command, *(str(folder / name) for name in found)], capture_output=True, timeout=240)
    told = json.loads(done.stderr)["messages"]
    said = sorted({f"{one['url'].rpartition('/')[2]}: {one['message']} {one.get('extract', '')!r}" for one in told})
    assert not said, "\n".join(said)


@pytest.mark.parametrize(("width", "dark"), WIDTHS)
def test_axe_finds_nothing(every: tuple[Path, dict[str, str]], width: int, dark: bool) -> None:
    if not browser.AXE.is_file() or browser.browser() is None:
        pytest.skip(f"axe is not here: {browser.INSTALL} (and Chromium)")
    folder, names = every
    (folder / "fault.html").write_text(FAULT, "utf-8")
    found = dict(browser.axe(folder, [*names, "fault.html"], width=width, dark=dark))
    assert [(one.rule, one.impact) for one in found.pop("fault.html")] == (
        [("color-contrast", "serious")] if dark else []
    )
    assert found.keys() == names.keys()
    said = [
        f"{name}: {one.rule} ({one.impact}): {one.said}\n    {one.places[0]}"
        for name, some in found.items()
        for one in some
        if not any(name.startswith(sort) and one.rule in rules for sort, rules in ANOTHERS_GROUND.items())
    ]
    assert not said, "\n".join(said)
