"""config.example.toml and docs/settings.md, written from the declarations (STYLE 13)."""

import json
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from notifier.config.declared import Section, Setting, sections

LONGEST = 100
"""Characters of a list on one line."""
SAMPLE = Path(__file__).resolve().parent / "sample" / "sample.toml"

TOP = """\
# The school's settings. A line that begins with # is not read: one with a blank after
# the # explains, one without shows a setting as it is unless you write it yourself.
# To change such a setting, take the # away in front of it and of its [heading].
# All folders and files are named relative to this file.
# 'notifier check' finds every mistake in here and says what to do.
"""
DOCS = """\
# Settings

Everything that `config.toml` may say. This page and `config.example.toml` are written by
`python -m tools.write_settings` from the declarations in the code; a test compares them.
All folders and files are named relative to the config file. `notifier check` finds every
mistake at once.
"""


def example(channel_settings: Mapping[str, type[BaseModel]]) -> str:
    """The text of config.example.toml, which is also what ``init`` writes."""
    sample = tomllib.loads(SAMPLE.read_text(encoding="utf-8"))
    parts = [TOP]
    for section in sections(channel_settings):
        written = sample["written"].get(section.path)
        if section.many and isinstance(written, list):
            parts += [_table(section, entry, said=bool(number)) for number, entry in enumerate(written)]
        elif written is not None:
            parts.append(_table(section, written, said=False))
        else:
            parts.append(_shown(section, _at(sample["shown"], section.path)))
    return "\n".join(parts)


def _at(values: Any, path: str) -> Mapping[str, Any]:
    for part in path.split("."):
        values = values.get(part, {}) if isinstance(values, dict) else {}
    return values if isinstance(values, dict) else {}


def _table(section: Section, values: Mapping[str, Any], *, said: bool) -> str:
    """A heading that is in force. ``said``: an entry like it was explained above."""
    lines = [] if said or not section.summary else [f"# {section.summary}"]
    lines.append(section.heading)
    for setting in section.settings:
        if setting.name in values:
            lines += [] if said else [f"# {setting.description}"]
            lines.append(f"{setting.name} = {toml(values[setting.name])}")
        elif not said:
            lines += _setting(setting, None, explained=True)
    return "\n".join(lines) + "\n"


def _shown(section: Section, values: Mapping[str, Any]) -> str:
    """A heading that is only shown."""
    lines = [f"# {section.summary}"] if section.summary else []
    lines.append(f"#{section.heading}")
    repeated = section.path.startswith("policy.kinds.") and not section.path.endswith(".newsletter")
    for setting in section.settings:
        if repeated and setting.default is None:
            continue  # shown with the first of them
        lines += _setting(setting, values.get(setting.name), explained=not repeated)
    return "\n".join(lines) + "\n"


def _setting(setting: Setting, sample: Any, *, explained: bool) -> list[str]:
    """A setting that is only shown: its default, or an example where it has none."""
    value, example = setting.default, False
    if value in (None, "", []):
        other = setting.example if sample is None else sample
        value, example = ("" if value is None else value, False) if other is None else (other, True)
    elif sample is not None:
        value, example = sample, True
    said = f"{setting.description} For example:" if example else setting.description
    shown = f"{setting.name} = {toml(value)}".replace("\n", "\n#")
    return [*([f"# {said}"] if explained else []), f"#{shown}"]


def toml(value: Any) -> str:
    """A value in TOML, on one line; a long list on several."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        items = [toml(item) for item in value]
        if sum(len(item) + 2 for item in items) < LONGEST:
            return f"[{', '.join(items)}]"
        return "[\n" + "".join(f"    {item},\n" for item in items) + "]"
    return json.dumps(value, ensure_ascii=False)


def settings_page(channel_settings: Mapping[str, type[BaseModel]]) -> str:
    """The text of docs/settings.md: a heading for every setting."""
    parts = [DOCS]
    for section in sections(channel_settings):
        parts.append(f"## `{section.heading}`\n")
        if section.summary:
            parts.append(f"{section.summary}\n")
        for setting in section.settings:
            parts.append(f"### `{section.path}.{setting.name}`\n")
            parts.append(f"{setting.description}\n")
            parts.append(f"{_default(setting)}\n")
    return "\n".join(parts)


def _default(setting: Setting) -> str:
    if setting.required:
        example = f" Example: `{toml(setting.example)}`." if setting.example is not None else ""
        return f"Must be given.{example}"
    if setting.default in (None, "", []):
        example = f" Example: `{toml(setting.example)}`." if setting.example is not None else ""
        return f"Default: nothing.{example}"
    return f"Default: `{' '.join(toml(setting.default).split())}`."
