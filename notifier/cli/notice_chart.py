"""The notice that families had of each event, as a picture: a bar for each, a mark where the school means to be."""

from collections.abc import Sequence
from xml.sax.saxutils import escape

from notifier.acceptance.noticing.given import Given

WIDTH, BAR, GAP, LEFT, RIGHT, TOP = 760, 22, 12, 270, 60, 44
ENOUGH, LATE, INK, SOFT, LINE = "#1a6e5c", "#b4532a", "#1f2430", "#5b6472", "#1f2430"
LONGEST_TITLE = 27


def chart(found: Sequence[Given]) -> str:
    """An SVG of those whose notice can be counted; it names no child and no adult."""
    rows = [one for one in found if one.school_days is not None]
    most = max((max(one.school_days or 0, one.wanted) for one in rows), default=0) or 1
    height = TOP + len(rows) * (BAR + GAP) + 40
    scale = (WIDTH - LEFT - RIGHT) / most
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"'
        ' font-family="sans-serif" font-size="13">',
        "<title>School days of notice that families had of each event</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="{GAP}" y="24" fill="{INK}" font-size="15" font-weight="600">'
        "School days of notice before each event</text>",
    ]
    for number, one in enumerate(rows):
        days, top = one.school_days or 0, TOP + number * (BAR + GAP)
        middle = top + BAR / 2 + 5
        wide = max(2.0, days * scale)
        title = one.title if len(one.title) <= LONGEST_TITLE else f"{one.title[: LONGEST_TITLE - 1]}…"
        said = f"{title}, {one.date:%-d %b}"
        colour = LATE if one.enough is False else ENOUGH
        lines += [
            f'<text x="{LEFT - 10}" y="{middle:.0f}" text-anchor="end" fill="{INK}">{escape(said)}</text>',
            f'<rect x="{LEFT}" y="{top}" width="{wide:.1f}" height="{BAR}" rx="3" fill="{colour}"/>',
        ]
        mark = LEFT + one.wanted * scale
        if one.wanted:
            lines.append(
                f'<line x1="{mark:.1f}" x2="{mark:.1f}" y1="{top - 3}" y2="{top + BAR + 3}" stroke="{LINE}"'
                ' stroke-width="2"/>'
            )
        beside = max(LEFT + wide, mark if abs(mark - LEFT - wide) < 30 else 0) + 8
        lines.append(f'<text x="{beside:.0f}" y="{middle:.0f}" fill="{INK}">{days}</text>')
    said = "The line is what the school means to give. Brown bars fell short of it."
    lines.append(f'<text x="{GAP}" y="{height - 14}" fill="{SOFT}" font-size="12">{said}</text>')
    return "\n".join([*lines, "</svg>", ""])
