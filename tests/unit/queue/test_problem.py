"""What a person can put right about a database is a sentence; a fault in the program stays one."""

import errno
import socket

import pytest
from sqlalchemy import exc

from notifier.queue import StoreProblem
from notifier.queue.problem import Watch, translated


class Driver(Exception):
    """As asyncpg raises them: with the server's code."""

    def __init__(self, text: str, sqlstate: str | None = None) -> None:
        super().__init__(text)
        self.sqlstate = sqlstate


def said_by_the_driver(text: str, sqlstate: str | None = None, *, invalidated: bool = False) -> exc.DBAPIError:
    return exc.DBAPIError("SELECT 1", {}, Driver(text, sqlstate), connection_invalidated=invalidated)


@pytest.mark.parametrize(
    "error",
    [
        TimeoutError(),
        ConnectionRefusedError(errno.ECONNREFUSED, "Connect call failed ('127.0.0.1', 5432)"),
        ConnectionResetError(),
        socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"),
        OSError(errno.EHOSTUNREACH, "No route to host"),
        said_by_the_driver("terminating connection due to administrator command", "57P01"),
        said_by_the_driver("the database system is starting up", "57P03"),
        said_by_the_driver("terminating connection due to idle-session timeout", "57P05"),
        said_by_the_driver("terminating connection due to idle-in-transaction timeout", "25P03"),
        said_by_the_driver("cannot do that on a stand-by", "25006"),
        said_by_the_driver("sorry, too many clients already", "53300"),
        said_by_the_driver("connection was closed in the middle of operation"),
        said_by_the_driver("cannot perform operation: connection is closed"),
        said_by_the_driver("whatever the driver says", invalidated=True),
        exc.TimeoutError("QueuePool limit of size 8 overflow 8 reached"),
    ],
    ids=lambda error: f"{type(error).__name__} {getattr(getattr(error, 'orig', None), 'sqlstate', None) or ''}",
)
def test_a_server_that_is_gone_is_known_however_it_is_put(error: Exception) -> None:
    with pytest.raises(StoreProblem, match="does not answer"), translated("The database"):
        raise error


@pytest.mark.parametrize(
    "error",
    [
        said_by_the_driver('duplicate key value violates unique constraint "message_key"', "23505"),
        KeyError("busy"),
        ValueError("the disk is full"),
    ],
    ids=["a key that is there", "a fault that sounds like one", "another"],
)
def test_a_fault_in_the_program_is_not_hidden(error: Exception) -> None:
    with pytest.raises(type(error)), translated("The database"):
        raise error


def test_a_database_that_goes_and_comes_is_said_once_each(capsys: pytest.CaptureFixture[str]) -> None:
    watched = Watch("The database")

    def fails() -> None:
        with pytest.raises(StoreProblem), watched():
            raise TimeoutError

    fails()
    assert "gone" not in capsys.readouterr().out  # it never worked: whoever started it is told otherwise
    with watched():
        pass
    for _ in range(3):
        fails()
    with watched():
        pass
    with watched():
        pass
    said = capsys.readouterr().out
    assert (said.count("database is gone"), said.count("database is back")) == (1, 1)
