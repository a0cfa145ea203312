"""Files that go with a message: only kinds that families can open and that carry no program."""

import hashlib

from notifier.intake.names import has_control, hides_direction, shown, suffix
from notifier.model.message import Attachment, Enclosure
from notifier.model.problem import Problem, error

MEDIA_TYPES = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".rtf": "application/rtf",
    ".txt": "text/plain",
    ".csv": "text/csv",
    ".ics": "text/calendar",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
}
_BEGINS = {
    ".pdf": (b"%PDF-",),
    ".png": (b"\x89PNG",),
    ".jpg": (b"\xff\xd8",),
    ".jpeg": (b"\xff\xd8",),
    ".gif": (b"GIF8",),
    ".docx": (b"PK",),
    ".xlsx": (b"PK",),
    ".pptx": (b"PK",),
}


REPORT = "report.pdf"
"""What a child's report is called when it goes out: a file's name shows in many places and tells nothing (W29)."""


def enclose(name: str, content: bytes, pupil_id: str = "") -> Enclosure | Problem:
    """The file as an enclosure, or why it cannot go. With ``pupil_id`` it is that child's report."""
    ending = suffix(name)
    if has_control(name) or hides_direction(name):
        return error(
            "attachment-name",
            f"The name of the file {shown(name)} holds invisible signs. Give it a plain name.",
            shown(name),
        )
    if ending not in MEDIA_TYPES:
        what = f"a {ending} file" if ending else "a file without an ending"
        return error(
            "attachment-kind",
            f"{name} is {what}, which many families cannot open or mail services refuse. Save it as PDF.",
            name,
        )
    if not content:
        return error("attachment-empty", f"{name} is empty. Save it again and drop the message anew.", name)
    if ending in _BEGINS and not content[:1024].lstrip(b"\xef\xbb\xbf\r\n ").startswith(_BEGINS[ending]):
        return unopened(name)
    digest = hashlib.sha256(content).hexdigest()
    if pupil_id:
        name = REPORT
    return Enclosure(Attachment(name, MEDIA_TYPES[ending], digest, len(content), pupil_id), content)


def unopened(name: str) -> Problem:
    return error(
        "attachment-broken",
        f"{name} is not a real {suffix(name).lstrip('.').upper()} file, so families could not open it. Save it again.",
        name,
    )
