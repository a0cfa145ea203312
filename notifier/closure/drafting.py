"""A closure before anybody has said yes: its message, its plan, and all that the head should see of it."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from notifier.acceptance.world import World
from notifier.closure.instruction import NotUnderstood
from notifier.closure.wording import Wordings
from notifier.model.closure import Announcement, Closure, Opening, What
from notifier.model.message import Kind, Message
from notifier.model.payload import SHORT, ShortPayload
from notifier.model.plan import Delivery, Plan
from notifier.model.policy import Per, Policy
from notifier.model.problem import Severity
from notifier.rendering import Renderer
from notifier.routing import plan

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
LONGEST = 1600
"""What one text may hold altogether; nothing is ever cut."""


@dataclass(frozen=True, slots=True)
class Words:
    """One language as a text: ``adults`` get it, ``segments`` parts each."""

    language: str
    text: str
    encoding: str
    segments: int
    adults: int


@dataclass(frozen=True, slots=True)
class Draft:
    """``ways``: adults by channel of the first step; ``lasts``: how long the provider's pace takes for each.

    ``unreachable``: those whom only a person can reach. ``cost`` in pounds, None where no price is set.
    """

    closure: Closure
    message: Message
    plan: Plan
    words: tuple[Words, ...]
    ways: Mapping[str, int]
    lasts: Mapping[str, timedelta]
    unreachable: tuple[Delivery, ...]
    cost: float | None
    directory_version: int = 0

    @property
    def recipients(self) -> int:
        return sum(1 for one in self.plan.deliveries if one.contact_ids or one.staff_id)

    @property
    def children(self) -> int:
        return len({pupil_id for one in self.plan.deliveries for pupil_id in one.pupil_ids})


def new_id(*, drill: bool) -> str:
    """Short enough to read out over the telephone; a drill's says so."""
    return f"{'drill' if drill else 'closure'}-{''.join(secrets.choice(LETTERS) for _ in range(6))}"


def message_id(closure_id: str, number: int) -> str:
    return f"{Kind.EMERGENCY.value}-{closure_id}-{number}"


def drafted(
    closure: Closure,
    world: World,
    renderer: Renderer,
    wordings: Wordings,
    paces: Mapping[str, float | None],
    price: float,
    now: datetime,
) -> Draft:
    """The latest announcement of the closure as it would go now. Raises NotUnderstood where it cannot.

    ``paces``: what each channel's account takes a minute, None without a limit.
    """
    directory = world.directory
    if directory is None:
        raise NotUnderstood("The families' files are not in order, so nobody can be told. See: notifier check")
    said = closure.latest
    if not said.bodies:
        said = replace(said, bodies=wordings.bodies(said))
    closure = replace(closure, announcements=(*closure.announcements[:-1], said))
    message = _message(closure, said, world)
    policy = _one_each(world.policy)
    planned = plan(message, directory, policy, now)
    if wrong := [problem for problem in planned.problems if problem.severity is Severity.ERROR]:
        raise NotUnderstood(wrong[0].sentence)
    # What only a person can doubt is settled by the yes that is asked for.
    message = replace(message, approved=tuple(dict.fromkeys(problem.id for problem in planned.doubts)))
    if said.opening is Opening.EARLY and said.what in (What.START, What.UPDATE) and not closure.drill:
        planned = replace(
            planned, deliveries=tuple(replace(one, acknowledge=bool(one.pupil_ids)) for one in planned.deliveries)
        )
    words = _words(message, planned, renderer, world, now)
    ways: dict[str, int] = {}
    for delivery in planned.deliveries:
        for channel in delivery.ladder[0] if delivery.ladder else ():
            ways[channel] = ways.get(channel, 0) + 1
    return Draft(
        closure=closure,
        message=message,
        plan=planned,
        words=words,
        ways=ways,
        lasts={name: _lasts(count, paces.get(name)) for name, count in ways.items() if name in paces},
        unreachable=tuple(one for one in planned.deliveries if _by_hand(one, policy)),
        cost=sum(one.segments * one.adults for one in words) * price if price else None,
        directory_version=directory.version,
    )


def _message(closure: Closure, said: Announcement, world: World) -> Message:
    return Message(
        id=said.message_id,
        key=f"closure:{closure.id}:{len(closure.announcements) - 1}",
        mode=closure.mode,
        kind=Kind.EMERGENCY,
        audience=said.audience,
        author=said.author,
        bodies=said.bodies,
        source="notifier closure",
        accepted_at=said.made_at,
        expires_at=said.expires_at,
        drill=closure.drill,
        closure=closure.id,
    )


def _one_each(policy: Policy) -> Policy:
    """One text for each adult, not for each child, whatever an emergency from the drop folder is set to be."""
    own = policy.kinds[Kind.EMERGENCY]
    return replace(policy, kinds={**policy.kinds, Kind.EMERGENCY: replace(own, per=Per.CONTACT)})


def _words(message: Message, planned: Plan, renderer: Renderer, world: World, now: datetime) -> tuple[Words, ...]:
    """The exact text in each language that somebody gets, English first."""
    policy, directory = world.policy, world.directory
    assert directory is not None  # noqa: S101 - drafted has looked
    texts = [name for name, facts in policy.channels.items() if facts.medium == SHORT and not facts.by_person]
    counted: dict[str, int] = {}
    first: dict[str, Delivery] = {}
    for one in planned.deliveries:
        if one.ladder and any(name in one.ladder[0] for name in texts):
            counted[one.text_language] = counted.get(one.text_language, 0) + 1
            first.setdefault(one.text_language, one)
    languages: Sequence[str] = sorted({*counted, message.bodies[0].language}, key=_english_first)
    found = []
    for language in languages:
        sample = first.get(language)
        payload = renderer.render(SHORT, message, sample, directory, now)
        assert isinstance(payload, ShortPayload)  # noqa: S101 - what is made for this medium
        if len(payload.text) > LONGEST:
            raise NotUnderstood("The text would be too long to send whole. Shorten the reason.")
        found.append(Words(language, payload.text, payload.encoding, payload.segments, counted.get(language, 0)))
    return tuple(found)


def _english_first(language: str) -> tuple[bool, str]:
    return not language.startswith("en"), language


def _lasts(count: int, per_minute: float | None) -> timedelta:
    return timedelta(minutes=count / per_minute) if per_minute else timedelta()


def _by_hand(delivery: Delivery, policy: Policy) -> bool:
    used = [channel for rung in delivery.ladder for channel in rung]
    return all(policy.channels[channel].by_person for channel in used)
