"""The steps by which a database comes up to date. Only ``run`` and ``init`` take them (DESIGN 4)."""

from enum import Enum, auto
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

HERE = Path(__file__).parent


class Condition(Enum):
    """What a database is to this version of the program."""

    EMPTY = auto()
    FOREIGN = auto()  # somebody else's tables
    OLD = auto()
    CURRENT = auto()
    NEWER = auto()


def configuration(connection: Connection | None = None) -> Config:
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
    scripts = ScriptDirectory.from_config(configuration())
    found = MigrationContext.configure(connection).get_current_revision()
    if found == scripts.get_current_head():
        return Condition.CURRENT
    known = {script.revision for script in scripts.walk_revisions()}
    return Condition.OLD if found in known else Condition.NEWER


def upgrade(connection: Connection) -> None:
    """All missing steps, inside the caller's transaction."""
    command.upgrade(configuration(connection), "head")
