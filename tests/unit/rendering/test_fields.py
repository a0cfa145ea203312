from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from notifier.model.message import Body
from notifier.rendering import MERGE_FIELDS, merge_problems
from notifier.rendering.fields import fill, fill_html


def body(plain: str, html: str | None = None, subject: str = "Walk", text: str = "") -> Body:
    return Body("en", f"<p>{plain}</p>" if html is None else html, plain, subject, text)


def ids(*bodies: Body, event: bool = True) -> list[str]:
    return [problem.id for problem in merge_problems(bodies, "trip.md", event=event)]


@pytest.mark.parametrize("name", list(MERGE_FIELDS))
@pytest.mark.parametrize("written", ["{{%s}}", "{{ %s }}", "{{   %s }}", "{{ %s\u00a0}}"])
def test_every_field_is_known_however_it_is_spaced(name: str, written: str) -> None:
    assert ids(body(written % name)) == []


def test_a_field_may_be_written_with_capitals_and_blanks() -> None:
    assert ids(body("{{ Event Date }} {{ PUPILS }}")) == []


def test_an_unknown_field_names_the_nearest() -> None:
    (problem,) = merge_problems([body("Hello {{ pupil }}")], "trip.md")
    assert problem.id == "unknown-merge-field"
    assert problem.where == "trip.md"
    assert "Did you mean {{ pupils }}?" in problem.sentence


def test_a_field_like_no_other_lists_them_all() -> None:
    (problem,) = merge_problems([body("{{ 7*7 }}")], "trip.md")
    assert all(name in problem.sentence for name in MERGE_FIELDS)


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(body("x", subject="For {{ pupls }}"), id="in the subject"),
        pytest.param(body("x", text="For {{ pupls }}"), id="in the text"),
        pytest.param(body("x", html="<p>For {{ pupls }}</p>"), id="in the HTML"),
    ],
)
def test_an_unknown_field_is_found_wherever_it_stands(wrong: Body) -> None:
    assert ids(wrong) == ["unknown-merge-field"]


def test_a_field_cut_by_formatting_is_reported() -> None:
    assert ids(body("{{ pupils }}", html="<p>{{ <b>pupils</b> }}</p>")) == ["merge-field-formatted"]


@pytest.mark.parametrize("text", ["Hello {{ pupils }", "Hello { pupils }}"])
def test_a_field_that_does_not_close_is_reported(text: str) -> None:
    assert ids(body(text)) == ["merge-field-unclosed"]


def test_a_field_of_an_event_needs_one() -> None:
    assert ids(body("{{ event_date }}"), event=False) == ["merge-field-without-event"]


def test_single_curly_brackets_are_nobodys_business() -> None:
    assert ids(body("a set {1, 2, 3}")) == []


def test_what_a_field_becomes_is_not_looked_at_again() -> None:
    assert fill("{{ pupils }} {{ school }}", lambda name, _: "{{ school }}" if name == "pupils" else "S") == (
        "{{ school }} S"
    )


def test_fields_inside_tags_are_left_alone() -> None:
    html = '<a href="https://example.org/{{ class }}" title="1 > {{ class }}">{{ class }}</a>'
    assert fill_html(html, lambda name, _: "Oak") == html.replace(">{{ class }}<", ">Oak<")


def test_a_word_is_not_said_twice() -> None:
    assert fill("the children of {{ class }} class go", lambda *_: "your child's class") == (
        "the children of your child's class go"
    )


@pytest.mark.parametrize("written", ["Dear {{ greeting }}", "dear&nbsp;{{ greeting }}", "{{ greeting }}"])
def test_the_greeting_brings_its_own_dear(written: str) -> None:
    assert fill(f"Hello! {written}", lambda *_: "Dear Ms Khan,") == "Hello! Dear Ms Khan,"


def test_a_field_knows_whether_it_ends_its_line() -> None:
    seen: list[bool] = []
    fill("{{ greeting }}\n{{ greeting }}, {{ greeting }}&nbsp;", lambda _, ends: seen.append(ends) or "")  # type: ignore[func-returns-value]
    assert seen == [True, False, True]


@given(st.text(max_size=40))
def test_a_name_never_becomes_markup(name: str) -> None:
    filled = fill_html("<p>{{ pupils }}</p>", lambda *_: str(escape(name)))
    inside = filled.removeprefix("<p>").removesuffix("</p>")
    assert "<" not in inside
    assert unescape(inside) == unescape(str(escape(name)))
