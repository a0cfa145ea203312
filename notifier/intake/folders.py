"""A dropped folder as one submission: a message with its attachments, or one PDF per pupil (DESIGN 3.2)."""

from collections.abc import Callable
from dataclasses import replace

from notifier.intake import limits
from notifier.intake.bundle import Bundle
from notifier.intake.composing import Moment, Script, compose, refused
from notifier.intake.disk import Disk
from notifier.intake.documents.draft import Draft
from notifier.intake.folder import IntakeFolder
from notifier.intake.header import typed
from notifier.intake.names import KNOWN_KINDS, is_report, never_taken, same, shown, stem, suffix
from notifier.intake.parcels import Sort, sort
from notifier.intake.refusals import why_not
from notifier.intake.scripts import parts_of, script_of, wants
from notifier.intake.tomlfile import from_toml
from notifier.intake.understanding import understand
from notifier.model.message import Kind, Submission
from notifier.model.problem import Problem, error

_COVER = "The report for {{ pupils }} comes with this message."


def from_folder(name: str, outer: Bundle, intake: IntakeFolder, at: Moment, disk: Disk) -> tuple[Submission, ...]:
    """A folder with one message file plus attachments, or with one PDF per pupil."""
    bundle = Bundle(outer.folder / name, disk)
    inside = {one: lies for one, lies in bundle.lying.items() if not never_taken(one)}

    def no(problem: Problem) -> tuple[Submission, ...]:
        parts = [(one, f"{lies.size}:{lies.changed}") for one, lies in inside.items()]
        return (refused(name, parts, problem, intake, at),)

    folders = sorted(one for one, lies in inside.items() if lies.is_folder)
    if folders:
        return no(
            error(
                "folder-inside",
                f"{shown(name)} holds another folder ({shown(folders[0])}). Put all its files into one folder.",
                shown(name),
            )
        )
    if len(inside) > limits.FOLDER_FILES:
        return no(
            error(
                "folder-too-full",
                f"{shown(name)} holds {len(inside):,} files; at most {limits.FOLDER_FILES:,} can be taken. Divide it.",
                shown(name),
            )
        )
    total = sum(lies.size for lies in inside.values())
    if total > limits.REPORTS:
        return no(limits.too_large(f"The folder {shown(name)}", total, limits.REPORTS))
    parcels = [one for one in sort(dict.fromkeys(inside, False), wants(bundle)) if one.sort is not Sort.STRANGER]
    mains = [one for one in parcels if one.sort is Sort.MESSAGE]
    if len(mains) > 1:
        mains = [one for one in mains if same(stem(one.main)) == same(name)] or mains
    if len(mains) > 1:
        return no(
            error(
                "folder-several-messages",
                f"{shown(name)} holds several messages ({', '.join(shown(one.main) for one in mains)}). "
                f"Give the message the folder's name ({shown(name)}{suffix(mains[0].main)}): the others are attached.",
                shown(name),
            )
        )
    if not mains:
        return _without_message(name, tuple(sorted(inside)), bundle, intake, at, no)
    main = mains[0]
    if main.rivals:
        return no(why_not(main, bundle))
    if suffix(main.main) == ".toml":
        return from_toml(main.main, bundle, intake, at)
    own = {main.main, *main.translations.values()}
    others = (*main.enclosed, *(one for one in sorted(inside) if one not in own and one not in main.enclosed))
    script = script_of(main, bundle, others, name, name)
    return (compose(_as_report(script, bundle, intake, at), bundle, intake, at),)


def _as_report(script: Script, bundle: Bundle, intake: IntakeFolder, at: Moment) -> Script:
    """With ``kind: report``, every file not named at ``Attach`` is one pupil's."""
    read = typed(understand(script.draft, script.name, bundle).entries, at.now, at.tz)
    if (read.header.kind or intake.kind) is not Kind.REPORT:
        return script
    named = {same(one) for one in read.attach}
    pupils = tuple(one for one in script.attached if same(one) not in named)
    files, problems = _pupil_files(pupils)
    attached = tuple(one for one in script.attached if same(one) in named)
    return replace(script, attached=attached, pupil_files=files, cover=_COVER, problems=problems)


def _pupil_files(names: tuple[str, ...]) -> tuple[dict[str, str], tuple[Problem, ...]]:
    files: dict[str, str] = {}
    problems = []
    for name in names:
        if suffix(name) != ".pdf":
            problems.append(
                error(
                    "report-file",
                    f"{shown(name)} is no pupil's report: each is a PDF named by the pupil's id, like P0012.pdf. "
                    f"Take it out, or write “Attach: {shown(name)}” in the cover message.",
                    shown(name),
                )
            )
        elif same(stem(name)) in {same(pupil) for pupil in files}:
            problems.append(
                error("report-twice", f"There are two reports for {shown(stem(name))}. Keep one.", shown(name))
            )
        else:
            files[stem(name)] = name
    return files, tuple(problems)


def _without_message(
    name: str,
    inside: tuple[str, ...],
    bundle: Bundle,
    intake: IntakeFolder,
    at: Moment,
    no: Callable[[Problem], tuple[Submission, ...]],
) -> tuple[Submission, ...]:
    """A folder of PDFs named like pupils is a report; anything else lacks its message."""
    looks = inside and all(is_report(one) for one in inside)
    if not looks and intake.kind is not Kind.REPORT:
        return no(
            error(
                "folder-without-message",
                f"{shown(name)} holds no message. Put one into it: {KNOWN_KINDS}.",
                shown(name),
            )
        )
    files, problems = _pupil_files(inside)
    script = Script(
        source=name,
        name=name,
        fallback=shown(name.replace("_", " ")),
        draft=Draft(),
        parts=parts_of(inside, bundle),
        pupil_files=files,
        cover=_COVER,
        problems=problems,
    )
    return (compose(script, bundle, intake, at),)
