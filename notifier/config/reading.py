"""The file's tables, as many as are sound, so that one bad line does not hide the problems of the others."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import BaseModel, ValidationError

from notifier.config.policy_settings import PolicySettings
from notifier.config.sentences import names_of, problems_of
from notifier.config.settings import FileTables, IntakeTable, NewsletterTable, StaffTable
from notifier.model.problem import Problem

LISTS: Mapping[str, type[BaseModel]] = {"staff": StaffTable, "intake": IntakeTable, "newsletter": NewsletterTable}


@dataclass(frozen=True, slots=True)
class Tables:
    """``file`` with unsound tables left out; entries of lists keep their number in the file, from 1.

    ``ids`` are the ids of all staff, sound or not, so that nobody is called unknown
    for a slip elsewhere in their entry.
    """

    file: FileTables
    staff: tuple[tuple[int, StaffTable], ...]
    intake: tuple[tuple[int, IntakeTable], ...]
    newsletter: tuple[tuple[int, NewsletterTable], ...]
    ids: tuple[str, ...]


def read_tables(raw: Mapping[str, Any], file: str, homes: Mapping[str, str]) -> tuple[Tables, list[Problem]]:
    """What is sound in ``raw``, and a problem for everything that is not."""
    problems: list[Problem] = []
    numbers = {name: _count(raw.get(name)) for name in LISTS}
    try:
        tables = FileTables.model_validate(raw)
    except ValidationError as failed:
        problems = problems_of(failed, FileTables, file, known=homes)
        pruned, numbers = _pruned(raw, failed)
        tables = FileTables.model_validate(pruned)
    return (
        Tables(
            file=tables,
            staff=tuple(zip(numbers["staff"], tables.staff, strict=True)),
            intake=tuple(zip(numbers["intake"], tables.intake, strict=True)),
            newsletter=tuple(zip(numbers["newsletter"], tables.newsletter, strict=True)),
            ids=tuple(_ids(raw.get("staff"))),
        ),
        problems,
    )


def _pruned(raw: Mapping[str, Any], failed: ValidationError) -> tuple[dict[str, Any], dict[str, list[int]]]:
    """``raw`` without what failed; a school that failed is replaced by one without any of its words."""
    bad_entries: dict[str, set[int]] = {}
    bad: set[str] = set()
    for found in failed.errors(include_url=False):
        location = found["loc"]
        name = str(location[0])
        if name in LISTS and len(location) > 1 and isinstance(location[1], int):
            bad_entries.setdefault(name, set()).add(location[1])
        else:
            bad.add(name)
    pruned = {name: value for name, value in raw.items() if name not in bad}
    numbers = {name: [] if name in bad else _count(raw.get(name)) for name in LISTS}
    for name, indexes in bad_entries.items():
        if name in pruned:
            pruned[name] = [entry for index, entry in enumerate(pruned[name]) if index not in indexes]
            numbers[name] = [number for number in numbers[name] if number - 1 not in indexes]
    if "school" not in pruned:
        school = raw.get("school")
        live = isinstance(school, dict) and school.get("mode") == "live"
        pruned["school"] = {"name": "-", "mode": "live" if live else "trial"}
    return pruned, numbers


def _count(entries: Any) -> list[int]:
    return list(range(1, len(entries) + 1)) if isinstance(entries, list) else []


def _ids(entries: Any) -> list[str]:
    if not isinstance(entries, list):
        return []
    return [entry["id"] for entry in entries if isinstance(entry, dict) and isinstance(entry.get("id"), str)]


def headings(channel_settings: Mapping[str, type[BaseModel]]) -> dict[str, str]:
    """Setting -> the heading it belongs under, for one that stands under the wrong heading."""
    homes = dict(_own_headings())
    for channel, model in channel_settings.items():
        for name in (channel, *names_of(model)):
            homes.setdefault(name, f"[channels.{channel}]")
    return homes


@cache
def _own_headings() -> Mapping[str, str]:
    homes: dict[str, str] = {}
    for table, field in FileTables.model_fields.items():
        if table not in LISTS and (model := _model(field.annotation)):
            _add(homes, model, f"[{table}]")
    for heading, entry in LISTS.items():
        _add(homes, entry, f"[[{heading}]]")
    for name, field in PolicySettings.model_fields.items():
        model = _model(field.annotation)
        homes.setdefault(name, f"[policy.{name}]" if model else "[policy]")
        if model:
            _add(homes, model, f"[policy.{name}]")
    return homes


def _add(homes: dict[str, str], model: type[BaseModel], heading: str) -> None:
    for name in names_of(model):
        homes.setdefault(name, heading)


def _model(annotation: Any) -> type[BaseModel] | None:
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None
