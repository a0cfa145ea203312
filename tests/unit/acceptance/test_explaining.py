"""What staff are told about a message, and what an adult may be told about it."""

import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.acceptance.explaining import NOT_CONCERNED, Account, explained
from notifier.acceptance.outward import GIVES_AWAY, UnsafeSentences, outward, sentences
from notifier.model.directory import Arrangement, Directory
from notifier.model.message import Lane, Message, Mode
from notifier.model.policy import Policy
from notifier.model.states import DeliveryState, LegState, MessageState
from notifier.queue import StoredDelivery, StoredLeg
from notifier.routing import plan, rules
from tests.unit.routing.families import (
    HYDE_PARK,
    NOW,
    WOODGRANGE,
    adult,
    at_home,
    child,
    families,
    link,
    message,
    row,
)
from tests.unit.routing.generated import cases, many

WORDS = sentences()
TELLING = ("court", "order", "injunction", "hold", "restriction", "restricted", "barred", "banned")

FAMILY = families(
    child("P1", forename="Amira", surname="Khan"),
    at_home("MUM", forename="Sara", surname="Khan"),
    at_home("AUNT", forename="Nadia", surname="Malik"),
    adult("DAD", forename="Tariq", surname="Aziz", mobile="+447700900002"),
    adult("FAR", forename="Jan", surname="Novak"),
    link("P1", "MUM", lives="yes"),
    link("P1", "DAD", 2, lives="no"),
)


def account(
    directory: Directory,
    about: Message,
    policy: Policy = WOODGRANGE,
    state: DeliveryState = DeliveryState.HANDED_OVER,
    reason: str = "",
) -> Account:
    """The message as the store would tell of it: every delivery in this state, each first way handed over."""
    made = plan(about, directory, policy, NOW)
    stored = tuple(
        StoredDelivery(f"d{number}", "letter-1", one, state, 0, reason=reason)
        for number, one in enumerate(made.deliveries)
    )
    legs = tuple(
        StoredLeg(
            f"{one.id}/0",
            one.id,
            "letter-1",
            0,
            channel,
            addresses[0].contact_id,
            Lane.NORMAL,
            Mode.TRIAL,
            LegState.SENT,
            None,
            1,
            0,
            settled_at=NOW,
        )
        for one in stored
        for channel, addresses in one.delivery.routes.items()
        if addresses
    )
    return Account(about, MessageState.DONE, stored, made.withheld, tuple(made.trace), legs)


def named(id: str) -> str:
    found = FAMILY.pupils.get(id) or FAMILY.contacts.get(id)
    return f"{found.name} ({id})" if found else id


def spoken(at: datetime) -> str:
    return f"{at:%d %B}"


def told(of: Account, contact: str = "", pupil: str = "") -> list[str]:
    return explained(of.about(contact, pupil), named, spoken, steps=bool(contact or pupil))


class TestForStaff:
    def test_names_stand_beside_the_ids_and_each_reason_has_its_rule(self) -> None:
        lines = told(account(FAMILY, message()))
        assert lines[0] == "Sara Khan (MUM) about Amira Khan (P1): handed over."
        assert "Tariq Aziz (DAD) does not get it about Amira Khan (P1)." in lines
        assert f"  Why: {rules.REASONS['W39']} (W39)" in lines

    def test_it_says_where_each_copy_stands_and_why_a_way_failed(self) -> None:
        found = account(FAMILY, message(), state=DeliveryState.UNREACHED, reason="The line was engaged.")
        failed = replace(found.legs[0], state=LegState.PERMANENT_FAILURE, reason="There is no such mailbox.")
        lines = told(replace(found, legs=(failed,)))
        assert lines[0].endswith("not reached; somebody must ring.")
        assert "  Reason: The line was engaged." in lines
        assert "    email to Sara Khan (MUM): did not get through, 20 November: There is no such mailbox." in lines

    @pytest.mark.parametrize(
        ("theirs", "more", "kind", "why"),
        [
            ({"contract_signatory": True}, (), "letter", "they live apart and signed the contract with the school"),
            ({}, (), "emergency", "every parent gets this, wherever they live"),
            ({"relationship": "SWR"}, (), "letter", "it has parental responsibility, and always gets its own"),
            (
                {"relationship": "SWR", "pr": "no"},
                (row("consent", "DAD", "P1", value="MUM"),),
                "letter",
                "a parent who signed the contract agreed in writing",
            ),
        ],
    )
    def test_a_copy_beside_the_childs_home_is_explained_by_what_let_it_through(
        self, theirs: dict[str, Any], more: tuple[Arrangement, ...], kind: str, why: str
    ) -> None:
        family = families(
            child("P1"),
            at_home("MUM"),
            adult("DAD"),
            link("P1", "MUM", lives="yes", contract_signatory=True),
            link("P1", "DAD", 2, **theirs),
            *more,
        )
        lines = told(account(family, message(kind), HYDE_PARK), "DAD")
        assert [line for line in lines if line.startswith(f"  Why them: {why} (")], lines
        assert [line for line in lines if line.startswith("  4. Tariq Aziz (DAD)") and why in line], lines

    def test_the_steps_come_in_order_with_what_is_not_set_up_said_once(self) -> None:
        facts = WOODGRANGE.channels
        bare = replace(WOODGRANGE, channels={**facts, "letter": replace(facts["letter"], configured=False)})
        lines = told(account(FAMILY, message(), bare), "MUM")
        steps = [int(line.split(".")[0]) for line in lines if re.match(r"  \d+\. ", line)]
        assert steps == sorted(steps)
        assert [line for line in lines if "not set up" in line.casefold()] == ["  Not set up, and so left out: letter"]
        assert not any("Aziz" in line for line in lines)

    @pytest.mark.parametrize("contact", ["FAR", "AUNT", "NOBODY"])
    def test_whom_it_does_not_concern_is_all_that_is_said(self, contact: str) -> None:
        assert told(account(FAMILY, message()), contact) == [NOT_CONCERNED]

    def test_about_one_child_nothing_is_said_of_another_child_s_adults(self) -> None:
        school = families(
            *(child("P1"), child("P2"), adult("MUM"), adult("OTHER")),
            *(link("P1", "MUM", lives="yes"), link("P2", "OTHER", lives="yes")),
        )
        found = account(school, message())
        lines = told(found, pupil="P1")
        assert any("MUM" in line and line.startswith("  6.") for line in lines)
        assert not any("OTHER" in line or "P2" in line for line in lines)
        assert found.contact_ids - {""} == {"MUM", "OTHER"}
        assert found.pupil_ids - {""} == {"P1", "P2"}

    def test_an_adult_without_a_copy_of_their_own_is_told_of_their_home_s(self) -> None:
        twins = families(
            child("P1"),
            child("P2"),
            at_home("MUM"),
            at_home("STEP"),
            link("P1", "MUM", lives="yes"),
            link("P2", "MUM", lives="yes"),
            link("P2", "STEP", 2, lives="yes"),
        )
        lines = told(account(twins, message()), "STEP")
        assert any("Their home has one copy" in line for line in lines)
        assert outward(account(twins, message()), "STEP", WORDS) == [
            "One copy goes to each home, and yours has had its own."
        ]

    def test_what_waits_says_only_that(self) -> None:
        waiting = Account(message(), MessageState.WAITING)
        assert told(waiting, "FAR") == [told(waiting)[0]]
        assert "waits for its moment" in told(waiting)[0]


class TestForAParent:
    @pytest.mark.parametrize("sort", ["court-order", "injunction", "agreement", "welfare-hold"])
    def test_who_is_barred_hears_the_same_whatever_the_reason(self, sort: str) -> None:
        directory = families(*FAMILY.pupils.values(), *FAMILY.contacts.values(), *FAMILY.links, row(sort, "DAD", "P1"))
        assert outward(account(directory, message()), "DAD", WORDS) == [WORDS.otherwise]

    def test_who_did_not_ask_for_a_copy_hears_how_to(self) -> None:
        assert outward(account(FAMILY, message()), "DAD", WORDS) == [WORDS.rules["W39"]]

    def test_who_got_it_hears_by_which_way(self) -> None:
        assert outward(account(FAMILY, message()), "MUM", WORDS)[0].startswith("It went out to you (email")

    def test_what_was_withheld_just_before_it_was_sent_gives_no_more_away(self) -> None:
        found = account(FAMILY, message(), state=DeliveryState.WITHHELD, reason="Nobody may get it any more. (H25)")
        assert outward(found, "MUM", WORDS) == [WORDS.otherwise]

    def test_a_stranger_hears_that_it_does_not_concern_them(self) -> None:
        assert outward(account(FAMILY, message()).about("FAR"), "FAR", WORDS) == ["This message does not concern you."]

    @many
    @given(cases(), st.sampled_from(DeliveryState), st.sampled_from(["", "Stopped. (H25)", "Stopped. (H32)"]))
    def test_nothing_about_anybody_else_and_no_word_of_an_order_is_ever_said(
        self, case: tuple[Directory, Message, Policy], state: DeliveryState, reason: str
    ) -> None:
        directory, about, policy = case
        found = account(directory, about, policy, state, reason)
        for contact_id in directory.contacts:
            said = "\n".join(outward(found.about(contact_id), contact_id, WORDS))
            assert said
            assert not GIVES_AWAY.search(said.casefold())
            assert not any(word in said.casefold() for word in TELLING), said
            names = [one.surname for one in directory.pupils.values()]
            names += [one.surname for one in directory.contacts.values()]
            assert not [word for word in (*directory.pupils, *directory.contacts, *names) if word in said]
            for contact in directory.contacts.values():
                for value in (contact.email, contact.mobile, contact.phone, contact.postcode):
                    assert not value or value not in said


class TestTheSchoolsOwnSentences:
    def write(self, folder: Path, text: str) -> Path:
        (folder / "outward").mkdir()
        (folder / "outward" / "sentences.toml").write_text(text, encoding="utf-8")
        return folder

    def test_they_are_laid_over_ours(self, tmp_path: Path) -> None:
        found = sentences(self.write(tmp_path, '[rules]\nW39 = "Ask Mrs Bell."\n'))
        assert (found.why("W39"), found.why("H25")) == ("Ask Mrs Bell.", WORDS.otherwise)

    @pytest.mark.parametrize(
        "text",
        [
            'otherwise = "There is a court order."',
            '[rules]\nH32 = "It is on Hold."',
            "otherwise = 7",
            "rules = 3",
            "x =",
        ],
    )
    def test_what_would_give_something_away_or_cannot_be_read_is_refused(self, tmp_path: Path, text: str) -> None:
        with pytest.raises(UnsafeSentences, match=r"sentences\.toml"):
            sentences(self.write(tmp_path, text))

    def test_ours_cover_rules_that_exist(self) -> None:
        assert {*WORDS.rules} <= {*rules.REASONS, rules.PRESENT}
