"""A line that ends long before the margin was meant to end there."""

from notifier.intake.documents.markdown import render


def test_a_signature_keeps_its_lines() -> None:
    html, _ = render("Best wishes\nJo Ellis\nSchool office")
    assert html == "<p>Best wishes<br />\nJo Ellis<br />\nSchool office</p>\n"


def test_a_paragraph_that_was_wrapped_at_the_margin_flows() -> None:
    long = "On Friday we all walk to the park together, and we need six adults to come along."
    html, _ = render(f"{long}\nPlease send a coat.")
    assert "<br" not in html


def test_words_in_bold_do_not_confuse_the_count() -> None:
    html, _ = render("**Best wishes**\nJo *Ellis*")
    assert html.count("<br") == 1
