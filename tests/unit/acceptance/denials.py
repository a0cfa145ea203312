"""What the families' files and the record of denials say at one moment, kept by hand: DESIGN 3.1 read a second time.

Nothing is shared with the package. A small school only: there every removal is
more than 5 %, so that files which remove anything are not taken up by themselves.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

BARS = ("court-order", "injunction", "agreement", "welfare-hold")
ANSWERS = ("court-order", "injunction", "agreement")


@dataclass(frozen=True)
class Row:
    """A line of arrangements.csv. An unreadable one has a date that does not exist."""

    sort: str
    contact: str
    pupil: str = ""
    scope: str = ""
    from_: date | None = None
    ended_on: date | None = None
    evidence: str = "file 7"
    unreadable: bool = False

    @property
    def key(self) -> tuple[str, str, str, str, date | None]:
        return (self.sort, self.contact, self.pupil, self.scope, self.from_)

    def line(self) -> list[str]:
        begins = "31/02/2026" if self.unreadable else self.from_.isoformat() if self.from_ else ""
        ends = self.ended_on.isoformat() if self.ended_on else ""
        return [self.sort, self.contact, self.pupil, self.scope, "", begins, "", ends, self.evidence, "head"]

    def holds(self, day: date) -> bool:
        begun = self.from_ is None or self.from_ <= day
        return (
            begun
            and (self.ended_on is None or day < self.ended_on)
            and (self.sort != "agreement" or self.evidence != "")
        )


@dataclass(frozen=True)
class Adult:
    email: str
    mobile: str
    household: str


@dataclass
class Files:
    """As the office has them. ``links`` by (pupil, contact): whether ``court_order`` is yes."""

    left: dict[str, date | None] = field(default_factory=dict)
    adults: dict[str, Adult] = field(default_factory=dict)
    links: dict[tuple[str, str], bool] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    register: str = "whole"
    """``whole``, ``gone`` (the file is missing) or ``spoilt`` (its headings are)."""
    contacts_gone: bool = False

    @property
    def known(self) -> list[Row]:
        return [row for row in self.rows if not row.unreadable] if self.register == "whole" else []

    @property
    def flags(self) -> set[tuple[str, str]]:
        return {pair for pair, flagged in self.links.items() if flagged}


@dataclass
class Denials:
    """What is in force: the last files that were taken up, and under them every denial that nobody has lifted."""

    left: dict[str, date | None] = field(default_factory=dict)
    adults: dict[str, Adult] = field(default_factory=dict)
    links: set[tuple[str, str]] = field(default_factory=set)
    rows: dict[tuple[object, ...], Row] = field(default_factory=dict)
    forgotten: dict[tuple[object, ...], set[str]] = field(default_factory=dict)
    """By a row about all their pupils: the children whose link went while the row stood."""
    flags: set[tuple[str, str]] = field(default_factory=set)
    silenced: set[str] = field(default_factory=set)
    stopped: bool = False

    def read(self, files: Files, *, sound: bool, accepted: bool = False) -> None:
        """The files have settled. ``sound``: without an error anywhere; ``accepted``: and a person said yes."""
        removed = bool(
            self.left.keys() - files.left.keys()
            or {contact for _, contact in self.links} - files.adults.keys()
            or self.links - files.links.keys()
        )
        if sound and (accepted or not removed):
            for row in files.known:
                self.rows[row.key] = row
            self.flags = files.flags if accepted else self.flags | files.flags
            for key, row in self.rows.items():
                gone = {p for p, contact in self.links - files.links.keys() if contact == row.contact}
                self.forgotten.setdefault(key, set()).update(gone)
            barred = {row.contact for row in self.rows.values() if row.sort in BARS} | {c for _, c in self.flags}
            remembered = {id: adult for id, adult in self.adults.items() if id in barred}
            self.left, self.adults = dict(files.left), {**remembered, **files.adults}
            self.links = set(files.links)
            self.silenced, self.stopped = set(), False
            return
        if accepted:
            return
        for row in files.known:
            before = self.rows.get(row.key)
            self.rows[row.key] = row if before is None else stricter(before, row)
        self.flags |= files.flags
        self.stopped = files.register != "whole"
        if not self.stopped:
            self.silenced = {row.contact for row in files.rows if row.unreadable}

    def bars(self, contact: str, kind: str, day: date) -> Iterator[Row]:
        for row in self.rows.values():
            if row.contact == contact and row.sort in BARS and row.holds(day) and kind in (row.scope or kind):
                yield row

    def denied(self, contact: str, pupil: str, kind: str, day: date) -> bool:
        """Whether this adult may hear nothing of this kind about this child, whatever else is recorded."""
        if contact in self.silenced or any(row.pupil in ("", pupil) for row in self.bars(contact, kind, day)):
            return True
        return self.flagged(contact, pupil, day)

    def flagged(self, contact: str, pupil: str, day: date) -> bool:
        if (pupil, contact) not in self.flags:
            return False
        return not any(
            row.contact == contact and row.pupil in ("", pupil) and row.sort in ANSWERS and row.holds(day)
            for row in self.rows.values()
        )

    def kept_out(self, contact: str, pupil: str, kind: str, day: date) -> bool:
        """Whether an address this adult holds may carry nothing about this child."""
        linked = (pupil, contact) in self.links
        for row in self.bars(contact, kind, day):
            if row.pupil == pupil or (row.pupil == "" and (linked or pupil in self.forgotten.get(row.key, ()))):
                return True
        return self.flagged(contact, pupil, day) or (contact in self.silenced and linked)

    def unsubscribed(self, contact: str, day: date) -> bool:
        return any(
            row.contact == contact and row.sort == "unsubscribe" and row.holds(day) for row in self.rows.values()
        )

    def present(self, pupil: str, day: date) -> bool:
        left = self.left.get(pupil)
        return pupil in self.left and (left is None or day <= left)


def stricter(one: Row, other: Row) -> Row:
    """Of two forms of a row the one that ends later; never is latest. Evidence that was there stays."""
    ends = None if one.ended_on is None or other.ended_on is None else max(one.ended_on, other.ended_on)
    return replace(one, ended_on=ends, evidence=one.evidence or other.evidence)
