"""The one failure of the store that a person is told of."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError


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
        (
            "connection refused",
            "could not translate",
            "name or service",
            "connect call failed",
            "connection was closed",
            "the database system is",
        ),
        "The database server does not answer. Look whether it runs and whether [store] url names it rightly.",
    ),
    (
        ("password authentication", "does not exist", "no password supplied"),
        "The database server does not let us in. Look at the user, password and name in [store] url.",
    ),
)
"""What a driver says -> what we say. Anything else is a fault in the program and stays an exception."""


@contextmanager
def translated(name: str) -> Iterator[None]:
    """Turn what a person can put right into a StoreProblem; ``name`` is the database as that person knows it."""
    try:
        yield
    except (SQLAlchemyError, OSError) as error:
        said = str(error.orig if isinstance(error, DBAPIError) else error).lower()
        for signs, sentence in SENTENCES:
            if any(sign in said for sign in signs):
                raise StoreProblem(sentence.format(name=name)) from error
        raise
