"""calendar/terms.toml: terms, INSET days and days closed (DESIGN 3.8)."""

import re
import tomllib
from datetime import date, timedelta
from typing import Any

from notifier.calendar.values import read_date
from notifier.model.calendar import SchoolTerm
from notifier.model.problem import Problem, advice, error

FILE = "calendar/terms.toml"
KNOWN = ("term", "inset", "closed", "open")
TERM = ("name", "from", "until")
LONGEST = timedelta(days=200)
LONGEST_OFF = timedelta(days=100)
_AT = re.compile(r"\(at line (\d+), column (\d+)\)")


class Terms:
    """What the file says, and its problems."""

    def __init__(self) -> None:
        self.terms: list[SchoolTerm] = []
        self.inset: set[date] = set()
        self.closed: set[date] = set()
        self.open: set[date] = set()
        self.problems: list[Problem] = []


def read_terms(text: str) -> Terms:
    """Every term and day off that can be read, and a problem for everything that cannot."""
    found = Terms()
    try:
        raw = tomllib.loads(text.removeprefix("\ufeff").replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as fault:
        at = _AT.search(str(fault))
        line = int(at[1]) if at else text.count("\n") + 1
        written = [*text.split("\n"), ""]
        while line > 1 and not written[line - 1].strip():  # noticed only after the line that is wrong
            line -= 1
        content = written[line - 1].strip()
        found.problems.append(
            error(
                "terms-syntax",
                f"Line {line} cannot be read: {content} — write a date as 2027-09-01 without quotes, and other text in "
                "quotes; until then the school has no terms.",
                f"{FILE}:{line}:{at[2] if at else 1}",
            )
        )
        return found
    lines = _lines(text)
    for name in raw.keys() - set(KNOWN):
        found.problems.append(
            error(
                "unknown-setting",
                f"There is no setting '{name}' here; known are [[term]], inset, closed and open.",
                _where(lines, name, 0),
            )
        )
    terms = raw.get("term", [])
    if not isinstance(terms, list) or not all(isinstance(term, dict) for term in terms):
        found.problems.append(error("not-a-list", "Begin each term with the heading [[term]].", FILE))
        terms = []
    for number, table in enumerate(terms):
        _term(table, number, lines, found)
    _days(raw, "inset", found.inset, lines, found.problems)
    _days(raw, "closed", found.closed, lines, found.problems)
    _days(raw, "open", found.open, lines, found.problems)
    found.terms.sort(key=lambda term: (term.from_, term.until))
    _overlaps(found)
    _off_days(found)
    if not found.terms and not found.problems:
        found.problems.append(
            advice("no-terms", "No term is entered, so no day is a school day; add a [[term]].", FILE, "W20")
        )
    return found


def _term(table: dict[str, Any], number: int, lines: list[str], found: Terms) -> None:
    where = _where(lines, "[[term]]", number)
    for key in table.keys() - set(TERM):
        found.problems.append(error("unknown-setting", f"A term has no '{key}'; it has a name, from and until.", where))
    days: dict[str, date] = {}
    for key in ("from", "until"):
        if key not in table:
            found.problems.append(error("missing-setting", f"This term has no '{key}'; add one.", where))
            continue
        try:
            days[key] = read_date(table[key])
        except ValueError as fault:
            found.problems.append(error("bad-date", str(fault), where))
    if len(days) < 2:
        return
    name = str(table.get("name", "")).strip() or f"term {number + 1}"
    if days["until"] < days["from"]:
        found.problems.append(error("term-backwards", f"{name} ends before it begins; 'until' is its last day.", where))
        return
    if days["until"] - days["from"] > LONGEST:
        found.problems.append(advice("term-long", f"{name} is longer than half a year; are its dates right?", where))
    found.terms.append(SchoolTerm(name, days["from"], days["until"]))


def _days(raw: dict[str, Any], name: str, into: set[date], lines: list[str], problems: list[Problem]) -> None:
    values = raw.get(name, [])
    if not isinstance(values, list):
        problems.append(
            error("not-a-list", f"'{name}' is a list of dates: {name} = [2027-01-04].", _where(lines, name, 0))
        )
        return
    where = _where(lines, name, 0)
    for value in values:
        try:
            into |= _span(value, name, where, problems) if isinstance(value, dict) else {read_date(value)}
        except ValueError as fault:
            problems.append(error("bad-date", str(fault), where))


def _span(table: dict[str, Any], name: str, where: str, problems: list[Problem]) -> set[date]:
    """Days in a row, such as a half-term inside a term. Raises ValueError for what is no date."""
    if table.keys() != {"from", "until"}:
        raise ValueError("Write several days in a row as { from = 2026-10-26, until = 2026-10-30 }.")
    first, last = read_date(table["from"]), read_date(table["until"])
    if last < first:
        sentence = f"In '{name}' {last:%-d %B %Y} comes before {first:%-d %B %Y}; 'until' is the last day."
        problems.append(error("days-backwards", sentence, where))
        return set()
    if last - first > LONGEST_OFF:
        sentence = f"In '{name}' {first:%-d %B %Y} to {last:%-d %B %Y} is longer than any holiday; put the dates right."
        problems.append(error("days-long", sentence, where))
        return set()
    return {first + timedelta(days=offset) for offset in range((last - first).days + 1)}


def _overlaps(found: Terms) -> None:
    for before, after in zip(found.terms, found.terms[1:], strict=False):
        if after.from_ <= before.until:
            found.problems.append(
                error(
                    "terms-overlap",
                    f"{after.name} begins on {after.from_:%-d %B %Y}, before {before.name} has ended; "
                    "put the dates right.",
                    FILE,
                )
            )


def _off_days(found: Terms) -> None:
    """A day that changes nothing where it stands is most often a slip."""
    for day in sorted(found.open):
        if not any(term.from_ <= day <= term.until for term in found.terms):
            found.problems.append(
                advice(
                    "open-outside-term",
                    f"{day:%-d %B %Y} is named open but lies in no term, so it stays a day off; is its date right?",
                    FILE,
                )
            )
        elif day in found.inset or day in found.closed:
            found.problems.append(
                error(
                    "open-and-closed",
                    f"{day:%-d %B %Y} is named open and also INSET or closed; take it out of one list.",
                    FILE,
                )
            )
    for term in found.terms:
        for day, does in ((term.from_, "begins"), (term.until, "ends")):
            if day.weekday() >= 5:
                found.problems.append(
                    advice(
                        "term-at-weekend",
                        f"{term.name} {does} on a {day:%A}, {day:%-d %B %Y}; is its date right?",
                        FILE,
                    )
                )
    for day in sorted(found.inset):
        if not any(term.from_ <= day <= term.until for term in found.terms):
            found.problems.append(
                advice(
                    "inset-outside-term",
                    f"The INSET day {day:%-d %B %Y} lies in no term; is its date right?",
                    FILE,
                )
            )
        elif day.weekday() >= 5:
            found.problems.append(
                advice("inset-at-weekend", f"The INSET day {day:%-d %B %Y} is a {day:%A}; is its date right?", FILE)
            )


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").split("\n")


def _where(lines: list[str], begins: str, number: int) -> str:
    """The place of the ``number``-th line that begins so."""
    for at, line in enumerate(lines, 1):
        if line.lstrip().startswith(begins):
            if number == 0:
                return f"{FILE}:{at}:1"
            number -= 1
    return FILE
