"""What no single setting can know: ids and folders that collide, names that mean nobody, PINs and secrets on disk."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from notifier.config.config import unknown_staff
from notifier.config.problems import did_you_mean
from notifier.config.reading import Tables
from notifier.config.settings import IntakeTable, NewsletterTable
from notifier.model.message import Mode
from notifier.model.problem import Problem, advice, error
from notifier.model.staff import Role

ROLES = [role.value for role in Role]
OWN_FOLDERS = ("families", "calendar", "outbox", "state", "templates")


def timezone(name: str, file: str) -> tuple[ZoneInfo | None, list[Problem]]:
    try:
        return ZoneInfo(name), []
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = did_you_mean(name, available_timezones())
        sentence = f"There is no time zone '{name}'; write one like Europe/London.{near}"
        return None, [error("unknown-timezone", sentence, f"{file}: school.timezone")]


def collisions(tables: Tables, root: Path, file: str) -> Iterator[Problem]:
    yield from staff(tables, file)
    yield from names_meant(tables, file)
    yield from folders(tables, root, file)
    yield from templates(tables, file)
    yield from notices(tables, file)
    yield from answers(tables, file)


def staff(tables: Tables, file: str) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for number, person in tables.staff:
        where = f"{file}: staff[{number}].id"
        folded = person.id.casefold()
        if folded in ROLES:
            yield error(
                "id-is-a-role", f"'{person.id}' is the name of a role; give this person an id of their own.", where
            )
        if folded in seen:
            yield error(
                "duplicate-id",
                f"The id '{person.id}' is also that of person {seen[folded]}; give each an id of their own.",
                where,
            )
        seen.setdefault(folded, number)
        if person.role is Role.TEACHER and not person.classes:
            yield advice(
                "teacher-without-class",
                f'{person.name} has no classes and so may write to nobody; add classes = ["Oak"].',
                f"{file}: staff[{number}].classes",
                "W21",
            )
    if tables.ids and not any(person.role is Role.HEAD for _, person in tables.staff):
        yield advice(
            "no-head", "Nobody has the role head: nobody can decide on a closure.", f"{file}: staff", "DESIGN 3.8"
        )


def names_meant(tables: Tables, file: str) -> Iterator[Problem]:
    """Whether every ``as`` is somebody."""
    known = [*tables.ids, *ROLES]
    entries: list[tuple[str, str]] = [
        *((entry.as_, f"intake[{number}].as") for number, entry in tables.intake),
        *((entry.as_, f"newsletter[{number}].as") for number, entry in tables.newsletter),
    ]
    for as_, place in entries:
        if as_ not in known:
            yield error("unknown-staff", unknown_staff(as_, known), f"{file}: {place}", "DESIGN 3.8")
    for number, entry in tables.intake:
        if entry.as_ == Role.TEACHER.value and not entry.to:
            yield advice(
                "teacher-intake-without-to",
                "An intake of the role teacher may write only to its own 'to', and this one has none; "
                'add to = "Oak".',
                f"{file}: intake[{number}].to",
                "W21",
            )


def folders(tables: Tables, root: Path, file: str) -> Iterator[Problem]:
    """Two intakes in one folder, one inside another, or one on top of the school's own folders."""
    entries: list[tuple[IntakeTable | NewsletterTable, str]] = [
        *((entry, f"intake[{number}]") for number, entry in tables.intake),
        *((entry, f"newsletter[{number}]") for number, entry in tables.newsletter),
    ]
    seen: list[tuple[Path, str]] = []
    own = [(root / name, name) for name in OWN_FOLDERS]
    for entry, place in entries:
        where = f"{file}: {place}.folder"
        folder = absolute(root, entry.folder)
        if folder == root or root.is_relative_to(folder):
            yield error(
                "intake-on-school",
                "This is the school's own folder or one around it; name a folder inside, such as drop/office.",
                where,
            )
            continue
        for mine, name in own:
            if _overlap(folder, mine):
                yield error(
                    "intake-on-school",
                    f"'{name}' is kept by the program itself; name another folder, such as drop/office.",
                    where,
                )
        for other, theirs in seen:
            if _folded(folder) == _folded(other):
                yield error("duplicate-folder", f"This folder is also that of {theirs}; give each one its own.", where)
            elif _overlap(folder, other):
                yield error(
                    "nested-folder",
                    f"This folder and that of {theirs} lie one inside the other; put them side by side.",
                    where,
                )
        seen.append((folder, place))
    names: dict[str, int] = {}
    for number, letter in tables.newsletter:
        if letter.name.casefold() in names:
            yield error(
                "duplicate-name",
                f"Newsletter {names[letter.name.casefold()]} is called '{letter.name}' too; "
                "give each a name of its own.",
                f"{file}: newsletter[{number}].name",
            )
        names.setdefault(letter.name.casefold(), number)


def templates(tables: Tables, file: str) -> Iterator[Problem]:
    for number, entry in tables.intake:
        if not entry.template:
            continue
        where = f"{file}: intake[{number}].template"
        if PurePosixPath(entry.template).is_absolute() or ".." in PurePosixPath(entry.template).parts:
            yield error("template-outside", "A template lies in templates/; write its name only.", where)


def pins(tables: Tables, pin_files: dict[str, Path], file: str) -> Iterator[Problem]:
    """A person without a PIN cannot approve, cancel or close: advice in trial, an error in live (DESIGN 3.8)."""
    say = error if tables.file.school.mode is Mode.LIVE else advice
    for number, person in tables.staff:
        path = pin_files[person.id]
        where = f"{file}: staff[{number}].pin_file"
        if not path.is_file():
            yield say("pin-missing", f"{person.name} has no PIN yet; run 'notifier staff pin {person.id}'.", where)


def answers(tables: Tables, file: str) -> Iterator[Problem]:
    """W7: a text and a letter say whom to ring, because nobody can reply to them."""
    if tables.file.school.mode is Mode.LIVE and not tables.file.school.phone.strip():
        yield advice(
            "no-number-to-ring",
            "Families cannot reply to a text or a letter, and no telephone number stands on them; "
            "write the office's as [school] phone.",
            f"{file}: school.phone",
            "W7",
        )


def notices(tables: Tables, file: str) -> Iterator[Problem]:
    entries = [
        ("notices", tables.file.notices.offsets),
        *((f"notices.categories.{name}", found.offsets) for name, found in tables.file.notices.categories.items()),
    ]
    for place, offsets in entries:
        if offsets is None:
            continue
        if any(one.count > 200 for one in offsets):
            yield error(
                "number-too-large",
                'An offset is at most 200 days or weeks: ["10 school days", "2 school days"].',
                f"{file}: {place}.offsets",
            )
        elif len(set(offsets)) != len(offsets):
            yield error("offset-twice", "An offset stands twice; keep one of the two.", f"{file}: {place}.offsets")


def absolute(root: Path, folder: str) -> Path:
    """An absolute folder without ``..``; links are not followed, so that a share may be mounted later."""
    return Path(_normal(str(root / Path(folder).expanduser())))


def _normal(path: str) -> str:
    parts: list[str] = []
    for part in PurePosixPath(path).parts:
        if part == ".." and parts and parts[-1] != "/":
            parts.pop()
        elif part not in (".", ".."):
            parts.append(part)
    return str(PurePosixPath(*parts))


def _folded(path: Path) -> str:
    return str(path).casefold()


def _overlap(one: Path, other: Path) -> bool:
    return one.is_relative_to(other) or other.is_relative_to(one)
