"""Orders that name a last day: they do not end by themselves, so somebody must ask in time (H34)."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from notifier.directory.findings import fault
from notifier.directory.register import SCHEMA
from notifier.model.directory import BARRING, Arrangement
from notifier.model.problem import Problem

AHEAD = timedelta(weeks=4)
"""So long before its last day a court may be asked for another."""


def reviews(rows: Iterable[Arrangement], today: date) -> Iterator[Problem]:
    """Advice on each barring row whose last day is near or past, and which nobody has ended."""
    for row in rows:
        if row.sort not in BARRING or row.until is None or row.ended_on is not None or today < row.until - AHEAD:
            continue
        about = f"{row.contact_id} about {row.pupil_id}" if row.pupil_id else row.contact_id
        yield fault(
            "order-review-due",
            f"The {row.sort} for {about} names {row.until:%-d %B %Y} as its last day. It is followed after that too: "
            "ask whether there is a new one, then write its date under until, or ended_on.",
            f"families/{SCHEMA.file}",
            "H34",
        )
