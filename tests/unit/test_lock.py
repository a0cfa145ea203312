"""One process at a time works a folder, and others may see that it does."""

from pathlib import Path

import pytest

from notifier.lock import Lock, Locked, held


def test_whoever_looks_sees_whether_somebody_works_and_disturbs_nobody(tmp_path: Path) -> None:
    file = tmp_path / "state" / "lock"
    assert held(file) is False
    with Lock(file):
        assert held(file) is True
        with pytest.raises(Locked):
            Lock(file).take()
    assert held(file) is False, "the file stays, the lock does not"
    with Lock(file):
        pass


def test_what_cannot_be_told_is_not_guessed(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert held(tmp_path / "file" / "lock") is None
