"""``python -m tests.simulation --seed N``: one year again, with its diary; ``--seeds N`` for as many as you like."""

import argparse
import sys
import time
from collections import Counter

from tests.simulation.agenda import WHOLE_YEAR
from tests.simulation.tempers import TEMPERS, replay, simulate


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=1, help="how many, from --seed on")
    parser.add_argument("--temper", choices=[*TEMPERS], default="quiet")
    parser.add_argument("--days", type=int, default=WHOLE_YEAR)
    parser.add_argument("--no-diary", action="store_true", help="only what went wrong, and the numbers")
    asked = parser.parse_args()
    total: Counter[str] = Counter()
    failed = 0
    for seed in range(asked.seed, asked.seed + asked.seeds):
        begun = time.process_time()
        report = simulate(seed, asked.temper, asked.days)
        total += report.counts
        if not asked.no_diary:
            say("\n".join(report.diary))
        for one in report.found:
            say(f"WRONG {one}")
        if report.found:
            failed += 1
            say(replay(seed, asked.temper, asked.days))
        say(
            f"seed {seed}, {asked.temper}: {time.process_time() - begun:.1f} s of one core, digest {report.digest[:16]}"
        )
    say(f"{asked.seeds} seeds, {failed} of them wrong")
    for what, number in sorted(total.items()):
        say(f"{number:10} {what}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
