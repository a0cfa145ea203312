"""Inserting what may be there already, on either database."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Executable, Table
from sqlalchemy.dialects import postgresql, sqlite


class InsertNew:
    """INSERT ... ON CONFLICT DO NOTHING, built once for both databases."""

    def __init__(self, table: Table) -> None:
        self._statements: dict[str, Executable] = {
            "sqlite": sqlite.insert(table).on_conflict_do_nothing(),
            "postgresql": postgresql.insert(table).on_conflict_do_nothing(),
        }

    def one(self, conn: Connection, row: dict[str, Any]) -> bool:
        """Whether it was new."""
        return conn.execute(self._statements[conn.dialect.name], row).rowcount == 1

    def many(self, conn: Connection, rows: Sequence[dict[str, Any]]) -> None:
        if rows:
            conn.execute(self._statements[conn.dialect.name], rows)
