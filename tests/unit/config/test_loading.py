"""config.toml becomes a config, or every problem at once."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from channels.text import TextSettings
from channels.voice import VoiceSettings
from notifier.config import Config, ConfigProblems, load
from notifier.model.message import Kind, Mode
from notifier.model.notice import Offset, Post, Unit
from notifier.model.problem import Problem
from notifier.model.staff import Authority, Role

TODAY = date(2026, 11, 22)


class Account(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    account_sid: str
    auth_token: SecretStr = SecretStr("")
    auth_token_env: str = ""
    auth_token_file: str = ""


class Mail(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    host: str
    port: int = Field(587, ge=1, le=65535)
    password: SecretStr = SecretStr("")
    password_env: str = ""
    password_file: str = ""
    ca_file: Path | None = None


class Texts(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    accounts: tuple[Account, ...] = Field(min_length=1)


class Nothing(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


CHANNELS: Mapping[str, type[BaseModel]] = {
    "email": Mail,
    "text": Texts,
    "call": Nothing,
    "letter": Nothing,
    "website": Mail,
}
SCHOOL = '[school]\nname = "Oak School"\n'
PEOPLE = """
[[staff]]
id = "b-malik"
name = "Bushra Malik"
role = "head"
mobile = "07700 900001"
email = "head@oak.example.org"

[[staff]]
id = "t-nowak"
name = "Tomasz Nowak"
role = "teacher"
classes = "Oak, Elm"
"""


def loaded(
    tmp_path: Path, text: str, environ: Mapping[str, str] | None = None, *, pins_required: bool = True
) -> Config:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return load(path, CHANNELS, environ or {}, today=TODAY, pins_required=pins_required)


def refused(tmp_path: Path, text: str, environ: Mapping[str, str] | None = None) -> list[Problem]:
    with pytest.raises(ConfigProblems) as caught:
        loaded(tmp_path, text, environ)
    assert caught.value.problems
    return list(caught.value.problems)


def test_a_school_with_a_name_alone_is_enough(tmp_path: Path) -> None:
    config = loaded(tmp_path, SCHOOL)
    assert config.school.mode is Mode.TRIAL
    assert config.school.timezone.key == "Europe/London"
    assert config.root == tmp_path
    assert config.store_url == f"sqlite:///{tmp_path}/state/notifier.db"
    assert (config.polling, config.settle, config.http.listens) == (False, timedelta(seconds=2), False)
    assert config.families == tmp_path / "families"
    assert config.profile == "woodgrange"


def test_channels_that_need_no_settings_are_set_up_without_any(tmp_path: Path) -> None:
    config = loaded(tmp_path, SCHOOL + '[channels.email]\nhost = "mail.example.org"\n')
    assert set(config.channels) == {"email", "call", "letter"}


def test_people_intakes_and_newsletters_are_read(tmp_path: Path) -> None:
    config = loaded(
        tmp_path,
        SCHOOL
        + PEOPLE
        + """
[[intake]]
folder = "drop/office/"
as = "office"
kind = "letter"
to = "Oak; Year 2"

[[newsletter]]
name = "News"
folder = "drop/newsletter"
as = "b-malik"
day = "fri"
at = "15:30"
""",
    )
    head, teacher = config.staff
    assert (head.role, head.mobile, teacher.classes) == (Role.HEAD, "+447700900001", ("Oak", "Elm"))
    office, news = config.intakes
    assert (office.name, office.folder, office.kind) == ("drop/office", tmp_path / "drop/office", Kind.LETTER)
    assert office.to == ("Oak", "Year 2")
    assert (news.kind, news.newsletter, news.to) == (Kind.NEWSLETTER, "News", ("whole school",))
    (newsletter,) = config.newsletters
    assert (newsletter.day, newsletter.at, newsletter.to) == (4, time(15, 30), "whole school")


def test_authority_is_a_persons_or_a_roles(tmp_path: Path) -> None:
    config = loaded(tmp_path, SCHOOL + PEOPLE)
    assert config.authority("t-nowak", ("Ash",)) == Authority(Role.TEACHER, "t-nowak", ("Oak", "Elm"))
    assert config.authority("teacher", ("Ash",)) == Authority(Role.TEACHER, to=("Ash",))
    with pytest.raises(ConfigProblems, match="Did you mean 'b-malik'"):
        config.authority("b-malk")


SLIPS = [
    pytest.param('[channels.email]\nhost = "m"\nprot = 5\n', "unknown-setting", "channels.email.prot", id="misspelt"),
    pytest.param('[channels.emial]\nhost = "m"\n', "unknown-channel", "channels.emial", id="no such channel"),
    pytest.param("[channels.email]\n", "missing-setting", "channels.email.host", id="missing"),
    pytest.param('[channels.email]\nhost = "m"\nport = "x"\n', "not-a-number", "channels.email.port", id="a word"),
    pytest.param('[channels.email]\nhost = "m"\nport = 0\n', "number-too-small", "channels.email.port", id="too small"),
    pytest.param(
        '[channels.email]\nhost = "m"\nport = 99999\n', "number-too-large", "channels.email.port", id="too large"
    ),
    pytest.param("[channels.email]\nhost = 5\n", "not-text", "channels.email.host", id="a number for text"),
    pytest.param("[channels]\nemail = 5\n", "not-a-table", "channels.email", id="a value for a heading"),
    pytest.param(
        "[channels.text]\naccounts = [{}]\n", "missing-setting", "channels.text.accounts[1].account_sid", id="in a list"
    ),
    pytest.param("[channels.text]\naccounts = []\n", "empty-value", "channels.text.accounts", id="an empty list"),
    pytest.param('[skool]\nname = "x"\n', "unknown-setting", "skool", id="no such heading"),
    pytest.param('[drop]\npolling = "yes"\n', "ok", "", id="yes for true"),
    pytest.param('[drop]\npolling = "perhaps"\n', "not-yes-or-no", "drop.polling", id="neither true nor false"),
    pytest.param(
        '[[staff]]\nid = "a b"\nname = "A"\nrole = "head"\n', "bad-value", "staff[1].id", id="a blank in an id"
    ),
    pytest.param(
        '[[staff]]\nid = "Head"\nname = "A"\nrole = "head"\n', "id-is-a-role", "staff[1].id", id="a role's name"
    ),
    pytest.param(
        PEOPLE + '[[staff]]\nid = "B-Malik"\nname = "A"\nrole = "office"\n',
        "duplicate-id",
        "staff[3].id",
        id="an id twice",
    ),
    pytest.param(
        '[[staff]]\nid = "a"\nname = "A"\nrole = "haed"\n', "unknown-choice", "staff[1].role", id="no such role"
    ),
    pytest.param(
        '[[staff]]\nid = "a"\nname = "A"\nrole = "head"\nmobile = "12"\n',
        "bad-value",
        "staff[1].mobile",
        id="short mobile",
    ),
    pytest.param(
        '[[staff]]\nid = "a"\nname = "A"\nrole = "head"\nemail = "a@"\n',
        "bad-value",
        "staff[1].email",
        id="half an address",
    ),
    pytest.param(
        '[[intake]]\nfolder = "drop/a"\nas = "nobody"\n', "unknown-staff", "intake[1].as", id="nobody's intake"
    ),
    pytest.param(
        '[[intake]]\nfolder = "drop/a"\nas = "head"\nkind = "leter"\n',
        "unknown-choice",
        "intake[1].kind",
        id="no such kind",
    ),
    pytest.param(
        '[[intake]]\nfolder = "drop/a"\nas = "head"\n' * 2, "duplicate-folder", "intake[2].folder", id="a folder twice"
    ),
    pytest.param(
        '[[intake]]\nfolder = "drop"\nas = "head"\n[[intake]]\nfolder = "drop/a"\nas = "head"\n',
        "nested-folder",
        "intake[2].folder",
        id="one inside another",
    ),
    pytest.param(
        '[[intake]]\nfolder = "drop/../families/x"\nas = "head"\n',
        "intake-on-school",
        "intake[1].folder",
        id="inside families",
    ),
    pytest.param(
        '[[intake]]\nfolder = ".."\nas = "head"\n', "intake-on-school", "intake[1].folder", id="around the school"
    ),
    pytest.param(
        '[[intake]]\nfolder = "drop/a"\nas = "head"\ntemplate = "../x"\n',
        "template-outside",
        "intake[1].template",
        id="a template outside",
    ),
    pytest.param(
        '[[newsletter]]\nname = "N"\nfolder = "d/n"\nas = "head"\nday = "Frieday"\nat = "15:30"\n',
        "bad-value",
        "newsletter[1].day",
        id="no such day",
    ),
    pytest.param(
        '[[newsletter]]\nname = "N"\nfolder = "d/n"\nas = "head"\nday = "Friday"\nat = "1:30"\n',
        "bad-value",
        "newsletter[1].at",
        id="when clocks change",
    ),
    pytest.param(
        '[[newsletter]]\nname = "N"\nfolder = "d/n"\nas = "head"\nday = "Friday"\nat = "25:00"\n',
        "bad-value",
        "newsletter[1].at",
        id="no such hour",
    ),
    pytest.param('staff = "me"\n' + SCHOOL, "not-a-list", "staff", id="a value for a list"),
    pytest.param('[policy]\nprofile = "woodgrnage"\n', "unknown-profile", "policy.profile", id="no such policy"),
    pytest.param(
        '[policy.kinds.letter]\nladder = ["emial", "call"]\n',
        "unknown-channel",
        "policy.kinds.letter.ladder",
        id="no such rung",
    ),
    pytest.param(
        '[policy.kinds.letter]\nladder = ["email"]\n',
        "ladder-without-person",
        "policy.kinds.letter.ladder",
        id="nobody at the end",
    ),
    pytest.param(
        '[policy.kinds.letter]\nladder = "email"\n', "bad-value", "policy.kinds.letter.ladder", id="no ladder"
    ),
    pytest.param(
        '[policy.kinds.letter]\nladder = [["email", "email"], "call"]\n',
        "bad-value",
        "policy.kinds.letter.ladder",
        id="a channel twice",
    ),
    pytest.param(
        '[policy.kinds.letter]\nladder = [["text", "email"], "call"]\n',
        "text-not-allowed",
        "policy.kinds.letter.ladder",
        id="W37",
    ),
    pytest.param(
        '[policy.kinds.leter]\nper = "contact"\n', "unknown-choice", "policy.kinds.leter", id="no such kind of message"
    ),
    pytest.param(
        '[policy.kinds.letter]\nescalate_after = "soon"\n',
        "bad-value",
        "policy.kinds.letter.escalate_after",
        id="no length of time",
    ),
    pytest.param(
        '[policy.text]\nallowed = ["emergency", "urgent"]\n', "unknown-choice", "policy.text.allowed", id="no such word"
    ),
    pytest.param('[policy.quiet_hours]\nopens = "21:00"\n', "quiet-hours-empty", "policy.quiet_hours", id="never"),
    pytest.param("[policy]\nalowed = []\n", "unknown-setting", "policy.alowed", id="no such decision"),
    pytest.param('[store]\nurl = "notifier.db"\n', "bad-store-url", "store.url", id="no database"),
    pytest.param("[node]\nsends_only = true\n", "sends-only-alone", "node.sends_only", id="a sender on a file"),
    pytest.param('[http]\nlisten = "8080"\n', "bad-listen", "http.listen", id="a port alone"),
    pytest.param(
        '[http]\npublic_url = "https://x.example.org"\n', "nobody-listens", "http.public_url", id="nobody there"
    ),
    pytest.param('[http]\nsecret_file = "no/such"\n', "secret-unreadable", "http.secret_file", id="no secret"),
    pytest.param(
        '[[sequence]]\nname = "New"\nbegins = "admission"\n[[sequence.step]]\nname = "a"\nwhen = "soon"\ntask = "x"\n',
        "bad-value",
        "sequence[1].step[1].when",
        id="no time from a date",
    ),
    pytest.param(
        '[[sequence]]\nname = "New"\nbegins = "admission"\n[[sequence.step]]\nname = "a"\nwhen = "at once"\n',
        "step-empty",
        "sequence[1].step[1]",
        id="a step that does nothing",
    ),
    pytest.param(
        '[[sequence]]\nname = "On"\nbegins = "next school year"\n'
        '[[sequence.step]]\nname = "a"\nwhen = "in June"\ntask = "x"\n',
        "sequence-without-years",
        "sequence[1].years",
        id="nobody moves on",
    ),
    pytest.param(
        '[[sequence]]\nname = "On"\nbegins = "next school year"\nyears = ["2"]\n'
        '[[sequence.step]]\nname = "a"\nwhen = "2 weeks after"\ntask = "x"\n',
        "step-too-late",
        "sequence[1].step[1].when",
        id="after they have moved",
    ),
    pytest.param('[notices]\noffsets = ["soon"]\n', "bad-value", "notices.offsets", id="no time before an event"),
    pytest.param("[notices]\noffsets = [500]\n", "number-too-large", "notices.offsets", id="years ahead"),
    pytest.param(
        "[notices.categories.trip]\noffsets = [2, 2]\n", "offset-twice", "notices.categories.trip.offsets", id="twice"
    ),
]


@pytest.mark.parametrize(("text", "id", "place"), SLIPS)
def test_a_slip_is_named_where_it_stands(tmp_path: Path, text: str, id: str, place: str) -> None:
    text = text if SCHOOL in text else SCHOOL + text
    if id == "ok":
        assert loaded(tmp_path, text).polling is True
        return
    problems = refused(tmp_path, text)
    assert [(problem.id, problem.where) for problem in problems] == [(id, f"config.toml: {place}")]
    assert all(problem.sentence.strip() and "Value error" not in problem.sentence for problem in problems)


def test_every_problem_is_said_at_once_though_tables_are_broken(tmp_path: Path) -> None:
    text = """
[school]
timezone = "Europe/Londn"
naem = "x"
[[staff]]
id = "a"
role = "heed"
[[staff]]
id = "office"
name = "B"
role = "office"
[[intake]]
folder = "drop/x"
as = "a"
[[intake]]
folder = "drop/x"
as = "c"
[channels.email]
prot = 5
[policy.kinds.letter]
ladder = ["email"]
"""
    problems = refused(tmp_path, text)
    assert sorted(problem.id for problem in problems) == sorted(
        [
            "missing-setting",  # school.name
            "unknown-setting",  # school.naem
            "missing-setting",  # staff[1].name
            "unknown-choice",  # staff[1].role
            "id-is-a-role",
            "unknown-staff",  # c, but not a, who is there though unsound
            "duplicate-folder",
            "missing-setting",  # channels.email.host
            "unknown-setting",  # channels.email.prot
            "ladder-without-person",
        ]
    )
    assert "config.toml: staff[2].id" in {problem.where for problem in problems}


def test_an_unknown_timezone_is_refused_with_the_nearest(tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, SCHOOL + 'timezone = "Europe/Londn"\n')
    assert problem.id == "unknown-timezone"
    assert "Did you mean 'Europe/London'?" in problem.sentence


def test_the_nearest_name_is_offered(tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, SCHOOL + '[channels.email]\nhost = "m"\nprot = 5\n')
    assert problem.sentence == "There is no setting 'prot' here. Did you mean 'port'?"


def test_a_setting_under_the_wrong_heading_is_sent_to_its_own(tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, SCHOOL + "settle_seconds = 5.0\n")
    assert "It belongs under [drop]" in problem.sentence


def test_a_missing_pin_is_advice_in_trial_and_an_error_in_live(tmp_path: Path) -> None:
    trial = loaded(tmp_path, SCHOOL + PEOPLE)
    assert [problem.id for problem in trial.advice if problem.id.startswith("pin")] == ["pin-missing"] * 2
    live = SCHOOL + 'mode = "live"\n' + PEOPLE
    assert [problem.id for problem in refused(tmp_path, live)] == ["pin-missing"] * 2
    assert loaded(tmp_path, live, pins_required=False).pin_files["b-malik"] == tmp_path / "pins/b-malik.pin"


def test_a_pin_is_read_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "pins").mkdir()
    (tmp_path / "pins/b-malik.pin").write_text("$argon2id$v=19$hash\n")
    config = loaded(tmp_path, SCHOOL + PEOPLE)
    assert config.staff[0].pin_hash == "$argon2id$v=19$hash"
    (tmp_path / "pins/b-malik.pin").write_text("1234\n")
    assert [problem.id for problem in refused(tmp_path, SCHOOL + PEOPLE)] == ["pin-unreadable"]


def test_secrets_come_from_a_file_or_the_environment(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("hush\n")
    text = SCHOOL + '[channels.email]\nhost = "m"\npassword_file = "password"\nca_file = "ca.pem"\n'
    mail = loaded(tmp_path, text).channels["email"]
    assert isinstance(mail, Mail)
    assert (mail.password.get_secret_value(), mail.ca_file) == ("hush", tmp_path / "ca.pem")
    assert "hush" not in repr(mail)
    text = SCHOOL + '[channels.text]\naccounts = [{ account_sid = "AC1", auth_token_env = "TOKEN" }]\n'
    texts = loaded(tmp_path, text, {"TOKEN": "hush"}).channels["text"]
    assert isinstance(texts, Texts)
    assert texts.accounts[0].auth_token.get_secret_value() == "hush"


@pytest.mark.parametrize(
    ("settings", "id"),
    [
        pytest.param('password_env = "NOT_SET"', "secret-missing", id="not in the environment"),
        pytest.param('password_file = "none"', "secret-unreadable", id="no file"),
        pytest.param('password_file = "empty"', "secret-missing", id="an empty file"),
        pytest.param('password_env = "A"\npassword_file = "empty"', "secret-twice", id="both"),
    ],
)
def test_a_secret_that_cannot_be_had_is_said(tmp_path: Path, settings: str, id: str) -> None:
    (tmp_path / "empty").write_text("\n")
    settings = f'[channels.email]\nhost = "m"\n{settings}\n'
    problems = refused(tmp_path, SCHOOL + 'mode = "live"\n' + settings)
    assert [problem.id for problem in problems] == [id]
    trial = loaded(tmp_path, SCHOOL + settings)
    assert id in [problem.id for problem in trial.advice]


def test_paths_are_relative_to_the_file_and_may_be_absolute(tmp_path: Path) -> None:
    text = SCHOOL + '[[intake]]\nfolder = "/srv/share/../drop"\nas = "head"\n[store]\nurl = "sqlite:////var/n.db"\n'
    config = loaded(tmp_path, text)
    assert config.intakes[0].folder == Path("/srv/drop")
    assert config.store_url == "sqlite:////var/n.db"


def test_notices_may_differ_by_category(tmp_path: Path) -> None:
    text = SCHOOL + (
        '[notices]\noffsets = [2, "2 weeks"]\npost = "first"\nat = "10:00"\n'
        '[notices.categories."School Trip"]\nlead_time = 15\n[notices.categories.fair]\noffsets = []\n'
    )
    notices = loaded(tmp_path, text).notices
    assert notices.of("meeting").offsets == (Offset(2), Offset(2, Unit.WEEK))
    assert notices.of("school-trip").lead_time == 15
    assert notices.of("Fair").offsets == ()
    assert (notices.post, notices.at) == (Post.FIRST, time(10))


def test_the_first_notice_comes_no_later_than_the_lead_time_unless_the_school_set_its_own(tmp_path: Path) -> None:
    notices = loaded(tmp_path, SCHOOL + "[notices.categories.fair]\noffsets = [3]\n").notices
    assert notices.offsets_of("trip", 15) == (Offset(15), Offset(10), Offset(2))
    assert notices.offsets_of("trip", 10) == (Offset(10), Offset(2))
    assert notices.offsets_of("fair", 15) == (Offset(3),)


def test_in_live_mode_a_channel_that_is_not_set_up_is_advice(tmp_path: Path) -> None:
    config = loaded(tmp_path, SCHOOL + 'mode = "live"\n')
    named = {problem.where for problem in config.advice if problem.id == "channel-not-set-up"}
    assert named == {f"config.toml: channels.{name}" for name in ("email", "text", "voice", "website", "noticeboard")}


@pytest.mark.parametrize(
    ("more", "advised"),
    [('mode = "live"\n', True), ('mode = "live"\nphone = "020 7946 0100"\n', False), ('mode = "trial"\n', False)],
)
def test_w7_in_live_mode_families_need_a_number_to_ring(tmp_path: Path, more: str, advised: bool) -> None:
    found = [problem for problem in loaded(tmp_path, SCHOOL + more).advice if problem.id == "no-number-to-ring"]
    assert [(problem.where, problem.rule) for problem in found] == [("config.toml: school.phone", "W7")] * advised


def test_a_channel_that_uses_anothers_accounts_needs_that_table(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(f'{SCHOOL}[channels.voice]\ncaller = "+442079460100"\n', "utf-8")
    with pytest.raises(ConfigProblems) as refusal:
        load(tmp_path / "config.toml", {"text": TextSettings, "voice": VoiceSettings}, {})
    assert [(one.id, one.where) for one in refusal.value.problems] == [("channel-needs", "config.toml: channels.voice")]
