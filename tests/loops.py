"""Python's own event loop and uvloop: what carries the mark ``BOTH_LOOPS`` runs on each, all else on Python's own."""

import asyncio
from collections.abc import Callable, Mapping

import pytest
import uvloop

LOOPS: Mapping[str, Callable[[], asyncio.AbstractEventLoop]] = {
    "asyncio": asyncio.new_event_loop,
    "uvloop": uvloop.new_event_loop,
}
BOTH_LOOPS = pytest.mark.asyncio(loop_factories=list(LOOPS))


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    asked = item.get_closest_marker("asyncio")
    return LOOPS if asked and "loop_factories" in asked.kwargs else {"asyncio": asyncio.new_event_loop}
