"""Charts for people who decide: bars with their numbers beside them, as SVG that stands alone on a page or in a PDF."""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from notifier.acceptance.noticing.given import Given

WIDTH, BAR, GAP, LEFT, RIGHT, TOP = 760, 22, 12, 270, 110, 44
ENOUGH, LATE, INK, SOFT, LINE = "#1a6e5c", "#b4532a", "#1f2430", "#5b6472", "#1f2430"
LONGEST = 34
"""Letters of a label that fit before its bar."""


@dataclass(frozen=True, slots=True)
class Bar:
    """``wanted``: where it was meant to be, 0 for nowhere. ``said`` stands beside it in place of the number."""

    label: str
    value: int
    wanted: int = 0
    short: bool = False
    said: str = ""


def bars(title: str, rows: Sequence[Bar], foot: str = "") -> str:
    """An SVG. Nothing in it depends on colour alone: each bar has its number."""
    most = max((max(one.value, one.wanted) for one in rows), default=0) or 1
    height = TOP + len(rows) * (BAR + GAP) + (40 if foot else 8)
    scale = (WIDTH - LEFT - RIGHT) / most
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"'
        ' font-family="\'Noto Sans\', sans-serif" font-size="13">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="{GAP}" y="24" fill="{INK}" font-size="15" font-weight="600">{escape(title)}</text>',
    ]
    for number, one in enumerate(rows):
        top = TOP + number * (BAR + GAP)
        middle = top + BAR / 2 + 5
        wide = max(2.0, one.value * scale)
        label = one.label if len(one.label) <= LONGEST else f"{one.label[: LONGEST - 1]}…"
        lines += [
            f'<text x="{LEFT - 10}" y="{middle:.0f}" text-anchor="end" fill="{INK}">{escape(label)}</text>',
            f'<rect x="{LEFT}" y="{top}" width="{wide:.1f}" height="{BAR}" rx="3"'
            f' fill="{LATE if one.short else ENOUGH}"/>',
        ]
        mark = LEFT + one.wanted * scale
        if one.wanted:
            lines.append(
                f'<line x1="{mark:.1f}" x2="{mark:.1f}" y1="{top - 3}" y2="{top + BAR + 3}" stroke="{LINE}"'
                ' stroke-width="2"/>'
            )
        beside = max(LEFT + wide, mark if abs(mark - LEFT - wide) < 30 else 0) + 8
        said = escape(one.said or f"{one.value:,}")
        lines.append(f'<text x="{beside:.0f}" y="{middle:.0f}" fill="{INK}">{said}</text>')
    if foot:
        lines.append(f'<text x="{GAP}" y="{height - 14}" fill="{SOFT}" font-size="12">{escape(foot)}</text>')
    return "\n".join([*lines, "</svg>", ""])


def notice(found: Sequence[Given]) -> str:
    """The notice that families had of each event for which it can be counted; it names no child and no adult."""
    rows = [
        Bar(_called(one), one.school_days, one.wanted, short=one.enough is False)
        for one in found
        if one.school_days is not None
    ]
    foot = "The line is what the school means to give. Brown bars fell short of it."
    return bars("School days of notice before each event", rows, foot)


def _called(one: Given) -> str:
    day = f", {one.date:%-d %b}"
    room = LONGEST - len(day)
    return (one.title if len(one.title) <= room else f"{one.title[: room - 1]}…") + day
