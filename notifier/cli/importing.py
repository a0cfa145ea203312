"""`families import`: pupils and adults from another program, first as a draft and in words."""

from pathlib import Path

import typer

from notifier.acceptance.preview import problem_json
from notifier.cli import opening, output
from notifier.directory.importing import BadSource, bring, put_in_place
from notifier.model.answer import Exit


def import_(
    source: Path = typer.Argument(..., help="A OneRoster zip or folder, or one report (with families/mapping.toml)."),
    write: bool = typer.Option(False, "--write", help="Replace the families' files, keeping the old ones."),
    org: str = typer.Option("", "--org", help="Only this school, where the export holds several (its sourcedId)."),
    json: bool = typer.Option(False, "--json", help="As JSON."),
) -> None:
    """Bring pupils and adults in from another program: a draft, and in words what it would change."""

    async def work() -> Exit:
        async with opening.reading(opening.with_folder(opening.open_config())) as school:
            families = school.config.families
            now = school.clock.now().astimezone(school.config.school.timezone)
            try:
                brought = bring(source, families, now.date(), school.families.current, org)
            except BadSource as fault:
                output.stop(str(fault))
            written = ""
            if write and brought.good and brought.folder:
                written = str(put_in_place(brought.folder, families, f"{now:%Y-%m-%d}"))
            if json:
                pupils, contacts, links = brought.counts
                output.as_json(
                    {
                        "pupils": pupils,
                        "contacts": contacts,
                        "links": links,
                        "changes": [*brought.changes],
                        "problems": [problem_json(problem) for problem in brought.problems],
                        "draft": str(brought.folder) if brought.folder and not written else None,
                        "kept": written or None,
                    }
                )
                return output.exit_for(brought.problems)
            output.problems(brought.problems)
            for line in brought.changes:
                output.say(line)
            _told(brought.counts, brought.folder, brought.good, written)
            return output.exit_for(brought.problems)

    output.leave(opening.within(work))


def _told(counts: tuple[int, int, int], folder: Path | None, good: bool, written: str) -> None:
    if folder is None:
        output.say("Nothing was brought in. Mend what is named above first.", "bold")
        return
    pupils, contacts, links = counts
    output.say(f"{pupils} pupils, {contacts} adults, {links} links.", "bold")
    if written:
        output.say(f"The families' files are replaced. The old ones lie in {written}.")
    elif good:
        output.say(f"Nothing is changed yet. The draft lies in {folder}. To take it over, add --write.")
    else:
        output.say(f"Nothing is changed. The draft lies in {folder}; it has errors, so it cannot be taken over yet.")
