"""What was measured, as tables and as one picture, for ``docs/performance.md``."""

import os
import platform
import re
from pathlib import Path
from statistics import median
from xml.sax.saxutils import escape

from bench.figures import HEAD, Figure, Skipped, table
from bench.newsletter import DURABLE, Rounds
from bench.processes import ROOT

PAGE = ROOT / "docs" / "performance.md"
PICTURE = ROOT / "docs" / "pictures" / "newsletter.svg"
BEGIN, END = "<!-- measured: python -m bench --write -->", "<!-- end of what was measured -->"
RATES = ("newsletter of 10 KB to each family", "a second", "lowest to highest", "processor a message", "durable queue")
WIDTH, BAR, GAP, LEFT, RIGHT = 760, 26, 12, 210, 90


def rates(runs: Rounds) -> list[tuple[str, ...]]:
    """The fastest first."""
    rows: list[tuple[str, ...]] = []
    for name, own in sorted(runs.items(), key=lambda item: -_rate(runs, item[0])):
        each = sorted(run.rate for run in own)
        cpu = median(run.cpu for run in own)
        spread = f"{each[0]:,.0f} to {each[-1]:,.0f}"
        queue = "yes" if name in DURABLE else "none"
        rows.append((name, f"{median(each):,.0f}", spread, f"{cpu:,.0f} µs" if cpu else "", queue))
    return rows


def _rate(runs: Rounds, name: str) -> float:
    return median(run.rate for run in runs[name])


def machine() -> str:
    """In general terms: nothing by which anybody would find it."""
    cpu = Path("/proc/cpuinfo")
    model = re.search(r"^model name\s*: (.+)$", cpu.read_text("utf-8"), re.MULTILINE) if cpu.exists() else None
    return f"{os.cpu_count()} cores ({model[1].strip() if model else platform.machine()}), {platform.system()}, " + (
        f"Python {platform.python_version()}"
    )


def picture(runs: Rounds) -> str:
    """Bars, the fastest first: those with a durable queue dark, those without light, our own in colour."""
    names = sorted(runs, key=lambda name: -_rate(runs, name))
    most = max(_rate(runs, name) for name in names)
    height = GAP + len(names) * (BAR + GAP) + 34
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"'
        ' font-family="sans-serif" font-size="14">',
        "<title>Newsletters a second, measured side by side</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
    ]
    for number, name in enumerate(names):
        rate, top = _rate(runs, name), GAP + number * (BAR + GAP)
        width = max(2.0, rate / most * (WIDTH - LEFT - RIGHT))
        colour = "#1a6e5c" if name.startswith("notifier") else "#5b6472" if name in DURABLE else "#b9c0ca"
        middle = top + BAR / 2 + 5
        lines += [
            f'<text x="{LEFT - 10}" y="{middle:.0f}" text-anchor="end" fill="#1f2430">{escape(name)}</text>',
            f'<rect x="{LEFT}" y="{top}" width="{width:.1f}" height="{BAR}" rx="3" fill="{colour}"/>',
            f'<text x="{LEFT + width + 8:.0f}" y="{middle:.0f}" fill="#1f2430">{rate:,.0f}</text>',
        ]
    said = "Emails of 10 KB a second. Light: nothing is written down, so a power cut loses the rest."
    lines.append(f'<text x="{GAP}" y="{height - 12}" fill="#5b6472" font-size="12">{said}</text>')
    return "\n".join([*lines, "</svg>", ""])


def write(runs: Rounds, found: list[Figure | Skipped], count: int, rounds: int) -> None:
    """Replaces what stands between the two marks in the page, and the picture."""
    parts = [BEGIN, f"Measured on {machine()}; a newsletter to {count:,}, medians of {rounds} interleaved rounds."]
    if runs:
        PICTURE.write_text(picture(runs), "utf-8")
        shown = "![Newsletters a second, ours and others'](pictures/newsletter.svg)"
        parts += [shown, table(RATES, rates(runs))]
    if found:
        parts.append(table(HEAD, [one.row for one in found]))
    page = PAGE.read_text("utf-8")
    before, after = page.split(BEGIN)[0], page.split(END)[1]
    PAGE.write_text(before + "\n\n".join(parts) + f"\n\n{END}" + after, "utf-8")
