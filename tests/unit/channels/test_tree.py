"""HTML becomes the tree that a sheet is set from."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from channels._tree import printable, rare, tree


def text(nodes: Any) -> str:
    if isinstance(nodes, str):
        return nodes
    if isinstance(nodes, dict):
        rows = [cell for row in (*nodes.get("head", ()), *nodes.get("rows", ())) for cell in row["cells"]]
        return text(nodes["c"]) + text(rows)
    return "".join(text(one) for one in nodes)


def test_blanks_are_one_and_between_blocks_none() -> None:
    assert tree("<p>a\n  b</p>\n\n<p>c</p>", {}) == [{"t": "p", "c": ["a b"]}, {"t": "p", "c": ["c"]}]


def test_what_is_left_open_is_closed() -> None:
    (first, second) = tree("<p>one<p>two<ul><li>a<li>b</ul>", {})[:2]
    assert (first["c"], second["c"]) == (["one"], ["two"])


def test_a_picture_is_its_file_or_else_its_description() -> None:
    (known,) = tree('<img src="cid:a" alt="A goat">', {"cid:a": "pictures/a.png"})
    assert known == {"t": "img", "c": [], "alt": "A goat", "file": "pictures/a.png"}
    (unknown,) = tree('<img src="https://evil.example/x" alt="A goat">', {"cid:a": "pictures/a.png"})
    assert "file" not in unknown


def test_numbers_and_names_keep_their_isolates() -> None:
    (words,) = tree('<p><bdi dir="ltr">020</bdi> <bdi>Ali</bdi></p>', {})
    assert text(words) == "\u2066020\u2069 \u2068Ali\u2069"


def test_a_table_has_rows_of_one_width_whatever_was_written() -> None:
    html = "<table><tr><th>A<th>B</tr><tr><td rowspan=9>1</td><td colspan=9>2</td></tr><tr><td>3</td></tr></table>"
    (table,) = tree(html, {})
    assert len(table["head"]) == 1
    assert table["columns"] == 10
    covered = [sum(cell["span"] * cell["rows"] for cell in row["cells"]) for row in table["rows"]]
    assert sum(covered) == table["columns"] * len(table["rows"])


def test_emoji_go_and_every_tongue_stays() -> None:
    assert printable("Party 🎉 Żółć اردو বাংলা 👩‍👧 ✂") == "Party  Żółć اردو বাংলা \u200d "
    assert not rare(["Żółć اردو বাংলা – “x” £5 €5"])
    assert rare([{"c": ["中文"]}])


cell = st.tuples(st.integers(1, 4), st.integers(1, 4)).map(lambda n: f"<td colspan={n[0]} rowspan={n[1]}>x</td>")
rows = st.lists(st.lists(cell, max_size=4).map(lambda cells: f"<tr>{''.join(cells)}</tr>"), min_size=1, max_size=4)


@given(rows)
def test_no_cell_of_any_table_lies_over_another(rows: list[str]) -> None:
    (table,) = tree(f"<table>{''.join(rows)}</table>", {})
    area = sum(cell["span"] * cell["rows"] for row in table["rows"] for cell in row["cells"])
    assert area == table["columns"] * len(table["rows"])


@given(st.text(alphabet="<>/ abptrdliu&;\n", max_size=60))
def test_anything_becomes_a_tree(html: str) -> None:
    tree(html, {})


def test_a_table_keeps_its_language() -> None:
    (made,) = tree('<table lang="ur-PK" dir="rtl"><tr><th>نام</th><td>x</td></tr></table>', {})
    assert made["lang"] == "ur"
    (made,) = tree("<table><tr><th>Name</th><td>x</td></tr></table>", {})
    assert "lang" not in made
