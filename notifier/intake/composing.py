"""A document, its translations and its files become one Submission, with every problem found."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from notifier.intake import limits
from notifier.intake.bundle import Bundle
from notifier.intake.darkroom import ATTACHED, developed, is_picture, told
from notifier.intake.documents.draft import Draft
from notifier.intake.enclosures import enclose, unopened
from notifier.intake.entries import spelled
from notifier.intake.folder import IntakeFolder
from notifier.intake.header import Typed, typed
from notifier.intake.names import language_name, shown, suffix
from notifier.intake.plain import plain
from notifier.intake.understanding import Page, heading, understand
from notifier.model.language import base as base_of
from notifier.model.message import Body, Enclosure, Header, Kind, Submission
from notifier.model.problem import Problem, advice, error

_OF_A_TRANSLATION = frozenset({"subject", "text", "language"})


@dataclass(frozen=True, slots=True)
class Moment:
    """When it was claimed: decides what is past, and the local day that is part of the key."""

    now: datetime
    tz: ZoneInfo

    @property
    def day(self) -> str:
        return self.now.astimezone(self.tz).date().isoformat()


TO_MISSING = "to-missing"


@dataclass(frozen=True, slots=True)
class Script:
    """What one submission is made of. ``attached`` go along without being named in the header.

    ``pupil_files`` maps a pupil's id to the file of that pupil's report.
    ``parts`` are name and digest of all bytes that tell this message from another;
    ``for_ever``: unchanged, it is the same message on whatever day.
    """

    source: str
    name: str
    fallback: str
    draft: Draft
    parts: tuple[tuple[str, str], ...]
    translations: Mapping[str, tuple[str, Draft]] = field(default_factory=dict)
    attached: tuple[str, ...] = ()
    pupil_files: Mapping[str, str] = field(default_factory=dict)
    cover: str = ""
    for_ever: bool = False
    problems: tuple[Problem, ...] = ()


def key(intake: str, source: str, parts: Iterable[tuple[str, str]], *more: str) -> str:
    """One message for one key, however often it is met (DESIGN 3.2)."""
    return hashlib.sha256(json.dumps([intake, source, sorted(parts), *more]).encode()).hexdigest()


def refused(
    source: str, parts: Iterable[tuple[str, str]], problem: Problem, intake: IntakeFolder, at: Moment
) -> Submission:
    """What cannot be read at all still becomes a submission, so that it gets an answer."""
    return Submission(
        key=key(intake.name, source, parts, at.day),
        source=shown(source),
        intake=intake.name,
        authority=intake.authority,
        header=Header(kind=intake.kind, to=intake.to),
        bodies=(Body(intake.language, "", "", shown(source)),),
        problems=(problem,),
        newsletter=intake.newsletter,
    )


def compose(script: Script, bundle: Bundle, intake: IntakeFolder, at: Moment) -> Submission:
    page = understand(script.draft, script.name, bundle)
    read = typed(page.entries, at.now, at.tz)
    problems = [*script.problems, *page.problems, *read.problems]
    header, wrong = _complete(read, intake, script)
    # Where the header could not be read, nobody knows what it says: one sentence is enough.
    unread = page.broken and not page.entries
    problems += [problem for problem in wrong if not (unread and problem.id == TO_MISSING)]

    base = _body(page, header, script, header.language or intake.language)
    if not base.plain.strip() and not page.broken:
        problems.append(
            error(
                "body-empty",
                f"{shown(script.name)} holds no text. Write the message"
                f"{' below the header' if page.entries else ''} and drop it again.",
                script.name,
            )
        )
    bodies, pages = [base], [page]
    for language, (name, draft) in sorted(script.translations.items()):
        other = understand(draft, name, bundle)
        body, wrong = _translated(other, name, language, page, base)
        bodies.append(body)
        pages.append(other)
        problems += wrong

    enclosures, wrong = _enclosures(script, read.attach, pages, bundle)
    problems += wrong
    more = [] if script.for_ever else [at.day]
    if header.again and not script.for_ever:
        more.append(at.now.isoformat())
    return Submission(
        key=key("" if script.for_ever else intake.name, "" if script.for_ever else script.source, script.parts, *more),
        source=shown(script.source),
        intake=intake.name,
        authority=intake.authority,
        header=header,
        bodies=tuple(bodies),
        enclosures=enclosures,
        problems=tuple(dict.fromkeys(problems)),
        newsletter=intake.newsletter,
    )


def _complete(read: Typed, intake: IntakeFolder, script: Script) -> tuple[Header, list[Problem]]:
    """The header with the intake's defaults where it is silent; ``where`` still tells what was written."""
    header, problems = read.header, []
    if script.for_ever and header.again:
        problems.append(
            advice(
                "again-not-here",
                "“again” does nothing in messages.toml: a message goes once. Change a word in it to send it anew.",
                header.where.get("again", script.source),
            )
        )
    kind = header.kind
    if kind is None and "kind" not in header.where:
        kind = Kind.REPORT if script.pupil_files else intake.kind or Kind.LETTER
    to = header.to
    if not to and "to" not in header.where:
        to = tuple(f"pupil {pupil}" for pupil in script.pupil_files) or intake.to
        if not to:
            problems.append(error(TO_MISSING, _to_missing(script.name), script.name))
    if kind is Kind.REPORT and not script.pupil_files:
        problems.append(
            error(
                "report-without-files",
                "A report is a folder with one PDF per pupil, named by the pupil's id (P0012.pdf). Drop such a folder.",
                script.name,
            )
        )
    return replace(header, kind=kind, to=to), problems


def _to_missing(name: str) -> str:
    if suffix(name) == ".pdf":
        return (
            "Say who it is for: write a short message with a line such as “To: Oak class” and the line "
            f"“Attach: {shown(name)}”, and drop both together."
        )
    return "Say who it is for, with a line “To:”, for instance “To: whole school” or “To: Oak class, Year 2”."


def _body(page: Page, header: Header, script: Script, language: str) -> Body:
    """The words in the message's own language; a short text or a report's cover stands in for an empty page."""
    html = page.html
    words = plain(html)
    if not words.strip() and not page.broken:
        if header.text:
            html = f"<p>{escape(header.text, quote=False).replace(chr(10), '<br>')}</p>"
        elif script.cover:
            html = f"<p>{script.cover}</p>"
        words = plain(html)
    return Body(language, html, words, header.subject or heading(html) or script.fallback, header.text)


def _translated(page: Page, name: str, language: str, main: Page, base: Body) -> tuple[Body, list[Problem]]:
    problems = list(page.problems)
    for entry in page.entries:
        if entry.key not in _OF_A_TRANSLATION and entry.value and entry.value != main.value(entry.key):
            problems.append(
                error(
                    "translation-header",
                    f"“{spelled(entry.key)}:” belongs in the header of the message itself; "
                    f"a translation takes it from there. Take the line out of {name}.",
                    entry.where,
                )
            )
    said = page.value("language")
    called = language_name(language) or language
    if said and said.lower() != language.lower():
        problems.append(
            error(
                "translation-language",
                f"{name} is named as {called}, but its header says {shown(said)}. Correct one.",
                name,
            )
        )
    if base_of(language) == base_of(base.language):
        problems.append(
            error(
                "translation-twice",
                f"{name} is in the language of the message itself ({called}). Keep one of the two.",
                name,
            )
        )
    words = plain(page.html)
    if not words.strip() and not page.broken:
        problems.append(error("body-empty", f"{name} holds no text. Write the translation and drop all again.", name))
    subject = " ".join(page.value("subject").split()) or heading(page.html) or base.subject
    return Body(language, page.html, words, subject[: limits.SUBJECT], page.value("text")), problems


def _enclosures(
    script: Script, attach: Sequence[str], pages: Sequence[Page], bundle: Bundle
) -> tuple[tuple[Enclosure, ...], list[Problem]]:
    """Attachments in the order named, then those lying there, then pictures; each once."""
    problems: list[Problem] = []
    made: list[Enclosure] = []
    names: dict[str, str] = {}
    for wanted in attach:
        lies = bundle.find(wanted)
        if lies is None:
            problems.append(
                error(
                    "attachment-missing",
                    f"{shown(wanted)} does not lie beside the message. Drop both together, in a folder of their own.",
                    script.name,
                )
            )
        else:
            names[lies] = ""
    for name in script.attached:
        names.setdefault(name, "")
    for pupil, name in script.pupil_files.items():
        names[name] = pupil
    for name, pupil in names.items():
        content = bundle.content(name)
        enclosed = enclose(name, content, pupil) if isinstance(content, bytes) else content
        if isinstance(enclosed, Enclosure):
            made.append(enclosed)
        else:
            problems.append(enclosed)
    for page in pages:
        made += page.enclosures
    made, wrong = _lightened(made)
    problems += wrong
    attached = {one.attachment.digest for one in made}
    for page in pages:
        for picture in page.pictures:
            if picture.attachment.digest not in attached:
                attached.add(picture.attachment.digest)
                made.append(picture)
    return tuple(made), problems + _weight(made, script.name)


def _lightened(enclosures: Sequence[Enclosure]) -> tuple[list[Enclosure], list[Problem]]:
    """Photographs beside the words, lighter and without what the camera wrote in; a child's own papers as they are."""
    found = developed([one for one in enclosures if is_picture(one) and not one.attachment.pupil_id], ATTACHED)
    changed = {id(one.before): one for one in found}
    made: list[Enclosure] = []
    problems = [problem for one in found for problem in told([one], one.before.attachment.name)]
    for one in enclosures:
        new = changed[id(one)].picture if id(one) in changed else one
        if new is not None:
            made.append(new)
        else:
            problems.append(unopened(one.attachment.name))
    return made, problems


def _weight(enclosures: Sequence[Enclosure], name: str) -> list[Problem]:
    general = sum(one.attachment.size for one in enclosures if not one.attachment.pupil_id)
    reports = sum(one.attachment.size for one in enclosures if one.attachment.pupil_id)
    if general > limits.ENCLOSED:
        return [limits.too_large(f"What goes with {name}", general, limits.ENCLOSED)]
    if reports > limits.REPORTS:
        return [limits.too_large(f"The folder {name}", reports, limits.REPORTS)]
    if general > limits.HEAVY:
        return [
            advice(
                "attachments-heavy",
                f"The attachments have {limits.in_words(general)} together; some families' mail services will not take "
                "that. A smaller PDF, or a link to the website, reaches more of them.",
                name,
            )
        ]
    return []
