"""Forgetting never makes anybody reachable who is barred."""

from dataclasses import replace
from datetime import date

import pytest

from notifier.directory import without_contact, without_ended, without_pupil
from notifier.model.directory import BARRING, Arrangement, Contact, Directory, Link, Pupil, Sort

HERE = Directory(
    version=7,
    pupils={"P1": Pupil("P1", "Ada", "Okafor", "Oak"), "P2": Pupil("P2", "Ben", "Okafor", "Elm")},
    contacts={
        "C1": Contact("C1", "Mr", "Obi", "Okafor", "Dear Obi", "obi@example.org", "+447700900001", "", ("1 Mill Lane",),
                      "AB1 2CD", "H1", "ig"),
        "C2": Contact("C2", forename="Ada", surname="Eze", email="obi@example.org"),
    },
    links=(Link("P1", "C1"), Link("P2", "C1"), Link("P1", "C2")),
)  # fmt: skip


def with_rows(*rows: Arrangement, **more: object) -> Directory:
    return replace(HERE, arrangements=rows, **more)  # type: ignore[arg-type]


def test_an_adult_without_a_bar_is_gone_with_links_and_wishes() -> None:
    rows = (
        Arrangement(Sort.COPY, "C1"),
        Arrangement(Sort.CONSENT, "C2", value="C1", evidence="letter"),
        Arrangement(Sort.PAPER, "C2"),
    )
    done = without_contact(with_rows(*rows), "C1")
    assert (done.kept, done.barred, done.directory.version) == ((), False, 8)
    assert "C1" not in done.directory.contacts
    assert [link.contact_id for link in done.directory.links] == ["C2"]
    assert [row.sort for row in done.directory.arrangements] == [Sort.PAPER]


@pytest.mark.parametrize("sort", sorted(BARRING))
def test_who_is_barred_stays_barred_and_their_addresses_stay_kept_out(sort: Sort) -> None:
    done = without_contact(with_rows(Arrangement(sort, "C1", "P1", evidence="order 12")), "C1")
    assert done.barred
    assert done.kept
    assert "obi@example.org" in done.directory.holders_of or "obiexampleorg" in done.directory.holders_of
    (row,) = done.directory.arrangements
    assert (row.sort, row.contact_id, row.pupil_id, row.recorded) == (sort, "C1", "P1", True)
    left = done.directory.contacts["C1"]
    assert (left.salutation, left.language, left.household, left.title) == ("", "", "", "")
    assert done.directory.denials_about["P1"] == (row,)


def test_a_court_order_flag_bars_as_well() -> None:
    done = without_contact(with_rows(flags=frozenset({("C1", "P1")})), "C1")
    assert done.barred
    assert done.directory.flags == {("C1", "P1")}
    assert "C1" in done.directory.contacts


def test_who_unsubscribed_stays_so_by_id_alone() -> None:
    done = without_contact(with_rows(Arrangement(Sort.UNSUBSCRIBE, "C1")), "C1")
    assert not done.barred
    assert "C1" not in done.directory.contacts
    assert [row.sort for row in done.directory.arrangements] == [Sort.UNSUBSCRIBE]


def test_a_bar_that_has_ended_keeps_nothing() -> None:
    ended = Arrangement(Sort.COURT_ORDER, "C1", "P1", ended_on=date(2026, 1, 1))
    done = without_contact(with_rows(ended), "C1")
    assert (done.barred, done.directory.arrangements) == (False, ())


def test_a_child_is_gone_and_what_bars_an_adult_about_it_stays_by_ids() -> None:
    rows = (Arrangement(Sort.COURT_ORDER, "C1", "P1"), Arrangement(Sort.COPY, "C2", "P1"))
    done = without_pupil(with_rows(*rows), "P1")
    assert "P1" not in done.directory.pupils
    assert [link.pupil_id for link in done.directory.links] == ["P2"]
    assert [row.sort for row in done.directory.arrangements] == [Sort.COURT_ORDER]


def test_ended_orders_of_the_record_go_after_their_time_and_no_other() -> None:
    ended = Arrangement(Sort.COURT_ORDER, "C1", "P1", ended_on=date(2020, 1, 1), recorded=True)
    in_files = replace(ended, recorded=False)
    in_force = replace(ended, ended_on=None)
    past_its_day = replace(in_force, until=date(2015, 1, 1))
    after, gone = without_ended(with_rows(ended, in_files, in_force, past_its_day), date(2026, 1, 1))
    assert gone == 1
    assert after.arrangements == (in_files, in_force, past_its_day)
    assert without_ended(after, date(2026, 1, 1)) == (after, 0)
