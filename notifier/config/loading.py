"""config.toml -> Config, or every problem at once."""

import os
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

from notifier.clock import SystemClock
from notifier.config import checks
from notifier.config.channels import ChannelSettings, read_channels
from notifier.config.config import (
    CategoryNotices,
    Closing,
    Config,
    Http,
    Intake,
    Node,
    Notices,
    Retention,
    School,
)
from notifier.config.places import Surroundings
from notifier.config.policy import folded, gathered, not_set_up, read_policy
from notifier.config.problems import ConfigProblems
from notifier.config.reading import Tables, headings, read_tables
from notifier.config.settings import (
    HttpTable,
    IntakeTable,
    NewsletterTable,
    NodeTable,
    NoticesTable,
    RetentionTable,
    SequenceTable,
    StaffTable,
)
from notifier.config.syntax import read_toml
from notifier.model.calendar import Newsletter
from notifier.model.message import Kind, Mode
from notifier.model.problem import Problem, Severity, error
from notifier.model.sequence import Sequence, Step
from notifier.model.staff import Staff


def load(
    path: Path,
    channel_settings: ChannelSettings,
    environ: Mapping[str, str],
    *,
    today: date | None = None,
    pins_required: bool = True,
    root: Path | None = None,
) -> Config:
    """The config at ``path``, everything in it relative to its folder. Raises ConfigProblems with all errors.

    ``channel_settings`` maps a channel's name to its settings model. ``today`` decides
    whether the policy's review is due. ``pins_required`` false lets ``notifier staff
    pin`` write the first PIN of a live school. ``root``: the school's folder, where the file lies elsewhere.
    """
    path = path.expanduser().absolute()
    root, file = Path(os.path.normpath(root or path.parent)), path.name
    raw = gathered(read_toml(path, file))
    homes = headings(channel_settings)
    tables, problems = read_tables(raw, file, homes)
    around = Surroundings(root, file, environ, trial=tables.file.school.mode is Mode.TRIAL)
    channels, found = read_channels(raw.get("channels", {}), channel_settings, around, homes)
    problems += found
    settings, found = read_policy(
        raw.get("policy", {}),
        file=file,
        channels=set(channel_settings),
        today=today or SystemClock().now().date(),
        homes=homes,
    )
    problems += found
    zone, found = checks.timezone(tables.file.school.timezone, file)
    problems += found
    problems += checks.collisions(tables, root, file)
    pin_files = {person.id: _pin_file(person, around) for _, person in tables.staff}
    if pins_required and not tables.file.node.sends_only:
        problems += checks.pins(tables, pin_files, file)
    staff = tuple(_person(number, person, pin_files[person.id], file, problems) for number, person in tables.staff)
    http = _http(tables.file.http, around, problems)
    store_url = _store_url(tables.file.store.url, root, file, problems)
    if http.public_url and not http.listens and not store_url.startswith("postgresql"):
        problems.append(
            error(
                "nobody-listens",
                "This address leads to nobody. Set listen too, or leave it out.",
                f"{file}: http.public_url",
            )
        )
    node = _node(tables.file.node, store_url, file, problems)
    if settings is not None and tables.file.school.mode is Mode.LIVE:
        problems += not_set_up(settings, set(channels), file)
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    if errors or settings is None or zone is None:
        raise ConfigProblems(errors)
    school = tables.file.school
    return Config(
        root=root,
        path=path,
        school=School(
            name=school.name.strip(),
            mode=school.mode,
            timezone=zone,
            phone=school.phone.strip(),
            website=school.website,
            language=school.language,
            nation=school.nation,
        ),
        channels=channels,
        staff=staff,
        intakes=_intakes(tables, root),
        newsletters=tuple(_newsletter(entry) for entry in tables.file.newsletter),
        notices=_notices(tables.file.notices),
        sequences=tuple(_sequence(entry) for entry in tables.file.sequence),
        store_url=store_url,
        http=http,
        polling=tables.file.drop.polling,
        settle=timedelta(seconds=tables.file.drop.settle_seconds),
        languages=tables.file.languages.use,
        reviewed_languages=tables.file.languages.reviewed,
        closure=Closing(
            tables.file.languages.closures,
            tables.file.closure.price_per_segment,
            tables.file.closure.link_test_day,
        ),
        profile=tables.file.policy.profile,
        policy_settings=settings,
        pin_files=pin_files,
        node=node,
        alarm_to=tables.file.alarm.to,
        alarm_after=timedelta(minutes=tables.file.alarm.after_minutes),
        retention=_retention(tables.file.retention),
        advice=tuple(problems),
    )


def _pin_file(person: StaffTable, around: Surroundings) -> Path:
    return around.place(person.pin_file or f"pins/{person.id}.pin")


def _person(number: int, table: StaffTable, path: Path, file: str, problems: list[Problem]) -> Staff:
    pin_hash = ""
    if path.is_file():
        try:
            pin_hash = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            pin_hash = "unreadable"
        if not pin_hash.startswith("$argon2id$"):
            problems.append(
                error(
                    "pin-unreadable",
                    f"{path} does not hold a PIN as the program writes it; run 'notifier staff pin {table.id}'.",
                    f"{file}: staff[{number}].pin_file",
                )
            )
    name = table.name.strip()
    return Staff(table.id, name, table.role, table.classes, table.email, table.mobile, pin_hash, table.speaks)


def _intakes(tables: Tables, root: Path) -> tuple[Intake, ...]:
    """Intakes first, then the folders of newsletters."""
    return (
        *(_intake(entry, root) for _, entry in tables.intake),
        *(_issues(one, root) for _, one in tables.newsletter),
    )


def _intake(entry: IntakeTable, root: Path) -> Intake:
    return Intake(
        folder=checks.absolute(root, entry.folder),
        name=entry.folder.rstrip("/"),
        as_=entry.as_,
        kind=entry.kind,
        to=entry.to,
        template=entry.template,
    )


def _issues(entry: NewsletterTable, root: Path) -> Intake:
    return Intake(
        folder=checks.absolute(root, entry.folder),
        name=entry.folder.rstrip("/"),
        as_=entry.as_,
        kind=Kind.NEWSLETTER,
        to=entry.to,
        newsletter=entry.name,
    )


def _newsletter(entry: NewsletterTable) -> Newsletter:
    return Newsletter(
        name=entry.name,
        folder=entry.folder.rstrip("/"),
        as_=entry.as_,
        day=entry.day,
        at=entry.at,
        to=", ".join(entry.to),
        term_only=entry.term_only,
        upcoming_days=entry.upcoming_days,
        day_off=entry.day_off,
        remind_days=entry.remind_days,
        remind_at=entry.remind_at if entry.remind else None,
    )


def _notices(table: NoticesTable) -> Notices:
    return Notices(
        offsets=table.offsets,
        categories={
            folded(name): CategoryNotices(table.offsets if found.offsets is None else found.offsets, found.lead_time)
            for name, found in table.categories.items()
        },
        own=frozenset(folded(name) for name, found in table.categories.items() if found.offsets is not None),
        at=table.at,
        post=table.post,
        cut_off=table.printer_cut_off,
    )


def _sequence(entry: SequenceTable) -> Sequence:
    steps = tuple(Step(one.name, one.when, one.words, one.task) for one in entry.step)
    return Sequence(entry.name, entry.begins, steps, entry.years)


def _http(table: HttpTable, around: Surroundings, problems: list[Problem]) -> Http:
    host, _, port = table.listen.rpartition(":")
    if table.listen and not (host and port.isdigit() and 0 < int(port) < 65536):
        where = f"{around.file}: http.listen"
        problems.append(error("bad-listen", 'Write an address and a port: "127.0.0.1:8080".', where))
        return Http()
    secret = ""
    if table.secret_file:
        path = around.place(table.secret_file)
        try:
            secret = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            problems.append(
                error(
                    "secret-unreadable",
                    f"The file {path} cannot be read; write a long random secret into it.",
                    f"{around.file}: http.secret_file",
                )
            )
    return Http(host.strip("[]"), int(port or 0), table.public_url.rstrip("/"), secret)


def _retention(table: RetentionTable) -> Retention:
    def kept(days: int) -> timedelta | None:
        return timedelta(days=days) if days else None

    return Retention(
        kept(table.addresses_days),
        kept(table.messages_days),
        kept(table.deliveries_days),
        kept(table.orders_days),
        kept(table.audit_days),
    )


def _node(table: NodeTable, store_url: str, file: str, problems: list[Problem]) -> Node:
    if table.sends_only and not store_url.startswith("postgresql"):
        problems.append(
            error(
                "sends-only-alone",
                "A computer that only sends shares the school's PostgreSQL database; name that under [store] url.",
                f"{file}: node.sends_only",
            )
        )
    return Node(table.sends_only, timedelta(seconds=table.lost_after_seconds))


def _store_url(url: str, root: Path, file: str, problems: list[Problem]) -> str:
    """A relative database file lies in the school folder."""
    scheme, slashes, rest = url.partition(":///")
    if slashes and scheme.partition("+")[0] == "sqlite":
        return url if rest.startswith("/") else f"{scheme}:///{root / rest}"
    if not url.startswith(("postgresql://", "postgresql+asyncpg://")):
        problems.append(
            error(
                "bad-store-url",
                "Write sqlite:///state/notifier.db, or postgresql+asyncpg://USER@HOST/DATABASE.",
                f"{file}: store.url",
            )
        )
    return url
