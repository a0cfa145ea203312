"""This process as the only one that works for its school, behind locks, or as one of several on a server."""

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

from notifier.clock import Clock
from notifier.config import Config
from notifier.config.fingerprint import fingerprint
from notifier.dispatch import Alone, Node, new_id
from notifier.heart import Heart
from notifier.lock import Lock, held
from notifier.model.policy import Policy
from notifier.queue import Store


@asynccontextmanager
async def among_others(config: Config, store: Store, policy: Policy, clock: Clock) -> AsyncIterator[Node]:
    """Raises Locked where another process works in the folder, or with the database that is a file."""
    if not store.shared:
        with ExitStack() as locks:
            for file in _lock_files(config, store):
                locks.enter_context(Lock(file))
            yield Alone()
        return
    heart = Heart(
        store.line(),
        new_id(),
        clock,
        config.node.span,
        folder=not config.node.sends_only,
        settings=fingerprint(policy, config.school),
    )
    async with heart:
        yield heart


def anybody_at_work(config: Config, store: Store) -> bool | None:
    """Whether a daemon runs for the school of a database that is a file; None where this computer cannot tell."""
    return None if store.shared else held(next(_lock_files(config, store)))


def _lock_files(config: Config, store: Store) -> Iterator[Path]:
    """The folder's, and that of a database elsewhere, to which another folder may lead."""
    yield config.state / "lock"
    file = store.file
    if file is not None and file.resolve().parent != config.state.resolve():
        yield file.resolve().with_name(f"{file.name}.lock")
