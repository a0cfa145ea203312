"""A PDF dropped alone: it goes as it is, with a covering note and its words below. The only module that knows pypdf.

The words are for the website, for families whose telephone shows no PDF, and for the safeguards, which
read what a message says.
"""

import io
import re
from html import escape

from notifier.intake.documents.draft import Draft
from notifier.intake.documents.text import printable
from notifier.intake.enclosures import enclose
from notifier.intake.names import stem
from notifier.logs import logger
from notifier.model.message import Enclosure
from notifier.model.problem import Problem, advice, error

_log = logger("intake")
_PAGES = 30
_CHARACTERS = 30_000
_BLANK = re.compile(r"\n\s*\n")
_FULL_LINE = 0.7
"""A line at least this long, measured by the longest one, goes on in the next."""


def read(content: bytes, name: str) -> Draft:
    enclosed = enclose(name, content)
    if not isinstance(enclosed, Enclosure):
        return Draft(problems=(enclosed,))
    words, problem = _words(content, name)
    if problem is not None:
        return Draft(problems=(problem,))
    title = escape(stem(name).replace("_", " "), quote=False)
    html = f"<p>Please read the attached file “{title}”.</p>"
    if words.strip():
        html += f"<p><strong>What it says:</strong></p>{_paragraphs(words)}"
        told = advice(
            "pdf-words",
            f"{name} goes as it is, and its words stand below a short note. Look whether they are right: notifier "
            "preview shows them. A Word file reads better on a telephone.",
            name,
        )
    else:
        told = advice(
            "pdf-no-words",
            f"{name} holds pictures of words only, such as a scan. Families who have it read out to them, and the "
            "website, get no words. A Word file reaches more of them.",
            name,
        )
    return Draft(html=html, enclosures=(enclosed,), problems=(told,))


def _words(content: bytes, name: str) -> tuple[str, Problem | None]:
    import pypdf  # slow to load, and needed for PDF files only

    try:
        found = pypdf.PdfReader(io.BytesIO(content))
        if found.is_encrypted and not found.decrypt(""):
            return "", error(
                "pdf-protected",
                f"{name} is protected by a password, so families could not open it. Save it without one.",
                name,
            )
        words, left = [], _CHARACTERS
        for page in found.pages[:_PAGES]:
            words.append(page.extract_text()[:left])
            left -= len(words[-1])
            if left <= 0:
                break
        more = left <= 0 or len(found.pages) > _PAGES
    except Exception as damage:  # a damaged file fails pypdf in any place at all, each with another exception
        _log.info("a PDF file could not be read", file=name, kind=type(damage).__name__)
        return "", error(
            "pdf-broken",
            f"{name} is damaged: families could not open it either. Save it again as PDF and drop it anew.",
            name,
        )
    return printable("\n\n".join(words)) + ("\n\nThe rest stands in the attached file." if more else ""), None


def _paragraphs(words: str) -> str:
    """A line that fills the page's width goes on in the next; a short one ends there. No field is filled in."""
    lines = [line.strip() for line in words.split("\n")]
    full = max((len(line) for line in lines), default=0) * _FULL_LINE
    made = []
    for part in _BLANK.split("\n".join(lines)):
        said = ""
        for line in filter(None, part.split("\n")):
            said += escape(line.replace("{{", "{ {"), quote=False) + (" " if len(line) >= full else "<br>")
        if said:
            made.append(f"<p>{said.removesuffix('<br>').strip()}</p>")
    return "".join(made)
