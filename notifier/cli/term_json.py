"""The governors' report as JSON: the same numbers as on the page, null where so few families stand behind one."""

from typing import Any
from zoneinfo import ZoneInfo

from notifier.acceptance.noticing.given import Given
from notifier.care.term import Term


def as_json(term: Term, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "school": term.school,
        "term": term.span.name,
        "from": term.span.from_.isoformat(),
        "until": term.span.until.isoformat(),
        "messages": {
            one.kind.value: {
                "messages": one.messages,
                "copies": one.copies,
                "reached": one.reached,
                "not_reached": one.unreached,
                "on_the_way": one.on_the_way,
            }
            for one in term.kinds
        },
        "ways": dict(term.ways),
        "published": dict(term.public),
        "not_reached": {"to_ring": term.to_ring, "ended": term.ended},
        "languages": [
            {
                "language": one.language,
                "copies": one.copies,
                "in_that_language": one.own,
                "offered": one.offered,
                "reached": one.reached,
            }
            for one in term.languages
        ],
        "second_homes": term.second_homes,
        "closures": [
            {
                "at": one.at.astimezone(zone).isoformat(),
                "copies": one.copies,
                "reached": one.reached,
                "confirmed": one.confirmed,
                "within_minutes": {str(minutes): number for minutes, number in one.within.items()},
                "half_after_minutes": one.half,
                "nine_in_ten_after_minutes": one.most,
            }
            for one in term.closures
        ],
        "events": [event_json(one, zone) for one in term.events],
        "complaints": {one.value: number for one, number in term.complaints.items()},
    }


def event_json(one: Given, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "event_id": one.event_id,
        "title": one.title,
        "date": one.date.isoformat(),
        "category": one.category,
        "first_copy": one.first_copy.astimezone(zone).isoformat() if one.first_copy else None,
        "school_days": one.school_days,
        "wanted": one.wanted,
        "enough": one.enough,
    }
