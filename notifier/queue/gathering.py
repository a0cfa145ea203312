"""Many rows in one step of the database in this process, in and out as one JSON text (docs/decisions/one-step.md).

Python's driver lets go of the interpreter at each row that it writes or reads and then has to wait for it again,
while the loop that sends is busy: for a few hundred rows that took far longer than the database itself.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import BindParameter, ColumnElement, Insert, Text, Update, bindparam, func, literal_column, select
from sqlalchemy.sql.expression import ClauseElement
from sqlalchemy.sql.visitors import replacement_traverse

GIVEN = "given_rows"
"""The name under which the rows are handed in, as a JSON array of arrays."""


@lru_cache(256)
def gathering(sql: str, width: int) -> str:
    """This SELECT of so many columns as one that gives a single text: its rows in their order, as JSON."""
    cells = ", ".join(f"c{number}" for number in range(width))
    return f"WITH found({cells}) AS ({sql}) SELECT json_group_array(json_array({cells})) FROM found"  # noqa: S608


def at_once(statement: ClauseElement, each: Sequence[str], columns: Sequence[str]) -> ClauseElement:
    """An INSERT of these columns, or an UPDATE, for all rows of ``GIVEN``; ``each`` names the cells of one."""
    given = func.json_each(bindparam(GIVEN, type_=Text())).table_valued("value", name="given")

    def cell(number: int) -> ColumnElement[Any]:
        place: ColumnElement[str] = literal_column(f"'$[{number}]'")
        return func.json_extract(given.c.value, place)

    cells = {name: cell(number) for number, name in enumerate(each)}
    if isinstance(statement, Insert):
        table = statement.table
        values = [cells[name] if name in cells else bindparam(name, type_=table.c[name].type) for name in columns]
        return statement.from_select([*columns], select(*values))

    def replaced(element: Any, **_: Any) -> Any:
        return cells.get(element.key) if isinstance(element, BindParameter) else None

    return cast(Update, replacement_traverse(statement, {}, replaced))
