import pytest

from notifier.intake.entries import KEYS, is_near, normal, one_letter_off, parse, split


def test_a_line_is_split_at_its_first_colon() -> None:
    assert split("Subject: Year 2: farm visit, 8:30") == ("Subject", "Year 2: farm visit, 8:30")
    assert split("Subject : [Reminder] Prize draw # 3") == ("Subject", "[Reminder] Prize draw # 3")
    assert split("no colon here") is None
    assert split("9:30 start") is None


def test_indented_lines_go_on_from_the_one_above() -> None:
    entries, problems = parse(["To: Oak,", "  Elm;", "\tAsh", "", "Kind: letter"], "trip.md", 2)
    assert [(entry.key, entry.value, entry.where) for entry in entries] == [
        ("to", "Oak, Elm; Ash", "trip.md:2"),
        ("kind", "letter", "trip.md:6"),
    ]
    assert not problems


def test_keys_are_known_in_any_case_and_spelling() -> None:
    entries, problems = parse(["TO: Oak", "Reply To: a@example.org"], "trip.md", 2)
    assert [entry.key for entry in entries] == ["to", "reply_to"]
    assert not problems
    assert normal("reply-to") == "reply_to"


@pytest.mark.parametrize(
    ("line", "hint"), [("Subjct: Trip", "“Subject”"), ("Snd: 2026-12-01", "“Send”"), ("Attachment: a.pdf", "“Attach”")]
)
def test_an_unknown_key_is_an_error_with_the_nearest_known(line: str, hint: str) -> None:
    entries, problems = parse([line], "trip.md", 2)
    assert not entries
    assert [(problem.id, problem.where) for problem in problems] == [("header-unknown-key", "trip.md:2")]
    assert f"Did you mean {hint}?" in problems[0].sentence


def test_a_key_like_none_lists_those_there_are() -> None:
    _, problems = parse(["Zzz: 1"], "trip.md", 2)
    assert "The header knows Kind, To," in problems[0].sentence


def test_a_repeated_key_and_a_line_without_colon_are_problems() -> None:
    _, problems = parse(["To: Oak", "Elm too", "to: Ash"], "trip.md", 2)
    assert [(problem.id, problem.where) for problem in problems] == [
        ("header-no-colon", "trip.md:3"),
        ("header-repeated-key", "trip.md:4"),
    ]


@pytest.mark.parametrize(
    ("a", "b", "off"),
    [
        ("subjct", "subject", True),
        ("subbject", "subject", True),
        ("sobject", "subject", True),
        ("sned", "send", True),
        ("send", "send", False),
        ("dear", "send", False),
        ("date", "category", False),
    ],
)
def test_one_letter_off(a: str, b: str, off: bool) -> None:
    assert one_letter_off(a, b) is off
    assert one_letter_off(b, a) is off


def test_ordinary_first_lines_of_letters_are_near_no_key() -> None:
    assert len(KEYS) == 20
    for words in ("Dear parents", "Date", "Newsletter", "Reminder", "Our school"):
        assert not is_near(words)
