"""The pictures of emails, web pages and the preview, as a browser shows them: called by ``tools.pictures``."""

import email
import io
import os
import subprocess
import sys
from email.policy import default
from pathlib import Path

from PIL import Image

from tools import browser

FONTS = Path(__file__).resolve().parents[1] / "templates" / "paper" / "fonts"
PHONE, DESK = (390, 844), (800, 900)
MAILS = {"letter": ("Year 2 visit the city farm", "en"), "closure": ("School closed today: no heating", "en")}
MAILS |= {"letter-urdu": ("", "ur"), "newsletter": ("School News", "en")}


def small(content: bytes) -> bytes:
    """The same picture in 64 colours: enough for words on paper, and light in the repository."""
    made = io.BytesIO()
    with Image.open(io.BytesIO(content)) as picture:
        picture.convert("RGB").quantize(64).save(made, "PNG", optimize=True)
    return made.getvalue()


def shoot(page: Path, target: Path, size: tuple[int, int]) -> None:
    browser.picture(page.as_uri(), target, width=size[0], height=size[1])
    target.write_bytes(small(target.read_bytes()))


def _with_fonts(html: str) -> str:
    """As on a computer that has the fonts which the letter's own style asks for first."""
    faces = {"Noto Nastaliq Urdu": "NotoNastaliqUrdu-Regular", "Noto Naskh Arabic": "NotoNaskhArabic-Regular"}
    faces["Noto Sans Bengali"] = "NotoSansBengali-Regular"
    rules = "".join(
        f'@font-face {{ font-family: "{name}"; src: url("{(FONTS / file).as_uri()}.ttf"); }}\n'
        for name, file in faces.items()
    )
    return html.replace("<head>", f"<head><style>{rules}</style>", 1)


def _mail(outbox: Path, subject: str, language: str) -> str:
    """The HTML of one family's copy; without a subject, the first in that language."""
    for file in sorted(outbox.glob("trial/email/*.eml")):
        mail = email.message_from_bytes(file.read_bytes(), policy=default)
        body = mail.get_body(("html",))
        if body is not None and mail["Content-Language"] == language and (not subject or mail["Subject"] == subject):
            return str(body.get_content())
    raise SystemExit(f"The demonstration has no email “{subject}” in {language} any more.")


def paint(school: Path, folder: Path) -> None:
    """``school`` is the demonstration's folder, ``folder`` where the pictures go."""
    outbox = school / "outbox"
    for name, (subject, language) in MAILS.items():
        page = school / f"{name}.html"
        # A telephone's window is narrower than a browser without one may be, so the page is held in a frame.
        page.write_text(_with_fonts(_mail(outbox, subject, language)), "utf-8")
        frame = school / f"{name}-frame.html"
        frame.write_text(
            f'<!DOCTYPE html><body style="margin:0"><iframe src="{page.name}" '
            f'style="border:0;width:{PHONE[0]}px;height:{PHONE[1]}px"></iframe>',
            "utf-8",
        )
        shoot(page, folder / f"email-{name}-desk.png", DESK)
        whole = folder / f"email-{name}-phone.png"
        browser.picture(frame.as_uri(), whole, width=800, height=PHONE[1])
        with Image.open(whole) as picture:
            narrow = picture.crop((0, 0, *PHONE))
        narrow.save(whole)
        whole.write_bytes(small(whole.read_bytes()))
    site = outbox / "trial" / "website"
    shoot(next(site.glob("*farm*.html")), folder / "website-page.png", (900, 900))
    shoot(site / "index.html", folder / "website-index.png", (900, 700))
    letter = school / "messages" / "office" / "farm-visit"
    command = [
        sys.executable,
        "-m",
        "notifier",
        "--config",
        str(school),
        "preview",
        str(letter),
        "--intake",
        "drop/office",
    ]
    subprocess.run([*command, "--open"], capture_output=True, env={**os.environ, "BROWSER": "true"})  # noqa: S603
    shoot(outbox / "preview" / "index.html", folder / "preview.png", (1280, 1870))
