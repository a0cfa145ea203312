"""Markdown and plain text (``.md``, ``.txt``); the header stands between ``---`` lines."""

import re
from collections.abc import Sequence
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token

from notifier.intake import entries, limits
from notifier.intake.documents.draft import Draft
from notifier.intake.documents.text import decode, printable
from notifier.intake.names import suffix
from notifier.model.problem import Problem, error


def _parser(*, breaks: bool) -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False, "breaks": breaks}).enable(["table", "strikethrough"])
    return made.disable(["code"])  # four spaces before a line are somebody's layout, not a program


_NO_HEADINGS = re.compile(r"<thead>\s*<tr>\s*(?:<th[^>]*></th>\s*)+</tr>\s*</thead>\s*")
"""Markdown has no table without a heading row: an empty one is a table without headings."""

SHORT_LINE = 50

_MARKDOWN = _parser(breaks=False)
_TEXT = _parser(breaks=True)


def _is_fence(line: str) -> bool:
    return len(line.strip()) >= 3 and set(line.strip()) == {"-"} and not line.startswith((" ", "\t"))


def _split(text: str, name: str) -> tuple[tuple[entries.Entry, ...], str, list[Problem]]:
    lines = text.split("\n")
    first = next((number for number, line in enumerate(lines) if line.strip()), None)
    if first is None:
        return (), "", []
    if not _is_fence(lines[first]):
        pair = entries.split(lines[first])
        if pair and entries.normal(pair[0]) in entries.KEYS:
            return (
                (),
                text,
                [
                    error(
                        "header-no-fence",
                        f"The message begins with “{pair[0]}:”, but I do not see where the header begins and ends. "
                        "Put a line of three dashes (---) above and below the header.",
                        f"{name}:{first + 1}",
                    )
                ],
            )
        return (), text, []
    last = next((number for number in range(first + 1, len(lines)) if _is_fence(lines[number])), None)
    if last is None:
        return (
            (),
            "",
            [
                error(
                    "header-not-closed",
                    "The header begins with --- but the second --- is missing. Put a line of three dashes below it.",
                    f"{name}:{first + 1}",
                )
            ],
        )
    found, problems = entries.parse(lines[first + 1 : last], name, first + 2)
    return found, "\n".join(lines[last + 1 :]), problems


def _keep_short_lines(tokens: Sequence[Token]) -> None:
    """A line that ended long before the margin was meant to end there: a signature, an address, a list of times."""
    for token in tokens:
        lines = iter(token.content.split("\n"))
        for child in token.children or ():
            if child.type in ("softbreak", "hardbreak") and len(next(lines, "").strip()) <= SHORT_LINE:
                child.type, child.tag = "hardbreak", "br"


def render(text: str, *, breaks: bool = False) -> tuple[str, tuple[str, ...]]:
    """HTML (raw HTML in it escaped) and the names of the pictures it wants from beside it."""
    parser = _TEXT if breaks else _MARKDOWN
    tokens = parser.parse(printable(text))
    _keep_short_lines(tokens)
    wanted = [
        unquote(str(child.attrs.get("src", "")))
        for token in tokens
        for child in token.children or ()
        if child.type == "image"
    ]
    beside = tuple(dict.fromkeys(name for name in wanted if name and ":" not in name and not name.startswith("/")))
    return _NO_HEADINGS.sub("", parser.renderer.render(tokens, parser.options, {})), beside


def read(content: bytes, name: str) -> Draft:
    if len(content) > limits.TEXT:
        return Draft(problems=(limits.too_large(name, len(content), limits.TEXT),))
    text, problems = decode(content, name)
    found, body, wrong = _split(text, name)
    html, beside = render(body, breaks=suffix(name) == ".txt")
    return Draft(found, html, beside=beside, problems=(*problems, *wrong))
