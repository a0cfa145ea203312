"""How long an import of a very large OneRoster export takes, and how much memory: python -m bench.importing [PUPILS].

Two adults a pupil, a home room and four lessons each.
"""

import csv
import resource
import sys
import tempfile
import time
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from notifier.directory.importing import bring

SESSIONS = ("sourcedId", "status", "dateLastModified", "title", "type", "startDate", "endDate")
CLASSES = ("sourcedId", "status", "title", "classType", "schoolSourcedId", "termSourcedIds")
ENROLLMENTS = ("sourcedId", "status", "classSourcedId", "schoolSourcedId", "userSourcedId", "role")
USERS = (
    *("sourcedId", "status", "enabledUser", "orgSourcedIds", "role", "givenName", "familyName"),
    *("email", "sms", "agentSourcedIds", "grades"),
)


def table(folder: Path, name: str, header: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def users(pupils: int) -> Iterable[tuple[str, ...]]:
    for n in range(pupils):
        yield f"P{n}", "", "true", "S", "student", f"Mina{n}", f"Rahman{n}", "", "", f"A{n},B{n}", "02"
        for side in "AB":
            yield (
                *(f"{side}{n}", "", "true", "S", "parent", f"Farid{side}", f"Rahman{n}"),
                *(f"{side}{n}@example.org", f"07700 900{n % 1000:03}", "", ""),
            )


def main() -> None:
    pupils = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as spare:
        folder, families = Path(spare) / "export", Path(spare) / "families"
        folder.mkdir()
        families.mkdir()
        rows = [("manifest.version", "1.0"), ("oneroster.version", "1.1"), ("file.users", "bulk")]
        table(folder, "manifest.csv", ("propertyName", "value"), rows)
        table(folder, "academicSessions.csv", SESSIONS, [("T", "", "", "Year", "term", "2026-09-01", "2027-07-20")])
        kinds = [(f"C{n}", "", f"Class {n}", "scheduled" if n % 5 else "homeroom", "S", "T") for n in range(5000)]
        table(folder, "classes.csv", CLASSES, kinds)
        each = ((n, k) for n in range(pupils) for k in range(5))
        lessons = ((f"E{n}-{k}", "", f"C{n % 1000 * 5 + k}", "S", f"P{n}", "student") for n, k in each)
        table(folder, "enrollments.csv", ENROLLMENTS, lessons)
        table(folder, "users.csv", USERS, users(pupils))
        (families / "arrangements.csv").write_text("arrangement,contact_id,pupil_id\n", encoding="utf-8")
        for again in ("into an empty folder", "over its own result"):
            begun = time.perf_counter()
            brought = bring(folder, families, date(2026, 11, 2))
            took = time.perf_counter() - begun
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            sys.stdout.write(
                f"{brought.counts[0]} pupils {again}: {took:.1f} s, peak {peak} MiB, good={brought.good}\n"
            )
            for schema in ("pupils.csv", "contacts.csv", "links.csv"):
                (families / "import" / schema).replace(families / schema)


if __name__ == "__main__":
    main()
