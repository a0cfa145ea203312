"""A school of any size: its sample folder with the families of as many children as a test needs."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.system.school import SchoolFolder

MOBILES = 1000
"""As many numbers as are kept free for tests; whoever comes later has none."""
FORENAMES = ("Ada", "Bilal", "Chidi", "Dilys", "Emre", "Farah", "Goran", "Hana", "Imran", "Jia", "Kofi", "Leila")
SURNAMES = ("Okafor", "Rahman", "Novak", "Griffiths", "Yilmaz", "Haddad", "Kovac", "Tanaka", "Malik", "Chen", "Mensah")
CLASSES = ("Oak", "Beech", "Ash", "Elm")


def fill(school: SchoolFolder, families: int, *, mobiles: int = MOBILES) -> None:
    """One child and one adult each, with an email; the first ``mobiles`` also have a number."""
    folder = school.path / "families"
    names = [(FORENAMES[n % len(FORENAMES)], SURNAMES[n % len(SURNAMES)]) for n in range(families)]
    _write(
        folder / "pupils.csv",
        (
            {"pupil_id": f"P{n:05}", "forename": first, "surname": last, "class": CLASSES[n % 4], "year": "2"}
            for n, (first, last) in enumerate(names)
        ),
    )
    _write(
        folder / "contacts.csv",
        (
            {
                "contact_id": f"C{n:05}",
                "forename": f"Parent{n}",
                "surname": last,
                "email": f"family{n}@example.org",
                "mobile": f"07700 900{n:03}" if n < min(mobiles, MOBILES) else "",
                "address_1": f"{n} Quarry Road",
                "town": "Ashminster",
                "postcode": "AM4 2TY",
            }
            for n, (_, last) in enumerate(names)
        ),
    )
    _write(
        folder / "links.csv",
        (
            {
                "pupil_id": f"P{n:05}",
                "contact_id": f"C{n:05}",
                "relationship": "PAM",
                "priority": "1",
                "lives_with": "yes",
                "parental_responsibility": "yes",
                "contract_signatory": "yes",
                "court_order": "no",
                "emergency_contact": "yes",
            }
            for n in range(families)
        ),
    )
    header = (folder / "arrangements.csv").read_text("utf-8").splitlines()[0]
    (folder / "arrangements.csv").write_text(f"{header}\n", "utf-8")


def _write(path: Path, rows: Iterable[Mapping[str, str]]) -> None:
    every = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, every[0])
        writer.writeheader()
        writer.writerows(every)
