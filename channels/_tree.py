"""The words of a sheet as a tree that a typst template walks: from HTML that is safe already.

A string is text; a node is ``{"t": tag, "c": [...]}`` with ``lang``, ``class``, ``file`` and ``alt``
where it has them; a table has ``columns``, ``head`` and ``rows`` of ``cells``.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Any

Node = dict[str, Any]

_VOID = frozenset({"br", "hr", "img"})
_BLOCKS = frozenset(
    (
        *("p", "div", "section", "article", "header", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li"),
        *("table", "thead", "tbody", "tfoot", "tr", "td", "th", "blockquote", "pre", "hr", "dl", "dt", "dd", "figure"),
    )
)
_CLOSED_BY = {
    "p": _BLOCKS - {"li", "tr", "td", "th", "dt", "dd"},
    "li": frozenset({"li"}),
    "tr": frozenset({"tr", "tbody", "tfoot"}),
    "td": frozenset({"td", "th", "tr"}),
    "th": frozenset({"td", "th", "tr"}),
    "dt": frozenset({"dt", "dd"}),
    "dd": frozenset({"dt", "dd"}),
}
_SPACE = re.compile(r"[ \t\r\n\f]+")
_ISOLATES = {"ltr": "\u2066", "rtl": "\u2067"}
_MOST_SPAN = 40


class _Builder(HTMLParser):
    def __init__(self, pictures: Mapping[str, str]) -> None:
        super().__init__(convert_charrefs=True)
        self._pictures = pictures
        self.top: Node = {"t": "top", "c": []}
        self._open: list[Node] = [self.top]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        while len(self._open) > 1 and tag in _CLOSED_BY.get(self._open[-1]["t"], ()):
            self._open.pop()
        node: Node = {"t": tag, "c": []}
        if tag in _BLOCKS and given.get("lang"):
            node["lang"] = given["lang"].split("-")[0].lower()
        if given.get("class"):
            node["class"] = given["class"].split()[0]
        if tag == "img":
            node["alt"] = " ".join(printable(given.get("alt", "")).split())
            if file := self._pictures.get(given.get("src", "")):
                node["file"] = file
        if tag in {"td", "th"}:
            node["span"], node["span_rows"] = _count(given.get("colspan")), _count(given.get("rowspan"))
        if tag == "ol" and (given.get("start") or "").isdecimal():
            node["start"] = int(given["start"][:4])
        if tag == "bdi":
            node["mark"] = _ISOLATES.get(given.get("dir", ""), "\u2068")
        self._open[-1]["c"].append(node)
        if tag not in _VOID:
            self._open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID or all(node["t"] != tag for node in self._open[1:]):
            return
        while len(self._open) > 1:
            if self._open.pop()["t"] == tag:
                return

    def handle_data(self, data: str) -> None:
        words = printable(data)
        if any(node["t"] == "pre" for node in self._open):
            for number, line in enumerate(words.split("\n")):
                if number:
                    self._open[-1]["c"].append({"t": "br", "c": []})
                self._open[-1]["c"].append(line.replace(" ", "\u00a0"))
            return
        self._open[-1]["c"].append(_SPACE.sub(" ", words))


def tree(html: str, pictures: Mapping[str, str]) -> list[Any]:
    """``pictures`` maps an ``src`` to the picture's file; one that is not there leaves its description."""
    builder = _Builder(pictures)
    builder.feed(html)
    builder.close()
    return list(_tidy(builder.top["c"]))


def printable(text: str) -> str:
    """Without what no printer shows: emoji, their joiners, and signs that have no shape."""
    if text.isascii():
        return text
    return "".join(letter for letter in text if letter in "\u200c\u200d" or not _unprintable(letter))


_PICTOGRAMS = ((0xFE00, 0xFE0F), (0x2600, 0x27BF), (0x2B00, 0x2BFF), (0x1F000, 0x1FFFF))


def printed(data: Mapping[str, Any]) -> dict[str, Any]:
    """Every word in there made printable."""
    return {name: _printed(value) for name, value in data.items()}


def _printed(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, Mapping):
        return printed(value)
    return [_printed(one) for one in value] if isinstance(value, list | tuple) else value


def _unprintable(letter: str) -> bool:
    if letter < "\u0300":
        return False
    point = ord(letter)
    if any(first <= point <= last for first, last in _PICTOGRAMS):
        return True
    return point > 0xFFFF and unicodedata.category(letter) in {"Cf", "Co", "Cn", "So", "Sk"}


def rare(nodes: object) -> bool:
    """Whether there are letters that our own fonts lack, so that the computer's own are asked."""
    return any(_NOT_SHIPPED.search(text) for text in _texts(nodes))


_SHIPPED = (
    *((0x0000, 0x024F), (0x0259, 0x0259), (0x02BB, 0x02DD), (0x0300, 0x036F), (0x0370, 0x03FF), (0x0400, 0x04FF)),
    *((0x0600, 0x06FF), (0x0750, 0x077F), (0x0900, 0x0900), (0x0964, 0x0965), (0x0980, 0x09FF), (0x1E00, 0x1EFF)),
    *((0x2000, 0x206F), (0x2070, 0x20BF), (0x2100, 0x214F), (0x2190, 0x2193), (0x2212, 0x2265), (0xFB50, 0xFDFF)),
    *((0x25A0, 0x25FF), (0xFB01, 0xFB02), (0xFE70, 0xFEFF)),
)


_NOT_SHIPPED = re.compile("[^" + "".join(f"{chr(first)}-{chr(last)}" for first, last in _SHIPPED) + "]")


def _texts(nodes: object) -> Iterator[str]:
    """Every text in there that is more than ASCII."""
    left = [nodes]
    while left:
        node = left.pop()
        if isinstance(node, str):
            if not node.isascii():
                yield node
        elif isinstance(node, dict):
            left.extend(node.values())
        elif isinstance(node, list | tuple):
            left.extend(node)


def _tidy(nodes: list[Any]) -> Iterator[Any]:
    """Blanks between blocks go, isolates become their signs, tables become rows of cells."""
    for node in nodes:
        if isinstance(node, str):
            if node.strip(" ") or not _between_blocks(nodes):
                yield node
        elif node["t"] == "table":
            yield _table(node)
        else:
            mark = node.pop("mark", "")
            node["c"] = list(_tidy(node["c"]))
            if mark:
                node["c"] = [mark, *node["c"], "\u2069"]
            yield node


def _between_blocks(nodes: list[Any]) -> bool:
    return all(isinstance(node, str) or node["t"] in _BLOCKS for node in nodes) and any(
        not isinstance(node, str) for node in nodes
    )


def _count(written: str | None) -> int:
    return min(max(int(written), 1), _MOST_SPAN) if written and written.isdecimal() else 1


def _rows(node: Node) -> Iterator[tuple[Node, bool]]:
    for inside in node["c"]:
        if isinstance(inside, str):
            continue
        if inside["t"] == "tr":
            yield inside, False
        elif inside["t"] in {"thead", "tbody", "tfoot"}:
            for row, _ in _rows(inside):
                yield row, inside["t"] == "thead"


def _table(node: Node) -> Node:
    """Rows filled to the same width, and no cell that reaches below the last row or over another."""
    found = [(row, head) for row, head in _rows(node)]
    heads = [[_cell(cell) for cell in _cells(row)] for row, head in found if head]
    bodies = [[_cell(cell) for cell in _cells(row)] for row, head in found if not head]
    if not heads and len(bodies) > 1 and bodies[0] and all(cell["head"] for cell in bodies[0]):
        heads, bodies = bodies[:1], bodies[1:]
    if not bodies:
        heads, bodies = [], heads
    columns = max((sum(cell["span"] for cell in row) for row in (*heads, *bodies)), default=1) or 1
    filled = {name: _filled(rows, columns) for name, rows in (("head", heads), ("rows", bodies))}
    spoken = {"lang": node["lang"]} if "lang" in node else {}
    return (
        {"t": "table", "c": [], "columns": max(columns, *(width for _, width in filled.values()))}
        | spoken
        | {name: [{"cells": row} for row in rows] for name, (rows, _) in filled.items()}
    )


def _cells(row: Node) -> Iterator[Node]:
    return (cell for cell in row["c"] if not isinstance(cell, str) and cell["t"] in {"td", "th"})


def _cell(cell: Node) -> Node:
    return {
        "c": list(_tidy(cell["c"])),
        "span": cell["span"],
        "rows": cell["span_rows"],
        "head": cell["t"] == "th",
    }


def _filled(rows: list[list[Node]], columns: int) -> tuple[list[list[Node]], int]:
    taken: list[int] = [0] * columns  # rows that a cell from above still covers, by column
    made = []
    for number, row in enumerate(rows):
        out: list[Node] = []
        column = 0
        for cell in row:
            while column < columns and taken[column] > 0:
                column += 1
            room = 0
            while column + room < columns and taken[column + room] == 0 and room < cell["span"]:
                room += 1
            if room == 0:
                break
            deep = min(cell["rows"], len(rows) - number)
            out.append(cell | {"span": room, "rows": deep})
            taken[column : column + room] = [deep] * room
            column += room
        for free in range(columns):
            if taken[free] == 0:
                taken[free] = 1
                out.append({"c": [], "span": 1, "rows": 1, "head": False})
        taken = [left - 1 for left in taken]
        made.append(out)
    return made, columns
