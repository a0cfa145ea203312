"""Two computers decide alike exactly when the fingerprints of what they decide by are the same."""

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from notifier.config.fingerprint import fingerprint
from notifier.model.message import Kind
from notifier.model.policy import ChannelFacts, KindPolicy, Policy

POLICY = Policy(
    "woodgrange",
    {Kind.LETTER: KindPolicy((("email",), ("call",))), Kind.EMERGENCY: KindPolicy((("text", "email"), ("call",)))},
    ZoneInfo("Europe/London"),
    {"email": ChannelFacts("email", "mail"), "text": ChannelFacts("text", "short")},
    head=frozenset({"head", "r-adeyemi", "b-malik", "p-lane"}),
)


def test_the_order_of_what_has_none_makes_no_difference() -> None:
    other = replace(
        POLICY,
        kinds=dict(reversed(list(POLICY.kinds.items()))),
        channels=dict(reversed(list(POLICY.channels.items()))),
        head=frozenset(sorted(POLICY.head)),
    )
    assert fingerprint(POLICY, "live") == fingerprint(other, "live")


def test_whatever_decides_something_makes_one() -> None:
    kinds = {**POLICY.kinds, Kind.EMERGENCY: replace(POLICY.kinds[Kind.EMERGENCY], escalate_after=timedelta(minutes=5))}
    channels = {**POLICY.channels, "text": replace(POLICY.channels["text"], configured=False)}
    others = [
        replace(POLICY, kinds=kinds),
        replace(POLICY, channels=channels),
        replace(POLICY, head=frozenset({"head"})),
        replace(POLICY, timezone=ZoneInfo("Europe/Dublin")),
    ]
    found = {fingerprint(one, "live") for one in (POLICY, *others)} | {fingerprint(POLICY, "trial")}
    assert len(found) == len(others) + 2


def test_it_is_the_same_in_another_process() -> None:
    script = (
        "from tests.unit.config.test_fingerprint import POLICY\n"
        "from notifier.config.fingerprint import fingerprint\n"
        "print(fingerprint(POLICY, 'live'))"
    )
    root = Path(__file__).parents[3]
    found = {
        subprocess.run(
            [sys.executable, "-c", script], cwd=root, env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(root)},
            check=True, capture_output=True, text=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }  # fmt: skip
    assert found == {fingerprint(POLICY, "live")}
