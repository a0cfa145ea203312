"""Letters as PDF, the print run and its lists."""

import csv
import hashlib
import io
import os
import stat
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from channels.base import Outgoing, PermanentFailure, Surroundings
from channels.letter import PART, Letter, LetterSettings
from notifier.clock import FixedClock
from notifier.model.message import Attachment, Body, Enclosure
from notifier.model.payload import PAPER, PaperPayload, Slip
from notifier.model.plan import Address
from notifier.rendering import Renderer
from tests import pdf
from tests.unit.rendering.school_life import DIRECTORY, KHANS, LETTER, NOW, SCHOOL

Makes = Callable[..., Outgoing]

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63606060000000040001"
    "f61738550000000049454e44ae426082"
)
LINES = ("Ms Sadia Khan & Mr Imran Khan", "Flat 4, Meadow House", "14 Woodgrange Road", "London", "E7 8AA")


def paper(first: str, class_: str = "Oak", **more: object) -> PaperPayload:
    lines = (first, "12 Oak Lane", "Sheffield", "S10 2TN")
    return PaperPayload("Trip", lines, f"<p>Dear {first}</p>", "en", class_, **more)  # type: ignore[arg-type]


def enclosure(name: str, content: bytes, media_type: str, pupil: str = "") -> Enclosure:
    digest = hashlib.sha256(content).hexdigest()
    return Enclosure(Attachment(name, media_type, digest, len(content), pupil), content)


def one_page(words: str) -> bytes:
    """A PDF as another program makes it."""
    from pypdf import PdfWriter
    from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

    writer = PdfWriter()
    page = writer.add_blank_page(595, 842)
    font = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    named = DictionaryObject({NameObject(key): NameObject(value) for key, value in font.items()})
    fonts = DictionaryObject({NameObject("/F1"): named})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    stream = DecodedStreamObject()
    stream.set_data(f"BT /F1 20 Tf 72 700 Td ({words}) Tj ET".encode())
    page[NameObject("/Contents")] = stream
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@asynccontextmanager
async def made(surroundings: Surroundings, **settings: object) -> AsyncIterator[Letter]:
    letter = Letter(LetterSettings.model_validate({"envelope": "dl_uk"} | settings), surroundings)
    try:
        yield letter
    finally:
        await letter.close()


@pytest.fixture
async def letter(live: Surroundings) -> AsyncIterator[Letter]:
    async with made(live) as one:
        yield one


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


async def sheet(letter: Letter, outgoing: Outgoing) -> bytes:
    reference = (await letter.send(outgoing)).reference
    return (letter.surroundings.outbox / reference).read_bytes()


@pytest.mark.parametrize(
    ("envelope", "left", "top", "width", "height", "words_below"),
    [("dl_uk", 20, 57, 80, 24, 95), ("c5_notify", 24.6, 39.5, 95.4, 26.8, 95)],
)
@pytest.mark.parametrize("lines", [LINES[-3:], LINES, ("A", "B", "C", "D", "E", "F", "E7 8AA")], ids=("3", "5", "7"))
async def test_the_address_stands_in_the_window_and_nothing_else_does(
    envelope: str,
    left: float,
    top: float,
    width: float,
    height: float,
    words_below: float,
    lines: tuple[str, ...],
    live: Surroundings,
    outgoing: Makes,
) -> None:
    async with made(live, envelope=envelope) as letter:
        content = await sheet(letter, outgoing(PaperPayload("Trip", lines, "<p>Dear all</p>", "en")))
        inside = []
        for run in pdf.runs(content):
            across = left - 0.1 <= run.x <= left + width
            if across and top <= run.y <= top + height:
                inside.append(run.text)
                assert top <= run.y - run.size * 0.8 / pdf.MM, "the tops of its letters are in the window too"
            else:
                assert not (run.x < left + width and top - 3 < run.y < top + height + 3), run
                assert run.y > words_below or run.x >= 120, run
        assert inside == list(lines)


async def test_a_long_name_is_set_smaller_before_it_leaves_the_window(letter: Letter, outgoing: Makes) -> None:
    name = "Ms Maria-Magdalena Wiśniewska-Brzęczyszczykiewicz & Mr Olumide Adewale-Ogunbanjo " * 2
    content = await sheet(letter, outgoing(PaperPayload("Trip", (name.strip(), *LINES[1:]), "<p>x</p>", "en")))
    window = [run for run in pdf.runs(content) if run.x < 100 and 57 <= run.y <= 81]
    assert " ".join(run.text for run in window).endswith("London E7 8AA")
    assert window[0].size < 10


async def test_the_run_is_sorted_into_heaps_with_a_separator_before_each(letter: Letter, outgoing: Makes) -> None:
    await letter.send(outgoing(paper("Mrs Zidane", "Oak"), item="i1"))
    await letter.send(outgoing(paper("Mr Ali", "Oak", second_home=True), item="i2"))
    await letter.send(outgoing(paper("Ms Chen", "Elm", large_print=True), item="i3"))
    run, letters, postage = letter.collate("m1")
    pages = pdf.words(run.read_bytes()).split("\n")
    assert [page.split(" Trip")[0] for page in pages[::2]] == [
        "Elm Book bags 1 letter",
        "Oak Book bags 1 letter",
        "Oak Post, not book bag 1 letter",
    ]
    assert [next(name for name in ("Chen", "Zidane", "Ali") if name in page) for page in pages[1::2]] == [
        "Chen",
        "Zidane",
        "Ali",
    ]
    rows = table(letters)
    assert [(row["addressee"], row["way"]) for row in rows] == [
        ("Ms Chen", "book bag"),
        ("Mrs Zidane", "book bag"),
        ("Mr Ali", "post"),
    ]
    assert rows[0] | {"address": "12 Oak Lane, Sheffield", "postcode": "S10 2TN", "large print": "yes"} == rows[0]
    assert [row["addressee"] for row in table(postage)] == ["Mr Ali"]


async def test_a_second_homes_copy_is_marked_for_the_post_and_says_nothing_of_why(
    letter: Letter, outgoing: Makes
) -> None:
    second = pdf.words(await sheet(letter, outgoing(paper("Mr Ali", second_home=True))))
    assert "Post, not book bag" in second
    assert "second" not in second.lower()
    assert "Post" not in pdf.words(await sheet(letter, outgoing(paper("Mr Ali"), item="i2")))


async def test_a_school_that_posts_its_letters_has_them_all_on_the_postage_list(
    live: Surroundings, outgoing: Makes
) -> None:
    async with made(live, hand_out="post") as letter:
        await letter.send(outgoing(paper("Mrs Zidane")))
        *_, postage = letter.collate("m1")
        assert [row["addressee"] for row in table(postage)] == ["Mrs Zidane"]


async def test_large_print_is_eighteen_points(letter: Letter, outgoing: Makes) -> None:
    for item, large, size in (("i1", True, 18), ("i2", False, 11.5)):
        content = await sheet(letter, outgoing(paper("Mrs Zidane", large_print=large), item=item))
        (greeting,) = [run for run in pdf.runs(content) if run.text.startswith("Dear")]
        assert greeting.size == pytest.approx(size)


async def test_it_is_tagged_for_screen_readers_and_says_its_language_and_title(letter: Letter, outgoing: Makes) -> None:
    payload = PaperPayload("خط", LINES, '<p>السلام علیکم <bdi dir="ltr">020 7946 0000</bdi></p>', "ur")
    read = pdf.reader(await sheet(letter, outgoing(payload, language="ur")))
    root = read.root_object
    assert root.raw_get("/MarkInfo")["/Marked"]
    assert read.metadata is not None
    assert read.metadata.title == "خط"
    assert read.xmp_metadata is not None
    assert b"pdfuaid" in read.xmp_metadata.stream.get_data()


async def test_a_letter_in_urdu_runs_from_right_to_left_and_its_address_and_numbers_do_not(
    letter: Letter, outgoing: Makes
) -> None:
    payload = PaperPayload("خط", LINES, '<p>فون کریں <bdi dir="ltr">020 7946 0000</bdi></p>', "ur")
    found = list(pdf.runs(await sheet(letter, outgoing(payload, language="ur"))))
    assert [run.x for run in found if run.text == "E7 8AA"] == [pytest.approx(20)]
    (number,) = [run for run in found if run.text == "020 7946 0000" and run.y > 95]
    assert number.x < min(run.x for run in found if run.text == "ں") < 180, "read from left to right, left of the words"


async def test_words_that_look_like_a_program_are_printed_as_they_stand(letter: Letter, outgoing: Makes) -> None:
    evil = '#read("/etc/passwd") #{panic("x")} $x^2$ *bold* `raw` @ref <label> \\ // comment #import "@preview/x:1.0.0"'
    escaped = evil.replace("<", "&lt;").replace(">", "&gt;")
    payload = PaperPayload(evil, (evil[:30], "E7 8AA"), f"<p>{escaped}</p><ul><li>{escaped}</li></ul>", "en", evil)
    words = pdf.words(await sheet(letter, outgoing(payload)))
    assert words.count('#read("/etc/passwd") #{panic("x")} $x^2$ *bold*') == 2
    letter.collate("m1")


async def test_emoji_are_left_out_where_no_printer_has_them(letter: Letter, outgoing: Makes) -> None:
    payload = PaperPayload("Party 🎉", LINES, "<p>See you there 🎄👩‍👩‍👧 at 3pm</p>", "en")
    words = pdf.words(await sheet(letter, outgoing(payload)))
    assert "See you there" in words
    assert "at 3pm" in words


async def test_the_reply_slip_stands_whole_below_a_line_to_cut(letter: Letter, outgoing: Makes) -> None:
    slip = Slip("Reply slip: Trip", "Please cut here", (("Child", "Amira (Oak)"),), ("Yes", "No"), ("Signature",))
    long = "".join(f"<p>Line {n}</p>" for n in range(28))
    content = await sheet(letter, outgoing(PaperPayload("Trip", LINES, long, "en", slip=slip)))
    pages = {run.page for run in pdf.runs(content) if run.text in {"Please cut here", "Signature", "Child"}}
    assert pages == {1}, "on one sheet"
    assert "Amira (Oak)" in pdf.words(content)


async def test_a_letter_with_a_public_copy_has_a_code_to_it(letter: Letter, outgoing: Makes) -> None:
    address = "https://www.oaklane.example.org/2026-11-27-trip-abcdef.html"
    payload = PaperPayload("Trip", LINES, "<p>x</p>", "en", online=address, online_words="Read it online:")
    content = await sheet(letter, outgoing(payload))
    assert "Read it online: www.oaklane.example.org/2026-11-27-trip-abcdef.html" in pdf.words(content).replace(
        "\n", " "
    )
    (code,) = (letter.surroundings.outbox / "letters/m1/codes").iterdir()
    assert code.read_text().startswith("<?xml")


async def test_a_picture_goes_inside_and_an_attachment_into_the_envelope(letter: Letter, outgoing: Makes) -> None:
    picture = enclosure("goat.png", PNG, "image/png")
    consent = enclosure("../../consent form.pdf", b"%PDF", "application/pdf")
    payload = PaperPayload("Trip", LINES, f'<p><img alt="A goat" src="cid:{picture.attachment.digest}"></p>', "en")
    content = await sheet(letter, outgoing(payload, attachments=(picture, consent)))
    assert len(pdf.reader(content).pages[0].images) == 1
    run, letters, _ = letter.collate("m1")
    (kept,) = (run.parent / "enclosures").iterdir()
    assert kept.read_bytes() == b"%PDF"
    assert table(letters)[0]["enclose"] == kept.name
    assert kept.resolve().is_relative_to(letter.surroundings.outbox.resolve())


async def test_a_picture_that_cannot_be_printed_leaves_its_description(letter: Letter, outgoing: Makes) -> None:
    good, bad = enclosure("a.png", PNG, "image/png"), enclosure("b.png", PNG[:-30] + b"x" * 30, "image/png")
    words = "".join(f'<p><img alt="{n}" src="cid:{one.attachment.digest}"></p>' for n, one in (("A", good), ("B", bad)))
    payload = PaperPayload("Trip", LINES, words, "en")
    for item in ("i1", "i2"):
        content = await sheet(letter, outgoing(payload, attachments=(good, bad), item=item))
        assert "[B]" in pdf.words(content)
        assert "[A]" not in pdf.words(content)
    assert letter.collate("m1")


async def test_a_childs_own_papers_are_printed_behind_its_letter(letter: Letter, outgoing: Makes) -> None:
    for item, name in (("i1", "Amira"), ("i2", "Yusuf")):
        report = enclosure(f"{name}.pdf", one_page(f"Report of {name}"), "application/pdf", f"P-{name}")
        await letter.send(outgoing(paper(f"Parent of {name}"), item=item, attachments=(report,)))
    run, letters, _ = letter.collate("m1")
    pages = pdf.words(run.read_bytes()).split("\n")
    assert [("Parent of " in page, "Report of" in page) for page in pages] == [(True, False), (False, True)] * 2
    for cover, behind in zip(pages[::2], pages[1::2], strict=True):
        assert ("Amira" in cover) == ("Amira" in behind)
    assert not list(run.parent.glob("enclosures/*"))
    assert table(letters)[0]["pages"] == "1 paper printed behind it"


async def test_papers_that_cannot_be_printed_are_enclosed_by_hand(letter: Letter, outgoing: Makes) -> None:
    report = enclosure("report.pdf", b"%PDF-1.7 broken", "application/pdf", "P1")
    content = await sheet(letter, outgoing(paper("Mrs Zidane"), attachments=(report,)))
    assert len(pdf.reader(content).pages) == 1
    _, letters, _ = letter.collate("m1")
    assert table(letters)[0]["enclose"].endswith(".pdf")
    assert not table(letters)[0]["pages"]


async def test_without_an_address_there_is_no_letter(letter: Letter, outgoing: Makes) -> None:
    with pytest.raises(PermanentFailure, match="postal address"):
        await letter.send(outgoing(PaperPayload("Trip", (), "<p>x</p>", "en")))


async def test_what_is_withdrawn_is_gone_from_the_run_and_the_last_one_takes_it_along(
    letter: Letter, outgoing: Makes
) -> None:
    consent = enclosure("consent.pdf", b"%PDF", "application/pdf")
    report = enclosure("report.pdf", one_page("A report"), "application/pdf", "P1")
    for item in ("i1", "i2"):
        await letter.send(outgoing(paper(item), item=item, attachments=(consent, report)))
    run, *_ = letter.collate("m1")
    letter.withdraw("m1", "i1")
    letter.collate("m1")
    assert "Dear i1" not in pdf.words(run.read_bytes())
    letter.withdraw("m1", "i2")
    assert letter.collate("m1") == []
    assert not run.parent.exists()


async def test_a_long_run_comes_in_parts(letter: Letter, outgoing: Makes, monkeypatch: pytest.MonkeyPatch) -> None:
    assert PART == 500
    monkeypatch.setattr("channels.letter.PART", 2)
    for number in range(3):
        await letter.send(outgoing(paper(f"Mr {number}"), item=f"i{number}"))
    assert [path.name for path in letter.collate("m1")[:2]] == ["letters-1-of-2.pdf", "letters-2-of-2.pdf"]
    letter.withdraw("m1", "i0")
    run, *_ = letter.collate("m1")
    assert run.name == "letters.pdf"
    assert [path.name for path in run.parent.glob("letters*.pdf")] == ["letters.pdf"]


async def test_every_sheet_of_a_trial_run_says_so(trial: Surroundings, outgoing: Makes) -> None:
    async with made(trial) as letter:
        for item in ("i1", "i2"):
            await letter.send(outgoing(paper(item), item=item))
        run, *_ = letter.collate("m1")
        assert pdf.words(run.read_bytes()).count("TRIAL: not to be given out or posted") == 2


async def test_printing_on_both_sides_begins_each_letter_on_a_new_sheet(live: Surroundings, outgoing: Makes) -> None:
    async with made(live, both_sides=True) as letter:
        for item in ("i1", "i2"):
            await letter.send(outgoing(paper(item), item=item))
        run, *_ = letter.collate("m1")
        pages = pdf.words(run.read_bytes()).split("\n")
        assert [bool(page) for page in pages] == [True, False] * 2


@pytest.fixture
def lp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A printer's program that writes down what it is given, and refuses while ``off`` is there."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "lp"
    program.write_text(
        f'#!/bin/sh\n[ -e {folder}/off ] && exit 1\nfor last; do :; done\necho "$2 $6 $last" >> {folder}/printed\n'
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder


def printed(lp: Path) -> list[bytes]:
    lines = (lp / "printed").read_text().splitlines()
    assert {line.split()[0] for line in lines} == {"Office"}
    return [Path(line.split()[-1]).read_bytes() for line in lines]


async def test_each_run_is_printed_once_and_what_comes_later_makes_a_run_of_its_own(
    live: Surroundings, outgoing: Makes, lp: Path
) -> None:
    async with made(live, printer="Office") as letter:
        await letter.send(outgoing(paper("Mr One"), item="i1"))
        letter.collate("m1")
        assert letter.items("m1") == []
        assert letter.collate("m1") == []
        await letter.send(outgoing(paper("Mr Two"), item="i2"))
        assert letter.items("m1") == ["i2"]
        letter.collate("m1")
        first, second = printed(lp)
        assert "Mr One" in pdf.words(first)
        assert "Mr Two" in pdf.words(second)
        assert "Mr One" not in pdf.words(second)
        assert await letter.check() == []


async def test_a_printer_that_takes_nothing_gets_the_run_later(
    live: Surroundings, outgoing: Makes, lp: Path, clock: FixedClock
) -> None:
    (lp / "off").touch()
    async with made(live, printer="Office") as letter:
        await letter.send(outgoing(paper("Mr One"), item="i1"))
        letter.collate("m1")
        assert letter.items("m1") == ["i1"]
        (lp / "off").unlink()
        letter.collate("m1")
        assert not (lp / "printed").exists(), "it is left alone for a while"
        clock.at += timedelta(minutes=11)
        letter.collate("m1")
        assert letter.items("m1") == []
        assert (lp / "printed").exists()


async def test_a_run_of_which_nobody_knows_whether_it_was_printed_is_told_of(
    live: Surroundings, outgoing: Makes, lp: Path
) -> None:
    async with made(live, printer="Office") as letter:
        await letter.send(outgoing(paper("Mr One"), item="i1"))
        letter.collate("m1")
        (record,) = live.outbox.glob("letters/m1/printed/*/run.json")
        record.write_text(record.read_text().replace('"printed"', '"begun"'))
        (problem,) = await letter.check()
        assert problem.id == "print-run-unknown"
        assert letter.collate("m1") == [], "it is not printed a second time by itself"


async def test_in_trial_nothing_is_printed(trial: Surroundings, outgoing: Makes, lp: Path) -> None:
    async with made(trial, printer="Office") as letter:
        await letter.send(outgoing(paper("Mr One"), item="i1"))
        letter.collate("m1")
        assert not (lp / "printed").exists()


async def test_the_schools_logo_stands_at_the_head_and_a_missing_one_is_told_of(
    live: Surroundings, outgoing: Makes
) -> None:
    async with made(live, logo="logo.png") as letter:
        assert [problem.id for problem in await letter.check()] == ["letter-logo-missing"]
        (live.outbox.parent / "logo.png").write_bytes(PNG)
        assert await letter.check() == []
        content = await sheet(letter, outgoing(paper("Mr One")))
        assert len(pdf.reader(content).pages[0].images) == 1


@pytest.mark.parametrize("language", ["en", "pl"])
async def test_the_letter_stands_on_the_sheet_as_agreed(language: str, letter: Letter, outgoing: Makes) -> None:
    """Every line with its page, place (mm) and size (points). After a wanted change: ``NOTIFIER_WRITE_GOLDEN=1``."""
    words = Body("pl", LETTER.bodies[0].html, "x", "Spacer do parku")
    message = replace(LETTER, reply_slip=True, bodies=(*LETTER.bodies, words))
    delivery = replace(KHANS, language=language, text_language=language)
    payload = Renderer(SCHOOL).render(PAPER, message, delivery, DIRECTORY, NOW, Address("C1", "12 Elm Road, E7 8AB"))
    content = await sheet(letter, outgoing(payload, language=language))
    lines = [f"{run.page + 1} {run.x:6.1f} {run.y:6.1f} {run.size:5.1f}  {run.text}" for run in pdf.runs(content)]
    golden = Path(__file__).parents[2] / "golden" / f"letter-{language}.pdf.txt"
    said = "\n".join(lines) + "\n"
    if os.environ.get("NOTIFIER_WRITE_GOLDEN"):
        golden.write_text(said, encoding="utf-8")
    assert said == golden.read_text(encoding="utf-8")


async def test_a_few_lines_too_many_are_set_smaller_and_cost_no_second_sheet(letter: Letter, outgoing: Makes) -> None:
    def lines(count: int) -> PaperPayload:
        return PaperPayload("Trip", LINES, "".join(f"<p>Line {n}</p>" for n in range(count)), "en")

    counts = []
    for number in (20, 26, 50):
        content = await sheet(letter, outgoing(lines(number), item=f"i{number}"))
        size = next(run.size for run in pdf.runs(content) if run.text == "Line 1")
        counts.append((len(pdf.reader(content).pages), size))
    assert counts == [(1, 11.5), (1, 10.5), (2, 11.5)]


async def test_a_letter_whose_file_somebody_deleted_is_in_the_run_all_the_same(letter: Letter, outgoing: Makes) -> None:
    reference = (await letter.send(outgoing(paper("Mrs Zidane")))).reference
    (letter.surroundings.outbox / reference).unlink()
    run, *_ = letter.collate("m1")
    assert "Mrs Zidane" in pdf.words(run.read_bytes())


async def test_the_same_run_is_made_of_the_same_bytes(letter: Letter, outgoing: Makes) -> None:
    for item in ("i1", "i2"):
        await letter.send(outgoing(paper(item, item), item=item))
    run, *_ = letter.collate("m1")
    before = run.read_bytes()
    run.unlink()
    letter.collate("m1")
    assert run.read_bytes() == before
