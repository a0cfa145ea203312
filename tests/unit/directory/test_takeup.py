from dataclasses import replace
from datetime import date

import pytest

from notifier.directory import accept, preview, take_up
from notifier.model.directory import Arrangement, Directory, Sort
from notifier.model.problem import Severity
from tests.unit.directory.folder import Folder, ids

ORDER = "court-order,C0002,P0001,,,2026-01-01,,,scan 7,head"
EVERYWHERE = "injunction,C0002,,,,,,,scan 8,head"
BROKEN = "paper,C0001,,,,31/02/2026,,,,"


def rows(directory: Directory) -> set[tuple[str, str, str | None, bool]]:
    return {(row.sort.value, row.contact_id, row.pupil_id, row.recorded) for row in directory.arrangements}


def pairs(directory: Directory) -> set[tuple[str, str]]:
    return {(link.pupil_id, link.contact_id) for link in directory.links}


class TestGoodFiles:
    def test_the_first_directory_has_version_one(self, folder: Folder) -> None:
        taken = folder.taken()
        assert taken.taken
        assert taken.directory is not None
        assert taken.directory.version == 1
        assert taken.directory.contacts.keys() == {"C0001", "C0002", "C0003"}

    def test_nothing_changed_is_the_same_object(self, folder: Folder) -> None:
        before = folder.directory()
        assert folder.directory(before) is before

    def test_another_order_of_rows_is_no_change(self, folder: Folder) -> None:
        folder.add("arrangements.csv", ORDER)
        folder.add("arrangements.csv", EVERYWHERE)
        before = folder.directory()
        for file in ("pupils.csv", "contacts.csv", "links.csv", "arrangements.csv"):
            header, *others = folder.text(file).splitlines()
            folder.write(file, "\n".join([header, *reversed(others)]) + "\n")
        assert folder.directory(before) is before

    def test_a_change_is_the_next_version(self, folder: Folder) -> None:
        before = folder.directory()
        folder.cell("pupils.csv", 2, "class", "Ash")
        after = folder.directory(before)
        assert (after.version, after.pupils["P0001"].class_) == (2, "Ash")

    def test_a_vanished_link_is_gone_at_once(self, folder: Folder) -> None:
        folder.crowd()
        before = folder.directory()
        folder.drop("links.csv", "P0001,C0002")
        after = folder.directory(before)
        assert ("P0001", "C0002") not in pairs(after)
        assert len(after.links) == len(before.links) - 1

    def test_a_permission_that_vanishes_is_gone(self, folder: Folder) -> None:
        folder.add("arrangements.csv", "consent,C0002,P0001,,C0001,,,,letter,head")
        before = folder.directory()
        folder.drop("arrangements.csv", "consent")
        assert folder.directory(before).arrangements == ()


class TestDenialsStay:
    @pytest.mark.parametrize(
        "sort", ["court-order", "injunction", "agreement", "welfare-hold", "site-ban", "unsubscribe"]
    )
    def test_a_denying_row_that_disappears_stays_from_the_record(self, folder: Folder, sort: str) -> None:
        folder.add("arrangements.csv", f"{sort},C0002,P0001,,,,,,scan 7,head")
        before = folder.directory()
        folder.drop("arrangements.csv", sort)
        taken = folder.taken(before)
        assert taken.directory is not None
        assert rows(taken.directory) == {(sort, "C0002", "P0001", True)}
        assert [problem.id for problem in taken.problems] == ["denial-recorded"]
        again = folder.taken(taken.directory)
        assert again.directory is taken.directory
        assert again.problems == ()

    def test_a_row_with_ended_on_lifts_it(self, folder: Folder) -> None:
        folder.add("arrangements.csv", ORDER)
        before = folder.directory()
        folder.drop("arrangements.csv", "court-order")
        before = folder.directory(before)
        folder.add("arrangements.csv", ORDER.replace(",,,scan", ",,2026-09-01,scan"))
        (row,) = folder.directory(before).arrangements
        assert (row.ended_on, row.recorded) == (date(2026, 9, 1), False)

    def test_a_row_with_another_from_is_another_row(self, folder: Folder) -> None:
        folder.add("arrangements.csv", ORDER)
        before = folder.directory()
        folder.change("arrangements.csv", "2026-01-01,,,", "2026-01-02,,2026-09-01,")
        after = folder.directory(before)
        assert [(str(row.from_), row.ended_on, row.recorded) for row in after.arrangements] == [
            ("2026-01-01", None, True),
            ("2026-01-02", date(2026, 9, 1), False),
        ]

    def test_what_the_system_learned_survives_the_files(self, folder: Folder) -> None:
        learned = Arrangement(Sort.UNSUBSCRIBE, "C0002", recorded=True, recorded_by="STOP")
        before = replace(folder.directory(), arrangements=(learned,))
        folder.cell("pupils.csv", 2, "class", "Ash")
        assert folder.directory(before).arrangements == (learned,)

    def test_a_barred_adult_who_vanishes_keeps_the_addresses_to_keep_out(self, folder: Folder) -> None:
        folder.crowd()
        folder.add("arrangements.csv", ORDER)
        before = folder.directory()
        folder.drop("links.csv", "P0001,C0002")
        folder.drop("contacts.csv", "C0002")
        taken = folder.taken(before)
        assert taken.taken
        after = folder.directory(before)
        assert after.contacts["C0002"].email == "emeka@example.org"
        assert "C0002" not in after.links_of_contact
        folder.drop("arrangements.csv", "court-order")
        later = folder.directory(after)
        assert later.contacts["C0002"].email == "emeka@example.org"
        assert rows(later) == {("court-order", "C0002", "P0001", True)}

    def test_an_adult_who_is_not_barred_vanishes_wholly(self, folder: Folder) -> None:
        folder.crowd()
        folder.add("arrangements.csv", "unsubscribe,C0002,,,,,,,,office")
        before = folder.directory()
        folder.drop("links.csv", "P0001,C0002")
        folder.drop("contacts.csv", "C0002")
        folder.drop("arrangements.csv", "unsubscribe")
        after = folder.directory(before)
        assert "C0002" not in after.contacts
        assert rows(after) == {("unsubscribe", "C0002", None, True)}

    def test_a_bar_on_all_their_pupils_survives_for_a_child_whose_link_vanishes(self, folder: Folder) -> None:
        folder.crowd()
        folder.add("arrangements.csv", EVERYWHERE)
        before = folder.directory()
        folder.drop("links.csv", "P0001,C0002")
        after = folder.directory(before)
        assert rows(after) == {("injunction", "C0002", None, False), ("injunction", "C0002", "P0001", True)}
        assert folder.directory(after) is after

    def test_it_ends_there_too_when_the_row_ends(self, folder: Folder) -> None:
        folder.crowd()
        folder.add("arrangements.csv", EVERYWHERE)
        before = folder.directory()
        folder.drop("links.csv", "P0001,C0002")
        before = folder.directory(before)
        folder.change("arrangements.csv", ",,,scan 8", ",,2026-09-01,scan 8")
        assert {row.ended_on for row in folder.directory(before).arrangements} == {date(2026, 9, 1)}

    def test_a_register_row_outlives_its_child_and_its_contact(self, folder: Folder) -> None:
        folder.crowd()
        folder.add("arrangements.csv", ORDER)
        before = folder.directory()
        folder.drop("pupils.csv", "P0001")
        folder.drop("links.csv", "P0001")
        folder.drop("contacts.csv", "C0002")
        assert not folder.read().sound
        taken = folder.taken(before)
        assert taken.taken
        assert {"arrangement-contact-gone", "arrangement-pupil-gone"} <= set(ids(taken))
        assert folder.taken(taken.directory).taken

    def test_an_id_that_was_never_known_stays_an_error(self, folder: Folder) -> None:
        before = folder.directory()
        folder.add("arrangements.csv", ORDER.replace("C0002", "C9999"))
        taken = folder.taken(before)
        assert not taken.taken
        assert taken.directory is not None
        assert taken.directory.held


class TestFlags:
    def flagged(self, folder: Folder) -> Directory:
        folder.crowd()
        folder.cell("links.csv", 3, "court_order", "yes")
        return folder.directory()

    def test_a_flag_that_disappears_stays_until_accept(self, folder: Folder) -> None:
        before = self.flagged(folder)
        folder.cell("links.csv", 3, "court_order", "no")
        taken = folder.taken(before)
        assert taken.directory is not None
        assert taken.directory.flags == {("C0002", "P0001")}
        assert ids(taken) == ["flag-recorded"]
        accepted = accept(folder.read(), taken.directory).directory
        assert accepted is not None
        assert accepted.flags == frozenset()

    def test_a_flag_stays_though_its_link_vanishes(self, folder: Folder) -> None:
        before = self.flagged(folder)
        folder.drop("links.csv", "P0001,C0002")
        folder.drop("contacts.csv", "C0002")
        after = folder.directory(before)
        assert after.flags == {("C0002", "P0001")}
        assert "C0002" in after.contacts

    def test_a_preview_keeps_every_flag(self, folder: Folder) -> None:
        before = self.flagged(folder)
        folder.cell("links.csv", 3, "court_order", "no")
        assert preview(folder.read(), before).flags == {("C0002", "P0001")}


class TestFilesWithErrors:
    def test_without_a_good_directory_there_is_none(self, folder: Folder) -> None:
        folder.add("arrangements.csv", BROKEN)
        taken = folder.taken()
        assert taken.directory is None
        assert not taken.taken
        assert "date-unreadable" in ids(taken)

    def test_denials_take_effect_on_top_of_the_last_good_directory(self, folder: Folder) -> None:
        before = folder.directory()
        folder.add("pupils.csv", "P0009,Li,Wei,Oak,2,,31/02/2026,")
        folder.add("arrangements.csv", ORDER)
        folder.cell("links.csv", 4, "court_order", "yes")
        folder.cell("pupils.csv", 2, "class", "Ash")
        taken = folder.taken(before)
        after = taken.directory
        assert after is not None
        assert not taken.taken
        assert after.pupils == before.pupils
        assert rows(after) == {("court-order", "C0002", "P0001", False)}
        assert after.flags == {("C0003", "P0002")}
        assert after.version == 2

    def test_permissions_wait_for_good_files(self, folder: Folder) -> None:
        folder.cell("links.csv", 3, "parental_responsibility", "no")
        before = folder.directory()
        folder.cell("links.csv", 3, "parental_responsibility", "yes")
        folder.add("arrangements.csv", "consent,C0002,P0001,,C0001,,,,letter,head")
        folder.add("contacts.csv", "C0009,,Ada,Bello,,nobody,,,,,,,,,")
        folder.add("links.csv", "P0001,C0009,mother,1,yes,yes,yes,no,yes")
        assert folder.directory(before) is before

    def test_an_end_does_not_lift_a_denial_while_files_have_errors(self, folder: Folder) -> None:
        folder.add("arrangements.csv", ORDER)
        before = folder.directory()
        folder.change("arrangements.csv", ",,,scan 7", ",,2026-01-02,scan 7")
        folder.cell("contacts.csv", 4, "email", "nobody")
        assert folder.directory(before) is before
        folder.cell("contacts.csv", 4, "email", "")
        assert folder.directory(before).arrangements[0].ended_on == date(2026, 1, 2)

    @pytest.mark.parametrize(
        "change", [("letter,head", ",head"), ("C0001,,,", "C0003,,,"), ("consent", "paper")], ids=str
    )
    def test_a_consent_changed_in_files_with_errors_is_gone_at_once(
        self, folder: Folder, change: tuple[str, str]
    ) -> None:
        folder.add("arrangements.csv", "consent,C0002,P0001,,C0001,,,,letter,head")
        before = folder.directory()
        folder.change("arrangements.csv", *change)
        folder.cell("contacts.csv", 4, "email", "nobody")
        assert folder.directory(before).arrangements == ()

    def test_a_consent_withdrawn_in_files_with_errors_ends_at_once(self, folder: Folder) -> None:
        folder.add("arrangements.csv", "consent,C0002,P0001,,C0001,,2027-01-01,,letter,head")
        before = folder.directory()
        folder.change("arrangements.csv", ",letter", "2026-01-02,letter")
        folder.cell("contacts.csv", 4, "email", "nobody")
        (row,) = folder.directory(before).arrangements
        assert (row.until, row.ended_on) == (date(2027, 1, 1), date(2026, 1, 2))

    def test_a_link_gone_from_a_faultless_file_stops_at_once(self, folder: Folder) -> None:
        folder.crowd()
        before = folder.directory()
        folder.drop("links.csv", "P0001,C0002")
        folder.cell("contacts.csv", 4, "email", "nobody")
        after = folder.directory(before)
        assert pairs(before) - pairs(after) == {("P0001", "C0002")}
        assert after.contacts == before.contacts

    def test_a_link_gone_from_a_file_with_errors_stays(self, folder: Folder) -> None:
        folder.crowd()
        before = folder.directory()
        folder.drop("links.csv", "P0001,C0002")
        folder.cell("links.csv", 4, "priority", "first")
        assert folder.directory(before) is before

    def test_a_contact_gone_from_a_faultless_file_stops_at_once(self, folder: Folder) -> None:
        folder.crowd()
        before = folder.directory()
        folder.drop("contacts.csv", "C0002")
        after = folder.directory(before)
        assert "C0002" not in after.contacts
        assert ("P0001", "C0002") not in pairs(after)

    def test_files_cut_in_half_silence_nobody(self, folder: Folder) -> None:
        folder.crowd()
        before = folder.directory()
        folder.write("links.csv", folder.text("links.csv")[:500] + '"')
        folder.write("contacts.csv", folder.text("contacts.csv")[:900])
        after = folder.directory(before)
        assert pairs(after) == pairs(before)

    def test_a_row_that_cannot_be_read_silences_and_the_next_good_files_lift_that(self, folder: Folder) -> None:
        before = folder.directory()
        folder.add("arrangements.csv", "cort-order,C0002,P0001,,,,,,scan,head")
        silenced = folder.directory(before)
        assert silenced.silenced == {"C0002"}
        folder.drop("arrangements.csv", "cort-order")
        after = folder.directory(silenced)
        assert (after.silenced, after.version) == (frozenset(), 3)

    def test_who_is_silenced_stays_so_while_the_register_is_missing(self, folder: Folder) -> None:
        folder.add("arrangements.csv", ORDER)
        before = folder.directory()
        folder.add("arrangements.csv", "cort-order,C0003,P0002,,,,,,scan,head")
        before = folder.directory(before)
        (folder.path / "arrangements.csv").unlink()
        after = folder.directory(before)
        assert after.refuses
        assert after.silenced == {"C0003"}
        assert rows(after) == {("court-order", "C0002", "P0001", False)}

    def test_a_register_that_cannot_be_read_holds_and_keeps_what_was_known(self, folder: Folder) -> None:
        folder.add("arrangements.csv", ORDER)
        folder.add("arrangements.csv", "copy,C0002,P0001,,,,,,,office")
        before = folder.directory()
        folder.write("arrangements.csv", "")
        after = folder.directory(before)
        assert after.held
        assert after.arrangements == before.arrangements

    def test_a_barred_adult_from_new_rows_is_known_so_that_addresses_are_kept_out(self, folder: Folder) -> None:
        before = folder.directory()
        folder.add("contacts.csv", "C0009,,Ada,Bello,,ngozi@example.org,,,,,,,,,")
        folder.add("links.csv", "P0001,C0009,other,,,,,no,no")
        folder.add("arrangements.csv", ORDER.replace("C0002", "C0009"))
        folder.cell("pupils.csv", 3, "left_on", "never")
        after = folder.directory(before)
        assert after.contacts["C0009"].email == "ngozi@example.org"
        assert "C0009" not in after.links_of_contact

    def test_denials_count_though_all_other_files_are_missing(self, folder: Folder) -> None:
        before = folder.directory()
        folder.add("arrangements.csv", ORDER)
        for file in ("pupils.csv", "contacts.csv", "links.csv"):
            (folder.path / file).unlink()
        after = folder.directory(before)
        assert rows(after) == {("court-order", "C0002", "P0001", False)}
        assert not after.held
        assert after.links == before.links


class TestMassRemoval:
    def crowded(self, folder: Folder) -> Directory:
        folder.crowd(37)
        return folder.directory()

    def test_five_per_cent_is_taken_up(self, folder: Folder) -> None:
        before = self.crowded(folder)
        for number in (1000, 1001):
            folder.drop("links.csv", f"P{number}")
        assert len(before.links) == 40
        assert folder.taken(before).taken

    def test_more_waits_for_a_person(self, folder: Folder) -> None:
        before = self.crowded(folder)
        for number in (1000, 1001, 1002):
            folder.drop("links.csv", f"P{number}")
        folder.add("arrangements.csv", ORDER)
        taken = folder.taken(before)
        assert taken.directory is not None
        assert not taken.taken
        assert pairs(taken.directory) == pairs(before)
        assert rows(taken.directory) == {("court-order", "C0002", "P0001", False)}
        (problem,) = [problem for problem in taken.problems if problem.id == "mass-removal"]
        assert problem.severity is Severity.HOLD
        assert "3 of 40 links" in problem.sentence
        assert "notifier families accept" in problem.sentence

    def test_accept_takes_it_up_but_no_denial_is_lost(self, folder: Folder) -> None:
        folder.add("arrangements.csv", ORDER)
        before = self.crowded(folder)
        for file in ("pupils.csv", "contacts.csv", "links.csv", "arrangements.csv"):
            folder.write(file, folder.text(file).splitlines()[0] + "\n")
        taken = accept(folder.read(), before)
        assert taken.taken
        assert taken.directory is not None
        assert (taken.directory.pupils, taken.directory.links) == ({}, ())
        assert taken.directory.contacts.keys() == {"C0002"}
        assert rows(taken.directory) == {("court-order", "C0002", "P0001", True)}

    def test_it_holds_in_a_small_school_too(self, folder: Folder) -> None:
        before = folder.directory()
        folder.drop("links.csv", "P0001,C0002")
        taken = folder.taken(before)
        assert not taken.taken
        assert taken.directory is before

    def test_files_with_errors_do_not_get_round_it(self, folder: Folder) -> None:
        before = self.crowded(folder)
        folder.write("links.csv", folder.text("links.csv").splitlines()[0] + "\n")
        folder.cell("contacts.csv", 4, "email", "nobody")
        taken = folder.taken(before)
        assert taken.directory is before
        assert "mass-removal" in ids(taken)

    def test_barred_adults_kept_from_the_record_are_not_counted_again(self, folder: Folder) -> None:
        folder.add("arrangements.csv", ORDER)
        before = folder.directory()
        folder.drop("links.csv", "P0001,C0002")
        folder.drop("contacts.csv", "C0002")
        accepted = accept(folder.read(), before).directory
        assert accepted is not None
        assert folder.taken(accepted).taken


class TestAcceptAndPreview:
    def test_files_with_errors_cannot_be_accepted(self, folder: Folder) -> None:
        before = folder.directory()
        folder.cell("contacts.csv", 4, "email", "nobody")
        taken = accept(folder.read(), before)
        assert not taken.taken
        assert taken.directory is before
        assert "accept-with-errors" in ids(taken)

    def test_accept_without_anything_before_is_a_first_take_up(self, folder: Folder) -> None:
        assert accept(folder.read(), None) == take_up(folder.read(), None)

    def test_a_preview_shows_the_folder_as_if_accepted_with_every_recorded_denial(self, folder: Folder) -> None:
        folder.add("arrangements.csv", ORDER)
        before = folder.directory()
        folder.drop("arrangements.csv", "court-order")
        folder.drop("links.csv", "P0001,C0001")
        shown = preview(folder.read(), before)
        assert ("P0001", "C0001") not in pairs(shown)
        assert rows(shown) == {("court-order", "C0002", "P0001", True)}
        assert shown.version == before.version

    def test_a_preview_without_a_register_says_so(self, folder: Folder) -> None:
        (folder.path / "arrangements.csv").unlink()
        assert preview(folder.read(), None).refuses
        assert preview(folder.read(), Directory()).refuses
