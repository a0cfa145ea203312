"""Classes and groups of the pupils from OneRoster's classes, enrolments and sessions."""

from typing import TYPE_CHECKING

from notifier.directory.importing.formats import split

if TYPE_CHECKING:
    from notifier.directory.importing.oneroster import OneRoster


class Lessons:
    """``of(pupil)`` is the class (the home room, else the only lesson) and the groups: the other lessons."""

    def __init__(self, source: "OneRoster") -> None:
        self.source = source
        self.past: set[str] = set()
        self.classes: dict[str, tuple[str, bool]] = {}
        self.homes: dict[str, list[str]] = {}
        self.others: dict[str, list[str]] = {}
        self._sessions()
        self._classes()
        self._enrolments()

    def of(self, pupil: str) -> tuple[str, list[str]]:
        homes, others = self.homes.get(pupil, []), self.others.get(pupil, [])
        if homes:
            return homes[0], [*homes[1:], *others]
        return (others[0], []) if len(others) == 1 else ("", others)

    def _sessions(self) -> None:
        if "academicSessions.csv" not in self.source.parcel:
            return
        file = self.source.parcel.called("academicSessions.csv")
        for line, (id, end) in self.source.records("academicSessions.csv", ("sourcedId", "endDate")):
            last = self.source.day(file, line, end)
            if last and last < self.source.today:
                self.past.add(id)

    def _classes(self) -> None:
        file = self.source.parcel.called("classes.csv")
        wanted = ("sourcedId", "title", "classCode", "classType", "termSourcedIds")
        for line, (id, title, code, kind, terms) in self.source.records("classes.csv", wanted):
            named = split(terms)
            if named and self.past.issuperset(named):
                self.source.notes.advise(
                    "import-class-past",
                    f"The terms of “{title or code}” are over, so it is left out.",
                    file,
                    line,
                    1,
                    "The terms of {count} classes are over, so they are left out",
                )
            else:
                self.classes[id] = ((title or code).replace(";", ","), kind.lower() == "homeroom")

    def _enrolments(self) -> None:
        source, people = self.source, self.source.people
        file = source.parcel.called("enrollments.csv")
        for line, (class_, user, role, end) in source.records(
            "enrollments.csv", ("classSourcedId", "userSourcedId", "role", "endDate")
        ):
            if role.lower() != "student":
                continue
            last = source.day(file, line, end)
            person, known = people.get(user), self.classes.get(class_)
            if person is None or not person.pupil:
                source.notes.advise(
                    "import-enrolment",
                    f"{user} is enrolled as a pupil but is none in users.csv: this enrolment is not taken.",
                    file,
                    line,
                    1,
                    "{count} enrolments are not taken, because they name nobody who is a pupil in users.csv",
                )
            elif known and not (last and last < source.today):
                title, home = known
                titles = (self.homes if home else self.others).setdefault(user, [])
                if title and title not in titles:
                    titles.append(title)
