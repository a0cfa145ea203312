"""The letter that asks every adult to look over what the school holds about them (H34).

It is a message like any other: planned by the same rules, looked at again just before each copy goes. What is held
is no part of its words. It is put under them for each adult at that moment, so it is as new as the families' files,
and about nobody and no child whom that copy is not for by then.
"""

from datetime import date

from notifier.model.message import Header, Kind, Submission
from notifier.model.staff import Authority
from notifier.rendering.prepared import Prepared

WORDS = "check-details"


def details_letter(words: Prepared, to: tuple[str, ...], authority: Authority, day: date) -> Submission:
    """Once a day for the same adults, however often it is asked for."""
    bodies = words.bodies(WORDS)
    return Submission(
        key=f"{WORDS}:{day.isoformat()}:{';'.join(sorted(to)).casefold()}",
        source=WORDS,
        intake="",
        authority=authority,
        header=Header(kind=Kind.LETTER, to=to, subject=bodies[0].subject, reply_slip=True),
        bodies=bodies,
        details=True,
    )
