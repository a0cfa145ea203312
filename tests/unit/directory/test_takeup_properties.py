"""Whatever order the files go through: a denial is never lost, a permission never comes from bad files."""

from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.directory import Reading, accept, preview, take_up
from notifier.directory.faults import FAULTS
from notifier.directory.findings import fault
from notifier.directory.reading import ARRANGEMENTS, CONTACTS, LINKS, PUPILS
from notifier.model.directory import (
    DENYING,
    Arrangement,
    Contact,
    Directory,
    Link,
    LivesWith,
    Pupil,
    Responsibility,
    Sort,
)
from notifier.model.message import Kind

EXAMPLES = settings.default.max_examples // 2 if settings.default else 50
"""Half of the profile's: each example is a whole history of files."""

PUPIL_IDS = [f"P{number}" for number in range(3)]
CONTACT_IDS = [f"C{number}" for number in range(3)]
DAYS = [None, date(2026, 1, 1), date(2026, 6, 1)]

arrangements = st.builds(
    Arrangement,
    sort=st.sampled_from(Sort),
    contact_id=st.sampled_from(CONTACT_IDS),
    pupil_id=st.sampled_from([None, *PUPIL_IDS]),
    scope=st.sampled_from([frozenset(), frozenset({Kind.LETTER})]),
    value=st.sampled_from(["", "C0"]),
    from_=st.sampled_from(DAYS[:2]),
    until=st.sampled_from(DAYS),
    ended_on=st.sampled_from(DAYS),
    evidence=st.sampled_from(["", "scan"]),
)


@st.composite
def readings(draw: st.DrawFn) -> Reading:
    pupils = {id: Pupil(id, "Ada", "Bello", "Oak") for id in draw(st.sets(st.sampled_from(PUPIL_IDS)))}
    contacts = {id: Contact(id, surname="Bello") for id in draw(st.sets(st.sampled_from(CONTACT_IDS)))}
    links = tuple(
        Link(
            pupil_id,
            contact_id,
            lives_with=draw(st.sampled_from(LivesWith)),
            responsibility=draw(st.sampled_from(Responsibility)),
            court_order=draw(st.booleans()),
        )
        for pupil_id in sorted(pupils)
        for contact_id in sorted(contacts)
        if draw(st.booleans())
    )
    faulty = frozenset(draw(st.sets(st.sampled_from([PUPILS, CONTACTS, LINKS, ARRANGEMENTS]))))
    unread = frozenset(file for file in sorted(faulty) if draw(st.booleans()))
    return Reading(
        pupils=pupils,
        contacts=contacts,
        links=links,
        arrangements=tuple(draw(st.lists(arrangements, max_size=4))),
        flags=frozenset((link.contact_id, link.pupil_id) for link in links if link.court_order),
        found=tuple(fault("word-unknown", "Write yes or no.", f"families/{file}:2:1") for file in sorted(faulty)),
        faulty=faulty,
        unread=unread,
        known=frozenset(contacts),
    )


def in_force(directory: Directory) -> set[tuple[object, ...]]:
    """Keys of denying rows that nothing has ended."""
    return {row.key for row in directory.arrangements if row.sort in DENYING and row.ended_on is None}


def permissions(directory: Directory) -> set[tuple[object, ...]]:
    """All that could let somebody through."""
    links = {(link.pupil_id, link.contact_id, link.lives_with, link.responsibility) for link in directory.links}
    rows = {
        ("row", *row.key, row.value)
        for row in directory.arrangements
        if row.sort in {Sort.CONSENT, Sort.COPY, Sort.MARKETING_CONSENT}
    }
    return {*links, *rows}


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(readings(), min_size=1, max_size=6), st.booleans())
def test_a_denial_known_once_is_never_lost_without_an_end(files: list[Reading], accepting: bool) -> None:
    before: Directory | None = None
    for reading in files:
        taken = accept(reading, before) if accepting else take_up(reading, before)
        if before is not None:
            assert taken.directory is not None
            ended = {row.key for row in reading.arrangements if row.ended_on} if reading.sound else set()
            assert in_force(before) - ended <= in_force(taken.directory)
        before = taken.directory


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(readings(), min_size=1, max_size=6))
def test_a_denial_that_can_be_read_takes_effect_at_once(files: list[Reading]) -> None:
    before: Directory | None = None
    for reading in files:
        before = take_up(reading, before).directory
        if before is not None:
            denied = {row.key for row in reading.arrangements if row.sort in DENYING and row.ended_on is None}
            assert denied <= in_force(before)
            assert reading.flags <= before.flags


@settings(max_examples=EXAMPLES, deadline=None)
@given(readings(), readings())
def test_a_permission_never_comes_from_files_with_errors(first: Reading, second: Reading) -> None:
    good = take_up(replace(first, found=(), faulty=frozenset(), unread=frozenset()), None).directory
    assert good is not None
    taken = take_up(second, good)
    assert taken.directory is not None
    if not taken.taken:
        assert permissions(taken.directory) <= permissions(good)
    else:
        assert second.sound


@settings(max_examples=EXAMPLES, deadline=None)
@given(readings())
def test_without_a_good_directory_nothing_comes_from_files_with_errors(reading: Reading) -> None:
    assert (take_up(reading, None).directory is not None) == reading.sound


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(readings(), min_size=1, max_size=5))
def test_a_flag_stays_until_a_person_accepts(files: list[Reading]) -> None:
    before: Directory | None = None
    for reading in files:
        after = take_up(reading, before).directory
        if before is not None:
            assert after is not None
            assert before.flags <= after.flags
            assert before.flags <= preview(reading, before).flags
            assert in_force(before) - {row.key for row in reading.arrangements} <= in_force(preview(reading, before))
        before = after


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(readings(), min_size=1, max_size=5))
def test_the_same_files_again_change_nothing(files: list[Reading]) -> None:
    before: Directory | None = None
    for reading in files:
        before = take_up(reading, before).directory
        assert take_up(reading, before).directory is before


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(readings(), min_size=2, max_size=5))
def test_who_is_barred_keeps_a_record_to_keep_addresses_out(files: list[Reading]) -> None:
    before: Directory | None = None
    for reading in files:
        after = take_up(reading, before).directory
        if before is not None:
            assert after is not None
            barred = {row.contact_id for row in after.arrangements if row.sort is Sort.COURT_ORDER}
            assert (barred & before.contacts.keys()) <= after.contacts.keys()
        before = after


def test_the_fault_used_here_is_an_error() -> None:
    assert FAULTS["word-unknown"].severity == "error"
