"""Whom an event of a feed concerns, and what sort it is, where its title says so beyond doubt."""

import re
from collections.abc import Collection

_YEARS = re.compile(
    r"\b(?:years?|yrs?|y)\.?\s?(\d{1,2})((?:\s*(?:,|&|and|\+)\s*\d{1,2}\b(?!:|\.\d|\s*[ap]m))*)", re.IGNORECASE
)
_EARLY = re.compile(r"\b(reception|nursery)\b(?=\s*(?:class\b|children\b|only\b|[:–-]|$))", re.IGNORECASE)
_WHOLE = re.compile(r"\bwhole[\s-]school\b", re.IGNORECASE)
CATEGORIES = (
    ("trip", re.compile(r"\b(?:trip|educational visit|class visit)\b", re.IGNORECASE)),
    ("parents-evening", re.compile(r"\bparents?['’]?s?['’]? (?:evening|consultation)", re.IGNORECASE)),
    ("workshop", re.compile(r"\bworkshop\b", re.IGNORECASE)),
)


def audience(title: str, classes: Collection[str]) -> tuple[str, list[str]]:
    """``to`` as events.csv has it, empty where the title does not say, and the classes it only mentions.

    “Oak class trip”, “Oak: library” and “Trip (Oak)” are for Oak; “Walk to the old oak” may not be.
    """
    if _WHOLE.search(title):
        return "whole school", []
    names = [name for name in classes if name.strip()]
    certain = [name for name in names if _for(name, title, names)]
    for found in _YEARS.finditer(title):
        certain += [f"Year {number}" for number in (found[1], *re.findall(r"\d{1,2}", found[2]))]
    certain += [found[1].capitalize() for found in _EARLY.finditer(title)]
    # A class may be called “Year 2” or “Reception” itself.
    told = {name.casefold(): name for name in reversed(certain)}
    mentioned = [
        name
        for name in names
        if name.casefold() not in told and re.search(rf"\b{re.escape(name)}\b", title, re.IGNORECASE)
    ]
    return "; ".join(dict.fromkeys(told[name.casefold()] for name in certain)), [] if told else mentioned


def category(title: str) -> str:
    """A sort of event for which schools have a lead time; empty where the title does not say."""
    return next((name for name, pattern in CATEGORIES if pattern.search(title)), "")


def _for(name: str, title: str, names: Collection[str]) -> bool:
    one = re.escape(name)
    others = "|".join(re.escape(other) for other in names)
    more = rf"(?:\s*(?:,|&|and|\+)\s*(?:{others}))*"
    before = rf"(?:(?:{others})\s*(?:,|&|and|\+)\s*)*"
    group = rf"{before}\b{one}\b{more}"
    shapes = (
        rf"{group}\s+(?:class|classes|children|only)\b",
        rf"\bclass(?:es)?\s+{group}",
        rf"^{group}\s*(?::|–|-\s)",
        rf"\(\s*{group}\s*\)",
        rf"(?:–|\s-)\s*{group}\s*$",
    )
    return any(re.search(shape, title, re.IGNORECASE) for shape in shapes)
