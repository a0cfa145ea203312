"""The one failure of the store that a person is told of."""

import errno
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import exc
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from notifier.logs import logger

log = logger("queue")


class StoreProblem(Exception):
    """The database cannot be used; ``sentence`` says why and what to do next."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


SENTENCES = (
    (
        ("not a database", "malformed", "file is encrypted"),
        "{name} is damaged or is not a database. Put back the newest copy of it, or ask for help before you delete it.",
    ),
    (("disk is full", "no space left"), "The disk is full, so nothing can be recorded. Make room, then start again."),
    (("readonly", "read-only"), "{name} may not be written. Give this user the right to write it and its folder."),
    (("locked", "busy"), "{name} is in use by something else. Close what uses it, then try again."),
    (("unable to open",), "{name} cannot be opened. Look whether its folder is there and may be written."),
    (("disk i/o error",), "The disk under {name} does not read or write any more. Look at the disk first."),
    (
        ("password authentication", "does not exist", "no password supplied"),
        "The database server does not let us in. Look at the user, password and name in [store] url.",
    ),
)
"""What a driver says -> what we say. Anything else is a fault in the program and stays an exception."""


NO_ANSWER = "The database server does not answer. Look whether it runs and whether [store] url names it rightly."
AWAY = frozenset({"08", "53", "57", "58"})
"""Classes of SQLSTATE: connection, resources, an operator's hand, the server's own system."""
ENDED = frozenset({"25006", "25P03"})
"""A server that only reads, as a stand-by does; a transaction that it ended because nothing came."""
UNREACHABLE = frozenset({errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENETDOWN})
SAID_AWAY = ("connect call failed", "could not translate", "connection was closed", "connection is closed")


@contextmanager
def translated(name: str) -> Iterator[None]:
    """Turn what a person can put right into a StoreProblem; ``name`` is the database as that person knows it."""
    try:
        yield
    except Exception as error:
        ours = isinstance(error, SQLAlchemyError | sqlite3.Error | OSError)
        if not ours and not type(error).__module__.startswith("asyncpg"):
            raise
        cause = error.orig if isinstance(error, DBAPIError) else error
        said = str(cause).lower()
        for signs, sentence in SENTENCES:
            if any(sign in said for sign in signs):
                raise StoreProblem(sentence.format(name=name)) from error
        if _away(error, cause) or any(sign in said for sign in SAID_AWAY):
            raise StoreProblem(NO_ANSWER) from error
        raise


class Watch:
    """Says once when a database that worked is gone, and once when it is back. Every transaction goes through it."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._works: bool | None = None

    @contextmanager
    def __call__(self) -> Iterator[None]:
        try:
            with translated(self._name):
                yield
        except StoreProblem as problem:
            if self._works:
                self._works = False
                log.warning("the database is gone; I go on when it is back", says=problem.sentence)
            raise
        if self._works is False:
            log.info("the database is back")
        self._works = True


def _away(error: Exception, cause: object) -> bool:
    """Whether it is the server that is gone, however the driver or the system put it."""
    state = str(getattr(cause, "sqlstate", None) or "")
    return (
        isinstance(error, TimeoutError | ConnectionError | socket.gaierror | exc.TimeoutError)
        or (isinstance(error, OSError) and error.errno in UNREACHABLE)
        or (isinstance(error, DBAPIError) and error.connection_invalidated)
        or state[:2] in AWAY
        or state in ENDED
    )
