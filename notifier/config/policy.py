"""The policy: a shipped profile, the school's overrides laid over it, checked as one (W47; DESIGN 3.4)."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from notifier.config.fingerprint import fingerprint
from notifier.config.policy_settings import KindTable, PolicySettings
from notifier.config.problems import ConfigProblems, did_you_mean, listed
from notifier.config.sentences import problems_of
from notifier.model.message import Kind
from notifier.model.policy import Approval, ChannelFacts, Copies, KindPolicy, Policy, QuietHours, TextPolicy
from notifier.model.problem import Problem, advice, error
from notifier.model.staff import Staff

PROFILES = Path(__file__).resolve().parent / "profiles"
ESSENTIAL = "essential"
PROFILE = "woodgrange"
"""What a school that names no profile starts from."""
MARK = 12
"""Letters of a policy's mark: a school has a few dozen policies in its life."""


def profile_names() -> list[str]:
    return sorted(path.stem for path in PROFILES.glob("*.toml"))


@cache
def _text(name: str) -> str:
    return (PROFILES / f"{name}.toml").read_text(encoding="utf-8")


def profile(name: str) -> dict[str, Any]:
    """A shipped profile's own tables, fresh each time."""
    return tomllib.loads(_text(name))


def merged(below: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """``over`` laid on ``below``: tables join, any other value replaces."""
    result = dict(below)
    for key, value in over.items():
        mine = result.get(key)
        result[key] = merged(mine, value) if isinstance(mine, dict) and isinstance(value, dict) else value
    return result


def gathered(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """The file with the policy's tables under [policy]; as in a profile they may stand without it: [kinds.letter].

    One that stands in both places stays where it is, to be pointed out there.
    """
    policy = raw.get("policy", {})
    if not isinstance(policy, dict):
        return raw
    loose = {
        name: value
        for name, value in raw.items()
        if name in PolicySettings.model_fields and isinstance(value, dict) and name not in policy
    }
    rest = {name: value for name, value in raw.items() if name not in loose}
    return {**rest, "policy": {**policy, **loose}} if loose else raw


def read_policy(
    raw: Any, *, file: str, channels: set[str], today: date, homes: Mapping[str, str]
) -> tuple[PolicySettings | None, list[Problem]]:
    """The settings of the profile that [policy] names with what it overrides, and every problem and advice."""
    if not isinstance(raw, dict) or not isinstance(raw.get("profile", ""), str):
        return None, []  # said where the file's tables are read
    name = raw.get("profile", PROFILE)
    overrides = {key: value for key, value in raw.items() if key != "profile"}
    if name not in profile_names():
        near = did_you_mean(name, profile_names())
        sentence = f"There is no policy '{name}'; there are {listed(profile_names(), 'and')}.{near}"
        return None, [error("unknown-profile", sentence, f"{file}: policy.profile")]
    below = profile(name)
    try:
        settings = PolicySettings.model_validate(merged(below, overrides))
    except ValidationError as failed:
        return None, problems_of(failed, PolicySettings, file, ("policy",), homes)
    shipped = PolicySettings.model_validate(below)
    where = f"{file}: policy"
    return settings, [
        *_ladders(settings, shipped, where, channels),
        *_texts(settings, where),
        *_others(settings, where),
        *_advice(settings, where, today),
    ]


def _ladders(settings: PolicySettings, shipped: PolicySettings, where: str, channels: set[str]) -> Iterator[Problem]:
    known = channels | {
        channel
        for table in shipped.kinds.values()
        for channel in (*_channels(table), *table.also, *table.also_if_important)
    }
    for kind, table in settings.kinds.items():
        place = f"{where}.kinds.{kind.value}"
        for setting, names in (
            ("ladder", _channels(table)),
            ("also", table.also),
            ("also_if_important", table.also_if_important),
        ):
            for name in names:
                if name not in known:
                    near = did_you_mean(name, known) or f" Known are {listed(sorted(known), 'and')}."
                    yield error("unknown-channel", f"There is no channel '{name}'.{near}", f"{place}.{setting}")
        last = shipped.kinds[kind].ladder[-1]
        if table.ladder[-1] != last:
            yield error(
                "ladder-without-person",
                f'Every ladder ends with a person, so that nobody is forgotten: end it in "{last[0]}".',
                f"{place}.ladder",
                "W38",
            )


def _channels(table: KindTable) -> list[str]:
    return [channel for rung in table.ladder for channel in rung]


def _texts(settings: PolicySettings, where: str) -> Iterator[Problem]:
    """W37: a text where texts are not allowed; and words in ``allowed`` that mean nothing."""
    choices = [*(kind.value for kind in Kind), ESSENTIAL]
    for name in settings.text.allowed:
        if name not in choices:
            yield error(
                "unknown-choice",
                f"'{name}' is not one of {listed(choices)}.{did_you_mean(name, choices)}",
                f"{where}.text.allowed",
                "W37",
            )
    for kind, table in settings.kinds.items():
        if settings.text.channel in (*_channels(table), *table.also) and kind.value not in settings.text.allowed:
            yield error(
                "text-not-allowed",
                f'A {kind.value} may not go as a text: take "{settings.text.channel}" out of its ladder, '
                f"or allow it in [policy.text].",
                f"{where}.kinds.{kind.value}.ladder",
                "W37",
            )


def _others(settings: PolicySettings, where: str) -> Iterator[Problem]:
    if settings.quiet_hours.opens >= settings.quiet_hours.closes:
        yield error(
            "quiet-hours-empty",
            "'opens' is an earlier time than 'closes': messages leave between the two.",
            f"{where}.quiet_hours",
            "29",
        )
    for category, days in settings.lead_time.items():
        if not 0 <= days <= 200:
            yield error(
                "number-too-large",
                "A lead time is a number of school days between 0 and 200.",
                f"{where}.lead_time.{category}",
                "W35",
            )


def _advice(settings: PolicySettings, where: str, today: date) -> Iterator[Problem]:
    if settings.review_by and settings.review_by < today:
        yield advice(
            "policy-review-due",
            f"The policy was to be looked at again by {settings.review_by:%-d %B %Y}. "
            "Ask the governors to review it, then write the next date as [policy] review_by.",
            f"{where}.review_by",
            "W54",
        )
    signed = [kind.value for kind, table in settings.kinds.items() if table.copies is Copies.SIGNATORY_OR_CONSENT]
    if signed:
        yield advice(
            "signatory-law",
            "A parent living apart gets copies only if they signed the parent contract or there is written consent "
            f"({', '.join(signed)}). The Department for Education tells schools to treat all parents equally unless a "
            "court order limits that; it means academies too. Take advice before going live, "
            'or set copies = "on_request" or "always".',
            f"{where}.kinds",
            "H28",
        )


def not_set_up(settings: PolicySettings, channels: set[str], file: str) -> Iterator[Problem]:
    """In live mode a channel without settings is left out of every ladder (DESIGN 3.8): worth saying."""
    wanted = dict.fromkeys(name for table in settings.kinds.values() for name in (*_channels(table), *table.also))
    for name in wanted:
        if name not in channels:
            yield advice(
                "channel-not-set-up",
                f"'{name}' is not set up and is left out; to use it, fill in [channels.{name}].",
                f"{file}: channels.{name}",
                "DESIGN 3.8",
            )


def build(
    settings: PolicySettings,
    *,
    profile: str,
    file: str,
    facts: Mapping[str, ChannelFacts],
    timezone: ZoneInfo,
    language: str,
    languages: frozenset[str],
    staff: tuple[Staff, ...],
    head: frozenset[str],
    notice_lead_times: Mapping[str, int],
) -> Policy:
    """The typed policy. Raises ConfigProblems where the channels' facts do not suit it."""
    if problems := list(_unsuited(settings, facts, f"{file}: policy")):
        raise ConfigProblems(problems)
    policy = Policy(
        profile=profile,
        kinds={kind: _kind(table) for kind, table in settings.kinds.items()},
        timezone=timezone,
        channels=dict(facts),
        text=TextPolicy(
            settings.text.channel, frozenset(settings.text.allowed), frozenset(settings.text.essential_roles)
        ),
        quiet_hours=QuietHours(**settings.quiet_hours.model_dump()),
        in_person_only=frozenset(folded(name) for name in settings.in_person_only),
        watch_words=settings.watch_words,
        marketing_words=settings.marketing_words,
        lead_time={folded(name): days for name, days in {**settings.lead_time, **notice_lead_times}.items()},
        approval=Approval(
            frozenset(settings.approval.whole_school),
            frozenset(settings.approval.emergency),
            frozenset(settings.approval.by),
            settings.approval.two_persons,
            settings.approval.alone_after,
        ),
        review_by=settings.review_by,
        language=language,
        languages=languages,
        staff=staff,
        head=head,
    )
    return replace(policy, mark=_mark(policy))


def _mark(policy: Policy) -> str:
    """Without the people, who come and go under one policy, and without what a channel is by itself; with which
    channels are set up, as a way that is not there is left out."""
    set_up = {name: one for name, one in policy.channels.items() if one.configured}
    digest = fingerprint(replace(policy, staff=(), head=frozenset(), channels={}), sorted(set_up))
    return "-".join(digest[at : at + 4] for at in range(0, MARK, 4))


def notice_meant(policy: Policy, category: str) -> int:
    """School days of notice that an event of this category should get (W35)."""
    return policy.lead_time.get(folded(category), policy.lead_time.get("*", 0))


def folded(category: str) -> str:
    """A category as it is compared: small letters, hyphens between words."""
    return "-".join(category.casefold().replace("_", " ").replace("-", " ").split())


def _kind(table: KindTable) -> KindPolicy:
    return KindPolicy(
        ladder=table.ladder,
        also=table.also,
        per=table.per,
        copies=table.copies,
        escalate_after=table.escalate_after,
        rules=table.rules,
        public_if_important=table.also_if_important,
        catch_up=table.catch_up,
    )


def _unsuited(settings: PolicySettings, facts: Mapping[str, ChannelFacts], where: str) -> Iterator[Problem]:
    for kind, table in settings.kinds.items():
        place = f"{where}.kinds.{kind.value}"
        for name in _channels(table):
            if name in facts and facts[name].public:
                yield error(
                    "public-in-ladder",
                    f"'{name}' is a public place, not a way to reach one family: name it under 'also' instead.",
                    f"{place}.ladder",
                )
        for name in (*table.also, *table.also_if_important):
            if name in facts and not facts[name].public:
                yield error(
                    "also-not-public", f"'{name}' reaches one family at a time: name it in 'ladder'.", f"{place}.also"
                )
        if not all(facts[name].by_person for name in table.ladder[-1] if name in facts):
            yield error(
                "ladder-without-person",
                "Every ladder ends with something a person does.",
                f"{place}.ladder",
                "W38",
            )
