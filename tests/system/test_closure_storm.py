"""600 families, a provider that errs, loses and falls silent, and a daemon that is killed twice on the way."""

import random
import sys
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, SupportsIndex

from aiohttp import web

from tests.servers.twilio import Twilio, hangs_up, refusal
from tests.system.crowd import fill
from tests.system.processes import until
from tests.system.school import PIN, SchoolFolder, text
from tests.system.test_emergency import sheet

FAMILIES = 600
PER_SECOND = 20
POLICY = '[policy.kinds.emergency]\nladder = ["text", "call"]\nescalate_after = "1 min"\n'
START = ("closure", "start", "--state", "closed", "--as", "b-malik", "--pin-stdin", "--yes", "--json")
UNSETTLED = "SELECT id FROM leg WHERE channel = 'text' AND state IN ('due', 'started', 'unknown')"

Vice = Callable[[Twilio, web.Request], Awaitable[web.StreamResponse | None]]


class Storm(list[Vice]):
    """A vice for each request, however many come: 3 % errors, 2 % lost without a word, 1 % taken without an answer."""

    def __init__(self, seed: int) -> None:
        super().__init__([self._one])
        self.random = random.Random(seed)
        self.texts: Counter[str] = Counter()
        """What really reached the telephones' network, by number."""
        self.counts: Counter[str] = Counter()
        self.forgotten: set[str] = set()
        """Numbers of which the provider took a text and keeps no record."""
        self._moments: deque[float] = deque(maxlen=2 * PER_SECOND)

    def pop(self, index: SupportsIndex = -1) -> Vice:
        return self._one

    async def _one(self, twilio: Twilio, request: web.Request) -> web.StreamResponse | None:
        if request.method != "POST":
            return None
        number = str((await request.post())["To"])
        now = time.monotonic()
        if len(self._moments) == self._moments.maxlen and now - self._moments[0] < 1.0:
            self.counts["too fast"] += 1
            return await refusal(429, 20429)(twilio, request)
        self._moments.append(now)
        luck = self.random.random()
        if luck < 0.03:
            self.counts["error"] += 1
            return await refusal(503, 20503)(twilio, request)
        self.texts[number] += 1
        if luck < 0.04:
            self.counts["no answer"] += 1
            answer = await hangs_up(twilio, request)
            if self.counts["no answer"] % 2:
                self.counts["no record"] += 1
                self.forgotten.add(number)
                twilio.messages.pop()
            else:
                twilio.messages[-1]["status"] = "delivered"
            return answer
        answer = await twilio.take(request)
        if luck < 0.06:
            self.counts["lost"] += 1
            twilio.messages[-1]["status"] = "sent"
        else:
            twilio.messages[-1]["status"] = "delivered"
        return answer


async def test_every_child_has_an_adult_confirmed_or_on_the_call_sheet_and_nobody_has_two_texts(
    small: SchoolFolder, twilio: Twilio
) -> None:
    fill(small, FAMILIES)
    small.go_live(text(twilio.base).replace("per_second = 1000", f"per_second = {PER_SECOND}"), POLICY)
    storm = Storm(seed=20270111)
    twilio.vices = storm
    daemon = await small.start()
    await until(lambda: small.directory_version(), "the families in force")
    said = await small(*START, stdin=f"{PIN}\n")
    assert said.code in (0, 1), said.text
    assert (said.json["adults"], said.json["children"]) == (FAMILIES, FAMILIES)

    for killed_at in (FAMILIES // 4, FAMILIES // 2):
        await until(partial(_so_many, storm, killed_at), "texts on their way", 90)
        daemon.kill()
        await daemon.ended()
        daemon = await small.start()
    await until(lambda: not small.rows(UNSETTLED), "every text settled", 180)
    await until(lambda: _confirmed(small) > FAMILIES * 0.9, "what the provider knows, asked for", 120)
    assert await daemon.stop() == 0

    # As if the minute were over in which who had the text could have confirmed.
    small.change("UPDATE delivery SET rung_at = '2026-01-01T00:00:00.000000Z' WHERE rung = 0")
    daemon = await small.start()
    await until(lambda: not _left(small), "everybody confirmed, or to ring", 60)
    await until(lambda: len(sheet(small.path / "outbox")) > _to_ring(small), "all of those on the call sheet", 60)
    assert await daemon.stop() == 0

    listed = {cell for row in sheet(small.path / "outbox") for cell in row}
    doubled = {number for number, count in storm.texts.items() if count > 1}
    sys.stdout.write(f"{dict(storm.counts)}; texts {sum(storm.texts.values())}; doubled {len(doubled)}\n")
    assert doubled <= storm.forgotten, doubled - storm.forgotten
    assert max(storm.texts.values()) <= 2
    assert len(small.rows("SELECT id FROM delivery WHERE NOT public")) == FAMILIES
    for row in small.rows("SELECT value FROM delivery WHERE state = 'unreached'"):
        assert any(name in listed for name in _names(small, str(row["value"])))
    lost = storm.counts["lost"]
    assert _to_ring(small) >= lost > 0


def _so_many(storm: Storm, texts: int) -> bool:
    return sum(storm.texts.values()) >= texts


def _count(school: SchoolFolder, states: str) -> int:
    found = school.rows(f"SELECT count(*) AS n FROM delivery WHERE NOT public AND state IN ({states})")
    return int(found[0]["n"])


def _confirmed(school: SchoolFolder) -> int:
    return _count(school, "'confirmed'")


def _to_ring(school: SchoolFolder) -> int:
    return _count(school, "'unreached'")


def _left(school: SchoolFolder) -> int:
    return FAMILIES - _confirmed(school) - _to_ring(school)


_PUPILS: dict[str, str] = {}


def _names(school: SchoolFolder, value: str) -> list[str]:
    """The children of a delivery, as the sheet names them."""
    import csv
    import json

    if not _PUPILS:
        with (school.path / "families" / "pupils.csv").open(encoding="utf-8", newline="") as file:
            _PUPILS.update({row["pupil_id"]: f"{row['forename']} {row['surname']}" for row in csv.DictReader(file)})
    found: Any = json.loads(value)
    return [_PUPILS[id] for id in found["pupil_ids"]]
