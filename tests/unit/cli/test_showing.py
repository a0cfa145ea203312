import sys
import webbrowser
from dataclasses import replace
from pathlib import Path

import pytest

from notifier.cli.showing import samples, show
from notifier.model.plan import Address, Basis, Delivery, Plan, PublicItem


def delivery(key: str, language: str, *channels: str, held: str = "") -> Delivery:
    routes = {one: (Address(key, f"{key} by {one}"),) for one in channels}
    ladder = tuple((one,) for one in (*channels, "voice"))  # and one for which there is no address
    return Delivery(key, (key,), ("P1",), "H", Basis.MAIN, ladder, routes, language=language, held=held)


PLAN = Plan(
    (
        delivery("held", "en", "email", "text", "letter", "call", held="D3.5.7"),
        delivery("one", "en", "email", "call"),
        delivery("most", "en", "email", "text", "call"),
        delivery("paper", "en", "letter", "call"),
        delivery("polish", "pl", "email", "call"),
        delivery("unknown", "", "email", "call"),
    ),
    public=(PublicItem("website"),),
)


def test_each_channel_and_language_is_shown_once_by_as_few_families_as_will_do() -> None:
    found = [(name, one.key if one else "", address.value) for name, one, address in samples(PLAN, "en")]
    assert found == [
        ("email", "most", "most by email"),
        ("text", "most", "most by text"),
        ("call", "most", "most by call"),
        ("letter", "paper", "paper by letter"),
        ("email", "polish", "polish by email"),
        ("call", "polish", "polish by call"),
        ("website", "", ""),
    ]


def test_what_waits_for_a_person_is_no_example() -> None:
    only = replace(PLAN, deliveries=PLAN.deliveries[:1], public=())
    assert list(samples(only, "en")) == []


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="such a computer always has a screen")
def test_without_a_screen_no_browser_is_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    opened: list[str] = []

    class Browser(webbrowser.BaseBrowser):
        def open(self, url: str, new: int = 0, autoraise: bool = True) -> bool:
            opened.append(url)
            return True

    webbrowser.register("ours", None, Browser(), preferred=True)
    page = tmp_path / "index.html"
    assert not show(page)
    assert opened == []
    monkeypatch.setenv("DISPLAY", ":0")
    assert show(page)
    assert opened == [page.as_uri()]
