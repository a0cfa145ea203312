"""What documents mention, and the Script of a message with its translations and files."""

from collections.abc import Callable

from notifier.intake.bundle import Bundle
from notifier.intake.composing import Script
from notifier.intake.documents import tables
from notifier.intake.header import files as files_of
from notifier.intake.names import is_document, never_taken, same, shown, split_language, stem, suffix
from notifier.intake.parcels import Parcel
from notifier.intake.understanding import read as draft_of
from notifier.intake.understanding import understand
from notifier.model.problem import Problem


def wants(bundle: Bundle) -> Callable[[str], tuple[str, ...]]:
    """Tells what names a document in the bundle mentions: attachments, pictures, a message's ``file``."""

    def mentioned(name: str) -> tuple[str, ...]:
        content = bundle.content(name)
        if isinstance(content, Problem):
            return ()
        if suffix(name) == ".toml":
            found, _ = tables.read(content, name)
            files = [table.file for table in found if table.file]
            drafts = [table.draft for table in found]
        else:
            files, drafts = [], [draft_of(name, bundle)]
        attached: list[str] = []
        beside: list[str] = []
        for draft in drafts:
            entries = understand(draft, name, bundle).entries if draft.leading else draft.entries
            attached += [part for entry in entries if entry.key == "attach" for part in files_of(entry.value)]
            beside += draft.beside
        return tuple(dict.fromkeys((*files, *attached, *beside)))

    return mentioned


def related(name: str, bundle: Bundle) -> dict[str, bool]:
    """The names that may belong to one submission with ``name``, each with whether it is a folder.

    Only these are looked into: a person's own folder may hold a thousand other documents.
    """
    if bundle.lying[name].is_folder:
        return {name: True}
    files = {one for one, lies in bundle.lying.items() if not lies.is_folder and not never_taken(one)}
    stems = {same(stem(name)), same(split_language(name)[0])}
    found = {name} | {one for one in files if {same(stem(one)), same(split_language(one)[0])} & stems}
    mentioned = wants(bundle)
    for one in sorted(found):
        if not is_document(one):
            continue
        named = {lies for want in mentioned(one) if (lies := bundle.find(want)) and lies in files}
        found |= named
        if suffix(one) == ".toml":
            fronts = {same(stem(other)) for other in named}
            found |= {other for other in files if is_document(other) and same(split_language(other)[0]) in fronts}
    return dict.fromkeys(sorted(found), False)


def parts_of(names: tuple[str, ...], bundle: Bundle) -> tuple[tuple[str, str], ...]:
    return tuple((name, bundle.digest(name)) for name in names if name in bundle.lying)


def script_of(parcel: Parcel, bundle: Bundle, enclosed: tuple[str, ...], source: str, fallback: str) -> Script:
    draft = draft_of(parcel.main, bundle)
    translations = {language: (name, draft_of(name, bundle)) for language, name in parcel.translations.items()}
    pictures = {
        same(wanted) for one in (draft, *(other for _, other in translations.values())) for wanted in one.beside
    }
    return Script(
        source=source,
        name=parcel.main,
        fallback=shown(fallback.replace("_", " ").strip() or source),
        draft=draft,
        parts=parts_of((*parcel.members, *enclosed), bundle),
        translations=translations,
        attached=tuple(name for name in enclosed if same(name) not in pictures),
    )
