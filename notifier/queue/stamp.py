"""One database is one school: the first ``run`` stamps it, and another folder is refused (DESIGN 4).

The stamp is a random id, kept in the database and in ``state/school-id``, so that
a school may move its folder; the folder's path is kept beside it for people.
"""

import secrets
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, insert, select, update

from notifier.queue import schema
from notifier.queue.problem import StoreProblem

NAME = "school-id"
_SCHOOL = schema.school
_READ = select(_SCHOOL)
_BEGAN = select(schema.school.c.stamped_at)
_WRITE = insert(_SCHOOL)
_MOVE = update(_SCHOOL)


def id_file(root: Path) -> Path:
    return root / "state" / NAME


def folder_id(root: Path) -> str:
    """Empty where the folder was never joined to a database."""
    try:
        return id_file(root).read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def check_sender(conn: Connection, root: Path) -> None:
    """A computer without the folder shows by a copy of its stamp that it means this school. Raises StoreProblem."""
    row = conn.execute(_READ).first()
    if row is not None and row.stamp == folder_id(root):
        return
    raise StoreProblem(
        "It is not certain that this is our school's database. Copy state/school-id from the school's folder to "
        f"{id_file(root)} on this computer, and look at [store] url."
    )


def began(conn: Connection) -> datetime:
    began: datetime = conn.execute(_BEGAN).scalar_one()
    return began


def check(conn: Connection, root: Path, now: datetime, *, write: bool, inside: bool) -> str:
    """The stamp of this database; raises StoreProblem when it belongs to another folder.

    ``write``: stamp a database that has none, and follow a folder that moved.
    ``inside``: the database file lies in this very folder, so a copy of the whole
    folder is a school of its own.
    """
    own = folder_id(root)
    row = conn.execute(_READ).first()
    if row is None:
        stamp = own or secrets.token_hex(16)
        if write:
            conn.execute(_WRITE, {"id": 1, "stamp": stamp, "folder": str(root), "stamped_at": now})
        return stamp
    same_place = row.folder == str(root)
    if own and own != row.stamp:
        raise StoreProblem(_refusal(row.folder))
    if not own and not same_place:
        raise StoreProblem(_refusal(row.folder))
    if not same_place and not inside and folder_id(Path(row.folder)) == row.stamp:
        raise StoreProblem(_refusal(row.folder))
    if write and not same_place:
        conn.execute(_MOVE.values(folder=str(root)))
    return str(row.stamp)


def _refusal(folder: str) -> str:
    return (
        f"This database belongs to the school folder {folder}. One database is one school:"
        " give this folder its own under [store] url in config.toml, or work in that folder."
    )


def remember(root: Path, stamp: str) -> None:
    """Write the stamp into the folder, where it is not there yet."""
    if folder_id(root) == stamp:
        return
    path = id_file(root)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{stamp}\n", "ascii")
