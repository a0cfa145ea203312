"""What trial mode writes, and the page that shows it."""

import asyncio
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import channels
from channels import Headline, build_outbox_index
from channels.base import Channel, Outgoing, Surroundings
from notifier.model.payload import CallPayload, MailPayload, Personal, Ring, ShortPayload

Makes = Callable[..., Outgoing]
VOID = {"meta", "br", "img", "input", "link", "hr", "col"}


class Nesting(HTMLParser):
    """Every element closed, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def well_formed(html: str) -> bool:
    parser = Nesting()
    parser.feed(html)
    parser.close()
    return html.startswith("<!DOCTYPE html>") and not parser.open and not parser.wrong


def mail(subject: str = "Autumn news") -> MailPayload:
    return MailPayload(
        subject, Personal(("<p>Dear ", "</p>"), ("Amara",)), Personal(("Dear ", ""), ("Amara",)), "en", "Mrs Okafor"
    )


def short(words: str = "School is closed.") -> ShortPayload:
    return ShortPayload(words, "en", "GSM-7", 1)


async def write_some(built: dict[str, Channel], outgoing: Makes) -> None:
    family = "Amara Okafor: Ada (Oak)"
    await built["email"].send(outgoing(mail(), address="amara@example.org", item="e1", family=family))
    await built["text"].send(outgoing(short(), address="+447700900123", item="t1", message="m2", family=family))
    ring = CallPayload("Closed", (("Ada", "Oak"),), (Ring("C1", "Amara", "mother", "+447700900123"),), "We are closed.")
    await built["call"].send(outgoing(ring, item="c1", message="m2", family=family))


def data_of(page: Path) -> dict[str, Any]:
    found = re.search(
        r'<script type="application/json" id="data">(.*?)</script>', page.read_text(encoding="utf-8"), re.DOTALL
    )
    assert found is not None
    loaded: dict[str, Any] = json.loads(found[1])
    return loaded


async def test_each_item_is_a_file_with_the_address_it_would_have_gone_to(trial: Surroundings, outgoing: Makes) -> None:
    built = channels.build({}, trial)
    await write_some(built, outgoing)
    here = trial.outbox / "trial"
    assert b"To: Mrs Okafor <amara@example.org>" in (here / "email" / "e1.eml").read_bytes()
    first = (here / "text" / "t1.txt").read_text(encoding="utf-8").splitlines()[0]
    assert first == "TRIAL — would have gone to +447700900123"


async def test_the_same_again_keeps_even_its_date(trial: Surroundings, outgoing: Makes, clock: Any) -> None:
    box = channels.build({}, trial)["email"]
    await box.send(outgoing(mail(), address="amara@example.org", item="e1"))
    path = trial.outbox / "trial" / "email" / "e1.eml"
    before = path.read_bytes()
    await clock.sleep(3600)
    await box.send(outgoing(mail(), address="amara@example.org", item="e1", attempt_id="a2"))
    assert path.read_bytes() == before
    await box.send(outgoing(mail("Corrected"), address="amara@example.org", item="e1", attempt_id="a3"))
    assert b"Subject: Corrected" in path.read_bytes()


async def test_a_name_that_could_lead_elsewhere_stays_in_the_outbox(trial: Surroundings, outgoing: Makes) -> None:
    box = channels.build({}, trial)["text"]
    await asyncio.gather(
        *(
            box.send(outgoing(short(), address="+447700900123", item=item))
            for item in ("../../evil", "a/b", "", "x" * 300)
        )
    )
    files = [path for path in trial.outbox.parent.rglob("*") if path.is_file()]
    assert len(files) == 8
    assert all(path.is_relative_to(trial.outbox) for path in files)


async def test_the_page_shows_every_item_with_its_message_channel_and_family(
    trial: Surroundings, outgoing: Makes
) -> None:
    built = channels.build({}, trial)
    await write_some(built, outgoing)
    built["call"].collate("m2")  # type: ignore[attr-defined]
    await built["call"].close()
    headlines = {"m1": Headline("Autumn news", "newsletter"), "m2": Headline("School closed", "emergency")}
    page = build_outbox_index(trial.outbox, school="Oak Lane", messages=headlines)
    assert page == trial.outbox / "index.html"
    data = data_of(page)
    assert {one["id"]: one["kind"] for one in data["messages"]} == {"m1": "newsletter", "m2": "emergency"}
    kinds = {(one["channel"], one["message"], one["whole"]) for one in data["items"]}
    assert kinds == {("email", "m1", False), ("text", "m2", False), ("call", "m2", False), ("call", "m2", True)}
    assert {one["family"] for one in data["items"] if not one["whole"]} == {"Amara Okafor: Ada (Oak)"}
    for one in data["items"]:
        assert (trial.outbox / one["file"]).exists()
        assert one["text"] or (trial.outbox / one["page"]).exists()


async def test_the_page_stands_alone_and_is_well_formed(trial: Surroundings, outgoing: Makes) -> None:
    await write_some(channels.build({}, trial), outgoing)
    html = build_outbox_index(trial.outbox, school="Oak Lane").read_text(encoding="utf-8")
    assert well_formed(html)
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", html)
    assert "@import" not in html
    assert 'setAttribute("sandbox", "")' in html


async def test_nothing_a_family_or_message_says_becomes_part_of_the_page(trial: Surroundings, outgoing: Makes) -> None:
    box = channels.build({}, trial)["text"]
    bad = "</script><script>alert(1)</script><!--"
    await box.send(outgoing(short(bad), address="+447700900123", family=bad))
    page = build_outbox_index(trial.outbox, school=bad, messages={"m1": Headline(bad)})
    assert "<script>alert" not in page.read_text(encoding="utf-8")
    assert data_of(page)["items"][0]["text"] == bad


async def test_an_item_that_was_withdrawn_is_not_shown(trial: Surroundings, outgoing: Makes) -> None:
    built = channels.build({}, trial)
    await write_some(built, outgoing)
    built["call"].withdraw("m2", "c1")  # type: ignore[attr-defined]
    (trial.outbox / "trial" / "text" / "t1.txt").unlink()
    data = data_of(build_outbox_index(trial.outbox, school="Oak Lane"))
    assert [one["channel"] for one in data["items"]] == ["email"]
    assert [one["title"] for one in data["messages"]] == ["Autumn news"]


def test_an_empty_outbox_has_a_page_too(trial: Surroundings) -> None:
    assert data_of(build_outbox_index(trial.outbox, school="Oak Lane"))["items"] == []


def test_live_mode_leaves_out_what_the_school_has_not_set_up(live: Surroundings) -> None:
    assert sorted(channels.build({}, live)) == ["call", "noticeboard"]
    assert sorted(name for name, one in channels.REGISTRY.items() if channels.needs_settings(one)) == [
        "email",
        "letter",
        "text",
        "voice",
        "website",
    ]
    borrowing = {"voice": channels.REGISTRY["voice"].Settings(caller="+442079460100")}
    assert sorted(channels.build(borrowing, live)) == ["call", "noticeboard"], "it has no account to call with"
