"""Letters, the print run and the postage list."""

import csv
import hashlib
import io
from collections.abc import Callable

import pytest

from channels.base import Outgoing, PermanentFailure, Surroundings
from channels.letter import Letter, LetterSettings
from notifier.model.message import Attachment, Enclosure
from notifier.model.payload import PaperPayload

Makes = Callable[..., Outgoing]


def paper(first: str, class_: str = "Oak", **more: object) -> PaperPayload:
    lines = (first, "12 Oak Lane", "Sheffield", "S10 2TN")
    return PaperPayload("Trip", lines, f"<p>Dear {first}</p>", "en", class_, **more)  # type: ignore[arg-type]


def enclosure(name: str, content: bytes, media_type: str) -> Enclosure:
    return Enclosure(Attachment(name, media_type, hashlib.sha256(content).hexdigest(), len(content)), content)


@pytest.fixture
def letter(live: Surroundings) -> Letter:
    return Letter(LetterSettings(envelope="dl_uk"), live)


async def test_the_run_is_sorted_by_class_and_the_postage_list_goes_with_it(letter: Letter, outgoing: Makes) -> None:
    await letter.send(outgoing(paper("Mrs Zidane", "Oak"), item="i1"))
    await letter.send(outgoing(paper("Mr Ali", "Oak", second_home=True), item="i2"))
    await letter.send(outgoing(paper("Ms Chen", "Elm", large_print=True), item="i3"))
    run, postage = letter.collate("m1")
    table = list(csv.DictReader(io.StringIO(postage.read_text(encoding="utf-8-sig"))))
    assert [row["addressee"] for row in table] == ["Ms Chen", "Mr Ali", "Mrs Zidane"]
    assert table[0] | {"address": "12 Oak Lane, Sheffield", "postcode": "S10 2TN", "large print": "yes"} == table[0]
    assert table[1]["second home"] == "yes"
    html = run.read_text(encoding="utf-8")
    assert html.count("<article") == 3
    assert html.index("Dear Ms Chen") < html.index("Dear Mr Ali") < html.index("Dear Mrs Zidane")
    assert "1 to second homes: post these; no child carries them in a book bag." in html


@pytest.mark.parametrize(("envelope", "place"), [("dl_uk", "top: 57mm"), ("c5_notify", "top: 39.5mm")])
async def test_the_address_stands_in_the_window(envelope: str, place: str, live: Surroundings, outgoing: Makes) -> None:
    letter = Letter(LetterSettings(envelope=envelope), live)
    await letter.send(outgoing(paper("Mrs Zidane")))
    html = letter.collate("m1")[0].read_text(encoding="utf-8")
    assert f'class="letter {envelope}"' in html
    assert place in html


async def test_a_letter_in_urdu_runs_from_right_to_left_and_its_address_does_not(
    letter: Letter, outgoing: Makes
) -> None:
    payload = PaperPayload("خط", ("Mrs Khan", "1 Elm Road", "S1 1AA"), "<p>السلام علیکم</p>", "ur")
    reference = (await letter.send(outgoing(payload, language="ur"))).reference
    html = (letter.surroundings.outbox / reference).read_text(encoding="utf-8")
    assert '<div class="words" lang="ur" dir="rtl">' in html
    assert "direction: ltr" in html


async def test_a_picture_goes_inside_and_an_attachment_into_the_envelope(letter: Letter, outgoing: Makes) -> None:
    picture = enclosure("goat.png", b"\x89PNG", "image/png")
    consent = enclosure("../../consent form.pdf", b"%PDF", "application/pdf")
    payload = PaperPayload("Trip", ("A", "S1"), f'<img src="cid:{picture.attachment.digest}">', "en")
    await letter.send(outgoing(payload, attachments=(picture, consent)))
    run, _ = letter.collate("m1")
    assert "data:image/png;base64," in run.read_text(encoding="utf-8")
    (kept,) = (run.parent / "enclosures").iterdir()
    assert kept.read_bytes() == b"%PDF"
    assert kept.name in run.read_text(encoding="utf-8")
    assert kept.resolve().is_relative_to(letter.surroundings.outbox.resolve())


async def test_without_an_address_there_is_no_letter(letter: Letter, outgoing: Makes) -> None:
    with pytest.raises(PermanentFailure, match="postal address"):
        await letter.send(outgoing(PaperPayload("Trip", (), "<p>x</p>", "en")))


async def test_what_is_withdrawn_is_gone_from_the_run_and_the_last_one_takes_it_along(
    letter: Letter, outgoing: Makes
) -> None:
    consent = enclosure("consent.pdf", b"%PDF", "application/pdf")
    for item in ("i1", "i2"):
        await letter.send(outgoing(paper(item), item=item, attachments=(consent,)))
    run, _ = letter.collate("m1")
    letter.withdraw("m1", "i1")
    letter.collate("m1")
    assert "Dear i1" not in run.read_text(encoding="utf-8")
    letter.withdraw("m1", "i2")
    assert letter.collate("m1") == []
    assert not run.parent.exists()


async def test_every_sheet_of_a_trial_run_says_so(trial: Surroundings, outgoing: Makes) -> None:
    letter = Letter(LetterSettings(envelope="dl_uk"), trial)
    for item in ("i1", "i2"):
        await letter.send(outgoing(paper(item), item=item))
    run, _ = letter.collate("m1")
    assert run.read_text(encoding="utf-8").count("TRIAL — not to be posted") == 2
