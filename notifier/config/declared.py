"""Every setting there is, in the order of the example file: one list for the example file, the docs and their tests."""

import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from enum import Enum
from pathlib import Path
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from notifier.config.policy import profile
from notifier.config.policy_settings import PolicySettings
from notifier.config.settings import (
    CategoryTable,
    FileTables,
    IntakeTable,
    NewsletterTable,
    SequenceTable,
    StaffTable,
    StepTable,
)
from notifier.model.message import Kind
from notifier.model.notice import Offset

BY_CATEGORY = frozenset({"lead_time", "yearly"})
LISTS: Mapping[str, type[BaseModel]] = {
    "staff": StaffTable,
    "intake": IntakeTable,
    "newsletter": NewsletterTable,
    "sequence": SequenceTable,
}


@dataclass(frozen=True, slots=True)
class Setting:
    """``default`` is in TOML's own values, None where there is none; ``example`` likewise."""

    name: str
    description: str
    required: bool
    default: Any
    example: Any


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of the file, its one sentence and its settings. ``many``: the heading may come again."""

    path: str
    summary: str
    settings: tuple[Setting, ...]
    many: bool = False

    @property
    def heading(self) -> str:
        return f"[[{self.path}]]" if self.many else f"[{self.path}]"


def sections(channel_settings: Mapping[str, type[BaseModel]]) -> list[Section]:
    """All of them: the file's own, the policy's with the defaults of the first profile, and the channels'."""
    own = {name: field for name, field in FileTables.model_fields.items() if name not in ("channels", "policy")}
    found = [_section("school", _table(own["school"])), _policy()]
    found += [_section(name, model, many=True) for name, model in LISTS.items()]
    found.append(_section("sequence.step", StepTable, many=True))
    found += _policy_sections()
    for name, model in channel_settings.items():
        found += _channel(f"channels.{name}", model)
    for name, field in own.items():
        if name != "school" and name not in LISTS:
            found.append(_section(name, _table(field)))
            if name == "notices":
                found.append(_section("notices.categories.trip", CategoryTable))
    return found


def _policy() -> Section:
    own = _section("policy", _table(FileTables.model_fields["policy"]))
    shipped = profile(own.settings[0].default)
    extra = tuple(
        _setting(name, PolicySettings.model_fields[name], shipped)
        for name in ("review_by", "in_person_only", "watch_words", "marketing_words")
    )
    summary = "How the school tells whom: a policy to start from, and what is different here."
    return Section(own.path, summary, (*own.settings, *extra))


def _policy_sections() -> list[Section]:
    shipped = profile("woodgrange")
    found: list[Section] = []
    for name, field in PolicySettings.model_fields.items():
        table = field.annotation
        if name == "kinds":
            kind_table = get_args(table)[1]
            for kind in Kind:
                summary = f"How {'an' if kind is Kind.EMERGENCY else 'a'} {kind.value} travels."
                found.append(_section(f"policy.kinds.{kind.value}", kind_table, shipped["kinds"][kind.value], summary))
        elif name in BY_CATEGORY:
            settings = tuple(
                Setting(category, f"For a {category.replace('-', ' ')}.", False, number, number)
                for category, number in shipped[name].items()
            )
            found.append(Section(f"policy.{name}", f"{field.description}", settings))
        elif isinstance(table, type) and issubclass(table, BaseModel):
            found.append(_section(f"policy.{name}", table, shipped[name]))
    return found


def _channel(path: str, model: type[BaseModel]) -> Iterator[Section]:
    """A channel's own table, then the tables below it; a channel without settings has nothing to show."""
    plain: list[Setting] = []
    lists: list[Section] = []
    for name, field in model.model_fields.items():
        if item := _item(field.annotation):
            lists.append(_section(f"{path}.{field.alias or name}", item, many=True, summary=field.description or ""))
        elif inner := _inner(field.annotation):
            lists.append(_section(f"{path}.{field.alias or name}", inner, summary=field.description or ""))
        else:
            plain.append(_setting(field.alias or name, field, {}))
    if plain:
        yield Section(path, _summary(model) or "Not needed in trial mode.", tuple(plain))
    yield from lists


def _section(
    path: str, model: type[BaseModel], values: Mapping[str, Any] | None = None, summary: str = "", many: bool = False
) -> Section:
    settings = tuple(_setting(field.alias or name, field, values or {}) for name, field in model.model_fields.items()
                     if not _item_of_dict(field.annotation) and not _item(field.annotation))  # fmt: skip
    return Section(path, summary or _summary(model), settings, many)


def _setting(name: str, field: FieldInfo, values: Mapping[str, Any]) -> Setting:
    default = None if field.is_required() else field.get_default(call_default_factory=True)
    example = field.examples[0] if field.examples else None
    return Setting(
        name,
        field.description or "",
        field.is_required() and name not in values,
        plain(values.get(name, default)),
        plain(example),
    )


def plain(value: Any) -> Any:
    """A value as TOML writes it."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, timedelta):
        return _length(value)
    if isinstance(value, (Path, Offset)):
        return str(value)
    if isinstance(value, (tuple, list, frozenset)):
        return [plain(item) for item in value]
    return value


def _length(value: timedelta) -> str:
    """In the largest unit that leaves nothing over."""
    seconds = int(value.total_seconds())
    for unit, name in ((86400, "day"), (3600, "hour")):
        if seconds and seconds % unit == 0:
            return f"{seconds // unit} {name}{'' if seconds == unit else 's'}"
    return f"{seconds // 60} min"


def _summary(model: type[BaseModel]) -> str:
    """The first sentence of the model's docstring, where it is one about the settings."""
    text = " ".join((model.__doc__ or "").split("\n\n")[0].split())
    return "" if not text or text.startswith("``[") else text.replace("``", "")


def _table(field: FieldInfo) -> type[BaseModel]:
    if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
        return field.annotation
    raise TypeError(f"not a table: {field.annotation}")


def _item(annotation: Any) -> type[BaseModel] | None:
    """The model of a list's items."""
    for option in get_args(annotation) if get_origin(annotation) in (Union, types.UnionType) else (annotation,):
        if get_origin(option) in (list, tuple):
            inner = get_args(option)[0]
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                return inner
    return None


def _inner(annotation: Any) -> type[BaseModel] | None:
    """The model of a table that may be left out."""
    for option in get_args(annotation) if get_origin(annotation) in (Union, types.UnionType) else ():
        if isinstance(option, type) and issubclass(option, BaseModel):
            return option
    return None


def _item_of_dict(annotation: Any) -> bool:
    return get_origin(annotation) is dict
