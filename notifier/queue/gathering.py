"""Many rows in one step of the database in this process (docs/decisions/one-step.md).

Python's driver lets go of the interpreter at each row that it writes or reads and then has to wait for it again,
while the loop that sends is busy: for a few hundred rows that took far longer than the database itself.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import BindParameter, ColumnElement, Text, Update, bindparam, func, literal_column
from sqlalchemy.sql.visitors import replacement_traverse

GIVEN = "given_rows"
"""The name under which the rows of an UPDATE are handed in, as a JSON array of arrays."""


@lru_cache(256)
def gathering(sql: str, width: int) -> str:
    """This SELECT of so many columns as one that gives a single text: its rows in their order, as JSON."""
    cells = ", ".join(f"c{number}" for number in range(width))
    return f"WITH found({cells}) AS ({sql}) SELECT json_group_array(json_array({cells})) FROM found"  # noqa: S608


@lru_cache(256)
def of_rows(sql: str, count: int) -> str:
    """This INSERT of one row as one of so many, whose values follow one another."""
    head, values, row = sql.rpartition("VALUES ")
    return head + values + ", ".join([row] * count)


def at_once(statement: Update, each: Sequence[str]) -> Update:
    """This UPDATE for all rows of ``GIVEN``; ``each`` names the cells of one."""
    given = func.json_each(bindparam(GIVEN, type_=Text())).table_valued("value", name="given")

    def cell(number: int) -> ColumnElement[Any]:
        place: ColumnElement[str] = literal_column(f"'$[{number}]'")
        return func.json_extract(given.c.value, place)

    cells = {name: cell(number) for number, name in enumerate(each)}

    def replaced(element: Any, **_: Any) -> Any:
        return cells.get(element.key) if isinstance(element, BindParameter) else None

    return cast(Update, replacement_traverse(statement, {}, replaced))
