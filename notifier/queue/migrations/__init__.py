"""The steps by which a database comes up to date. Only ``run`` and ``init`` take them (DESIGN 4)."""

from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

if TYPE_CHECKING:
    from alembic.config import Config

HERE = Path(__file__).parent


class Condition(Enum):
    """What a database is to this version of the program."""

    EMPTY = auto()
    FOREIGN = auto()  # somebody else's tables
    OLD = auto()
    CURRENT = auto()
    NEWER = auto()


def revisions() -> list[str]:
    """All steps by their numbers, with which their files' names begin; the newest last."""
    return sorted(file.name.partition("_")[0] for file in (HERE / "versions").glob("[0-9]*.py"))


def configuration(connection: Connection | None = None) -> "Config":
    from alembic.config import Config  # slow to load, and needed only where a database has to be brought up to date

    config = Config()
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def condition(connection: Connection) -> Condition:
    tables = set(inspect(connection).get_table_names())
    if not tables:
        return Condition.EMPTY
    if not {"alembic_version", "school"} <= tables:
        return Condition.FOREIGN
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    known = revisions()
    if found == known[-1]:
        return Condition.CURRENT
    return Condition.OLD if found is None or found in known else Condition.NEWER


def upgrade(connection: Connection) -> None:
    """All missing steps, inside the caller's transaction."""
    from alembic import command

    command.upgrade(configuration(connection), "head")
