"""Whether it goes well: `/health` for whoever watches over the computer, `/metrics` for Prometheus.

Numbers only, never an id, a name or an address. ``/metrics`` is answered only to this computer itself.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from ipaddress import ip_address

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from notifier.clock import Clock
from notifier.queue import StoreProblem
from notifier.queue.rows import Lost, Status

Ask = Callable[[], Awaitable[Status]]
AskLost = Callable[[], Awaitable[Mapping[str, Lost]]]


def health_routes(
    status: Ask, lost: AskLost, folders: Callable[[], Mapping[str, bool]], clock: Clock
) -> Sequence[BaseRoute]:
    """``folders``: each drop folder's name, and whether it is there."""
    desk = _Desk(status, lost, folders, clock)
    return [Route("/health", desk.health, methods=["GET"]), Route("/metrics", desk.metrics, methods=["GET"])]


class _Desk:
    def __init__(self, status: Ask, lost: AskLost, folders: Callable[[], Mapping[str, bool]], clock: Clock) -> None:
        self._status = status
        self._lost = lost
        self._folders = folders
        self._clock = clock

    async def health(self, request: Request) -> Response:
        """200 while it can do its work; 503, and which part ails, where it cannot."""
        try:
            await self._status()
            lost = await self._lost()
        except StoreProblem:
            return JSONResponse({"status": "ailing", "database": False}, status_code=503)
        folders = all(self._folders().values())
        well = folders and not lost
        body = {"status": "ok" if well else "ailing", "database": True, "accounts": not lost, "folders": folders}
        return JSONResponse(body, status_code=200 if well else 503)

    async def metrics(self, request: Request) -> Response:
        if not _from_here(request):
            return Response(status_code=404)
        registry = CollectorRegistry()
        up = Gauge("notifier_database_up", "Whether the database answers.", registry=registry)
        try:
            status = await self._status()
            lost = await self._lost()
        except StoreProblem:
            up.set(0)
            return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
        up.set(1)
        self._fill(registry, status, lost)
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    def _fill(self, registry: CollectorRegistry, status: Status, lost: Mapping[str, Lost]) -> None:
        messages = Gauge("notifier_messages", "Messages by state.", ["state"], registry=registry)
        for message_state, number in status.messages.items():
            messages.labels(message_state.value).set(number)
        deliveries = Gauge("notifier_deliveries", "Deliveries by state.", ["state"], registry=registry)
        for delivery_state, number in status.deliveries.items():
            deliveries.labels(delivery_state.value).set(number)
        legs = Gauge("notifier_legs", "Legs by channel and state.", ["channel", "state"], registry=registry)
        for (channel, leg_state), number in status.legs.items():
            legs.labels(channel, leg_state.value).set(number)
        Gauge("notifier_open_tasks", "What people have to do.", registry=registry).set(status.open_tasks)
        waits = (self._clock.now() - status.oldest_due).total_seconds() if status.oldest_due else 0.0
        oldest = Gauge("notifier_oldest_due_seconds", "How long the oldest due leg has waited.", registry=registry)
        oldest.set(max(0.0, waits))
        gone = Gauge("notifier_account_lost", "Accounts that do not serve us.", ["channel"], registry=registry)
        for channel in lost:
            gone.labels(channel).set(1)
        there = Gauge("notifier_folder_up", "Whether a drop folder is there.", ["folder"], registry=registry)
        for folder, found in self._folders().items():
            there.labels(folder).set(found)


def _from_here(request: Request) -> bool:
    """From this computer, and not handed on by a proxy that stands before us."""
    forwarded = any(name in request.headers for name in ("x-forwarded-for", "forwarded", "x-real-ip"))
    try:
        return not forwarded and request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False
