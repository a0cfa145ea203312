"""pydantic's errors, said in a secretary's words (LIBRARIES R1)."""

import re
import types
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from notifier.config.problems import did_you_mean, listed
from notifier.model.problem import Problem, error

Path = tuple[str | int, ...]

_WHOLE = ("int_type", "int_parsing", "int_from_float", "int_parsing_size")
_NUMBER = ("float_type", "float_parsing", "finite_number")


def problems_of(
    failed: ValidationError, model: type[BaseModel], file: str, under: Path = (), known: Mapping[str, str] | None = None
) -> list[Problem]:
    """One problem for each thing wrong. ``under`` is where ``model`` stands in the file; ``known`` maps every
    setting's last name to the table it belongs in, to help with one that stands in the wrong place."""
    errors = failed.errors(include_url=False)
    unknown = [found["loc"][:-1] for found in errors if found["loc"][-1:] == ("[key]",)]
    return [
        _problem(found, model, f"{file}: {dotted((*under, *_own(found['loc'])))}", known or {})
        for found in errors
        if not _follows(found, errors, unknown)
    ]


def _follows(found: Any, errors: Sequence[Any], unknown: Sequence[Path]) -> bool:
    """Whether this is only the echo of another: below a name that means nothing, or a list short of its bad items."""
    location: Path = found["loc"]
    if found["type"] == "too_short":
        return any(other["loc"][: len(location)] == location for other in errors if len(other["loc"]) > len(location))
    return location[-1:] != ("[key]",) and any(location[: len(place)] == place for place in unknown)


def dotted(path: Path) -> str:
    """``staff[2].role``: entries of a list count from 1, as people do."""
    shown = ""
    for part in path:
        if isinstance(part, int):
            shown += f"[{part + 1}]"
        else:
            shown += f".{part}" if shown else part
    return shown


def _own(location: Path) -> Path:
    """The location without the marks pydantic adds for keys of a table and members of a union."""
    return tuple(part for part in location if part != "[key]")


def _problem(found: Any, model: type[BaseModel], where: str, known: Mapping[str, str]) -> Problem:
    kind: str = found["type"]
    location: Path = _own(found["loc"])
    name = str(location[-1]) if location else ""
    value = found.get("input")
    context: Mapping[str, Any] = found.get("ctx") or {}
    if kind == "extra_forbidden":
        names = names_at(model, location[:-1])
        near = did_you_mean(name, names)
        home = known.get(name, "")
        if not near and home:
            near = f" It belongs under {home}: is the heading above it still marked with a # ?"
        if not near and names:
            near = f" Known here: {listed(sorted(names), 'and')}."
        return error("unknown-setting", f"There is no setting '{name}' here.{near}", where)
    if kind == "missing":
        return error("missing-setting", f"The setting '{name}' is missing; add a line for it.", where)
    if kind == "value_error":
        return error("bad-value", str(context.get("error") or found["msg"]), where)
    if kind in ("enum", "literal_error"):
        return error("unknown-choice", _choice(value, model, location, context), where)
    if kind.startswith("bool"):
        return error("not-yes-or-no", f"'{name}' is either true or false, in small letters, without quotes.", where)
    if kind in _WHOLE:
        return error("not-a-number", f"'{name}' is a whole number, without quotes: 14.", where)
    if kind in _NUMBER:
        return error("not-a-number", f"'{name}' is a number, without quotes: 2.5.", where)
    if kind == "string_type":
        return error("not-text", f"'{name}' is text; put it in quotes: \"{_short(value)}\".", where)
    if kind in ("string_too_short", "too_short"):
        return error("empty-value", f"'{name}' may not be empty; write something for it.", where)
    if kind in ("greater_than_equal", "greater_than"):
        return error("number-too-small", f"'{name}' is {_bound(context)} or more.", where)
    if kind in ("less_than_equal", "less_than"):
        return error("number-too-large", f"'{name}' is {_bound(context)} or less.", where)
    if kind in ("tuple_type", "list_type", "set_type", "frozen_set_type", "sequence_str"):
        hint = f"begin each with the heading [[{name}]]" if _holds_tables(model, location) else 'write ["one", "two"]'
        return error("not-a-list", f"'{name}' is a list: {hint}.", where)
    if kind in ("model_type", "model_attributes_type", "dict_type", "mapping_type"):
        return error("not-a-table", f"'{name}' is a heading with settings below it, not a value.", where)
    return error("bad-value", f"'{_short(value)}' will not do for '{name}': {_plain(found['msg'])}.", where)


def _choice(value: Any, model: type[BaseModel], location: Path, context: Mapping[str, Any]) -> str:
    choices = _choices(model, location) or re.findall(r"'([^']*)'", str(context.get("expected", "")))
    near = did_you_mean(value, choices) if isinstance(value, str) else ""
    return f"'{_short(value)}' is not one of {listed(choices)}.{near}"


def _choices(model: type[BaseModel], location: Path) -> list[str]:
    for annotation in _annotations(model, location):
        for option in (annotation, *get_args(annotation)):
            if isinstance(option, type) and issubclass(option, Enum):
                return [str(member.value) for member in option]
    return []


def _holds_tables(model: type[BaseModel], location: Path) -> bool:
    return any(_models(argument) for annotation in _annotations(model, location) for argument in get_args(annotation))


def names_at(model: type[BaseModel], location: Path) -> set[str]:
    """The settings of the table at this place, as they are written in the file."""
    return {name for table in _tables_at(model, location) for name in names_of(table)}


def names_of(model: type[BaseModel]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}


def _annotations(model: type[BaseModel], location: Path) -> list[Any]:
    """The declared types of the setting at this place; an index or a table's own key is looked through."""
    last = len(location)
    while last and isinstance(location[last - 1], int):
        last -= 1
    if not last:
        return []
    key = location[last - 1]
    return [
        field.annotation
        for table in _tables_at(model, location[: last - 1])
        for name, field in table.model_fields.items()
        if (field.alias or name) == key
    ]


def _tables_at(model: type[BaseModel], location: Path) -> list[type[BaseModel]]:
    """The models that may stand at this place; more than one only for a union."""
    tables = [model]
    pending = False  # a table keyed by free names: the next part of the place is one of those names
    for part in location:
        if isinstance(part, int) or pending:
            pending = False
            continue
        below: list[type[BaseModel]] = []
        for table in tables:
            for name, field in table.model_fields.items():
                if (field.alias or name) == part:
                    below += _models(field.annotation)
                    pending = pending or get_origin(field.annotation) is dict
        tables = below
    return tables


def _models(annotation: Any) -> list[type[BaseModel]]:
    return list(_walk(annotation))


def _walk(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and not get_origin(annotation) and issubclass(annotation, BaseModel):
        yield annotation
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType) or (isinstance(origin, type) and issubclass(origin, (Sequence, Mapping))):
        for argument in get_args(annotation):
            yield from _walk(argument)


def _bound(context: Mapping[str, Any]) -> str:
    for key in ("ge", "gt", "le", "lt"):
        if key in context:
            return str(context[key])
    return "another number"


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


def _plain(message: str) -> str:
    return message.removeprefix("Value error, ").removeprefix("Input ").rstrip(".")
