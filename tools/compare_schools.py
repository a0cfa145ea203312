"""Writes docs/comparison.md, one letter at both example schools: python -m tools.compare_schools"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time
from pathlib import Path

from notifier import calendar, directory
from notifier.acceptance import World
from notifier.acceptance.understanding import consider
from notifier.config import load
from notifier.fittings import channel_facts, channel_settings
from notifier.intake import IntakeFolder, read
from notifier.model.message import Kind, Mode, Submission
from notifier.model.plan import Basis, Plan
from notifier.model.staff import Authority, Role
from notifier.resources import resource
from notifier.routing import rules
from tools.example_schools.__main__ import TODAY

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "comparison.md"
LETTER = Path("woodgrange") / "messages" / "office" / "farm-visit" / "letter.md"


@dataclass(frozen=True, slots=True)
class At:
    """The letter at one school: as it stands, without ``important: yes``, and with ``essential: yes``."""

    title: str
    policy: str
    plain: Plan
    everyday: Plan
    essential: Plan


def at(school: str, like: str = "") -> At:
    """The letter as the example school of this folder would send it on the day its files were made for.

    ``like`` is the school whose policy it follows instead of its own.
    """
    examples = resource("examples")
    config = load(examples / school / "config.toml", channel_settings(), {}, today=TODAY)
    model = load(examples / (like or school) / "config.toml", channel_settings(), {}, today=TODAY)
    zone = config.school.timezone
    now = datetime.combine(TODAY, time(10), zone)
    families = directory.preview(directory.read(config.families), None)
    days, _ = calendar.read(config.calendar, {pupil.class_ for pupil in families.pupils.values()})
    world = World(families, days, model.policy(channel_facts(model)), Mode.TRIAL)
    folder = IntakeFolder(examples / LETTER.parent, "drop/office", Authority(Role.HEAD), Kind.LETTER)
    (letter,) = read(examples / LETTER, folder, now, zone)

    def planned(submission: Submission) -> Plan:
        return consider(submission, world, now, lambda kind: f"{kind.value}-1").plan

    everyday = replace(letter, header=replace(letter.header, important=False))
    urgent = replace(letter, header=replace(letter.header, essential=True))
    title = f"The same families, as {model.school.name} would" if like else config.school.name
    return At(title, model.profile, planned(letter), planned(everyday), planned(urgent))


def _apart(plan: Plan, basis: Basis) -> int:
    return sum(delivery.basis is basis for delivery in plan.deliveries)


def _first(plan: Plan) -> str:
    ways = Counter(" and ".join(delivery.ladder[0]) for delivery in plan.deliveries if delivery.ladder)
    return ", ".join(f"{way} {number}" for way, number in sorted(ways.items(), key=lambda pair: (-pair[1], pair[0])))


def _most(plan: Plan) -> str:
    return str(max((len(delivery.contact_ids) for delivery in plan.deliveries), default=0))


def _published(plan: Plan) -> str:
    return ", ".join(item.channel for item in plan.public) or "no"


def _withheld(rule: str) -> Callable[[At], str]:
    return lambda one: str(len({held.contact_id for held in one.plain.withheld if held.rule == rule}))


ROWS: Mapping[str, Callable[[At], str]] = {
    "Children in Year 2": lambda one: str(len(one.plain.pupil_ids)),
    "Copies": lambda one: str(len(one.plain.deliveries)),
    "Adults who get it": lambda one: str(len({id for d in one.plain.deliveries for id in d.contact_ids})),
    "Adults on one copy, at most": lambda one: _most(one.plain),
    "Copies to parents living apart who asked (W39)": lambda one: str(_apart(one.plain, Basis.COPY)),
    "Copies to parents living apart who signed (H28)": lambda one: str(_apart(one.plain, Basis.EQUAL)),
    "Left out: apart, and did not ask (W39)": _withheld(rules.REQUEST),
    "Left out: apart, did not sign, no consent (H28)": _withheld(rules.SIGNATORY),
    "Left out: an order or agreement on file (H25)": _withheld(rules.ORDER),
    "Published, with `important: yes` (W40)": lambda one: _published(one.plain),
    "Published, without it (H15)": lambda one: _published(one.everyday),
    "Goes first by": lambda one: _first(one.plain),
    "With `essential: yes` first by (W37)": lambda one: _first(one.essential),
}


def page() -> str:
    schools = [at("woodgrange"), at("woodgrange", like="hyde-park"), at("hyde-park")]
    lines = [
        "# One letter, two schools",
        "",
        "The same file at both example schools: the letter in "
        f"[`{LETTER.name}`](../examples/{LETTER.as_posix()}), for Year 2, about a visit to the farm. In the middle are "
        "the families of the first school under the policy of the second: only one line of `config.toml` is another, "
        "`profile`. The numbers are counted, not written by hand: `python -m tools.compare_schools`.",
        "",
        f"| | {' | '.join(one.title for one in schools)} |",
        f"|---|{'---|' * len(schools)}",
        f"| Policy | {' | '.join(f'`{one.policy}`' for one in schools)} |",
        *(f"| {row} | {' | '.join(count(one) for one in schools)} |" for row, count in ROWS.items()),
        "",
        "Under `woodgrange` one copy goes to each home, made out to the adults there together, and a parent living "
        "apart gets one when they asked for it. A letter marked as essential comes as a text too.",
        "",
        "Under `hyde-park` each adult has their own copy. A parent living apart gets it without asking if they signed "
        "the contract or there is written consent; having asked is not enough. Every letter to a class or more is "
        "published, important or not. Texts are for emergencies, so "
        "`essential: yes` changes nothing. `notifier check` says what the law thinks of that setting.",
        "",
        "What an order stops, it stops at both. For your own school, see `notifier policy explain` and "
        "`notifier preview FILE`.",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
