from pathlib import Path

import pytest

from notifier.model.payload import MAIL, MailPayload
from notifier.model.problem import Severity
from notifier.rendering import Renderer
from notifier.resources import resource
from tests.unit.rendering.school_life import CLOSED, DIRECTORY, KHANS, LETTER, NOW, SCHOOL

READ_OVER = ("ar", "bn", "pl", "ro", "so", "ur")
"""As if somebody had read every catalogue over: what is asked here is about templates."""


def override(folder: Path, name: str, text: str) -> Renderer:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return Renderer(SCHOOL, overrides=folder, reviewed=READ_OVER)


def html(renderer: Renderer) -> str:
    made = renderer.render(MAIL, LETTER, KHANS, DIRECTORY, NOW)
    assert isinstance(made, MailPayload)
    return str(made.html)


def test_the_built_in_templates_have_no_problem(tmp_path: Path) -> None:
    assert Renderer(SCHOOL, reviewed=READ_OVER).check() == []
    assert Renderer(SCHOOL, overrides=tmp_path / "missing", reviewed=READ_OVER).check() == []


def test_a_school_replaces_one_template_by_its_own(tmp_path: Path) -> None:
    own = '{% extends "email/base.html" %}{% block kicker %}<p>Our motto: {{ _("When") }}</p>{% endblock %}'
    renderer = override(tmp_path, "email/letter.html", own)
    assert renderer.check() == []
    assert "Our motto: When" in html(renderer)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        pytest.param("{{ body.html }}\n{{ parnet }}", 2, "'parnet' is undefined", id="unknown variable"),
        pytest.param("{{ body.html }}\n\n{{ school.motto }}", 3, "motto", id="unknown attribute"),
        pytest.param("{% if %}", 1, "Expected an expression", id="syntax"),
        pytest.param("{{ body.html }}{{ ''.__class__ }}", 1, "unsafe", id="out of the sandbox"),
        pytest.param("{{ body.html }}{% call when('nonsense') %}x{% endcall %}", 1, "nonsense", id="unknown flag"),
        pytest.param("{{ body.html }}{{ 1 / 0 }}", 1, "division", id="any other fault"),
    ],
)
def test_a_broken_template_is_a_sentence_with_file_and_line_and_ours_is_used(
    tmp_path: Path, text: str, line: int, said: str
) -> None:
    renderer = override(tmp_path, "email/letter.html", text)
    (problem,) = renderer.check()
    assert problem.id == "template-broken"
    assert problem.severity is Severity.ERROR
    assert problem.where == f"templates/email/letter.html:{line}"
    assert said in problem.sentence
    assert html(renderer) == html(Renderer(SCHOOL))


def test_a_template_that_leaves_out_the_message_is_not_used(tmp_path: Path) -> None:
    renderer = override(tmp_path, "email/letter.html", "<html><body>Hello</body></html>")
    assert [problem.id for problem in renderer.check()] == ["template-without-body"]
    assert "packed lunch" in html(renderer)


def test_a_broken_letter_does_not_stop_an_emergency(tmp_path: Path) -> None:
    renderer = override(tmp_path, "email/base.html", "{% block %}")
    made = renderer.render(MAIL, CLOSED, KHANS, DIRECTORY, NOW)
    assert isinstance(made, MailPayload)
    assert "heating" in str(made.html)


def test_a_file_that_replaces_nothing_is_advice_with_the_nearest_name(tmp_path: Path) -> None:
    renderer = override(tmp_path, "email/newsleter.html", "x")
    (problem,) = renderer.check()
    assert (problem.id, problem.severity) == ("template-unused", Severity.ADVICE)
    assert "Did you mean email/newsletter.html?" in problem.sentence


def test_templates_hold_no_python() -> None:
    files = [path for path in resource("templates").rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if path.suffix not in {".html", ".css", ".txt", ".js", ".toml", ".typ", ".ttf"}]


def test_a_medium_nobody_makes_is_a_fault() -> None:
    renderer = Renderer(SCHOOL)
    with pytest.raises(ValueError, match="nothing is made"):
        renderer.render("smoke-signal", LETTER, KHANS, DIRECTORY, NOW)
    with pytest.raises(ValueError, match="without a delivery"):
        renderer.render("call-item", LETTER, None, DIRECTORY, NOW)
