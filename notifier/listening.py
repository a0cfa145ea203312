"""The web listener with everything that it answers, where ``[http] listen`` is set. Any node may have one."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial

from channels.base import Receives
from notifier.acceptance.families import Families
from notifier.clock import Clock
from notifier.config import Config
from notifier.queue import Store


@asynccontextmanager
async def listening(
    config: Config,
    store: Store,
    families: Families,
    doors: Mapping[str, Receives],
    folders: Callable[[], Mapping[str, bool]],
    clock: Clock,
) -> AsyncIterator[None]:
    """``doors``: the channels whose providers tell; ``folders``: each drop folder, and whether it is there.

    Raises ListenProblem where the address is not to be had.
    """
    http = config.http
    if not http.listens:
        yield
        return
    from notifier.web.health import health_routes
    from notifier.web.incoming import Tally
    from notifier.web.listener import Listener  # only who listens waits for these to be imported
    from notifier.web.receipts import receipt_routes
    from notifier.web.unsubscribe import unsubscribe_routes

    routes = [
        *receipt_routes(doors, store.keep_receipt, clock, http.public_url, Tally()),
        *health_routes(store.status, store.lost_accounts, folders, clock),
    ]
    if http.secret and not config.node.sends_only:
        leave = partial(families.unsubscribe, clock, why="used the link in a newsletter")
        routes += unsubscribe_routes(http.secret, families.newest, leave, clock, config.school.name, Tally())
    async with Listener(http.host, http.port, routes).listening():
        yield
