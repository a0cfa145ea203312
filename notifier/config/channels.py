"""The [channels] tables, each validated by the settings model that its channel brings."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from notifier.config.places import Surroundings
from notifier.config.problems import did_you_mean, listed
from notifier.config.sentences import problems_of
from notifier.model.problem import Problem, error

ChannelSettings = Mapping[str, type[BaseModel]]


def read_channels(
    raw: Any, models: ChannelSettings, surroundings: Surroundings, homes: Mapping[str, str]
) -> tuple[dict[str, BaseModel], list[Problem]]:
    """The settings of every channel that has a table, and of those that need none; and every problem."""
    if not isinstance(raw, dict):
        return {}, []  # said where the file's tables are read
    found = {name: model() for name, model in models.items() if name not in raw and not needs_settings(model)}
    problems: list[Problem] = []
    for name, table in raw.items():
        if name not in models:
            near = did_you_mean(name, models) or f" Known are {listed(sorted(models), 'and')}."
            where = f"{surroundings.file}: channels.{name}"
            problems.append(error("unknown-channel", f"There is no channel '{name}'.{near}", where))
            continue
        try:
            found[name] = models[name].model_validate(surroundings.prepared(models[name], table, ("channels", name)))
        except ValidationError as failed:
            problems += problems_of(failed, models[name], surroundings.file, ("channels", name), homes)
        needs = getattr(models[name], "needs", None)
        if needs is not None and needs not in raw:
            sentence = f"This uses the accounts of [channels.{needs}], which is not there. Add that table too."
            problems.append(error("channel-needs", sentence, f"{surroundings.file}: channels.{name}"))
    return found, [*problems, *surroundings.problems]


def needs_settings(model: type[BaseModel]) -> bool:
    """Whether a school must say something before this channel can work."""
    return any(field.is_required() for field in model.model_fields.values())
