"""The command's front door: what goes wrong is one sentence and an exit code."""

import errno

import pytest

from notifier.cli.app import _fault


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        pytest.param(OSError(errno.ENOSPC, "No space left on device"), "The disk is full", id="full"),
        pytest.param(PermissionError(errno.EACCES, "Permission denied", "state"), "state cannot be used", id="named"),
        pytest.param(ValueError("07700 900123"), "Something went wrong inside the program (ValueError)", id="a bug"),
    ],
)
def test_a_fault_is_one_sentence_that_says_what_to_do(
    fault: Exception, said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NOTIFIER_DEBUG", raising=False)
    assert _fault(fault) == 3
    out = capsys.readouterr().err
    assert said in out
    assert "900123" not in out
