"""Messages written in TOML: one or several ``[[message]]`` with the header's keys plus ``body`` or ``file``."""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from notifier.intake import limits
from notifier.intake.documents.draft import Draft
from notifier.intake.documents.markdown import render
from notifier.intake.documents.text import decode
from notifier.intake.entries import Entry, check, normal
from notifier.intake.names import is_document, never_taken, reaches_outside, shown, suffix
from notifier.model.problem import Problem, error


@dataclass(frozen=True, slots=True)
class Table:
    """One ``[[message]]``. ``file`` is a plain name, ``fingerprint`` the sha256 of what it says."""

    number: int
    draft: Draft
    file: str
    fingerprint: str


def read(content: bytes, name: str) -> tuple[tuple[Table, ...], tuple[Problem, ...]]:
    """The messages of the file, or the problems for which there are none."""
    if len(content) > limits.TEXT:
        return (), (limits.too_large(name, len(content), limits.TEXT),)
    text, wrong = decode(content, name)
    if any(problem.id == "not-text" for problem in wrong):
        return (), tuple(wrong)
    try:
        tree = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as damage:
        return (), (_unreadable(name, str(damage)),)
    tables = tree.pop("message", [])
    if isinstance(tables, dict):
        tables = [tables]
    problems = [
        error(
            "toml-unknown",
            f"I do not know “{shown(str(key))}” here. Each message begins with a line [[message]], "
            "and its keys stand below that line.",
            name,
        )
        for key in tree
    ]
    if not isinstance(tables, list) or not tables or not all(isinstance(table, dict) for table in tables):
        problems.append(error("toml-empty", f"{name} holds no message. Begin each one with a line [[message]].", name))
        return (), tuple(problems)
    if problems:
        return (), tuple(problems)
    return tuple(_table(table, number, name) for number, table in enumerate(tables, 1)), ()


def _unreadable(name: str, damage: str) -> Problem:
    place = damage[damage.rfind("(") + 1 : -1] if damage.endswith(")") else ""
    return error(
        "toml-broken",
        f"I cannot read {name}{f' {place}' if place.startswith('at') else ''}. "
        'Words need quotes, like to = "Oak class"; a long text stands between two lines of """.',
        name,
    )


def _table(table: Mapping[str, object], number: int, name: str) -> Table:
    where = f"{name}, message {number}"
    problems: list[Problem] = []
    entries: list[Entry] = []
    body, file = "", ""
    for written, value in table.items():
        key = normal(written)
        if key == "body" and isinstance(value, str):
            body = value
        elif key == "file" and isinstance(value, str):
            file = value
        else:
            said = _said(value)
            if said is None:
                problems.append(
                    error("toml-value", f"What stands at “{shown(written)}” is no text, list, date or yes/no.", where)
                )
            else:
                entries.append(Entry(key, written, said, f"{where}, {shown(written)}"))
    kept, wrong = check(entries)
    problems += wrong
    if body and file:
        problems.append(error("toml-body-and-file", "Give either “body” or “file”, not both.", where))
    if file and (reaches_outside(file) or never_taken(file) or not is_document(file) or suffix(file) == ".toml"):
        problems.append(
            error(
                "file-outside",
                f"“{shown(file)}” cannot be the message's file: it must be a document lying beside {name}. "
                "Put it there and write its plain name.",
                where,
            )
        )
        file = ""
    html, beside = render(body)
    canonical = json.dumps(table, sort_keys=True, default=str, ensure_ascii=False)
    return Table(
        number,
        Draft(kept, html, beside=beside, problems=tuple(problems)),
        file,
        hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest(),
    )


def _said(value: object) -> str | None:
    """A TOML value as the words a header line would hold."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, datetime):
        return value.replace(microsecond=0).isoformat(" ")
    if isinstance(value, (date, time, int)):
        return value.isoformat() if isinstance(value, (date, time)) else str(value)
    if isinstance(value, list) and all(isinstance(part, (str, int)) for part in value):
        return "; ".join(str(part) for part in value)
    return None
