"""The governors' report as files: one page of HTML that needs nothing beside it, and a PDF."""

import tempfile
from html import escape
from pathlib import Path
from typing import Any

import channels
from notifier.care.governors import Page, Section, Table


def as_html(page: Page) -> str:
    made = [
        f"<header><p>{escape(page.school)}</p><h1>{escape(page.title)}</h1><p>{escape(page.under)}</p></header>",
        *(_section(one) for one in page.sections),
        f"<footer><p>{escape(page.foot)}</p></footer>",
    ]
    return _PAGE.format(title=escape(f"{page.title}, {page.school}"), main="\n".join(made))


def _section(one: Section) -> str:
    said = "".join(f"<p>{escape(sentence)}</p>" for sentence in one.sentences)
    chart = f'<figure aria-label="{escape(one.chart.alt)}">{one.chart.svg}</figure>' if one.chart else ""
    return f"<section><h2>{escape(one.title)}</h2>{said}{chart}{_table(one.table) if one.table else ''}</section>"


def _table(table: Table) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in table.columns)
    rows = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in row[1:])}</tr>'
        for row in table.rows
    )
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def as_pdf(page: Page) -> bytes:
    """Tagged, with the charts described for who cannot see them. Blocks. Raises ChannelError."""
    with tempfile.TemporaryDirectory() as folder:
        for one in page.sections:
            if one.chart:
                (Path(folder) / f"{one.chart.name}.svg").write_text(one.chart.svg, encoding="utf-8")
        return channels.sheet("governors", Path(folder), _data(page))


def _data(page: Page) -> dict[str, Any]:
    return {
        "title": page.title,
        "school": page.school,
        "under": page.under,
        "foot": page.foot,
        "sections": [
            {
                "title": one.title,
                "sentences": [*one.sentences],
                **({"chart": {"file": f"{one.chart.name}.svg", "alt": one.chart.alt}} if one.chart else {}),
                **({"columns": [*one.table.columns], "rows": [[*row] for row in one.table.rows]} if one.table else {}),
            }
            for one in page.sections
        ],
    }


_PAGE = """<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 1.05rem/1.55 "Noto Sans", system-ui, sans-serif; color: #1b1b1b; background: #fff; margin: 0; }}
main {{ max-width: 50rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }}
h1 {{ font-size: 1.8rem; line-height: 1.2; margin: .2rem 0 .6rem; }}
h2 {{ font-size: 1.25rem; margin: 2.2rem 0 .4rem; }}
p {{ margin: .4rem 0; }}
figure {{ margin: 1rem 0; }}
svg {{ width: 100%; height: auto; }}
.wide {{ overflow-x: auto; }}
table {{ border-collapse: collapse; width: 100%; margin: 1rem 0; font-variant-numeric: tabular-nums; }}
th, td {{ padding: .45rem .6rem; border-bottom: 1px solid #cfd4da; text-align: right; font-weight: 400; }}
thead th {{ font-weight: 600; vertical-align: bottom; }}
th:first-child {{ text-align: left; padding-left: 0; }}
header p, footer {{ color: #4a4f57; }}
footer {{ margin-top: 2.5rem; border-top: 1px solid #cfd4da; padding-top: .8rem; font-size: .95rem; }}
@media print {{ section {{ break-inside: avoid; }} main {{ max-width: none; padding: 0; }} }}
</style>
</head>
<body>
<main>
{main}
</main>
</body>
</html>
"""
