"""A channel that the school no longer has: its legs go on to the next way at once (DESIGN 3.8)."""

from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar

from pydantic import BaseModel

from channels.base import Outgoing, PermanentFailure, Sent
from notifier.dispatch.accounts import Account
from notifier.model.policy import AddressKind
from notifier.model.states import LegState
from notifier.queue.rows import ClaimedLeg, Settlement

REASON = "This way of sending is not set up any more, so the next one is taken."


class Absent:
    """Stands where a channel was."""

    medium: ClassVar[str] = ""
    address: ClassVar[AddressKind] = AddressKind.NONE
    public: ClassVar[bool] = False
    by_person: ClassVar[bool] = False
    confirms: ClassVar[bool] = False
    writes_files: ClassVar[bool] = False
    repeatable: ClassVar[bool] = True
    Settings: ClassVar[type[BaseModel]] = BaseModel

    def __init__(self) -> None:
        self.parallelism = 1
        self.per_minute: float | None = None

    async def send(self, outgoing: Outgoing) -> Sent:
        raise PermanentFailure(REASON)

    async def close(self) -> None:
        pass


def carry(owner: str) -> Callable[[ClaimedLeg, Account, Callable[[], Sequence[ClaimedLeg]]], Awaitable[Settlement]]:
    """Nothing is rendered or checked here: the next rung's own leg is."""

    async def fail(leg: ClaimedLeg, account: Account, following: Callable[[], Sequence[ClaimedLeg]]) -> Settlement:
        return Settlement(leg.leg_id, leg.attempt_id, owner, LegState.PERMANENT_FAILURE, REASON)

    return fail
