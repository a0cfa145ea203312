"""What every message asks of a directory, worked out once it is in force.

Else the first message after a change would have to wait for it, and that may be a closure at dawn.
"""

from datetime import datetime

from notifier.model.directory import Directory
from notifier.model.message import Kind, Message, Mode
from notifier.model.policy import Policy
from notifier.routing.standing import Standing


def work_out(directory: Directory, policy: Policy, now: datetime) -> None:
    """Nothing is decided here: all of it is kept with the directory, and would be worked out when it is asked for."""
    _ = directory.links_of_contact, directory.home_of, directory.holders_of, directory.barrable_at, directory.remarkable
    # What an adult may hear where nothing is on file follows from ``copies``, and several kinds have the same.
    for kind in {rules.copies: kind for kind, rules in policy.kinds.items() if kind is not Kind.EMERGENCY}.values():
        standing = Standing(_about_nothing(kind), directory, policy, now)
        for pupil_id in directory.pupils:
            standing.usual(pupil_id)


def _about_nothing(kind: Kind) -> Message:
    return Message(id="", key="", mode=Mode.TRIAL, kind=kind, audience=(), author="", bodies=())
