"""Statements compiled once say the same as SQLAlchemy would have said."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Integer,
    MetaData,
    String,
    Table,
    bindparam,
    create_engine,
    insert,
    select,
    update,
)

from notifier.queue.gathering import at_once
from notifier.queue.prepared import AT_ONCE, Among, Prepared, _compiled, moment, words
from notifier.queue.schema import Moment

THING = Table(
    "thing",
    MetaData(),
    Column("id", String, primary_key=True),
    Column("size", Integer),
    Column("good", Boolean),
    Column("at", Moment),
)
AT = datetime(2026, 11, 20, 9, tzinfo=timezone(timedelta(hours=2)))
NEW = Prepared(insert(THING), each=("id", "good", "at"), also=("size",))
ALL = select(THING).order_by(THING.c.id)


@pytest.fixture
def conn() -> Connection:
    connection = create_engine("sqlite://").connect()
    THING.create(connection)
    NEW.many(connection, [("a", True, AT), ("b", False, None), ("c'd", True, AT)], size=7)
    return connection


def test_rows_of_an_insert_differ_in_what_each_gives_and_share_the_rest(conn: Connection) -> None:
    at = AT.astimezone(UTC)
    assert [tuple(row) for row in conn.execute(ALL)] == [
        ("a", 7, True, at),
        ("b", 7, False, None),
        ("c'd", 7, True, at),
    ]


def test_no_rows_write_nothing(conn: Connection) -> None:
    NEW.many(conn, [], size=1)
    assert len(conn.execute(ALL).all()) == 3


def test_a_moment_is_read_as_it_was_written(conn: Connection) -> None:
    rows = Prepared(ALL).rows(conn, {})
    assert [moment(row.at) for row in rows] == [AT, None, AT]


def test_any_number_of_words_is_one_statement(conn: Connection) -> None:
    some = Prepared(select(THING.c.id).where(Among(THING.c.id, words("ids"))).order_by(THING.c.id))
    assert [row.id for row in some.rows(conn, {"ids": ["c'd", "a", "none", 'x"y']})] == ["a", "c'd"]
    assert some.rows(conn, {"ids": []}) == []


def test_values_written_in_the_statement_stay_beside_those_handed_in(conn: Connection) -> None:
    large = update(THING).where(THING.c.good == True, THING.c.size == bindparam("of")).values(size=99, at=None)  # noqa: E712
    assert Prepared(large).run(conn, {"of": 7}) == 2
    assert [row.size for row in conn.execute(ALL)] == [99, 7, 99]


def test_an_update_takes_each_row_by_its_place(conn: Connection) -> None:
    one = update(THING).where(THING.c.id == bindparam("which")).values(size=bindparam("to"), at=bindparam("now"))
    Prepared(one, each=("which", "to")).many(conn, [("a", 1), ("b", 2)], now=AT)
    assert [(row.size, row.at) for row in conn.execute(ALL)] == [(1, AT), (2, AT), (7, AT)]


def test_a_value_that_was_forgotten_is_an_error(conn: Connection) -> None:
    with pytest.raises(KeyError):
        Prepared(select(THING.c.id).where(THING.c.id == bindparam("which"))).rows(conn, {})


def test_rows_come_in_the_order_asked_for_and_with_any_text_in_them(conn: Connection) -> None:
    texts = ['"', "\\u0041", "a\nb", "ü 漢 \U0001f600", "{}", "[1]", "null", "\x01", "' OR 1"]
    NEW.many(conn, [(text, True, AT) for text in texts], size=1)
    backwards = Prepared(select(THING).where(THING.c.size == 1).order_by(THING.c.id.desc()))
    rows = backwards.rows(conn, {})
    assert [row.id for row in rows] == sorted(texts, reverse=True)
    assert {moment(row.at) for row in rows} == {AT}


def test_a_text_that_json_cannot_carry_is_written_all_the_same(conn: Connection) -> None:
    NEW.many(conn, [("nul\0nul", True, AT)], size=3)
    assert [*conn.execute(select(THING.c.id).where(THING.c.size == 3)).scalars()] == ["nul\0nul"]
    one = update(THING).where(THING.c.size == bindparam("which")).values(id=bindparam("to"))
    Prepared(one, each=("which", "to")).many(conn, [(3, "\0 and so on"), (4, "nobody")])
    assert [*conn.execute(select(THING.c.id).where(THING.c.size == 3)).scalars()] == ["\0 and so on"]


def test_more_rows_than_go_into_one_statement_are_all_written(conn: Connection) -> None:
    count = 2 * AT_ONCE + 1
    NEW.many(conn, ((f"n{number:05}", True, None) for number in range(count)), size=5)
    one = update(THING).where(THING.c.id == bindparam("which")).values(size=bindparam("to"))
    Prepared(one, each=("which", "to")).many(conn, ((f"n{number:05}", number) for number in range(count)))
    rows = Prepared(select(THING.c.size).where(THING.c.id.startswith("n")).order_by(THING.c.id)).rows(conn, {})
    assert [row.size for row in rows] == [*range(count)]


def test_the_rows_of_an_update_are_found_by_their_key(conn: Connection) -> None:
    one = update(THING).where(THING.c.id == bindparam("which")).values(size=bindparam("to"))
    sql = str(_compiled(at_once(one, ("which", "to")), conn.dialect, None))
    plan = conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", ("[]",)).all()
    assert any("SEARCH thing USING" in row[3] for row in plan), plan
