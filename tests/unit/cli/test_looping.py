import asyncio
import sys

import pytest
import uvloop

from notifier.cli import opening
from notifier.cli.looping import fast


async def _kind() -> type[asyncio.AbstractEventLoop]:
    return type(asyncio.get_running_loop())


def test_uvloop_is_used_where_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFIER_UVLOOP", raising=False)
    assert opening.within(_kind, loop=fast()) is uvloop.Loop


def test_a_variable_turns_it_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFIER_UVLOOP", "0")
    assert not issubclass(opening.within(_kind, loop=fast()), uvloop.Loop)


def test_without_it_pythons_own_loop_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFIER_UVLOOP", raising=False)
    monkeypatch.setitem(sys.modules, "uvloop", None)
    assert not issubclass(opening.within(_kind, loop=fast()), uvloop.Loop)
