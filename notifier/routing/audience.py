"""Step 1: the names in ``to:`` become pupils present at that moment (DESIGN 3.2, 3.5)."""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache

from notifier.model.directory import Directory, Pupil
from notifier.model.message import Reach, Term
from notifier.model.problem import Problem, error

WIDE = frozenset({Reach.SCHOOL, Reach.YEAR, Reach.CLASS})
"""A whole class or wider: only these may also go where anybody can read them."""

_SCHOOL = frozenset({"wholeschool", "school", "theschool", "everyone", "all", "allfamilies"})
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[\W_]+(?=\d)")
_SORT = re.compile(r"\b(?:class|year|group|pupil)\b", re.IGNORECASE)
_BESIDE = re.compile(r"[^\w-]|_|(?<!\d)-|-(?!\d)")


@lru_cache(maxsize=4096)
def _fold(text: str) -> str:
    """Without capitals, blanks and signs, but for a sign between digits: class "1/2" is not class "12"."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return _BESIDE.sub("", _BETWEEN_DIGITS.sub("-", plain))


@lru_cache(maxsize=256)
def _year(text: str) -> str:
    """Schools write "2", "Year 2" and "Y2", at times in one file."""
    return re.sub(r"^(?:year|yr|y)(?=\d|r$)", "", _fold(text))


def present(pupil: Pupil, day: date) -> bool:
    """Admitted and not left: ``left_on`` is the last day, ``admitted_on`` the first."""
    return (pupil.admitted_on is None or pupil.admitted_on <= day) and (pupil.left_on is None or day <= pupil.left_on)


def matches(pupil: Pupil, term: Term) -> bool:
    match term.reach:
        case Reach.SCHOOL:
            return True
        case Reach.CLASS:
            return _fold(pupil.class_) == _fold(term.name)
        case Reach.YEAR:
            return _year(pupil.year) == _year(term.name)
        case Reach.GROUP:
            return any(_fold(group) == _fold(term.name) for group in pupil.groups)
        case Reach.PUPIL:
            return pupil.id == term.name


def audience(
    terms: Sequence[Term], except_: Sequence[Term], directory: Directory, day: date, among: Iterable[str] | None = None
) -> tuple[str, ...]:
    """The ids of the pupils whom the terms name and the exceptions do not, present on that day, in directory order.

    ``among`` narrows the search to some pupils (a recheck looks at its own only).
    """
    if among is None and all(term.reach is Reach.PUPIL for term in terms):
        named = {term.name for term in terms}
        among = [pupil_id for pupil_id in directory.pupils if pupil_id in named]
    pupils = (
        directory.pupils.values()
        if among is None
        else (directory.pupils[pupil_id] for pupil_id in among if pupil_id in directory.pupils)
    )
    return tuple([pupil.id for pupil in pupils if present(pupil, day) and belongs(pupil, terms, except_)])


def belongs(pupil: Pupil, terms: Sequence[Term], except_: Sequence[Term]) -> bool:
    """Whether the terms name this pupil and the exceptions do not."""
    return _among(pupil, terms) and not (except_ and _among(pupil, except_))


def _among(pupil: Pupil, terms: Sequence[Term]) -> bool:
    for term in terms:  # noqa: SIM110 - a generator for each pupil takes longer than the question
        if matches(pupil, term):
            return True
    return False


def wide(terms: Sequence[Term]) -> bool:
    return bool(terms) and all(term.reach in WIDE for term in terms)


def _known(directory: Directory, *, pupils: bool) -> dict[str, Term]:
    """Every way to name somebody, folded; where two things share a name the plainer one (class before year) wins.

    ``pupils``: also each child, which in a large school takes a while.
    """
    names: dict[str, Term] = {}

    def add(term: Term, *spellings: str) -> None:
        for spelling in spellings:
            if _fold(spelling):
                names.setdefault(_fold(spelling), term)

    for class_ in sorted(directory.classes):
        add(Term(Reach.CLASS, class_), class_, f"{class_} class", f"class {class_}")
    for year in sorted(directory.years):
        bare = _year(year)
        add(Term(Reach.YEAR, year), f"year {bare}", f"y{bare}", year if not year.isdigit() else "")
    for group in sorted(directory.groups):
        add(Term(Reach.GROUP, group), f"group {group}", group)
    if pupils:
        for pupil_id in directory.pupils:
            add(Term(Reach.PUPIL, pupil_id), f"pupil {pupil_id}", pupil_id)
    return names


def resolve(names: Sequence[str], directory: Directory, where: str = "") -> tuple[tuple[Term, ...], list[Problem]]:
    """What the school's words for an audience mean; an error with the nearest name for each that matches nobody."""
    known = _known(directory, pupils=False)
    everybody: dict[str, Term] = {}
    terms: list[Term] = []
    problems: list[Problem] = []
    for name in names:
        folded = _fold(name)
        if folded in _SCHOOL:
            term: Term | None = Term(Reach.SCHOOL)
        else:
            term = known.get(folded) or _by_id(name, directory)
        if term is None:  # written another way than the id, or nobody's name
            everybody = everybody or _known(directory, pupils=True)
            term = everybody.get(folded)
        if term is None:
            problems.append(error("audience-unknown", _unknown(name, everybody), where))
        elif term not in terms:
            terms.append(term)
    return tuple(terms), problems


def _by_id(name: str, directory: Directory) -> Term | None:
    """A child named by exactly its id, as nearly always."""
    words = name.split()
    pupil_id = words[-1] if len(words) == 1 or (len(words) == 2 and words[0].casefold() == "pupil") else ""
    return Term(Reach.PUPIL, pupil_id) if pupil_id in directory.pupils else None


def _unknown(name: str, known: Mapping[str, Term]) -> str:
    near = _nearest(name, known)
    if near:
        return f"Nobody is called “{name}”. Did you mean “{spoken(near)}”?"
    classes = sorted({term.name for term in known.values() if term.reach is Reach.CLASS})[:8]
    return (
        f"Nobody is called “{name}”. Write “whole school”, a class ({', '.join(classes) or 'none is recorded'}), "
        "“Year 2”, “group Choir” or “pupil” with the number."
    )


def _nearest(name: str, known: Mapping[str, Term]) -> Term | None:
    """The name that may have been meant. A word such as "class" makes no two names alike."""
    bare = _SORT.sub(" ", name)
    among = known if bare == name else {_fold(term.name): term for term in known.values()}
    near = difflib.get_close_matches(_fold(bare), among, n=1, cutoff=0.6)
    return among[near[0]] if near else None


def spoken(term: Term) -> str:
    """A term as the school would say it."""
    match term.reach:
        case Reach.SCHOOL:
            return "whole school"
        case Reach.YEAR:
            return f"Year {term.name}" if term.name[:1].isdigit() else term.name
        case Reach.GROUP:
            return f"group {term.name}"
        case Reach.PUPIL:
            return f"pupil {term.name}"
        case Reach.CLASS:
            return term.name
