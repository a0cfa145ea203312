"""The messages of a ``.toml`` as submissions, each with the document it may stand on."""

from notifier.intake.bundle import Bundle
from notifier.intake.composing import Moment, Script, compose, refused
from notifier.intake.documents import tables
from notifier.intake.documents.draft import Draft
from notifier.intake.folder import IntakeFolder
from notifier.intake.header import files as files_of
from notifier.intake.names import is_document, same, shown, split_language, stem
from notifier.intake.scripts import parts_of
from notifier.intake.understanding import read as draft_of
from notifier.intake.understanding import understand
from notifier.model.message import Submission
from notifier.model.problem import Problem, error


def from_toml(
    name: str, bundle: Bundle, intake: IntakeFolder, at: Moment, *, for_ever: bool = False
) -> tuple[Submission, ...]:
    content = bundle.content(name)
    found, problems = ((), (content,)) if isinstance(content, Problem) else tables.read(content, name)
    if problems:
        parts = parts_of((name,), bundle)
        return tuple(refused(name, parts, problem, intake, at) for problem in problems[:1])
    made = []
    for table in found:
        draft = table.draft
        translations: dict[str, tuple[str, Draft]] = {}
        lies = bundle.find(table.file) if table.file else None
        wrong: list[Problem] = []
        used = [lies] if lies else []
        if table.file and lies is None:
            wrong.append(error("file-missing", f"{shown(table.file)} does not lie beside {name}. Put it there.", name))
        if lies:
            draft, translations, repeated = _with_file(table.draft, lies, bundle)
            wrong += repeated
            used += [other for other, _ in translations.values()]
        mentioned = (
            *draft.beside,
            *(part for entry in draft.entries if entry.key == "attach" for part in files_of(entry.value)),
        )
        used += [other for wanted in mentioned if (other := bundle.find(wanted))]
        source = name if len(found) == 1 else f"{name}, message {table.number}"
        script = Script(
            source=source,
            name=lies or source,
            fallback=shown(stem(lies) if lies else stem(name)),
            draft=draft,
            parts=(("message", table.fingerprint), *parts_of(tuple(dict.fromkeys(used)), bundle)),
            translations=translations,
            for_ever=for_ever,
            problems=tuple(wrong),
        )
        made.append(compose(script, bundle, intake, at))
    return tuple(made)


def _with_file(table: Draft, name: str, bundle: Bundle) -> tuple[Draft, dict[str, tuple[str, Draft]], list[Problem]]:
    """A table whose words are a document beside it: header keys of both count, none twice."""
    draft = draft_of(name, bundle)
    page = understand(draft, name, bundle)
    written = {entry.key for entry in table.entries}
    problems = [
        error("header-repeated-key", f"“{entry.written}” stands in {name} and in the .toml too. Keep one.", entry.where)
        for entry in page.entries
        if entry.key in written
    ]
    translations = {
        language: (other, draft_of(other, bundle))
        for other in sorted(bundle.lying)
        if is_document(other) and other != name
        for front, language in [split_language(other)]
        if language and same(front) == same(stem(name))
    }
    entries = (*table.entries, *(entry for entry in page.entries if entry.key not in written))
    merged = Draft(
        entries,
        page.html,
        False,
        {f"cid:{one.attachment.digest}": one for one in page.pictures},
        (),
        page.enclosures,
        (*table.problems, *page.problems),
    )
    return merged, translations, problems
