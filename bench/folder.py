"""A school folder on the disk for the measurements: real files, live mode, mail to a sink on loopback."""

import csv
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bench.school import CLASSES, FORENAMES, SURNAMES
from notifier.config.start import start

PARAGRAPH = (
    "On Thursday the children of {n} class planted beans in the yard and measured how far the shadows of the wall "
    "had wandered since September. Please send an old spoon for digging, and a coat that may get wet; whoever can "
    "spare an hour on Friday morning is welcome to help with the compost. The choir sings at half past two."
)
LETTER = """---
kind: {kind}
to: {to}
subject: {subject}
---
{{{{ greeting }}}}

this is the news of the week, also for {{{{ pupils }}}} in {{{{ class }}}}.

{body}
"""
CONFIG = """
[channels.email]
host = "127.0.0.1"
port = {mail}
security = "none"
sender = "office@school.example.org"
connections = {connections}
"""
TEXTS = """
[[channels.text.accounts]]
account_sid = "{sid}"
auth_token_env = "BENCH_TOKEN"
sender = "MySchool"
api_base = "{base}"
per_second = {per_second}
"""
SID, TOKEN = "AC" + "0a" * 16, "not-a-real-token-1234"
os.environ.setdefault("BENCH_TOKEN", TOKEN)
CONNECTIONS = 20
CHOIR = 300
"""So many children sing."""


@dataclass(frozen=True, slots=True)
class Folder:
    path: Path
    homes: int

    @property
    def config(self) -> Path:
        return self.path / "config.toml"

    @property
    def database(self) -> Path:
        return self.path / "state" / "notifier.db"

    def letter(self, name: str, *, kind: str = "newsletter", to: str = "whole school", paragraphs: int = 7) -> Path:
        """A message file outside the drop folder, ready to be submitted. Seven paragraphs make an email of 10 KB."""
        file = self.path / f"{name}.md"
        body = "\n\n".join(PARAGRAPH.format(n=CLASSES[n % len(CLASSES)]) for n in range(paragraphs))
        file.write_text(LETTER.format(kind=kind, to=to, subject=f"School news {name}", body=body), encoding="utf-8")
        return file


def make(
    path: Path, homes: int, *, mail: int, texts: str = "", per_second: float = 50, band: int = 0, database: str = ""
) -> Folder:
    """One child and one parent a home, and to every twentieth child another parent whom an order keeps away.

    ``mail`` is the sink's port, ``texts`` the address of a provider of texts. The first ``band`` children play music.
    """
    start(path, today=date.today())  # noqa: DTZ011 - the school year in which the measurement is taken
    config = (path / "config.toml").read_text("utf-8").replace('mode = "trial"', 'mode = "live"', 1)
    config += CONFIG.format(mail=mail, connections=CONNECTIONS)
    if texts:
        config += TEXTS.format(sid=SID, base=texts, per_second=per_second)
    if database:
        config += f'\n[store]\nurl = "{database}"\n'
    (path / "config.toml").write_text(config, "utf-8")
    families(path / "families", homes, band)
    return Folder(path, homes)


def families(folder: Path, homes: int, band: int) -> None:
    pupils, contacts, links, orders = [], [], [], []
    for n in range(homes):
        surname, class_ = SURNAMES[n // 10 % len(SURNAMES)], CLASSES[n // 30 % len(CLASSES)]
        groups = ";".join(name for name, size in (("Choir", CHOIR), ("Band", band)) if n < size)
        pupils.append((f"P{n:06}", FORENAMES[n % 10], surname, class_, str(n % 7), groups))
        contacts.append(_contact(f"C{n:06}", FORENAMES[(n + 3) % 10], surname, f"{n + 1} Sebert Road", n % 800))
        links.append((f"P{n:06}", f"C{n:06}", "PAM", "1", "yes", "yes", "yes", "no"))
        if n % 20 == 7:
            apart = f"C{n:06}x"
            contacts.append(_contact(apart, FORENAMES[(n + 5) % 10], surname, f"{n + 1} Field Lane", 800 + n % 200))
            links.append((f"P{n:06}", apart, "PAF", "2", "no", "yes", "yes", "yes"))
            orders.append(("court-order", apart, f"P{n:06}", "", "2026-01-05", "order seen", "head"))
    _table(folder / "pupils.csv", ("pupil_id", "forename", "surname", "class", "year", "groups"), pupils)
    names: tuple[str, ...] = ("contact_id", "forename", "surname", "email", "mobile", "address_1", "town", "postcode")
    _table(folder / "contacts.csv", names, contacts)
    names = ("pupil_id", "contact_id", "relationship", "priority", "lives_with", "parental_responsibility")
    _table(folder / "links.csv", (*names, "contract_signatory", "court_order"), links)
    names = ("arrangement", "contact_id", "pupil_id", "scope", "from", "evidence", "recorded_by")
    _table(folder / "arrangements.csv", names, orders)


def _contact(id: str, forename: str, surname: str, street: str, number: int) -> tuple[str, ...]:
    mail, mobile = f"{id.lower()}@example.org", f"07700 900{number:03}"
    return id, forename, surname, mail, mobile, street, "London", "E7 0NQ"


def _table(file: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(header)
        writer.writerows(rows)
