"""One document understood: its header entries, its safe HTML, its pictures and files."""

import re
from dataclasses import dataclass
from html import unescape

from notifier.intake import leading, limits
from notifier.intake.bundle import Bundle
from notifier.intake.clean import Cleaned, clean, unreadable, without_blanks, without_picture
from notifier.intake.darkroom import SHOWN, developed, told
from notifier.intake.documents import READERS
from notifier.intake.documents.draft import Draft
from notifier.intake.entries import Entry
from notifier.intake.names import has_control, hides_direction, suffix
from notifier.intake.pictures import picture
from notifier.model.message import Enclosure
from notifier.model.problem import Problem, Severity, advice

_HEADING = re.compile(r"<h([1-6])[^>]*>(.*?)</h\1>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Page:
    entries: tuple[Entry, ...] = ()
    html: str = ""
    pictures: tuple[Enclosure, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def broken(self) -> bool:
        return any(problem.severity is Severity.ERROR for problem in self.problems)

    def value(self, key: str) -> str:
        return next((entry.value for entry in self.entries if entry.key == key), "")


def read(name: str, bundle: Bundle) -> Draft:
    """The draft of a document in the bundle."""
    if name not in bundle.drafts:
        content = bundle.content(name)
        bundle.drafts[name] = (
            Draft(problems=(content,)) if isinstance(content, Problem) else READERS[suffix(name)](content, name)
        )
    return bundle.drafts[name]


def understand(draft: Draft, name: str, bundle: Bundle) -> Page:
    """The page that a draft of this bundle makes."""
    if bundle.drafts.get(name) is not draft:
        return _understand(draft, name, bundle)
    if name not in bundle.pages:
        bundle.pages[name] = _understand(draft, name, bundle)
    return bundle.pages[name]


def _understand(draft: Draft, name: str, bundle: Bundle) -> Page:
    pictures = dict(draft.pictures)
    problems = list(draft.problems)
    for wanted in draft.beside[: limits.PICTURES]:
        lies = bundle.find(wanted)
        content = bundle.content(lies) if lies else None
        if isinstance(content, Problem):
            problems.append(content)
        elif lies and content is not None:
            found = picture(content, lies)
            if isinstance(found, Enclosure):
                pictures[wanted] = found
            else:
                problems.append(advice("picture-left-out", f"The picture {lies} does not go out: {found}.", name))
    cleaned = clean(draft.html, pictures, name)
    entries, (html, shown, told) = draft.entries, _developed(cleaned, name)
    if draft.leading:
        entries, html, wrong = leading.split_off(html, name)
        problems += wrong
    left_out = {problem.where for problem in problems if problem.id == "picture-left-out"}
    problems += [one for one in cleaned.problems if not (left_out and one.id == "picture-missing")]
    return Page(entries, without_blanks(html), shown, draft.enclosures, (*problems, *told))


def _developed(cleaned: Cleaned, name: str) -> tuple[str, tuple[Enclosure, ...], list[Problem]]:
    """The words with each picture as it goes out; one that nobody can read leaves its description."""
    html, found = cleaned.html, developed(cleaned.pictures, SHOWN)
    for one in found:
        before = one.before.attachment.digest
        html = (
            without_picture(html, before)
            if one.picture is None
            else html.replace(before, one.picture.attachment.digest)
        )
    problems = list(told(found, name))
    if broken := sum(one.picture is None for one in found):
        problems.append(unreadable(broken, name))
    shown = {one.picture.attachment.digest: one.picture for one in found if one.picture is not None}
    return html, tuple(shown.values()), problems


def heading(html: str) -> str:
    """The first heading that says something, fit for a subject."""
    for found in _HEADING.finditer(html):
        words = " ".join(unescape(_TAG.sub("", found[2])).split())
        plain = "".join(sign for sign in words if not has_control(sign) and not hides_direction(sign))
        if plain:
            return plain if len(plain) <= limits.SUBJECT else plain[: limits.SUBJECT - 1].rsplit(" ", 1)[0] + "…"
    return ""
