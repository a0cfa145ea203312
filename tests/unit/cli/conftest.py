"""Commands as they are typed, each in a process of its own that need not load the program first."""

from collections.abc import Callable
from itertools import count
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.system.processes import BARE, PATIENCE, Warm

Typed = Callable[..., CompletedProcess[str]]


@pytest.fixture
def typed(tmp_path: Path, warm: Warm) -> Typed:
    """``notifier`` and these words, to its end."""
    folder = tmp_path / "said"
    folder.mkdir()
    numbers = count()

    def type_(*words: str) -> CompletedProcess[str]:
        number = next(numbers)
        files = {kind: folder / f"{number}.{kind}" for kind in ("stdin", "stdout", "stderr")}
        for file in files.values():
            file.touch()
        names = {kind: str(file) for kind, file in files.items()}
        begun = warm.begin({"argv": words, "cwd": str(folder), "env": {**BARE, "HOME": str(folder)}, **names})
        code = begun.code.result(PATIENCE)
        out, err = (files[kind].read_text("utf-8") for kind in ("stdout", "stderr"))
        return CompletedProcess(words, code, out, err)

    return type_
