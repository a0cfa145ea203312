"""Who may close the school: the head, the deputy by setting, and where the school wants it two of them (SCHOOL 20)."""

from datetime import datetime, timedelta

from notifier.acceptance.authority import alone_may
from notifier.closure.instruction import NotUnderstood
from notifier.model.closure import Closure
from notifier.model.policy import Policy
from notifier.model.staff import Authority, Role

LAPSES = timedelta(minutes=30)
"""A draft that nobody confirmed within this time is over: what it says may be stale."""


class NotAllowed(NotUnderstood):
    """A sentence that says who may."""


def check_may_close(by: Authority, policy: Policy) -> None:
    """Raises NotAllowed."""
    if not alone_may(by, policy):
        who = "the head" if Role.DEPUTY in policy.approval.emergency else "the head or the deputy"
        raise NotAllowed(f"Only {who} may do this. Nothing was sent. If that is you, add --as and your id.")


def second(closure: Closure, by: Authority, policy: Policy, now: datetime, *, alone: bool) -> None:
    """Raises NotAllowed unless this yes is enough.

    The second person is another head or deputy. ``alone``: the head goes on without one, once the wait is over and
    before the draft lapses.
    """
    if now - closure.made_at > LAPSES:
        raise NotAllowed("This draft is too old: what it says may not be true any more. Start again.")
    if by.role not in (Role.HEAD, Role.DEPUTY):
        raise NotAllowed("The second person is the head or a deputy.")
    if not alone:
        if by.name in closure.confirmed_by:
            raise NotAllowed(
                "You have confirmed it already, and two people must. Ask another head or deputy, "
                "or if nobody can be found, the head adds --alone."
            )
        return
    if by.role is not Role.HEAD:
        raise NotAllowed("Only the head may go on alone.")
    opens = closure.made_at + policy.approval.alone_after
    if now < opens:
        at = opens.astimezone(policy.timezone)
        raise NotAllowed(f"Wait for the second person until {at:%H:%M}. After that you may go on alone.")
