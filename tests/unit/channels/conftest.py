from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from channels.base import Outgoing, Surroundings
from notifier.clock import FixedClock

NOW = datetime(2026, 9, 7, 8, 30, tzinfo=UTC)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def live(tmp_path: Path, clock: FixedClock) -> Surroundings:
    return Surroundings(tmp_path / "outbox", "Oak Lane Primary", "020 7946 0000", "oaklane.example.org", False, clock)


@pytest.fixture
def trial(tmp_path: Path, clock: FixedClock) -> Surroundings:
    return Surroundings(tmp_path / "outbox", "Oak Lane Primary", "020 7946 0000", "oaklane.example.org", True, clock)


Makes = Callable[..., Outgoing]


@pytest.fixture
def outgoing() -> Makes:
    """One leg with sensible parts; any may be given."""

    def make(payload: Any, **parts: Any) -> Outgoing:
        given: dict[str, Any] = {
            "attempt_id": "a1",
            "address": "",
            "medium": "",
            "attachments": (),
            "language": "en",
            "expires": None,
            "message_id": "0123456789abcdef",
            "message": "m1",
            "item": "i1",
        }
        return Outgoing(payload=payload, **(given | parts))

    return make
