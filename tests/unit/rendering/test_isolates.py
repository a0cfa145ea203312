import pytest

from notifier.rendering import isolates


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("فون 020 7946 0100 پر", "فون \u2066020 7946 0100\u2069 پر"),
        ("تاریخ 2026-11-23۔", "تاریخ \u20662026-11-23\u2069۔"),
        ("دیکھیں https://example.org/a?b=1، شکریہ", "دیکھیں \u2066https://example.org/a?b=1\u2069، شکریہ"),
        ("لکھیں office@example.org۔", "لکھیں \u2066office@example.org\u2069۔"),
        ("کلاس 2 کے بچے", "کلاس 2 کے بچے"),
        ("+44 (0)20 7946 0100", "\u2066+44 (0)20 7946 0100\u2069"),
    ],
)
def test_numbers_links_and_mailboxes_keep_their_order_in_urdu(text: str, expected: str) -> None:
    assert isolates.runs(text) == expected


def test_what_is_isolated_already_is_not_isolated_again() -> None:
    once = isolates.runs("فون 020 7946 0100 پر")
    assert isolates.runs(once) == once


def test_a_latin_name_in_english_needs_nothing() -> None:
    assert isolates.plain("Amira", rtl=False) == "Amira"
    assert str(isolates.html("O'Neill & <b>", rtl=False)) == "O&#39;Neill &amp; &lt;b&gt;"


def test_a_name_of_the_other_direction_stands_apart() -> None:
    assert isolates.plain("Amira", rtl=True) == "\u2068Amira\u2069"
    assert isolates.plain("آمنہ", rtl=False) == "\u2068آمنہ\u2069"
    assert str(isolates.html("<Amira>", rtl=True)) == "<bdi>&lt;Amira&gt;</bdi>"
