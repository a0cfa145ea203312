"""What the listener tells about how it goes: numbers, and to strangers not even those."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from notifier.clock import FixedClock
from notifier.model.states import DeliveryState, LegState, MessageState
from notifier.queue import StoreProblem
from notifier.queue.rows import Lost, Status
from notifier.web.health import health_routes
from tests.unit.queue.plans import NOW

WELL = Status(
    {MessageState.DONE: 3},
    {DeliveryState.CONFIRMED: 7},
    {("email", LegState.SENT): 9},
    2,
    1,
    NOW - timedelta(seconds=90),
)


@dataclass
class Place:
    lost: Mapping[str, Lost] = field(default_factory=dict)
    folders: Mapping[str, bool] = field(default_factory=lambda: {"drop/office": True})
    database: bool = True

    async def status(self) -> Status:
        if not self.database:
            raise StoreProblem("It does not answer.")
        return WELL

    async def accounts(self) -> Mapping[str, Lost]:
        return self.lost

    async def get(self, path: str, client: str = "127.0.0.1", **heads: str) -> Response:
        routes = health_routes(self.status, self.accounts, lambda: self.folders, FixedClock(NOW))
        route = next(one for one in routes if isinstance(one, Route) and one.path == path)
        headers = [(name.replace("_", "-").encode(), value.encode()) for name, value in heads.items()]
        scope = {"type": "http", "method": "GET", "path": path, "headers": headers, "client": (client, 1)}
        response = await route.endpoint(Request(scope))
        assert isinstance(response, Response)
        return response


async def test_well_is_200() -> None:
    response = await Place().get("/health")
    assert (response.status_code, response.body) == (
        200,
        b'{"status":"ok","database":true,"accounts":true,"folders":true}',
    )


@pytest.mark.parametrize(
    ("place", "says"),
    [
        pytest.param(Place(database=False), b'"database":false', id="database"),
        pytest.param(Place(lost={"email": Lost(NOW, "refused")}), b'"accounts":false', id="account"),
        pytest.param(Place(folders={"drop/office": False}), b'"folders":false', id="share"),
    ],
)
async def test_what_ails_is_503_and_named(place: Place, says: bytes) -> None:
    response = await place.get("/health")
    assert response.status_code == 503
    assert says in bytes(response.body)
    assert b"refused" not in bytes(response.body)


async def test_prometheus_gets_numbers() -> None:
    text = bytes((await Place(lost={"email": Lost(NOW, "x")}).get("/metrics")).body).decode()
    for line in (
        'notifier_messages{state="done"} 3.0',
        'notifier_legs{channel="email",state="sent"} 9.0',
        "notifier_oldest_due_seconds 90.0",
        'notifier_account_lost{channel="email"} 1.0',
        "notifier_database_up 1.0",
    ):
        assert line in text
    assert "notifier_database_up 0.0" in bytes((await Place(database=False).get("/metrics")).body).decode()


@pytest.mark.parametrize(
    ("client", "heads"),
    [
        pytest.param("192.0.2.7", {}, id="from elsewhere"),
        pytest.param("127.0.0.1", {"x_forwarded_for": "192.0.2.7"}, id="through a proxy"),
        pytest.param("somebody", {}, id="from nowhere"),
    ],
)
async def test_numbers_are_for_this_computer_alone(client: str, heads: dict[str, str]) -> None:
    assert (await Place().get("/metrics", client, **heads)).status_code == 404
