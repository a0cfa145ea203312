"""Everything that must stay fast, side by side in one run: ``python -m bench``, or ``make bench``.

``--quick`` takes one small round of each, to see whether anything moved; ``--only NAME`` a part; ``--write`` puts what
was found into ``docs/performance.md`` and its picture.
"""

import argparse
import logging
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench import due, emergency, growth, history, newsletter, nodes, plan, render, report, sink
from bench.figures import HEAD, Figure, Skipped, say, table
from notifier.logs import configure

Found = list[Figure | Skipped]


@dataclass(frozen=True, slots=True)
class Size:
    rounds: int
    newsletter: int
    many: int
    old: int
    probes: int


FULL = Size(rounds=5, newsletter=5_000, many=50_000, old=1_000_000, probes=200)
WITHOUT_A_SINK = frozenset({"plan", "composing", "paper", "due"})
QUICK = Size(rounds=1, newsletter=2_000, many=10_000, old=100_000, probes=40)


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser("bench", description=__doc__)
    parts = ("newsletter", "composing", "paper", "growth", "history", "emergency", "nodes", "plan", "due")
    parser.add_argument("--quick", action="store_true", help="one small round of each")
    parser.add_argument("--rounds", type=int, help="rounds of the newsletter (5)")
    parser.add_argument("--only", choices=parts, action="append", help="only this part; may be given again")
    parser.add_argument("--without-peers", action="store_true", help="install and measure nobody else")
    parser.add_argument("--write", action="store_true", help="put what was found into docs/performance.md")
    asked = parser.parse_args(argv)
    size = QUICK if asked.quick else FULL
    rounds = asked.rounds or size.rounds
    wanted = asked.only or parts
    if sink.MISSING and set(wanted) - WITHOUT_A_SINK:
        say(f"Only planning, composing, letters on paper and what falls due can be measured here: {sink.MISSING}.")
        wanted = [part for part in wanted if part in WITHOUT_A_SINK]
    configure(logging.WARNING)
    runs: newsletter.Rounds = {}

    def letters() -> Found:
        runs.update(newsletter.measure(size.newsletter, rounds, peers=not asked.without_peers))
        return newsletter.figures(runs)

    does: dict[str, Callable[[], Found]] = {
        "newsletter": letters,
        "composing": lambda: [*render.composing()],
        "paper": lambda: [*render.figures(render.FEW * 2 if asked.quick else render.MANY)],
        "growth": lambda: [*growth.figures(size.many, size.newsletter)],
        "history": lambda: [*history.figures(size.newsletter, size.old, rounds)],
        "emergency": lambda: emergency.figures(size.many, size.probes),
        "nodes": lambda: nodes.figures(size.newsletter, min(rounds, 3)),
        "due": lambda: [*due.figures(10_000, 50)],
    }
    found: Found = []
    for part in parts:
        if part in wanted and part in does:
            found += does[part]()
    if runs:
        say()
        say(table(report.RATES, report.rates(runs)))
    if found:
        say()
        say(table(HEAD, [one.row for one in found]))
    if asked.write:
        report.write(runs, found, size.newsletter, rounds)
    good = all(not isinstance(one, Figure) or one.met for one in found)
    if "plan" in wanted:
        say()
        good &= plan.main() == 0
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
