import pytest

from notifier.intake.leading import split_off


def keys(html: str) -> list[tuple[str, str]]:
    entries, _, _ = split_off(html, "trip.docx")
    return [(entry.key, entry.value) for entry in entries]


def test_paragraphs_at_the_top_are_the_header() -> None:
    html = "<p>To: Oak</p><p><strong>Subject:</strong> Trip: farm</p><p></p><h1>Trip</h1><p>Dear all</p>"
    entries, rest, problems = split_off(html, "trip.docx")
    assert [(one.key, one.value, one.where) for one in entries] == [
        ("to", "Oak", "trip.docx:1"),
        ("subject", "Trip: farm", "trip.docx:2"),
    ]
    assert rest == "<h1>Trip</h1><p>Dear all</p>"
    assert not problems


def test_lines_of_one_paragraph_are_the_header_too() -> None:
    entries, rest, _ = split_off("<div><p>To: Oak<br>Kind: letter<br><br>Dear all<br>come</p></div>", "a.eml")
    assert [one.key for one in entries] == ["to", "kind"]
    assert rest == "<div><p>Dear all<br>come</p></div>"


def test_a_table_of_two_columns_is_the_header() -> None:
    html = "<table><tbody><tr><td><p>To</p></td><td><p>Oak</p></td></tr><tr><td>Subject:</td><td>Trip</td></tr>"
    entries, rest, _ = split_off(f"{html}</tbody></table><p>Dear all</p>", "trip.docx")
    assert [(one.key, one.value) for one in entries] == [("to", "Oak"), ("subject", "Trip")]
    assert rest == "<p>Dear all</p>"


@pytest.mark.parametrize(
    "html",
    [
        pytest.param("<p>Dear parents</p><p>To: Oak</p>", id="words first"),
        pytest.param("<p>Dear parents: please note</p>", id="a colon in a sentence"),
        pytest.param("<h1>To: Oak</h1>", id="a heading"),
        pytest.param("<p>https://example.org</p>", id="a web address"),
        pytest.param("<ul><li>To: Oak</li></ul>", id="a list"),
        pytest.param("<table><tr><td>Day</td><td>Lunch</td></tr></table><p>x</p>", id="another table"),
        pytest.param("<table><tr><td>To</td><td>a</td><td>b</td></tr></table><p>x</p>", id="three columns"),
        pytest.param("", id="nothing"),
    ],
)
def test_without_a_known_key_in_the_first_line_there_is_no_header(html: str) -> None:
    entries, rest, problems = split_off(html, "trip.docx")
    assert (entries, rest, problems) == ((), html, [])


@pytest.mark.parametrize("first", ["Subjct: Trip", "Snd: 2026-12-01", "Knd: letter"])
def test_a_first_key_one_letter_off_makes_a_header_with_an_error(first: str) -> None:
    _, rest, problems = split_off(f"<p>{first}</p><p>To: Oak</p><p></p><p>Dear all</p>", "trip.docx")
    assert [problem.id for problem in problems] == ["header-unknown-key"]
    assert rest == "<p>Dear all</p>"


def test_a_header_ends_at_a_line_that_is_none_and_at_a_dash_line() -> None:
    assert keys("<p>To: Oak</p><p>Dear parents, there is one thing to know: it rains</p>") == [("to", "Oak")]
    assert keys("<p>---</p><p>To: Oak</p><p>---</p><p>Note: it rains</p>") == [("to", "Oak")]


def test_a_short_unknown_key_inside_a_header_is_an_error_not_a_letter() -> None:
    _, _, problems = split_off("<p>To: Oak</p><p>Colour: red</p><p></p><p>Dear all</p>", "trip.docx")
    assert [problem.id for problem in problems] == ["header-unknown-key"]
    assert "leave an empty line" in problems[0].sentence
