"""The header in the first lines of a Word document or an email (DESIGN 3.2).

There is one only if the first line's key, or that of a two-column table, is
known or one letter off. It ends at the first empty line, heading, ``---`` or
line that is no ``Key: value``.
"""

from dataclasses import dataclass
from html.parser import HTMLParser

from notifier.intake.entries import Entry, check, is_near, normal, split
from notifier.model.problem import Problem

_BLOCKS = frozenset(
    (
        *("p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "ul", "ol", "li"),
        *("table", "caption", "thead", "tbody", "tfoot", "tr", "td", "th"),
    )
)
_LINES = frozenset({"p", "div", ""})
_DASHES = frozenset("-–—_")


@dataclass(frozen=True, slots=True)
class _Line:
    """``end`` is where in the HTML the next line begins; ``open`` the tags open there, to be opened again."""

    text: str
    block: str
    end: int
    open: tuple[str, ...]


class _Walker(HTMLParser):
    """Lines of sanitised, well-formed HTML; of a table that comes first, the rows."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[_Line] = []
        self.rows: list[list[str]] = []
        self.table_end = 0
        self._html = html
        self._starts = [0]
        for line in html.split("\n"):
            self._starts.append(self._starts[-1] + len(line) + 1)
        self._text = ""
        self._open: list[tuple[str, int]] = []
        self._in_table = False
        self.feed(html)
        self.close()
        self._flush(len(html))

    def _offset(self) -> int:
        line, column = self.getpos()
        return self._starts[line - 1] + column

    def _flush(self, end: int, *, blank: bool = False) -> None:
        text = " ".join(self._text.split())
        self._text = ""
        if self._in_table:
            if text and self.rows and self.rows[-1]:
                self.rows[-1][-1] = f"{self.rows[-1][-1]} {text}".strip()
        elif text or blank:
            block = next((tag for tag, _ in reversed(self._open) if tag in _BLOCKS), "")
            self.lines.append(_Line(text, block, end, tuple(tag for tag, _ in self._open)))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = self._offset()
        if tag == "br":
            self._flush(at + len(self.get_starttag_text() or ""), blank=True)
            return
        if tag in {"img", "hr", "col"}:
            return
        if tag in _BLOCKS:
            self._flush(at)
        if tag == "table" and not self.table_end and not any(line.text for line in self.lines):
            self._in_table = True
        elif tag == "tr" and self._in_table:
            self.rows.append([])
        elif tag in {"td", "th"} and self._in_table and self.rows:
            self.rows[-1].append("")
        self._open.append((tag, len(self.lines)))

    def handle_endtag(self, tag: str) -> None:
        end = self._html.find(">", self._offset()) + 1
        began = next((lines for name, lines in reversed(self._open) if name == tag), len(self.lines))
        before = len(self.lines)
        if tag in _BLOCKS:
            empty = not self._text.strip() and began == before
            self._flush(end, blank=tag in {"p", "div"} and empty)
        while self._open and self._open.pop()[0] != tag:
            pass
        if len(self.lines) > before:  # the next line begins after this tag: it is open there no more
            last = self.lines[-1]
            self.lines[-1] = _Line(last.text, last.block, last.end, tuple(name for name, _ in self._open))
        if tag == "table" and self._in_table:
            self._in_table, self.table_end = False, end

    def handle_data(self, data: str) -> None:
        self._text += data


def _dashes(text: str) -> bool:
    return len(text) >= 3 and set(text) <= _DASHES


def _pair(line: _Line) -> tuple[str, str] | None:
    """Key and value where the line can be a header's: a short key, no web address."""
    pair = split(line.text) if line.block in _LINES else None
    if pair is None or pair[1].startswith("//"):
        return None
    short = len(pair[0]) <= 24 and len(pair[0].split()) <= 3
    return pair if short or is_near(pair[0]) else None


def _from_table(rows: list[list[str]], name: str) -> tuple[Entry, ...] | None:
    if not rows or any(len(row) != 2 for row in rows):
        return None
    keys = [row[0].rstrip(": ") for row in rows]
    if not is_near(keys[0]):
        return None
    return tuple(
        Entry(normal(key), key, row[1], f"{name}:{number}")
        for number, (key, row) in enumerate(zip(keys, rows, strict=True), 1)
        if key or row[1]
    )


def split_off(html: str, name: str) -> tuple[tuple[Entry, ...], str, list[Problem]]:
    """Header entries, the HTML after them, and problems. ``html`` must be sanitised already."""
    walked = _Walker(html)
    table = _from_table(walked.rows, name)
    if table is not None:
        entries, problems = check(table)
        return entries, html[walked.table_end :], problems
    lines = walked.lines
    at = next((number for number, line in enumerate(lines) if line.text), len(lines))
    fenced = at < len(lines) and _dashes(lines[at].text)
    at += fenced
    first = _pair(lines[at]) if at < len(lines) else None
    if first is None or not is_near(first[0]):
        return (), html, []
    found: list[Entry] = []
    rest = lines[at].end
    while at < len(lines):
        line = lines[at]
        pair = _pair(line)
        if pair is None:
            if not line.text or _dashes(line.text):
                rest, last = line.end, line
            break
        found.append(Entry(normal(pair[0]), pair[0], pair[1], f"{name}:{at + 1}"))
        rest, last = line.end, line
        at += 1
    entries, problems = check(found)
    return entries, "".join(f"<{tag}>" for tag in last.open) + html[rest:], problems
