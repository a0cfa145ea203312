"""From a source to the draft folder ``families/import``, with all that is wrong and all that would change."""

import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from notifier.directory import takeup
from notifier.directory.differences import differences
from notifier.directory.importing.draft import TABLES, Draft
from notifier.directory.importing.mapping import read_mapping
from notifier.directory.importing.merge import Native, merge
from notifier.directory.importing.notes import Notes
from notifier.directory.importing.oneroster import OneRoster
from notifier.directory.importing.parcel import BadSource, Parcel, opened
from notifier.directory.importing.report import Report
from notifier.directory.reading import ARRANGEMENTS, Reading, read
from notifier.directory.removals import mass_removal, removals
from notifier.model.directory import Directory
from notifier.model.problem import Problem, Severity

DRAFT = "import"


@dataclass(frozen=True)
class Brought:
    """``folder`` holds the draft, None when nothing could be drafted. ``good``: without an error it may be put in
    place. ``changes`` are told against the native files as they stand."""

    folder: Path | None
    problems: tuple[Problem, ...]
    changes: tuple[str, ...] = ()
    counts: tuple[int, int, int] = (0, 0, 0)

    @property
    def good(self) -> bool:
        return self.folder is not None and all(one.severity is not Severity.ERROR for one in self.problems)


def bring(source: Path, families: Path, today: date, before: Directory | None = None, org: str = "") -> Brought:
    """Read ``source`` and write the draft; raises BadSource when it cannot be opened at all.

    ``before`` is the directory in force: a row about somebody who has gone since is good when it knows them.
    """
    notes = Notes()
    native = Native(families, notes)
    if before:
        native.remember(before)
    if source.is_dir() or zipfile.is_zipfile(source):
        with opened(source) as parcel:
            if "users.csv" not in parcel and "manifest.csv" not in parcel:
                raise BadSource(
                    f"There is no users.csv in {source.name}, so it is no OneRoster export. Save a report as CSV."
                )
            draft = OneRoster(parcel, notes, today, org).draft()
    elif source.suffix.lower() == ".zip" and source.is_file():
        raise BadSource(f"{source.name} is no zip file, or it is damaged. Export the files once more.")
    elif source.is_file():
        parcel = Parcel(source.parent, {source.name.lower(): source.name})
        columns = read_mapping(families / "mapping.toml", notes)
        draft = Draft() if notes.findings.faulty else Report(parcel, source.name, columns, notes).draft(native)
    else:
        raise BadSource(f"There is no {source}. Name the zip, the folder or the report that was exported.")
    if not draft.pupils:
        if not notes.findings.faulty:
            notes.refuse("import-no-pupils", "There is no pupil in it. Ask for an export of all pupils.", source.name)
        return Brought(None, notes.all())
    merge(draft, native, notes, today)
    folder = families / DRAFT
    draft.write(folder)
    counts = (len(draft.pupils), len(draft.contacts), len(draft.links))
    origins = Origins(draft)
    del native, draft  # 100,000 pupils fit into memory twice, not four times
    reading = _as_if_in_place(folder, families)
    if before:
        reading = reading.known_again(before)
    now = takeup.preview(read(families), before)
    changes = differences(now, takeup.preview(reading, before))
    gone = removals(reading, before) if before else None
    mass = (mass_removal(gone),) if gone and gone.mass else ()
    return Brought(folder, (*notes.all(), *origins.placed(reading.problems), *mass), tuple(changes), counts)


def _as_if_in_place(folder: Path, families: Path) -> Reading:
    """The draft read beside the school's own register."""
    with tempfile.TemporaryDirectory() as spare:
        beside = Path(spare) / "families"
        beside.mkdir()
        for file in (*(folder / schema.file for schema in TABLES), families / ARRANGEMENTS):
            if file.exists():
                (beside / file.name).symlink_to(file.resolve())
        return read(beside)


class Origins:
    """Where in the source the rows and columns of the draft came from."""

    def __init__(self, draft: Draft) -> None:
        self.rows = {schema.file: [(record.file, record.line) for record in draft.of(schema)] for schema in TABLES}
        self.columns = draft.columns

    def placed(self, problems: Sequence[Problem]) -> list[Problem]:
        """Problems of the draft at the place in the source where the cell came from, where it did."""
        names = {schema.file: schema.columns for schema in TABLES}
        placed = []
        for problem in problems:
            path, _, rest = problem.where.partition(":")
            file = path.rpartition("/")[2]
            if file not in names:
                placed.append(problem)
                continue
            where = f"families/{DRAFT}/{file}{':' if rest else ''}{rest}"
            line, _, column = rest.partition(":")
            if line.isdigit() and column.isdigit() and 2 <= int(line) < len(self.rows[file]) + 2:
                source, at = self.rows[file][int(line) - 2]
                place = self.columns.get((file, names[file][int(column) - 1]), 0)
                if source and place:
                    where = f"{source}:{at}:{place}"
            placed.append(replace(problem, where=where))
        return placed
