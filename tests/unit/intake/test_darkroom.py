"""Pictures go out light, upright and without what the camera wrote into them."""

import hashlib
import io
from collections.abc import Callable
from functools import cache

import pytest
from docx.document import Document
from PIL import Image

from notifier.intake import darkroom, limits
from notifier.intake.darkroom import ATTACHED, SHOWN, Developed, developed
from notifier.model.message import Attachment, Enclosure
from notifier.model.problem import Severity
from tests.unit.intake.desk import Desk, email, errors, ids, png, word

ORIENTATION, GPS, THUMBNAIL = 0x0112, 0x8825, 0x0201
HOME = (51.0, 32.0, 37.21)


@cache
def photograph(width: int = 2400, height: int = 1600, *, turned: int = 1, place: bool = True, noise: int = 60) -> bytes:
    """As a telephone makes it: the left third is dark, the rest is light; grainy, so that it is heavy."""
    picture = Image.effect_noise((width, height), noise).convert("RGB")
    picture.paste((20, 20, 20), (0, 0, width // 3, height))
    exif = Image.Exif()
    exif[ORIENTATION] = turned
    exif[0x010F] = "SECRETPHONE"
    if place:
        exif.get_ifd(GPS).update({1: "N", 2: HOME, 3: "E", 4: HOME})
    made = io.BytesIO()
    picture.save(made, "JPEG", quality=92, exif=exif, comment=b"SECRETCOMMENT")
    return made.getvalue()


def saved(picture: Image.Image, form: str, **more: object) -> bytes:
    made = io.BytesIO()
    picture.save(made, form, **more)
    return made.getvalue()


def one(content: bytes, name: str = "photo.jpg", frame: darkroom.Frame = SHOWN) -> Developed:
    sort = {"jpg": "jpeg"}.get(name.rpartition(".")[2], name.rpartition(".")[2])
    attachment = Attachment(name, f"image/{sort}", hashlib.sha256(content).hexdigest(), len(content))
    (made,) = developed([Enclosure(attachment, content)], frame)
    return made


def opened(made: Developed) -> Image.Image:
    assert made.picture is not None
    attachment, content = made.picture.attachment, made.picture.content
    assert (attachment.size, attachment.digest) == (len(content), hashlib.sha256(content).hexdigest())
    picture = Image.open(io.BytesIO(content))
    picture.load()
    assert attachment.media_type == f"image/{str(picture.format).lower()}"
    return picture


def test_a_photograph_is_made_light_and_fits_the_column() -> None:
    content = photograph()
    made = one(content)
    picture = opened(made)
    assert picture.size == (1200, 800)
    assert made.picture is not None
    assert made.picture.attachment.size <= limits.PICTURE_SHOWN < len(content)


@pytest.mark.parametrize(
    ("turned", "dark"),
    [
        pytest.param(1, (0.1, 0.5), id="upright"),
        pytest.param(3, (0.9, 0.5), id="upside down"),
        pytest.param(6, (0.5, 0.1), id="on its right side"),
        pytest.param(8, (0.5, 0.9), id="on its left side"),
    ],
)
def test_it_stands_as_the_camera_was_held(turned: int, dark: tuple[float, float]) -> None:
    picture = opened(one(photograph(turned=turned))).convert("L")
    assert (picture.width > picture.height) is (turned in {1, 3})
    few = picture.resize((10, 10), Image.Resampling.BOX)
    at = {place: few.getpixel((int(10 * place[0]), int(10 * place[1]))) for place in (dark, (0.5, 0.5))}
    assert at[dark] < 45 < 80 < at[0.5, 0.5]  # type: ignore[operator]


@pytest.mark.parametrize(
    "size", [pytest.param((2400, 1600), id="large"), pytest.param((90, 60), id="small enough as it is")]
)
def test_where_and_by_what_it_was_taken_stays_at_school(size: tuple[int, int]) -> None:
    made = one(photograph(*size))
    assert made.place
    picture = opened(made)
    assert not dict(picture.getexif())
    assert made.picture is not None
    assert b"SECRET" not in made.picture.content
    assert not one(photograph(*size, place=False)).place


def test_words_hidden_in_a_png_stay_at_school_too() -> None:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("Author", "SECRETNAME")
    made = one(saved(Image.new("RGB", (30, 20), "red"), "PNG", pnginfo=info), "a.png")
    assert opened(made).size == (30, 20)
    assert made.picture is not None
    assert b"SECRET" not in made.picture.content


def test_what_is_fit_already_is_not_touched() -> None:
    for content, name in ((png(40, 30), "a.png"), (saved(Image.new("RGB", (40, 30)), "JPEG"), "a.jpg")):
        made = one(content, name)
        assert made.picture is made.before


def test_what_was_made_light_is_not_made_lighter_at_a_second_look() -> None:
    first = one(photograph())
    assert first.picture is not None
    again = one(first.picture.content)
    assert again.picture is again.before


def test_a_drawing_stays_sharp_and_what_shows_through_stays_so() -> None:
    drawing = Image.new("RGB", (1000, 500), "white")
    drawing.paste("navy", (100, 100, 400, 400))
    assert opened(one(saved(drawing.resize((3000, 1500)), "PNG"), "a.png")).format == "PNG"
    logo = Image.new("RGBA", (3000, 1500), (0, 0, 0, 0))
    logo.paste((200, 0, 0, 255), (500, 500, 2500, 1000))
    small = opened(one(saved(logo, "PNG"), "logo.png")).convert("RGBA")
    assert small.size == (1200, 600)
    assert small.getpixel((2, 2))[3] == 0  # type: ignore[index]


def test_a_picture_that_old_mail_programs_do_not_show_becomes_one_that_they_do() -> None:
    made = one(saved(Image.effect_noise((90, 60), 50).convert("RGB"), "WEBP"), "hall.webp")
    assert opened(made).format == "JPEG"
    assert made.picture is not None
    assert made.picture.attachment.name == "hall.jpg"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16", "CMYK", "RGBA"])
def test_every_sort_of_colours_can_be_made_light(mode: str) -> None:
    form = "JPEG" if mode == "CMYK" else "PNG"
    plain = (
        Image.new("I;16", (1500, 2000), 30_000)
        if mode == "I;16"
        else Image.new("RGB", (1500, 2000), "teal").convert(mode)
    )
    name = "a.jpg" if form == "JPEG" else "a.png"
    small = opened(one(saved(plain, form), name))
    assert small.width <= 1200
    assert small.height == small.width * 4 // 3


def test_many_pictures_together_stay_light() -> None:
    content = photograph(1400, 900)
    many = [Enclosure(Attachment(f"{n}.jpg", "image/jpeg", str(n), len(content)), content) for n in range(12)]
    made = developed(many, SHOWN)
    sizes = [one.picture.attachment.size for one in made if one.picture is not None]
    assert len(sizes) == 12
    assert sum(sizes) <= limits.PICTURES_SHOWN


def test_a_photographed_notice_beside_the_words_keeps_more_dots() -> None:
    assert opened(one(photograph(3000, 4000), frame=ATTACHED)).size == (2000, 2667)


def test_forty_million_dots_do_no_harm() -> None:
    picture = opened(one(saved(Image.new("RGB", (8000, 5000), "teal"), "PNG"), "a.png"))
    assert picture.size == (1200, 750)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(photograph(300, 200)[:900], id="cut off"),
        pytest.param(png(8000, 8000), id="too many dots"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + bytes(60), id="none at all"),
        pytest.param(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", id="a program for a printer"),
    ],
)
def test_what_cannot_be_read_is_none_and_spoils_no_other(content: bytes) -> None:
    good = png(4, 4)
    pictures = [Enclosure(Attachment("a.png", "image/png", str(n), 1), one) for n, one in enumerate((content, good))]
    bad, well = developed(pictures, SHOWN)
    assert bad.picture is None
    assert well.picture is pictures[1]


def test_a_picture_that_takes_the_process_with_it_spoils_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    pictures = [Enclosure(Attachment("a.jpg", "image/jpeg", "1", 1), photograph(5000, 4000, noise=90))]
    monkeypatch.setattr(darkroom, "LONGEST", 0.0)
    assert developed(pictures, SHOWN)[0].picture is None
    monkeypatch.undo()
    assert developed(pictures, SHOWN)[0].picture is not None


def in_word(content: bytes) -> bytes:
    def add(document: Document) -> None:
        document.add_picture(io.BytesIO(content))

    return word("To: Oak", "", "# Farm", "Look", then=add)


def in_mail(content: bytes) -> bytes:
    mail = email("", '<p>To: Oak<br><br></p><p>Look</p><img src="cid:one@mail" alt="A cow">')
    mail.add_related(content, "image", "jpeg", cid="<one@mail>")
    return mail.as_bytes()


@pytest.mark.parametrize(
    ("name", "made"), [pytest.param("a.docx", in_word, id="Word"), pytest.param("a.eml", in_mail, id="saved email")]
)
def test_the_answer_says_what_was_done_to_a_picture(desk: Desk, name: str, made: Callable[[bytes], bytes]) -> None:
    found = desk.read(name, made(photograph()))
    (shown,) = found.enclosures
    assert f'src="cid:{shown.attachment.digest}"' in found.bodies[0].html
    assert shown.attachment.size <= limits.PICTURE_SHOWN
    said = {problem.id: problem for problem in found.problems}
    assert {"picture-smaller", "picture-place"} <= said.keys()
    assert all(said[id].severity is Severity.ADVICE for id in ("picture-smaller", "picture-place"))
    assert "kB" in said["picture-smaller"].sentence
    assert not errors(found)


def test_a_picture_beside_markdown_and_one_attached_are_made_light(desk: Desk) -> None:
    desk.put("cow.jpg", photograph())
    desk.put("notice.jpg", photograph(3000, 2000))
    found = desk.read("a.md", "---\nTo: Oak\nAttach: notice.jpg\n---\n# Farm\n\n![A cow](cow.jpg)\n")
    names = {one.attachment.name: one.attachment.size for one in found.enclosures}
    assert names["cow.jpg"] <= limits.PICTURE_SHOWN
    assert names["notice.jpg"] <= limits.PICTURE_ATTACHED
    assert len([one for one in found.problems if one.id == "picture-place"]) == 2
    assert all(b"SECRET" not in one.content for one in found.enclosures)


def test_a_picture_that_cannot_be_read_leaves_its_description(desk: Desk) -> None:
    desk.put("cow.jpg", photograph(300, 200)[:900])
    found = desk.read("a.md", "---\nTo: Oak\n---\n# Farm\n\nLook: ![A cow](cow.jpg)\n")
    assert "Look: [A cow]" in found.bodies[0].html
    assert not found.enclosures
    assert "picture-unreadable" in ids(found, Severity.ADVICE)
    desk.put("notice.jpg", photograph(300, 200)[:900])
    assert errors(desk.read("b.md", "---\nTo: Oak\nAttach: notice.jpg\n---\n# Farm\n\nLook\n")) == {"attachment-broken"}
