"""The two profiles are DESIGN 3.4, and a school's overrides are laid over them."""

import re
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from pydantic import BaseModel

from notifier.config import Config, ConfigProblems, load
from notifier.config.policy import PROFILES, profile_names
from notifier.model.message import Kind
from notifier.model.policy import AddressKind, ChannelFacts, Copies, Per, Policy
from notifier.model.staff import Role

TODAY = date(2026, 11, 22)
FACTS = {
    "email": ChannelFacts("email", "email", AddressKind.EMAIL),
    "text": ChannelFacts("text", "text", AddressKind.MOBILE, confirms=True),
    "letter": ChannelFacts("letter", "letter", AddressKind.POSTAL),
    "call": ChannelFacts("call", "call", AddressKind.PHONE, by_person=True),
    "website": ChannelFacts("website", "website", public=True),
}


class Nothing(BaseModel):
    """The settings of a channel that needs none."""


def config(tmp_path: Path, policy: str) -> Config:
    path = tmp_path / "config.toml"
    path.write_text(f'[school]\nname = "Oak"\n{policy}', encoding="utf-8")
    models: dict[str, type[BaseModel]] = dict.fromkeys(FACTS, Nothing)
    return load(path, models, {}, today=TODAY)


def policy(tmp_path: Path, text: str) -> Policy:
    return config(tmp_path, text).policy(FACTS)


def test_woodgrange_is_as_its_policy_says(tmp_path: Path) -> None:
    found = policy(tmp_path, "")
    assert found.profile == "woodgrange"
    for kind in (Kind.NEWSLETTER, Kind.LETTER, Kind.NOTICE, Kind.REPORT):
        assert found.kinds[kind].ladder == (("email",), ("letter",), ("call",))
        assert found.kinds[kind].copies is Copies.ON_REQUEST
        assert found.kinds[kind].escalate_after is None
    assert {kind: table.per for kind, table in found.kinds.items()} == {
        Kind.NEWSLETTER: Per.HOUSEHOLD,
        Kind.LETTER: Per.HOUSEHOLD,
        Kind.NOTICE: Per.HOUSEHOLD,
        Kind.REPORT: Per.PUPIL,
        Kind.EMERGENCY: Per.CONTACT,
    }
    assert {kind: (table.also, table.public_if_important) for kind, table in found.kinds.items()} == {
        Kind.NEWSLETTER: (("website",), ()),
        Kind.LETTER: ((), ("website",)),
        Kind.NOTICE: ((), ("website",)),
        Kind.REPORT: ((), ()),
        Kind.EMERGENCY: (("website", "noticeboard"), ()),
    }
    emergency = found.kinds[Kind.EMERGENCY]
    assert emergency.ladder == (("text", "email"), ("voice",), ("call",))
    assert emergency.escalate_after == timedelta(minutes=10)
    assert found.text.allowed == {"emergency", "essential"}
    assert found.review_by is not None
    assert found.review_by.year == 2020
    assert found.in_person_only == {"head-injury", "behaviour", "safeguarding"}
    assert (found.quiet_hours.opens, found.quiet_hours.closes) == (time(8), time(20))
    assert found.approval.whole_school == frozenset()
    assert Role.HEAD not in found.approval.emergency


def test_hyde_park_is_as_its_policy_says(tmp_path: Path) -> None:
    found = policy(tmp_path, '[policy]\nprofile = "hyde-park"\n')
    for kind in (Kind.NEWSLETTER, Kind.LETTER, Kind.NOTICE, Kind.REPORT):
        assert found.kinds[kind].copies is Copies.SIGNATORY_OR_CONSENT
    assert {kind for kind, table in found.kinds.items() if table.per is not Per.CONTACT} == {Kind.REPORT}
    assert found.kinds[Kind.LETTER].also == ("website",)
    assert found.kinds[Kind.REPORT].also == ()
    assert found.text.allowed == {"emergency"}
    assert found.review_by is not None
    assert found.review_by.year == 2023


@pytest.mark.parametrize("name", profile_names())
def test_each_sort_of_event_that_the_policies_speak_of_has_a_lead_time(tmp_path: Path, name: str) -> None:
    found = policy(tmp_path, f'[policy]\nprofile = "{name}"\n').lead_time
    two_weeks = dict.fromkeys(("trip", "visit", "meeting", "parents-evening"), 10)
    assert found == two_weeks | dict.fromkeys(("workshop", "performance", "celebration"), 5)


def test_the_profiles_are_the_two_that_the_design_names() -> None:
    assert profile_names() == ["hyde-park", "woodgrange"]


@pytest.mark.parametrize("name", profile_names())
def test_every_setting_of_a_profile_names_the_rule_it_carries_out(name: str) -> None:
    rule = re.compile(r"#.*\b([WH]\d+|\d+\b)")
    lines = (PROFILES / f"{name}.toml").read_text(encoding="utf-8").split("\n")
    settings = [at for at, line in enumerate(lines) if re.match(r"[a-z_-]+ = ", line)]
    assert len(settings) > 30
    for at in settings:
        assert rule.search(lines[at]) or rule.search(lines[at - 1]), lines[at]
    known = (Path(__file__).parents[3] / "notifier/config/profiles" / f"{name}.toml").read_text(encoding="utf-8")
    assert "rules = [" in known


def test_an_override_replaces_a_value_and_leaves_the_rest(tmp_path: Path) -> None:
    found = policy(
        tmp_path,
        """
[policy]
review_by = 2027-09-01
[policy.kinds.letter]
ladder = ["letter", ["email"], "call"]
[policy.lead_time]
trip = 20
[policy.approval]
whole_school = ["teacher"]
[notices.categories.fair]
lead_time = 3
""",
    )
    letter = found.kinds[Kind.LETTER]
    assert letter.ladder == (("letter",), ("email",), ("call",))
    assert letter.public_if_important == ("website",)
    assert found.lead_time["trip"] == 20
    assert found.lead_time["fair"] == 3
    assert found.lead_time["meeting"] == 10
    assert found.approval.whole_school == {Role.TEACHER}
    assert found.review_by == date(2027, 9, 1)


def test_reviews_that_are_due_and_signatures_are_advice(tmp_path: Path) -> None:
    woodgrange = [problem for problem in config(tmp_path, "").advice if problem.where.startswith("config.toml: policy")]
    assert [(problem.id, problem.rule) for problem in woodgrange] == [("policy-review-due", "W54")]
    hyde_park = [problem.id for problem in config(tmp_path, '[policy]\nprofile = "hyde-park"\n').advice]
    assert hyde_park == ["policy-review-due", "signatory-law"]
    reviewed = config(tmp_path, "[policy]\nreview_by = 2027-09-01\n")
    assert reviewed.advice == ()


@pytest.mark.parametrize(
    ("text", "id"),
    [
        pytest.param('[policy.kinds.letter]\nladder = ["website", "call"]\n', "public-in-ladder", id="a public rung"),
        pytest.param('[policy.kinds.letter]\nalso = ["email"]\n', "also-not-public", id="a private place"),
    ],
)
def test_a_policy_that_the_channels_cannot_carry_out_is_refused(tmp_path: Path, text: str, id: str) -> None:
    with pytest.raises(ConfigProblems) as caught:
        policy(tmp_path, text)
    assert [problem.id for problem in caught.value.problems] == [id]


def test_heads_are_known_by_role_and_id(tmp_path: Path) -> None:
    found = policy(tmp_path, '[[staff]]\nid = "b-malik"\nname = "B"\nrole = "head"\n')
    assert found.head == {"head", "b-malik"}


def test_tables_of_the_policy_may_stand_as_they_do_in_a_profile(tmp_path: Path) -> None:
    text = '[policy]\nprofile = "hyde-park"\n[kinds.letter]\ncopies = "always"\n[quiet_hours]\nopens = "07:30"\n'
    found = policy(tmp_path, text)
    assert (found.profile, found.kinds[Kind.LETTER].copies) == ("hyde-park", Copies.ALWAYS)
    assert found.quiet_hours.opens == time(7, 30)


def test_a_table_that_stands_in_both_places_is_pointed_out(tmp_path: Path) -> None:
    text = '[policy.kinds.letter]\nper = "contact"\n[kinds.letter]\nper = "household"\n'
    with pytest.raises(ConfigProblems) as caught:
        config(tmp_path, text)
    assert [(one.id, one.where) for one in caught.value.problems] == [("unknown-setting", "config.toml: kinds")]


def test_w47_a_policy_has_a_mark_that_changes_with_what_it_decides_and_with_nothing_else(tmp_path: Path) -> None:
    mark = policy(tmp_path, "").mark
    assert re.fullmatch(r"([0-9a-f]{4}-){2}[0-9a-f]{4}", mark)
    assert policy(tmp_path, '[policy]\nprofile = "woodgrange"\n').mark == mark
    head = '[[staff]]\nid = "h"\nname = "Head"\nrole = "head"\nemail = "h@example.org"\n'
    assert policy(tmp_path, head).mark == mark
    without_website = {name: one for name, one in FACTS.items() if name != "website"} | {
        "website": replace(FACTS["website"], configured=False)
    }
    others = {
        policy(tmp_path, text).mark
        for text in (
            '[policy]\nprofile = "hyde-park"\n',
            '[policy.quiet_hours]\nopens = "08:30"\n',
            '[policy.kinds.letter]\ncopies = "always"\n',
            "[policy.lead_time]\nworkshop = 3\n",
        )
    } | {config(tmp_path, "").policy(without_website).mark}
    assert len(others) == 5
    assert mark not in others
