"""Who may send what to whom (W21, W37, SCHOOL 20; DESIGN 3.3 "Authority")."""

from collections.abc import Sequence

from notifier.model.directory import Directory
from notifier.model.message import Kind, Message, Reach, Term
from notifier.model.policy import Policy
from notifier.model.problem import Problem, error, hold
from notifier.model.staff import Authority, Role
from notifier.routing import resolve
from notifier.routing.audience import matches

RANK = {Role.TEACHER: 0, Role.OFFICE: 1, Role.DEPUTY: 2, Role.HEAD: 3}


def within(narrower: Authority, wider: Authority) -> bool:
    """Whether acting as ``narrower`` stays inside ``wider``: the same person or role, or a role of lower rank."""
    if narrower.staff_id and narrower.staff_id == wider.staff_id:
        return True
    if RANK[narrower.role] < RANK[wider.role]:
        return True
    return narrower.role is wider.role and not narrower.staff_id


def permitted(message: Message, authority: Authority, directory: Directory, policy: Policy) -> list[Problem]:
    """What this authority may not do with this message, and what it may only do with somebody's yes."""
    problems: list[Problem] = []
    if authority.role is Role.TEACHER:
        problems += _teacher(message, authority, directory)
    if message.essential and authority.role not in policy.text.essential_roles:
        problems.append(
            error(
                "essential-not-allowed",
                "Only the head, the deputy or the office may mark a message as essential. Take “essential” out.",
                rule="W37",
            )
        )
    if message.kind is Kind.EMERGENCY and policy.approval.two_persons:
        problems.append(
            hold(
                "emergency-needs-two",
                "An emergency waits until a second person, another head or deputy, says yes: notifier approve.",
                rule="S20",
            )
        )
    elif message.kind is Kind.EMERGENCY and not alone_may(authority, policy):
        problems.append(
            hold(
                "emergency-needs-head",
                "An emergency waits until the head says yes: notifier approve.",
                rule="W37",
            )
        )
    elif authority.role in policy.approval.whole_school and any(t.reach is Reach.SCHOOL for t in message.audience):
        problems.append(
            hold("whole-school-needs-approval", "A message to the whole school waits for a yes: notifier approve.")
        )
    return problems


def alone_may(authority: Authority, policy: Policy) -> bool:
    """Whether this authority decides on an emergency: the head, the deputy by setting, and never anybody below."""
    return authority.role is Role.HEAD or (
        authority.role is Role.DEPUTY and Role.DEPUTY not in policy.approval.emergency
    )


def may_say_yes(kind: Kind, authority: Authority, policy: Policy) -> bool:
    """Whether a yes of this authority lets go what waits for one."""
    if kind is not Kind.EMERGENCY:
        return authority.role in policy.approval.by
    second = policy.approval.two_persons and authority.role is Role.DEPUTY
    return alone_may(authority, policy) or second


def own(message: Message, authority: Authority, policy: Policy) -> bool:
    """Whether this would be a yes to one's own message; the head confirms the head's own, unless it takes two."""
    two = message.kind is Kind.EMERGENCY and policy.approval.two_persons
    author = authority.staff_id == message.author or (two and authority.role.value == message.author)
    return bool(authority.staff_id) and author and (two or authority.role is not Role.HEAD)


def may_approve(message: Message, authority: Authority, policy: Policy) -> bool:
    return may_say_yes(message.kind, authority, policy) and not own(message, authority, policy)


def _teacher(message: Message, authority: Authority, directory: Directory) -> list[Problem]:
    """A teacher writes to the own classes only; an intake that acts as the role, only to its own ``to`` (W21)."""
    reached = [directory.pupils[pupil_id] for pupil_id in _reached(message, directory)]
    if authority.staff_id:
        own = frozenset(authority.classes)
        strangers = sorted({pupil.class_ for pupil in reached if pupil.class_ not in own})
        allowed = ", ".join(authority.classes) or "no class yet"
    else:
        terms, _ = resolve(authority.to, directory)
        own_ids = frozenset(pupil.id for pupil in directory.pupils.values() if _named(pupil.id, terms, directory))
        strangers = sorted({pupil.class_ for pupil in reached if pupil.id not in own_ids})
        allowed = ", ".join(authority.to) or "nobody yet"
    if not strangers:
        return []
    return [
        error(
            "teacher-own-class",
            f"This goes to {', '.join(strangers)} too, but a teacher may only write to the own class ({allowed}). "
            "Change “to:”, or ask the office to send it.",
            rule="W21",
        )
    ]


def _reached(message: Message, directory: Directory) -> Sequence[str]:
    """Every pupil the audience names, present or not: a teacher's reach must not depend on the day."""
    return [
        pupil.id
        for pupil in directory.pupils.values()
        if _named(pupil.id, message.audience, directory) and not _named(pupil.id, message.except_, directory)
    ]


def _named(pupil_id: str, terms: Sequence[Term], directory: Directory) -> bool:
    return any(matches(directory.pupils[pupil_id], term) for term in terms)
