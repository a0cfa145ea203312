"""Pictures inside a message: recognised by their bytes, measured without decoding them."""

import hashlib
import struct

from notifier.intake import limits
from notifier.model.message import Attachment, Enclosure

_PNG = b"\x89PNG\r\n\x1a\n"
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD9)})
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SUFFIX = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}


def _jpeg(content: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 < len(content):
        if content[at] != 0xFF:
            return None
        marker = content[at + 1]
        if marker == 0xFF or marker in _STANDALONE:
            at += 1 if marker == 0xFF else 2
            continue
        if marker in _FRAMES:
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        at += 2 + int(struct.unpack(">H", content[at + 2 : at + 4])[0])
    return None


def _webp(content: bytes) -> tuple[int, int] | None:
    sort = content[12:16]
    if sort == b"VP8X":
        return 1 + int.from_bytes(content[24:27], "little"), 1 + int.from_bytes(content[27:30], "little")
    if sort == b"VP8 ":
        width, height = struct.unpack("<HH", content[26:30])
        return width & 0x3FFF, height & 0x3FFF
    if sort == b"VP8L":
        bits = int.from_bytes(content[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return None


def measure(content: bytes) -> tuple[str, int, int] | None:
    """Media type, width and height; None for what is no picture that every mail program shows."""
    try:
        if content.startswith(_PNG):
            return "image/png", *struct.unpack(">II", content[16:24])
        if content.startswith((b"GIF87a", b"GIF89a")):
            return "image/gif", *struct.unpack("<HH", content[6:10])
        if content.startswith(b"\xff\xd8") and (size := _jpeg(content)):
            return "image/jpeg", *size
        if content[:4] == b"RIFF" and content[8:12] == b"WEBP" and (size := _webp(content)):
            return "image/webp", *size
    except struct.error:
        return None
    return None


def picture(content: bytes, name: str) -> Enclosure | str:
    """The picture ready to go, or why it cannot, as the end of a sentence."""
    found = measure(content)
    if found is None:
        return "it is not a PNG, JPEG, GIF or WebP picture"
    media_type, width, height = found
    if not width or not height:
        return "it is empty"
    if width * height > limits.PIXELS:
        return f"it has {width} by {height} dots, which is too large"
    digest = hashlib.sha256(content).hexdigest()
    return Enclosure(Attachment(name or f"picture.{_SUFFIX[media_type]}", media_type, digest, len(content)), content)
