"""The rows of events.csv and what a feed makes of them: new ones, changed ones, and none ever taken out."""

import csv
import io
import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date

from notifier.calendar.events import COLUMNS, UID, delimiter
from notifier.calendar.importing.audience import audience, category
from notifier.calendar.importing.feed import Entry
from notifier.calendar.values import read_date

LONGEST = 2_000
"""Characters of details."""
FROM_FEED = ("title", "date", "start", "end", "place", "details", "cancelled")
"""What the feed decides at every import; the other cells are the school's."""


@dataclass
class Rows:
    """``columns`` in the order of the file, the school's own included."""

    columns: list[str] = field(default_factory=lambda: [*COLUMNS, UID])
    rows: list[dict[str, str]] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    mark: str = ","
    """What stands between two cells: Excel takes apart only what its region writes."""

    @classmethod
    def read(cls, text: str) -> "Rows":
        """``text`` has been read without an error before."""
        mark = delimiter(text)
        table = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark) if any(row)]
        if not table:
            return cls()
        heads = [_column(cell) or f"column {at}" for at, cell in enumerate(table[0], 1)]
        rows = [dict(zip(heads, [cell.strip() for cell in row] + [""] * len(heads), strict=False)) for row in table[1:]]
        return cls([*heads, *(name for name in (*COLUMNS, UID) if name not in heads)], rows, mark=mark)

    def text(self) -> str:
        out = io.StringIO(newline="")
        writer = csv.DictWriter(out, self.columns, restval="", lineterminator="\n", delimiter=self.mark)
        writer.writeheader()
        in_order = sorted((_when(row), row.get("start", ""), at) for at, row in enumerate(self.rows))
        writer.writerows(self.rows[at] for _, _, at in in_order)
        return out.getvalue()

    def take(self, entries: Sequence[Entry], classes: Collection[str], first: date) -> None:
        """Add what is new from ``first`` on, and bring up to date what is known by its UID."""
        known = {row[UID]: row for row in self.rows if row.get(UID)}
        before = 0
        for entry in entries:
            cells = _cells(entry)
            if entry.key in known:
                self._update(known[entry.key], cells)
            elif entry.cancelled:
                continue
            elif entry.last < first:
                before += 1
            else:
                known[entry.key] = self._add(entry, cells, classes)
        if before:
            self.doubts.append(
                f"{before} {'event' if before == 1 else 'events'} before {first:%-d %B %Y} "
                f"{'was' if before == 1 else 'were'} left out."
            )
        self._missing(entries, first)

    def _add(self, entry: Entry, cells: dict[str, str], classes: Collection[str]) -> dict[str, str]:
        to, mentioned = audience(entry.title, classes)
        row = {**cells, "event_id": self._id(entry), UID: entry.key, "to": to}
        row["category"] = category(entry.title)
        if mentioned:
            self.doubts.append(
                f"“{row['title']}” names {' and '.join(mentioned)}. If it is for that class only, write it under “to”."
            )
        if entry.days > 1:
            self.doubts.append(
                f"“{row['title']}” runs until {entry.last:%-d %B %Y}; it stands on its first day; “details” says so."
            )
        self.rows.append(row)
        self.changes.append(f"New event {row['event_id']}: {row['title']}, {entry.first:%A %-d %B %Y}.")
        return row

    def _update(self, row: dict[str, str], cells: dict[str, str]) -> None:
        for name in FROM_FEED:
            old, new = row.get(name, ""), cells[name]
            if name == "cancelled" and old.casefold() in ("", "no", "n", "0", "false") and new == "no":
                continue
            if name == "date" and _when(row) == new:
                continue
            if old != new:
                row[name] = new
                told = f"from {old or 'nothing'} to {new or 'nothing'}" if name != "details" else "in its details"
                self.changes.append(
                    f"Changed event {row['event_id']}: {'' if name == 'details' else name + ' '}{told}."
                )

    def _missing(self, entries: Sequence[Entry], first: date) -> None:
        """Events that came from the same place once and have gone from it: a person says whether they are off."""
        keys = {entry.key for entry in entries}
        places = {_place(key) for key in keys} - {""}
        for row in self.rows:
            uid = row.get(UID, "")
            if uid and uid not in keys and _place(uid) in places and _when(row) >= first.isoformat():
                self.doubts.append(
                    f"{row['event_id']} (“{row['title']}”) is no longer in the feed. It stays; write yes under "
                    "“cancelled” if it is off."
                )

    def _id(self, entry: Entry) -> str:
        """From the title, for a repetition with its date, which says more than a number."""
        plain = unicodedata.normalize("NFKD", _safe(entry.title).casefold().replace("'", "").replace("’", ""))
        words = re.findall(r"[a-z0-9]+", plain.encode("ascii", "ignore").decode()) or ["event"]
        while len("-".join(words)) > 32 and len(words) > 1:
            words.pop()
        base = "-".join(words)[:32] + (f"-{entry.first.isoformat()}" if entry.repeats else "")
        taken = {row["event_id"].casefold() for row in self.rows}
        number, id = 1, base
        while id in taken:
            number += 1
            id = f"{base}-{number}"
        return id


def _cells(entry: Entry) -> dict[str, str]:
    details = entry.details
    if entry.days > 1:
        details = f"Until {entry.last:%A %-d %B %Y}. {details}".strip()
    same_day_end = entry.end if entry.days == 1 else None
    return {
        "title": _safe(entry.title),
        "date": entry.first.isoformat(),
        "start": f"{entry.start:%H:%M}" if entry.start else "",
        "end": f"{same_day_end:%H:%M}" if same_day_end else "",
        "place": _safe(entry.place),
        "details": _safe(details)[:LONGEST].rstrip(),
        "cancelled": "yes" if entry.cancelled else "no",
    }


def _safe(text: str) -> str:
    """A spreadsheet would take a cell that begins so for a formula."""
    return text.lstrip("=+-@\t ")


def _column(cell: str) -> str:
    return cell.strip().removeprefix("\ufeff").casefold().replace(" ", "_")


def _when(row: dict[str, str]) -> str:
    try:
        return read_date(row.get("date", "")).isoformat()
    except ValueError:
        return row.get("date", "")


def _place(key: str) -> str:
    """Where a UID was made: what stands behind its @."""
    return key.partition("/")[0].rpartition("@")[2] if "@" in key else ""
