"""How the school tells whom, as a page that it can publish: values in, sentences out (W8)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from typing import Any

from notifier.acceptance.preview import rung_json
from notifier.model.directory import Directory
from notifier.model.message import Body, Kind, Message, Mode, Reach, Term
from notifier.model.policy import Copies, KindPolicy, Per, Policy, QuietHours, Rung
from notifier.model.problem import Problem, advice
from notifier.routing import plan

ENOUGH = 2
"""So many adults the school should be able to reach about each child in an emergency (H31)."""
SHOWN = 5
ANY = "*"
ESSENTIAL = "essential"

_TITLES = {
    Kind.NEWSLETTER: "Newsletters",
    Kind.LETTER: "Letters",
    Kind.NOTICE: "Notices ahead of an event",
    Kind.REPORT: "Reports about one child",
    Kind.EMERGENCY: "Emergencies, such as a closure",
}
_PER = {
    Per.HOUSEHOLD: "One for each home.",
    Per.CONTACT: "One for each adult.",
    Per.PUPIL: "One for each home and child.",
}
_COPIES = {
    Copies.ALWAYS: "Parents who live at another address get it too, without asking.",
    Copies.ON_REQUEST: "Parents who live at another address get a copy when they ask the office for it.",
    Copies.SIGNATORY_OR_CONSENT: "Parents who live at another address get it too if they signed the contract with the "
    "school, or if a parent who signed agrees in writing.",
}


@dataclass(frozen=True, slots=True)
class Part:
    """``rules`` are for the staff's version alone."""

    title: str
    sentences: tuple[str, ...]
    rules: tuple[str, ...] = ()


def parts(policy: Policy) -> tuple[Part, ...]:
    """The whole page: a part for each kind of message, then what holds for all. No id, no name of anybody."""
    kinds = [_kind(policy, kind, policy.kinds[kind]) for kind in _TITLES if kind in policy.kinds]
    return (*kinds, *_for_all(policy), *_mark(policy))


def _kind(policy: Policy, kind: Kind, own: KindPolicy) -> Part:
    said = [_ways(policy, own.ladder), _PER[own.per]]
    said.append(_COPIES[Copies.ALWAYS if kind is Kind.EMERGENCY else own.copies])
    said += _public(policy, own)
    if own.escalate_after is not None:
        said.append(f"Where nobody confirms it, the next way is tried after {_minutes(own.escalate_after)}.")
    text = policy.text.channel
    if kind.value not in policy.text.allowed:
        if ESSENTIAL in policy.text.allowed:
            said.append(f"It comes as a {text} too only if the school marks it as essential.")
        else:
            said.append(f"It does not come as a {text}.")
    return Part(_TITLES[kind], tuple(said), own.rules)


def _ways(policy: Policy, ladder: Sequence[Rung]) -> str:
    rungs = [[name for name in rung if _there(policy, name)] for rung in ladder]
    said = [" and ".join(_called(policy, name) for name in rung) for rung in rungs if rung]
    if not said:
        return "No way is set up yet."
    first, *others = said
    return f"First by {first}{''.join(f'; where that does not work, by {one}' for one in others)}."


def _public(policy: Policy, own: KindPolicy) -> Iterator[str]:
    always = [name for name in own.also if _there(policy, name)]
    important = [name for name in own.public_if_important if _there(policy, name) and name not in always]
    if always:
        yield f"What is for a whole class or more also stands on the {' and the '.join(always)}."
    if important:
        yield f"What is important and for a whole class or more also stands on the {' and the '.join(important)}."
    if not always and not important:
        yield "It is not published."


def _for_all(policy: Policy) -> Iterator[Part]:
    quiet = policy.quiet_hours
    yield Part(
        "At what time",
        (_at_what_time(quiet),),
        ("29",),
    )
    if policy.in_person_only:
        told = ", ".join(one.replace("-", " ") for one in sorted(policy.in_person_only))
        yield Part("What we tell you in person", (f"Never in a message, always in a talk: {told}.",), ("W42",))
    times = [(_category(name), days) for name, days in policy.lead_time.items() if days]
    if times:
        yield Part(
            "How long before an event you hear of it",
            tuple(f"{name}: {days} school {'day' if days == 1 else 'days'} or more." for name, days in times),
            ("W35",),
        )
    yield Part(
        "What you can ask for",
        (
            "Paper in place of email, large print, or somebody who explains a message to you. Please tell the office.",
            "A child's full name never stands where everybody can read it.",
        ),
        ("W34", "W41", "W43"),
    )


def _mark(policy: Policy) -> Iterator[Part]:
    """By which the governors' record says that a message went by this page (W47)."""
    if policy.mark:
        yield Part("Which rules these are", (f"The mark of these rules is {policy.mark}.",), ("W47",))


def _at_what_time(quiet: QuietHours) -> str:
    off = [name for name, is_quiet in (("weekends", quiet.weekends), ("holidays", quiet.holidays)) if is_quiet]
    what = "What is no emergency" if quiet.everything else "What makes a telephone ring, and is no emergency,"
    said = f"{what} comes between {quiet.opens:%H:%M} and {quiet.closes:%H:%M}"
    said += f", and not {'at ' if off[0] == 'weekends' else 'in '}{' or in '.join(off)}." if off else "."
    return said if quiet.everything else f"{said} Email and paper may come at any time."


def _category(name: str) -> str:
    return "Any other event" if name == ANY else name.replace("-", " ").capitalize()


def _there(policy: Policy, channel: str) -> bool:
    facts = policy.channels.get(channel)
    return facts is not None and facts.configured


def _called(policy: Policy, channel: str) -> str:
    return "a call from somebody at the school" if policy.channels[channel].by_person else channel


def _minutes(length: timedelta) -> str:
    minutes = int(length.total_seconds() // 60)
    return f"{minutes} {'minute' if minutes == 1 else 'minutes'}"


def few_adults(directory: Directory, policy: Policy, now: datetime) -> list[Problem]:
    """Advice on the children about whom fewer than two adults could be reached in an emergency at ``now``."""
    drill = Message(
        id="emergency-drill",
        key="",
        mode=Mode.TRIAL,
        kind=Kind.EMERGENCY,
        audience=(Term(Reach.SCHOOL),),
        author="",
        bodies=(Body(policy.language, "", "", ""),),
    )
    made = plan(drill, directory, policy, now)
    reached: dict[str, set[str]] = {pupil_id: set() for pupil_id in made.pupil_ids}
    for delivery in made.deliveries:
        with_address = {one.contact_id for found in delivery.routes.values() for one in found if one.value}
        for pupil_id in delivery.pupil_ids:
            reached[pupil_id] |= with_address & {*delivery.contact_ids}
    few = [pupil_id for pupil_id, adults in reached.items() if len(adults) < ENOUGH]
    if not few:
        return []
    more = f" and {len(few) - SHOWN} more" if len(few) > SHOWN else ""
    return [
        advice(
            "few-adults",
            f"{len(few)} of {len(reached)} children have fewer than two adults whom the school could reach in an "
            f"emergency ({', '.join(few[:SHOWN])}{more}). Ask their families for another adult, or for a number.",
            "families/links.csv",
            rule="H31",
        )
    ]


def as_text(title: str, page: Sequence[Part], *, staff: bool) -> list[str]:
    lines = [title, ""]
    for part in page:
        lines += [part.title, *(f"  {one}" for one in part.sentences)]
        lines += [f"  Rules: {', '.join(part.rules)}"] if staff and part.rules else []
        lines.append("")
    return lines[:-1]


def as_html(title: str, page: Sequence[Part], advice: Sequence[Problem] = (), *, staff: bool) -> str:
    """A page that needs nothing beside it. ``advice`` stands only in the staff's version."""
    made = [f"<h1>{escape(title)}</h1>"]
    for part in page:
        made.append(f"<section><h2>{escape(part.title)}</h2>")
        made += [f"<p>{escape(one)}</p>" for one in part.sentences]
        if staff and part.rules:
            made.append(f'<p class="rules">Rules: {escape(", ".join(part.rules))}</p>')
        made.append("</section>")
    if staff and advice:
        made.append("<section><h2>To look at</h2><ul>")
        made += [f"<li>{escape(one.sentence)}</li>" for one in advice]
        made.append("</ul></section>")
    return _PAGE.format(title=escape(title), main="\n".join(made))


_PAGE = """<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 1.05rem/1.55 system-ui, sans-serif; color: #1b1b1b; background: #fff; margin: 0; }}
main {{ max-width: 42rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }}
h1 {{ font-size: 1.8rem; line-height: 1.2; }}
h2 {{ font-size: 1.2rem; margin: 1.8rem 0 .3rem; }}
p {{ margin: .3rem 0; }}
.rules {{ color: #555; font-size: .9rem; }}
@media print {{ section {{ break-inside: avoid; }} }}
</style>
</head>
<body>
<main>
{main}
</main>
</body>
</html>
"""


def matrix_json(policy: Policy) -> dict[str, Any]:
    quiet = policy.quiet_hours
    return {
        "profile": policy.profile,
        "mark": policy.mark,
        "kinds": {
            kind.value: {
                "ladder": [rung_json(rung) for rung in own.ladder],
                "per": own.per.value,
                "copies": own.copies.value,
                "also": [*own.also],
                "also_if_important": [*own.public_if_important],
                "escalate_after_minutes": own.escalate_after.total_seconds() / 60 if own.escalate_after else None,
                "rules": [*own.rules],
            }
            for kind, own in policy.kinds.items()
        },
        "not_set_up": sorted(name for name, facts in policy.channels.items() if not facts.configured),
        "text_allowed": sorted(policy.text.allowed),
        "quiet_hours": {
            "opens": f"{quiet.opens:%H:%M}",
            "closes": f"{quiet.closes:%H:%M}",
            "weekends": quiet.weekends,
            "holidays": quiet.holidays,
            "everything": quiet.everything,
        },
        "in_person_only": sorted(policy.in_person_only),
        "lead_time": dict(policy.lead_time),
        "review_by": policy.review_by.isoformat() if policy.review_by else None,
    }
