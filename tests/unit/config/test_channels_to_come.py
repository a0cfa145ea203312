"""A channel that the design describes and this version lacks is no mistake of the school's."""

from pathlib import Path

from notifier.config import load

CONFIG = """
[school]
name = "Meadow Bank"
mode = "trial"

[policy]
profile = "woodgrange"

[channels.voice]
caller = "020 7946 0100"
"""


def test_settings_for_a_channel_to_come_are_advice(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(CONFIG, encoding="utf-8")
    config = load(tmp_path / "config.toml", {}, {})
    assert "channel-not-yet" in {problem.id for problem in config.advice}
    assert "voice" not in config.channels
