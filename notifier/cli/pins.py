"""Wrong PINs are counted, in a file that is there also without a database, and whoever errs too often must wait."""

import fcntl
import json
import os
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path

from notifier.logs import logger

FILE = "pin-tries.json"
UNTOLD = "pin-wrong.jsonl"
"""Wrong PINs that do not stand in the audit yet, one a line: they are noticed before the database is opened."""
FREE = 5
"""So many wrong PINs may follow one another before anybody waits."""
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN = timedelta(hours=24)

log = logger("pins")


class Tries:
    """The wrong PINs of each person, one after the other; a right one wipes them out.

    Where the file cannot be used nobody is kept out: closing the school must not hang on a disk that is full.
    """

    def __init__(self, state: Path) -> None:
        self._file = state / FILE
        self._untold = state / UNTOLD

    def wait_until(self, person: str, now: datetime) -> datetime | None:
        """Until when this person's PIN is not even looked at; None: it is."""
        wrong, last = self._read().get(person, (0, now))
        if wrong < FREE or now - last > FORGOTTEN:
            return None
        wait = min(FIRST_WAIT * 2 ** (wrong - FREE), LONGEST_WAIT)
        return last + wait if last <= now < last + wait else None

    def note(self, person: str, now: datetime, *, right: bool) -> None:
        if not right:
            log.info("a wrong PIN", staff=person)
        try:
            if not right:
                self._append(json.dumps([person, now.isoformat()]) + "\n")
            self._change(person, now, right)
        except OSError as fault:
            log.warning("wrong PINs cannot be counted", reason=fault.strerror)

    async def tell(self, record: Callable[[str, datetime], Awaitable[None]]) -> None:
        """Each wrong PIN that stands in no audit yet to ``record``, with whose it was and when; then it is told.

        Raises what ``record`` raises, and then all is told again the next time.
        """
        try:
            file = self._untold.open("r+", encoding="ascii", errors="replace")
        except OSError:
            return
        with file:
            fcntl.flock(file, fcntl.LOCK_EX)
            for line in file:
                try:
                    person, at = json.loads(line)
                    when = datetime.fromisoformat(at)
                except (ValueError, TypeError):  # a line that a power cut broke
                    continue
                await record(str(person), when)
            file.truncate(0)

    def _append(self, line: str) -> None:
        self._untold.parent.mkdir(parents=True, exist_ok=True)
        with open(os.open(self._untold, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600), "w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.write(line)
            file.flush()
            os.fsync(file.fileno())

    def _change(self, person: str, now: datetime, right: bool) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with open(os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+", encoding="ascii") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            known = _understood(file.read())
            wrong, last = known.pop(person, (0, now))
            if not right:
                known[person] = (1 if now - last > FORGOTTEN else wrong + 1, now)
            file.seek(0)
            file.write(json.dumps({id: [count, at.isoformat()] for id, (count, at) in known.items()}))
            file.truncate()
            file.flush()
            os.fsync(file.fileno())

    def _read(self) -> dict[str, tuple[int, datetime]]:
        try:
            return _understood(self._file.read_text("ascii"))
        except (OSError, UnicodeDecodeError):
            return {}


def _understood(text: str) -> dict[str, tuple[int, datetime]]:
    try:
        return {str(id): (int(count), datetime.fromisoformat(at)) for id, (count, at) in json.loads(text).items()}
    except (ValueError, TypeError, AttributeError):
        return {}
