"""How rows of the register outlive the file: denials stay, permissions do not (DESIGN 3.1)."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from itertools import islice

from notifier.model.directory import BARRING, DENYING, Arrangement, Directory, Link, Sort

PERMISSIONS = frozenset({Sort.CONSENT, Sort.COPY, Sort.MARKETING_CONSENT})
"""Granting rows that widen who gets something; the others only say in which form."""

FOR_GONE_LINK = "all their pupils"
"""``value`` of a recorded row that keeps a bar on *all their pupils* for a child whose link is gone."""

Key = tuple[str, str, str, tuple[str, ...], str]


def recorded(rows: Sequence[Arrangement], before: Directory) -> list[Arrangement]:
    """Rows of ``before`` that stay in force although ``rows``, the newest file, no longer has them."""
    there = {row.key for row in rows}
    ends: dict[Key, date | None] = {}
    for row in rows:
        if row.pupil_id is None:
            ends[row.key] = _later(ends[row.key], row.ended_on) if row.key in ends else row.ended_on
    kept = []
    for row in before.arrangements:
        if row.key in there or not (row.recorded or row.sort in DENYING):
            continue
        if row.value == FOR_GONE_LINK and row.sort in BARRING:
            row = replace(row, ended_on=ends.get(replace(row, pupil_id=None).key, row.ended_on))
        kept.append(replace(row, recorded=True))
    return kept


def for_gone_links(rows: Iterable[Arrangement], before: Iterable[Link], after: Iterable[Link]) -> list[Arrangement]:
    """A row of its own for each child that a bar on *all their pupils* would forget with the link.

    Without it the adult's addresses would no longer be kept away from messages
    about that child.
    """
    rows = list(rows)
    there = {row.key for row in rows}
    still = {(link.pupil_id, link.contact_id) for link in after}
    gone: dict[str, list[str]] = {}
    for link in before:
        if (link.pupil_id, link.contact_id) not in still:
            gone.setdefault(link.contact_id, []).append(link.pupil_id)
    added = []
    for row in rows:
        if row.pupil_id is not None or row.sort not in BARRING:
            continue
        for pupil_id in gone.get(row.contact_id, ()):
            own = replace(row, pupil_id=pupil_id, value=FOR_GONE_LINK, recorded=True)
            if own.key not in there:
                there.add(own.key)
                added.append(own)
    return added


def tightened(rows: Iterable[Arrangement], before: Directory, *, whole: bool) -> list[Arrangement]:
    """The register of ``before`` under the denials of ``rows``, which come from a folder that is not taken up.

    Denials of both stand, each in its stricter form; nothing is lifted. A
    permission of ``before`` stays only while the file still gives it, where the
    register was read as a ``whole``.
    """
    denials: dict[Key, Arrangement] = {}
    newest: dict[Key, list[Arrangement]] = {}
    kept: list[Arrangement] = []
    for row in before.arrangements:
        if row.sort in DENYING:
            denials[row.key] = _stricter(denials[row.key], row) if row.key in denials else row
    for row in rows:
        newest.setdefault(row.key, []).append(row)
        if row.sort in DENYING:
            denials[row.key] = _stricter(denials[row.key], row) if row.key in denials else row
    for row in before.arrangements:
        if row.sort in PERMISSIONS and whole and not row.recorded:
            still = (other for other in newest.get(row.key, ()) if _same_consent(row, other))
            kept.extend(_narrower(row, other) for other in islice(still, 1))
        elif row.sort not in DENYING:
            kept.append(row)
    return [*denials.values(), *kept]


def _stricter(one: Arrangement, other: Arrangement) -> Arrangement:
    return replace(
        one,
        until=_later(one.until, other.until),
        ended_on=_later(one.ended_on, other.ended_on),
        evidence=one.evidence or other.evidence,
        recorded_by=one.recorded_by or other.recorded_by,
        recorded=one.recorded and other.recorded,
    )


def _narrower(one: Arrangement, other: Arrangement) -> Arrangement:
    return replace(one, until=_sooner(one.until, other.until), ended_on=_sooner(one.ended_on, other.ended_on))


def _same_consent(one: Arrangement, other: Arrangement) -> bool:
    return one.value == other.value and bool(other.evidence) >= bool(one.evidence)


def _later(one: date | None, other: date | None) -> date | None:
    """None is never: a denial without an end is the stricter one."""
    return None if one is None or other is None else max(one, other)


def _sooner(one: date | None, other: date | None) -> date | None:
    days = [day for day in (one, other) if day is not None]
    return min(days) if days else None
