"""``python -m tests.simulation --seed N``: one year again, with its diary; ``--seeds N`` for as many as you like."""

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.simulation.tempers import TEMPERS
from tests.simulation.agenda import WHOLE_YEAR
from tests.simulation.year import Report, Year


def simulate(seed: int, temper: str, days: int | None = None) -> Report:
    from dataclasses import replace

    found = TEMPERS[temper] if days is None else replace(TEMPERS[temper], days=days)
    with tempfile.TemporaryDirectory() as folder:
        return Year(seed, found, Path(folder)).run()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=1, help="how many, from --seed on")
    parser.add_argument("--temper", choices=[*TEMPERS], default="quiet")
    parser.add_argument("--days", type=int, default=WHOLE_YEAR)
    parser.add_argument("--diary", action="store_true", help="print what happened also where nothing went wrong")
    asked = parser.parse_args()
    total: Counter[str] = Counter()
    failed = 0
    for seed in range(asked.seed, asked.seed + asked.seeds):
        begun = time.monotonic()
        report = simulate(seed, asked.temper, asked.days)
        total += report.counts
        if report.found or asked.diary:
            print("\n".join(report.diary if asked.diary else report.diary[-30:]))
        for one in report.found:
            print(f"  WRONG {one}")
        failed += bool(report.found)
        print(f"seed {seed} ({asked.temper}): {time.monotonic() - begun:.1f} s, {report.digest[:12]}", flush=True)
    print(f"{asked.seeds} seeds, {failed} failed")
    print("\n".join(f"{number:10} {what}" for what, number in sorted(total.items())))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
