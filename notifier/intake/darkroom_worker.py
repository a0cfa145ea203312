"""The darkroom's own process: one picture after another comes in, and goes out fit for an email. Run as a file.

A line of JSON in: ``size`` (and that many bytes), ``pixels`` (more are not decoded), ``width`` and ``height`` (the
frame it must fit), ``bytes`` (what it may weigh). A line of JSON out: ``sizes``, and that many bytes, with ``type``,
``width``, ``height`` and ``place`` (whether it said where it was taken), or ``kept``, or ``fault``.

What a camera writes into a picture besides the picture (place, day, device, a small second picture that may show
what was cut off) is left behind; how it is to be turned is carried out. Colours keep their profile.
"""

import io
import json
import resource
import sys
import warnings
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from PIL import Image, ImageOps

MOST_MEMORY = 1024**3
"""Bytes of address space: a picture that wants more ends this process and nothing else."""
FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
STEPS = ((1.0, 85), (1.0, 74), (0.8, 70), (0.65, 66), (0.5, 60))
"""Part of the frame and JPEG quality, tried in turn until the picture is light enough; the last one stands."""
WORTH = 0.9
"""A picture that fits but for its weight, and would come out heavier than this part of itself, stays as it is."""
_GPS = 0x8825
_PERSONAL = ("exif", "xmp", "XML:com.adobe.xmp", "Raw profile type exif", "photoshop", "comment", "adobe")


def developed(content: bytes, job: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Raises what Pillow raises for a picture that cannot be read or is too large."""
    with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
        sort, width, height = str(opened.format), opened.width, opened.height
        if width * height > job["pixels"]:
            raise ValueError("too many pixels")
        if getattr(opened, "n_frames", 1) > 1 and len(content) <= job["bytes"]:
            opened.load()
            return {"kept": True}, b""  # a small one that moves goes on moving
        exif = opened.getexif()
        place = bool(exif.get_ifd(_GPS))
        personal = len(exif) > 0 or any(name in opened.info for name in _PERSONAL) or bool(getattr(opened, "text", {}))
        turned = exif.get(0x0112, 1) != 1
        plain = not personal and sort != "WEBP" and width <= job["width"] and height <= job["height"]
        if plain and len(content) <= job["bytes"]:
            opened.load()
            return {"kept": True}, b""
        if sort == "JPEG":
            # Decodes only every second, fourth or eighth dot of a huge photograph.
            opened.draft(None, (job["width"] * 2, job["height"] * 2) if not turned else (job["height"] * 2,) * 2)
        profile = opened.info.get("icc_profile")
        ImageOps.exif_transpose(opened, in_place=True)
        # Made smaller before anything makes a second copy of it.
        picture = _fitted(opened, job, 1.0) if opened.mode in {"RGB", "RGBA", "L", "CMYK"} else opened.copy()
    made, kind = _made(picture, profile if picture.mode == "RGB" else None, sort, job)
    if plain and len(made) > WORTH * len(content):
        return {"kept": True}, b""
    with Image.open(io.BytesIO(made)) as final:
        return {"type": kind, "width": final.width, "height": final.height, "place": place}, made


def _made(picture: Image.Image, profile: bytes | None, sort: str, job: dict[str, Any]) -> tuple[bytes, str]:
    """A drawing stays a PNG while it is light enough; a photograph, and what is too heavy, becomes a JPEG."""
    clear = picture.has_transparency_data
    picture = picture.convert("RGBA" if clear else "L" if picture.mode in {"1", "L", "I", "I;16"} else "RGB")
    picture.info = {}  # or its comment would be written again
    if clear or sort in {"PNG", "GIF"}:
        for drawn in _drawings(picture, job, palette=clear):
            if len(drawn) <= job["bytes"]:
                return drawn, "image/png"
        if clear:  # a mail program shows it on white, and a JPEG knows no transparency
            ground = Image.new("RGB", picture.size, "white")
            ground.paste(picture, mask=picture.getchannel("A"))
            picture = ground
    made = b""
    for part, quality in STEPS:
        small = _fitted(picture, job, part)
        out = io.BytesIO()
        small.save(out, "JPEG", quality=quality, optimize=True, progressive=True, icc_profile=profile)
        made = out.getvalue()
        if len(made) <= job["bytes"]:
            break
    return made, "image/jpeg"


def _drawings(picture: Image.Image, job: dict[str, Any], *, palette: bool) -> Iterator[bytes]:
    """``palette``: a second one of 256 colours, for what cannot become a JPEG without losing its shape."""
    small = _fitted(picture, job, 1.0)
    for few in (False, True)[: 1 + palette]:
        chosen = small.quantize(256, method=Image.Quantize.FASTOCTREE) if few else small
        out = io.BytesIO()
        chosen.save(out, "PNG", optimize=True)
        yield out.getvalue()


def _fitted(picture: Image.Image, job: dict[str, Any], part: float) -> Image.Image:
    ratio = min(1.0, job["width"] * part / picture.width, job["height"] * part / picture.height)
    if ratio == 1.0:
        return picture
    size = max(1, round(picture.width * ratio)), max(1, round(picture.height * ratio))
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    warnings.simplefilter("ignore")
    Image.MAX_IMAGE_PIXELS = None  # we count ourselves, before anything is decoded
    incoming, outgoing = sys.stdin.buffer, sys.stdout.buffer
    while line := incoming.readline():
        job = json.loads(line)
        content = incoming.read(job["size"])
        made = b""
        try:
            told, made = developed(content, job)
        except Exception as fault:  # a damaged picture fails its reader in any place, each with another exception
            told = {"fault": type(fault).__name__}
        del content
        outgoing.write(json.dumps({**told, "sizes": [len(made)]}).encode() + b"\n" + made)
        outgoing.flush()


if __name__ == "__main__":
    with suppress(BrokenPipeError):
        main()
