"""`policy explain`: how the school tells whom, for the staff to read and for the school to publish."""

from pathlib import Path

import typer

from notifier.acceptance.matrix import as_html, as_text, few_adults, matrix_json, parts
from notifier.acceptance.preview import problem_json
from notifier.cli import opening, output
from notifier.model.answer import Exit
from notifier.model.policy import Policy
from notifier.model.problem import Problem

policy_app = typer.Typer(help="How the school tells whom.", no_args_is_help=True)

OF_THE_POLICY = frozenset({"policy-review-due", "signatory-law"})


def register(app: typer.Typer) -> None:
    app.add_typer(policy_app, name="policy")


@policy_app.callback()
def front() -> None:
    """How the school tells whom."""


@policy_app.command()
def explain(
    html: Path | None = typer.Option(None, "--html", help="Write it to this file, as a page for families."),
    staff: bool = typer.Option(False, "--staff", help="With the numbers of the rules, and with advice on the page."),
    json: bool = typer.Option(False, "--json", help="As JSON."),
) -> None:
    """Which kind of message goes by which way, to whom, and when: as it stands in the settings now."""
    config = opening.open_config(pins_required=False)

    async def work() -> tuple[Policy, list[Problem]]:
        async with opening.reading(config) as school:
            found = [one for one in config.advice if one.id in OF_THE_POLICY]
            directory = school.world().directory
            if directory is not None:
                found += few_adults(directory, school.policy, school.clock.now())
            return school.policy, found

    policy, advice = opening.within(work)
    title, page = f"How {config.school.name} tells families", parts(policy)
    if html is not None:
        try:
            html.write_text(as_html(title, page, advice, staff=staff), encoding="utf-8")
        except OSError as problem:
            output.stop(f"{html} cannot be written: {problem.strerror}. Name another file.", Exit.FAULT)
    if json:
        output.as_json(
            {
                "school": config.school.name,
                **matrix_json(policy),
                "problems": [problem_json(one) for one in advice],
            }
        )
        return
    if html is not None:
        output.say(f"Written: {html}. It names nobody{'' if staff else ', and is for families to read'}.")
    else:
        for line in as_text(title, page, staff=staff):
            output.say(line)
    if advice:
        output.say("\nFor the staff:", "bold")
        output.problems(advice)
