"""Step 9: what is told in person, and what never stands where anybody reads it."""

from dataclasses import replace

import pytest

from notifier.config.policy import profile, profile_names
from notifier.model.message import Attachment, Reach, Term
from notifier.model.policy import Policy
from notifier.routing import rules
from notifier.routing.safeguards import names_in
from tests.unit.routing.families import (
    HYDE_PARK,
    OAK,
    SCHOOL,
    WOODGRANGE,
    adult,
    at_home,
    body,
    child,
    families,
    link,
    message,
    pairs,
    planned,
    problem_ids,
    row,
    visit,
)

ZOE = child("P1", forename="Zoë Ann", surname="O'Neill-Khan")
DIRECTORY = families(ZOE, child("P2", "Elm"), at_home("MUM"), link("P1", "MUM", lives="yes"))
ONE = Term(Reach.PUPIL, "P1")


class TestInPerson:
    @pytest.mark.parametrize("category", ["head-injury", "Head Injury", "behaviour", "SAFEGUARDING", "head_injury"])
    @pytest.mark.parametrize("kind", ["letter", "newsletter", "report", "notice", "emergency"])
    def test_its_categories_are_refused_on_every_channel_with_a_task(self, category: str, kind: str) -> None:
        plan = planned(DIRECTORY, message(kind, ONE, category=category))
        assert (plan.deliveries, plan.public, plan.withheld) == ((), (), ())
        assert [(p.id, p.severity.value, p.rule) for p in plan.problems] == [("in-person-only", "error", "W42")]
        assert [(task.about, task.rule) for task in plan.tasks] == [(("P1",), "W42")]

    def test_w10_a_school_keeps_other_sensitive_matters_for_an_appointment_too(self) -> None:
        policy = replace(WOODGRANGE, in_person_only=frozenset({"friendship-worries"}))
        plan = planned(DIRECTORY, message("letter", ONE, category="Friendship worries"), policy)
        assert (plan.deliveries, problem_ids(plan)) == ((), ["in-person-only"])
        assert [task.about for task in plan.tasks] == [("P1",)]

    @pytest.mark.parametrize("category", ["", "trip", "behaviours-week"])
    def test_other_categories_go(self, category: str) -> None:
        assert not planned(DIRECTORY, message(category=category)).problems

    @pytest.mark.parametrize(
        "plain", ["He had a head injury.", "A HEAD-INJURY today", "head\ninjury", "our safeguarding week"]
    )
    def test_its_words_hold_the_message_for_the_head(self, plain: str) -> None:
        plan = planned(DIRECTORY, message(bodies=(body(plain),)))
        assert [(p.id, p.severity.value, p.rule) for p in plan.problems] == [("in-person-words", "hold", "W42")]
        assert plan.deliveries

    @pytest.mark.parametrize("name", profile_names())
    def test_h19_how_rewards_and_sanctions_work_is_no_matter_for_a_talk(self, name: str) -> None:
        policy = replace(HYDE_PARK, watch_words=tuple(profile(name)["watch_words"]))
        told = body("Our behaviour policy has rewards, such as stars, and sanctions, such as time to think.")
        assert not planned(DIRECTORY, message(bodies=(told,), category="policies"), policy).problems
        assert problem_ids(planned(DIRECTORY, message(bodies=(body("Poor behaviour again."),)), policy)) == [
            "in-person-words"
        ]

    @pytest.mark.parametrize("plain", ["She is head of the injury desk.", "ahead injury", "safeguardings"])
    def test_words_that_only_look_alike_do_not(self, plain: str) -> None:
        assert not planned(DIRECTORY, message(bodies=(body(plain),))).problems

    def test_the_subject_the_short_text_and_translations_are_read_too(self) -> None:
        for bodies in (
            (body(subject="Safeguarding"),),
            (body(text="Safeguarding"),),
            (body(), body("Safeguarding", language="ur")),
        ):
            assert problem_ids(planned(DIRECTORY, message(bodies=bodies))) == ["in-person-words"]


class TestPublic:
    @pytest.mark.parametrize(
        ("policy", "kind", "important", "channels"),
        [
            (WOODGRANGE, "newsletter", False, ["website"]),
            (WOODGRANGE, "letter", False, []),
            (WOODGRANGE, "letter", True, ["website"]),
            (WOODGRANGE, "notice", True, ["website"]),
            (WOODGRANGE, "report", True, []),
            (WOODGRANGE, "emergency", False, ["website", "noticeboard"]),
            (HYDE_PARK, "letter", False, ["website"]),
            (HYDE_PARK, "notice", False, []),
        ],
    )
    @pytest.mark.parametrize("to", [OAK, SCHOOL, Term(Reach.YEAR, "")])
    def test_the_kind_decides_for_a_class_or_more(
        self, policy: Policy, kind: str, important: bool, channels: list[str], to: Term
    ) -> None:
        plan = planned(DIRECTORY, message(kind, to, important=important), policy)
        assert [item.channel for item in plan.public] == channels

    def test_a_message_to_fewer_than_a_class_never_goes_there(self) -> None:
        plan = planned(DIRECTORY, message("newsletter", ONE))
        assert (plan.public, plan.problems) == ((), ())

    @pytest.mark.parametrize(("kind", "to"), [("letter", ONE), ("report", SCHOOL)])
    def test_asking_for_it_all_the_same_is_answered_with_advice(self, kind: str, to: Term) -> None:
        plan = planned(DIRECTORY, message(kind, to, also=("noticeboard",)))
        assert plan.public == ()
        assert [(p.id, p.severity.value) for p in plan.problems] == [("public-too-narrow", "advice")]

    def test_a_noticeboard_can_be_asked_for(self) -> None:
        plan = planned(DIRECTORY, message("newsletter", also=("noticeboard", "website")))
        assert [item.channel for item in plan.public] == ["website", "noticeboard"]
        assert all("noticeboard" not in rung for delivery in plan.deliveries for rung in delivery.ladder)

    @pytest.mark.parametrize(
        "plain",
        [
            "Well done Zoë Ann O'Neill-Khan!",
            "zoë ann o’neill-khan's picture",
            "ZOE ANN ONEILL KHAN and Zoe Ann O Neill Khan",
            "Zoe O'Neill-Khan",
            "O'Neill-Khan, Zoë",
            "Zoe\u0308 O'Neill\u2011Khan",
        ],
    )
    def test_a_child_s_full_name_keeps_it_away_with_advice(self, plain: str) -> None:
        plan = planned(DIRECTORY, message("newsletter", bodies=(body(plain),)))
        assert plan.public == ()
        assert problem_ids(plan) == ["group-names-child", "public-names-child"]
        assert {problem.rule for problem in plan.problems} == {rules.PUBLIC}
        assert plan.deliveries

    @pytest.mark.parametrize("plain", ["Well done Zoë!", "Mr Khan and Mrs O'Neill", "Zoë Ann Price", "Neill-Khan Zoës"])
    def test_a_first_name_or_a_surname_alone_does_not(self, plain: str) -> None:
        assert names_in(message(bodies=(body(plain),)), DIRECTORY) == ()

    def test_a_file_s_name_is_read_too(self) -> None:
        picture = Attachment("Zoe-O'Neill-Khan.jpg", "image/jpeg", "0" * 64, 9)
        assert names_in(message(attachments=(picture,)), DIRECTORY) == ("P1",)

    def test_the_advice_names_no_child(self) -> None:
        plan = planned(DIRECTORY, message("newsletter", bodies=(body("Zoë Ann O'Neill-Khan"),)))
        assert not [problem for problem in plan.problems if "Khan" in problem.sentence]


class TestNamedToAGroup:
    NAMED = (body("Zoë O'Neill-Khan was late again."),)

    @pytest.mark.parametrize("kind", ["newsletter", "letter", "notice"])
    @pytest.mark.parametrize(
        "to", [(SCHOOL,), (OAK,), (Term(Reach.YEAR, ""),), (Term(Reach.GROUP, "Choir"), ONE), (ONE, OAK)]
    )
    def test_what_names_a_child_in_full_waits_for_a_yes(self, kind: str, to: tuple[Term, ...]) -> None:
        plan = planned(DIRECTORY, message(kind, *to, bodies=self.NAMED))
        (found,) = [problem for problem in plan.problems if problem.id == "group-names-child"]
        assert (found.severity.value, found.rule) == ("hold", "W43")
        assert "P1" in found.sentence
        assert found in plan.doubts
        assert plan.deliveries

    @pytest.mark.parametrize(("kind", "to"), [("letter", ONE), ("report", OAK), ("emergency", SCHOOL)])
    def test_what_is_about_that_child_alone_a_report_and_an_emergency_do_not_wait(self, kind: str, to: Term) -> None:
        assert not planned(DIRECTORY, message(kind, to, bodies=self.NAMED)).doubts

    @pytest.mark.parametrize("policy", [WOODGRANGE, HYDE_PARK])
    def test_w28_praise_for_one_child_goes_home_by_itself_and_is_never_published(self, policy: Policy) -> None:
        praise = message("letter", ONE, bodies=(body("Zoë O'Neill-Khan read to the whole class."),), important=True)
        plan = planned(DIRECTORY, praise, policy)
        assert (pairs(plan), plan.public, plan.problems) == ({("MUM", "P1")}, (), ())

    def test_a_first_name_does_not_wait(self) -> None:
        assert not planned(DIRECTORY, message("letter", OAK, bodies=(body("Well done Zoë!"),))).problems

    def test_many_names_are_counted(self) -> None:
        many = families(
            *[child(f"P{number}", surname="Price", forename=f"Given{number}") for number in range(9)],
            at_home("MUM"),
            link("P1", "MUM", lives="yes"),
        )
        said = " ".join(f"Given{number} Price" for number in range(9))
        (found,) = planned(many, message("letter", OAK, bodies=(body(said),))).problems
        assert "P4 and 4 more" in found.sentence


class TestNamedToOthers:
    """A letter for single children, the Haddad twins and their friend Ben, whose father lives elsewhere."""

    HOME = families(
        child("P1", forename="Ada", surname="Haddad"),
        child("P2", forename="Bilal", surname="Haddad"),
        child("P3", forename="Ben", surname="Price"),
        adult("MUM"),
        adult("DAD"),
        adult("OTHER"),
        link("P1", "MUM", lives="yes"),
        link("P2", "MUM", lives="yes"),
        link("P2", "DAD", lives="shared"),
        link("P3", "OTHER", lives="yes"),
        row("court-order", "DAD", "P1"),
    )
    NAMED = (body("Please sign for Ada Haddad."),)

    def held(self, kind: str, *pupil_ids: str) -> list[str]:
        terms = [Term(Reach.PUPIL, pupil_id) for pupil_id in pupil_ids]
        return [problem.id for problem in planned(self.HOME, message(kind, *terms, bodies=self.NAMED)).doubts]

    def test_a_letter_about_a_child_to_its_own_family_goes(self) -> None:
        assert not self.held("letter", "P1")

    def test_a_letter_for_two_children_that_names_one_waits_for_the_other_s_family_would_read_it(self) -> None:
        assert self.held("letter", "P1", "P3") == ["others-told-of-child"]

    def test_a_parent_barred_about_the_child_that_is_named_does_not_get_it_for_the_sibling(self) -> None:
        assert self.held("letter", "P2") == ["others-told-of-child"]

    def test_nor_do_two_reports_with_one_cover(self) -> None:
        assert self.held("report", "P1", "P3") == ["others-told-of-child"]

    def test_a_brother_may_be_named_where_everybody_may_hear_about_him(self) -> None:
        said = (body("Please sign for Bilal Haddad."),)
        assert not planned(self.HOME, message("letter", ONE, bodies=said)).doubts

    def test_an_emergency_waits_for_nobody(self) -> None:
        assert not self.held("emergency", "P1", "P3")

    def test_whoever_says_yes_to_a_message_to_a_group_is_told_that_a_barred_adult_would_read_it(self) -> None:
        assert self.held("letter", "P1", "P2") == ["others-told-of-child"]
        plan = planned(self.HOME, message("letter", SCHOOL, bodies=self.NAMED))
        assert [problem.id for problem in plan.doubts] == ["group-names-child", "others-told-of-child"]


class TestAdvertising:
    POLICY = replace(WOODGRANGE, marketing_words=("special offer", "half price"))

    def test_among_the_news_it_is_advised_against(self) -> None:
        plan = planned(DIRECTORY, message("newsletter", bodies=(body("Shoes at HALF-PRICE."),)), self.POLICY)
        assert [(p.id, p.severity.value, p.rule) for p in plan.problems] == [
            ("newsletter-advertises", "advice", rules.MARKETING)
        ]
        assert "half price" in plan.problems[0].sentence

    @pytest.mark.parametrize(
        ("kind", "plain", "marketing"),
        [
            ("newsletter", "The price was half.", False),
            ("letter", "half price", False),
            ("newsletter", "half price", True),
        ],
    )
    def test_other_words_other_kinds_and_what_says_that_it_is_advertising_are_not(
        self, kind: str, plain: str, marketing: bool
    ) -> None:
        assert not planned(DIRECTORY, message(kind, bodies=(body(plain),), marketing=marketing), self.POLICY).problems


def test_a_name_is_found_in_the_event_too_without_its_accents_and_among_those_asked_about_alone() -> None:
    school = families(
        child("P1", forename="Jürgen", surname="Müller"), child("P2", forename="Ada", surname=""), child("P3")
    )
    about = message("letter", event=replace(visit(), title="A prize for Jurgen Muller and Ada"))
    assert names_in(about, school) == ("P1",)
    assert names_in(about, school, among=["P1"]) == ("P1",)
    assert names_in(about, school, among=["P2", "P3"]) == ()
