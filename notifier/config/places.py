"""Places and secrets in a channel's table: paths become absolute, secrets are fetched, before it is validated.

A channel's settings model says what it wants by its types alone: a field of type
``Path`` is a place relative to the config file; a field ``NAME`` beside
``NAME_env`` or ``NAME_file`` is a secret that the environment or a file holds.
"""

import types
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel

from notifier.config.sentences import dotted
from notifier.model.problem import Problem, advice, error

Where = tuple[str | int, ...]


class Surroundings:
    """Where a table is read: the config's folder, the environment, and the problems met."""

    def __init__(self, root: Path, file: str, environ: Mapping[str, str], *, trial: bool = False) -> None:
        self.root = root
        self.file = file
        self.environ = environ
        self.trial = trial
        self.problems: list[Problem] = []

    def prepared(self, model: type[BaseModel], raw: Any, where: Where) -> Any:
        """``raw`` with places absolute and secrets filled in, ready for ``model``; the file's own words else."""
        if not isinstance(raw, dict):
            return raw
        table = dict(raw)
        for name, field in model.model_fields.items():
            key = field.alias or name
            if table.get(key) == "" and Path in _options(field.annotation):
                del table[key]
            elif key in table:
                table[key] = self._value(field.annotation, table[key], (*where, key))
        for name in model.model_fields:
            self._secret(model, table, name, where)
        return table

    def _value(self, annotation: Any, value: Any, where: Where) -> Any:
        for option in _options(annotation):
            origin = get_origin(option)
            if option is Path and isinstance(value, str) and value:
                return self.place(value)
            if isinstance(option, type) and not origin and issubclass(option, BaseModel) and isinstance(value, dict):
                return self.prepared(option, value, where)
            if origin in (list, tuple) and isinstance(value, list):
                inner = get_args(option)[0]
                return [self._value(inner, item, (*where, index)) for index, item in enumerate(value)]
            if origin is dict and isinstance(value, dict):
                inner = get_args(option)[1]
                return {key: self._value(inner, item, (*where, key)) for key, item in value.items()}
        return value

    def place(self, text: str) -> Path:
        """A path of the file, relative to it; ``~`` is the home of the user who runs this."""
        return self.root / Path(text).expanduser()

    def _secret(self, model: type[BaseModel], table: dict[str, Any], name: str, where: Where) -> None:
        env_key, file_key = f"{name}_env", f"{name}_file"
        fields = model.model_fields
        if env_key not in fields and file_key not in fields:
            return
        variable, file = table.get(env_key) or "", table.get(file_key) or ""
        if variable and file:
            self._say(
                "secret-twice", f"Both '{env_key}' and '{file_key}' are given; keep one of the two.", (*where, file_key)
            )
        elif variable and isinstance(variable, str):
            secret = self.environ.get(variable, "")
            if secret:
                table[name] = secret
            else:
                self._say(
                    "secret-missing",
                    f"The environment variable {variable} is not set; set it where the program is started, "
                    f"or use '{file_key}'.",
                    (*where, env_key),
                )
        elif file and isinstance(file, (str, Path)):
            self._read(table, name, self.place(str(file)), (*where, file_key))

    def _read(self, table: dict[str, Any], name: str, path: Path, where: Where) -> None:
        try:
            secret = path.read_text(encoding="utf-8-sig").strip()
        except (OSError, UnicodeDecodeError):
            self._say(
                "secret-unreadable",
                f"The file {path} cannot be read; write the secret into it, readable for this program alone.",
                where,
            )
            return
        if secret:
            table[name] = secret
        else:
            self._say("secret-missing", f"The file {path} is empty; write the secret into it.", where)

    def _say(self, id: str, sentence: str, where: Where) -> None:
        """In trial no account is needed (DESIGN 3.8), so a missing secret refuses nothing."""
        say = advice if self.trial else error
        self.problems.append(say(id, sentence, f"{self.file}: {dotted(where)}"))


def _options(annotation: Any) -> tuple[Any, ...]:
    if get_origin(annotation) in (Union, types.UnionType):
        return get_args(annotation)
    return (annotation,)
