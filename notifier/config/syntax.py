"""Reading a TOML file so that a slip of the pen is shown where it is, and how to put it right (LIBRARIES R1)."""

import re
import tomllib
from pathlib import Path
from typing import Any

from notifier.config.problems import ConfigProblems
from notifier.model.problem import error

_AT = re.compile(r"\s*\(at line (\d+), column (\d+)\)$")
_AT_END = re.compile(r"\s*\(at end of document\)$")


def read_toml(path: Path, shown: str) -> dict[str, Any]:
    """The tables of a TOML file; ``shown`` is the file's name in problems.

    Raises ConfigProblems: missing, unreadable, not UTF-8, not TOML.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise ConfigProblems(
            [
                error(
                    "config-missing",
                    f"There is no file {path}. Start a school folder with 'notifier init FOLDER', "
                    "or name the file with --config.",
                    shown,
                )
            ]
        ) from None
    except OSError as fault:
        raise ConfigProblems(
            [error("config-unreadable", f"{path} cannot be read: {fault.strerror or fault}.", shown)]
        ) from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigProblems(
            [error("config-not-utf8", "The file is not saved as UTF-8. Save it again with the encoding UTF-8.", shown)]
        ) from None
    return parse_toml(text, shown)


def parse_toml(text: str, shown: str) -> dict[str, Any]:
    """The tables of a TOML text. Raises ConfigProblems with the line, a caret and what to do."""
    text = text.replace("\r\n", "\n")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        message = str(fault)
    except RecursionError:
        sentence = "The file has brackets within brackets without end. Take a fresh copy of config.example.toml."
        raise ConfigProblems([error("config-too-deep", sentence, shown)]) from None
    lines = text.split("\n")
    if found := _AT.search(message):
        line, column = int(found[1]), int(found[2])
    else:
        line, column = len(lines), len(lines[-1]) + 1
    what = _AT_END.sub("", _AT.sub("", message))
    if (not lines[line - 1].strip() or column == 1) and line > 1 and _continues(what):
        line -= 1
        column = len(lines[line - 1]) + 1
    content = lines[line - 1]
    caret = " " * (column - 1) + "^"
    raise ConfigProblems(
        [
            error(
                "toml-syntax",
                f"Line {line} cannot be read: {_hint(what, content, column)}\n    {content}\n    {caret}",
                f"{shown}:{line}:{column}",
            )
        ]
    )


def _continues(what: str) -> bool:
    """Whether the parser noticed only on the next line what is wrong with this one."""
    return what.startswith(("Unterminated", "Unclosed", "Expected", "Invalid value"))


def _hint(what: str, line: str, column: int) -> str:
    """What to do, from the parser's message and the line itself."""
    rest = line[column - 1 :].strip()
    value = line.partition("=")[2].strip()
    if any(mark in line for mark in "“”„‟"):
        return 'use straight quotation marks ("), not curly ones.'
    if value.startswith("‘") or value.startswith("’"):
        return 'use straight quotation marks ("), not curly ones.'
    if value.split("#")[0].strip().lower() in {"true", "false", "yes", "no"} and what.startswith("Invalid value"):
        return "write true or false, in small letters and without quotes."
    if "\\" in line and ("escape" in what.lower() or "Unescaped" in what or "Invalid hex" in what):
        return "a backslash means something else in here; write folders with / instead."
    if "Cannot declare" in what or "Cannot overwrite" in what or "Cannot mutate" in what:
        return "this name stands in the file twice; keep one of the two."
    if line.lstrip().startswith("[") and "=" not in line:
        return "a heading is a name between brackets, such as [school] or [[staff]]."
    if what.startswith("Invalid value") or (what.startswith("Expected newline") and not value.startswith(('"', "'"))):
        if not value.split("#")[0].strip():
            return 'after the = a value is missing; write "" for nothing.'
        if value[0].isalpha() or (value[0].isdigit() and re.search(r"[A-Za-z/ :+]", value)) or value[0] in "+(/.@":
            return f'text needs quotes: {line.partition("=")[0].strip()} = "{value}"'
        return "the value after the = cannot be read; text needs quotes."
    if "string" in what or "Illegal character" in what:
        return "the closing quotation mark is missing."
    if "Unclosed array" in what or "array" in what:
        return "the closing bracket ] is missing, or a comma between two values."
    if "Expected '='" in what or "key" in what:
        return 'a line is a name, an =, and a value, such as name = "Oak School".'
    if rest:
        return f"it is not clear what '{rest}' is doing here; text needs quotes, and each setting a line of its own."
    return "something is missing at the end of it."
