"""Statements that run for every leg: turned into SQL once for each database, and their values handed over as they are.

SQLAlchemy makes a dictionary for each row, an expression for each list of ids and an object for each
cell; for one message in a newsletter that took longer than the database itself. What is
written here is still built, compiled and run by SQLAlchemy Core, inside its transaction.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import chain, islice
from operator import itemgetter
from typing import Any, cast

from pydantic_core import from_json, to_json
from sqlalchemy import BindParameter, Boolean, Connection, Dialect, Insert, Select, String, Text, Update, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ClauseElement, TableValuedAlias
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType, TypeDecorator, TypeEngine

from notifier.queue.gathering import GIVEN, at_once, gathering, of_rows

Process = Callable[[Any], Any]
AT_ONCE = 100
"""Rows in one statement: more save no time, and every number of rows is a statement of its own."""
NUL = "\\u0000"
LINE = "\n"


class Words(TypeDecorator[Sequence[str]]):
    """Many words as one value: an array on PostgreSQL, a JSON array on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(String) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        return list(value) if dialect.name == "postgresql" else to_json(list(value)).decode()


class Among(FunctionElement[Any]):
    """``Among(column, words(name))``: the column is one of these words. One statement for any number of them."""

    name = "among"
    type = NullType()  # a condition of a boolean type would be compared with 1, and no index would serve it
    inherit_cache = True


@compiles(Among, "postgresql")
def _on_postgresql(element: Among, compiler: SQLCompiler, **options: Any) -> str:
    column, words_ = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} = ANY ({words_})"


@compiles(Among, "sqlite")
def _on_sqlite(element: Among, compiler: SQLCompiler, **options: Any) -> str:
    column, words_ = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({words_}))"  # noqa: S608 - both are SQLAlchemy's own words


class Lines(FunctionElement[str]):
    """``Lines(column)``: this text of all rows of a group as one, parted by ``LINE``, which must not stand in it."""

    name = "lines"
    type = Text()
    inherit_cache = True


@compiles(Lines, "postgresql")
def _lines_on_postgresql(element: Lines, compiler: SQLCompiler, **options: Any) -> str:
    return f"string_agg({compiler.process(element.clauses, **options)}, chr(10))"


@compiles(Lines, "sqlite")
def _lines_on_sqlite(element: Lines, compiler: SQLCompiler, **options: Any) -> str:
    return f"group_concat({compiler.process(element.clauses, **options)}, char(10))"


class _EachPair(FunctionElement[str]):
    name = "each_pair"
    type = Text()
    inherit_cache = True


@compiles(_EachPair, "postgresql")
def _pairs_on_postgresql(element: _EachPair, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_each_text(CAST({compiler.process(element.clauses, **options)} AS JSON))"


@compiles(_EachPair, "sqlite")
def _pairs_on_sqlite(element: _EachPair, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **options)})"


def pairs(name: str) -> TableValuedAlias:
    """Any number of texts by their ``key``, each the ``value`` of a row; handed over by ``as_pairs``."""
    return _EachPair(bindparam(name, type_=Text())).table_valued("key", "value", name="given")


def as_pairs(texts: Mapping[str, str]) -> str:
    """No text may hold a NUL."""
    return to_json(texts).decode()


def words(name: str) -> BindParameter[Sequence[str]]:
    """A place for many words."""
    return bindparam(name, type_=Words())


def moment(value: Any) -> datetime | None:
    """A cell of a moment as such a statement gives it: the driver's own value."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value


class Prepared:
    """``each`` names the values that differ from row to row in ``many``, in the order in which a row gives them.

    An INSERT writes the columns named by ``each`` and by ``also``. Rows come back as named tuples, with
    the driver's own values: a moment is read with ``moment``, a yes or no may be 1 or 0. No column may hold bytes.
    """

    def __init__(self, statement: ClauseElement, *, each: Sequence[str] = (), also: Sequence[str] = ()) -> None:
        self._statement = statement
        self._each = tuple(each)
        self._columns = [*each, *also] if isinstance(statement, Insert) else None
        names = [*statement.selected_columns.keys()] if isinstance(statement, Select) else []
        self._width = len(names)
        self._row = partial(tuple.__new__, namedtuple("Row", names))
        self._made: dict[str, _Made] = {}
        self._gathered: _Made | None = None

    def rows(self, conn: Connection, values: Mapping[str, Any]) -> list[Any]:
        made = self._on(conn)
        if made.near:
            (found,) = _driver(conn).execute(gathering(made.sql, self._width), made.filled(values)).fetchone()
            return [*map(self._row, from_json(found))]
        return [*map(self._row, self._sent(conn, made, values).fetchall())]

    def run(self, conn: Connection, values: Mapping[str, Any]) -> int:
        """How many rows it touched."""
        made = self._on(conn)
        found = _driver(conn).execute(made.sql, made.filled(values)) if made.near else self._sent(conn, made, values)
        return int(found.rowcount)

    def many(self, conn: Connection, rows: Iterable[Sequence[Any]], **same: Any) -> None:
        """Once for each row."""
        made = self._on(conn)
        if not made.near:
            given = made.all_filled(rows, same)
            if given:
                conn.exec_driver_sql(made.sql, given)
            return
        write = self._insert if self._columns else self._update
        left = iter(rows)
        while some := [*islice(left, AT_ONCE)]:
            write(conn, made, some, same)

    def _insert(self, conn: Connection, made: "_Made", rows: Sequence[Sequence[Any]], same: Mapping[str, Any]) -> None:
        values = [*chain.from_iterable(made.all_filled(rows, same))]
        _driver(conn).execute(of_rows(made.sql, len(rows)), values)

    def _update(self, conn: Connection, made: "_Made", rows: Sequence[Sequence[Any]], same: Mapping[str, Any]) -> None:
        if self._gathered is None:
            statement = at_once(cast(Update, self._statement), self._each)
            self._gathered = _Made(_compiled(statement, conn.dialect, None), conn.dialect, ())
        gathered = to_json(made.as_written(rows)).decode()
        if NUL in gathered:  # of all that a text may hold the one thing that SQLite's JSON does not
            _driver(conn).executemany(made.sql, made.all_filled(rows, same))
        else:
            _driver(conn).execute(self._gathered.sql, self._gathered.filled({**same, GIVEN: gathered}))

    def _sent(self, conn: Connection, made: "_Made", values: Mapping[str, Any]) -> Any:
        return conn.exec_driver_sql(made.sql, made.filled(values))

    def _on(self, conn: Connection) -> "_Made":
        made = self._made.get(conn.dialect.name)
        if made is None:
            compiled = _compiled(self._statement, conn.dialect, self._columns)
            made = self._made[conn.dialect.name] = _Made(compiled, conn.dialect, self._each)
        return made


def _compiled(statement: ClauseElement, dialect: Dialect, columns: list[str] | None) -> SQLCompiler:
    return dialect.statement_compiler(dialect, statement, column_keys=columns)


def _driver(conn: Connection) -> Any:
    """The driver's own connection, in the middle of SQLAlchemy's transaction."""
    return conn.connection.driver_connection


class _Made:
    """A statement in the words of one database, and how its values become the driver's.

    ``near``: the database is in this process, and asking it takes less than what SQLAlchemy does around it.
    """

    def __init__(self, compiled: SQLCompiler, dialect: Dialect, each: Sequence[str]) -> None:
        self.sql = str(compiled)
        self.near = dialect.name == "sqlite"
        names = compiled.positiontup or ()
        place = {name: number for number, name in enumerate(each)}
        self._blank: list[Any] = [None] * len(names)
        self._same: list[tuple[int, str, Process | None]] = []
        self._odd: list[tuple[int, Process]] = []
        for number, name in enumerate(names):
            bind = compiled.binds[name]
            process = bind.type.dialect_impl(dialect).bind_processor(dialect)
            if name in place:
                if process is not None and not (self.near and isinstance(bind.type, Boolean)):  # it writes these itself
                    self._odd.append((place[name], process))
            elif bind.required:
                self._same.append((number, bind.key, process))
            else:
                value = bind.effective_value
                self._blank[number] = value if process is None else process(value)
        order = [place.get(name, len(each) + number) for number, name in enumerate(names)]
        self._pick = itemgetter(*order) if len(order) > 1 else tuple

    def filled(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        made = self._blank.copy()
        for number, name, process in self._same:
            value = values[name]
            made[number] = value if process is None else process(value)
        return tuple(made)

    def all_filled(self, rows: Iterable[Sequence[Any]], same: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        others, pick = self.filled(same), self._pick
        return [pick((*row, *others)) for row in self.as_written(rows)]

    def as_written(self, rows: Iterable[Sequence[Any]]) -> list[Sequence[Any]]:
        """The rows with the driver's own values."""
        if not self._odd:
            return [*rows]
        made: list[Sequence[Any]] = []
        for row in rows:
            cells = list(row)
            for at, process in self._odd:
                if cells[at] is not None:
                    cells[at] = process(cells[at])
            made.append(cells)
        return made
