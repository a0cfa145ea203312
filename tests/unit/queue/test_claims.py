"""The claim costs the same however many legs are settled: the database uses the partial indexes."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Select, event

from notifier.clock import FixedClock
from notifier.queue import Store, claims, leases, moments, outlook, reports
from notifier.queue.rows import Left
from tests.unit.queue.plans import NOW, entry, many

VALUES: dict[str, Any] = {
    "on_channel": "email",
    "in_lane": 1,
    "now": NOW,
    "modes": ["live"],
    "most": 10,
    "me": "node",
    "of_kind": "letter",
    "since": NOW,
    "in_mode": "trial",
    "long_ago": NOW,
    "which": "m1",
}


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (claims.READY, "leg_ready (channel=? AND lane=?)"),
        (claims.READY_SOUND, "leg_ready (channel=? AND lane=?)"),
        (claims.CRASHED, "leg_crashed (channel=? AND due_at<?)"),
        (claims.UNKNOWN, "leg_in_doubt (due_at<?)"),
        (leases.LAPSED, "leg_leased (lease_until<?)"),
        (reports.LEFT_LEGS[Left.STARTED], "leg_leased"),
        (reports.LEFT_LEGS[Left.TECHNICAL], "leg_parked"),
        (reports.LEFT_LEGS[Left.UNKNOWN], "leg_in_doubt"),
        (reports.LEFT_LEGS[Left.DUE], "leg_"),
        (claims.LATE, "leg_ready (channel=? AND lane=?)"),
        (outlook.SENT_SINCE, "leg_of_message (message_id=? AND channel=?)"),
        (outlook.WENT, "leg_of_message (message_id=? AND channel=?"),
        (outlook.WAITING[0], "leg_due (due_at<?)"),
        (outlook.WAITING[1], "leg_leased (lease_until>?)"),
        (outlook.LATER, "leg_due (due_at>?)"),
        (moments._NEXT_DUE, "leg_due (due_at>?)"),
        (moments._NEXT_LEASE, "leg_leased (lease_until>?)"),
        (moments._EXPIRING, "message_expiring (expires_at<?)"),
        (moments._LATE, "message_by_kind (kind=? AND expired=?)"),
    ],
)
async def test_the_index_is_used(tmp_path: Path, statement: Select[Any], index: str) -> None:
    store = await Store.open("sqlite:///n.db", root=tmp_path, create=True, clock=FixedClock(NOW))
    await store.enqueue(entry(many(50)), NOW)

    def explain(connection: Connection) -> str:
        sent: list[tuple[str, tuple[object, ...]]] = []
        event.listen(connection, "before_cursor_execute", lambda *said: sent.append((said[2], said[3])))
        connection.execute(statement, VALUES).all()
        text, values = sent[-1]
        return "\n".join(str(row[3]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values))

    try:
        plan = await store._database.read(explain)
    finally:
        await store.close()
    assert index in plan
    given = "SCAN json_each"  # the few words of a list that we hand over
    assert not [
        line for line in plan.splitlines() if line.startswith("SCAN") and index not in line and given not in line
    ]
    if statement in (claims.READY, claims.READY_SOUND):
        assert "TEMP B-TREE" not in plan
