"""How large a thing staff drop may be, and the sentence for one that is larger. Sizes in bytes."""

from notifier.model.problem import Problem, error

MB = 1024 * 1024

FILE = 25 * MB
"""One file. A larger one is refused without being read."""
ENCLOSED = 25 * MB
"""All that goes with one message, pictures included: more than this no mail server takes."""
HEAVY = 7 * MB
"""From here on some families' mail services will not take it."""
TEXT = MB // 2
"""A Markdown, text or TOML file: some eighty thousand words."""
HTML = 3 * MB // 2
"""What a document may come to without its pictures, and how deep its parts may lie in one another: beyond
that, making it safe takes minutes."""
NESTING = 250
REPORTS = 400 * MB
"""All pupils' reports of one folder together; each goes alone."""
FOLDER_FILES = 1_500
PICTURES = 60
PIXELS = 50_000_000
"""Dots of one picture; one with more is not decoded."""
PICTURE_SHOWN, PICTURES_SHOWN = MB // 2, 2 * MB
"""One picture in the words, and all those of one document together, made lighter until they fit: a parent's telephone
pays for them."""
PICTURE_ATTACHED, PICTURES_ATTACHED = 3 * MB // 2, 4 * MB
"""One picture beside the words, and all of them."""

UNPACKED = 150 * MB
"""What a Word file may unpack to, altogether; ``UNPACKED_PART`` for one of its XML parts."""
UNPACKED_PART = 10 * MB
UNPACKED_RATIO = 250
PARTS = 3_000

SUBJECT = 250
VALUE = 4_000


def in_words(size: int) -> str:
    """``31 MB``, ``820 kB``."""
    return f"{round(size / MB):,} MB" if size >= MB else f"{max(1, round(size / 1024))} kB"


def too_large(name: str, size: int, limit: int = FILE) -> Problem:
    return error(
        "file-too-large",
        f"{name} is {in_words(size)}; at most {in_words(limit)} can be taken. "
        "Make its pictures smaller, or put the file on the website and write a link to it.",
        name,
    )
