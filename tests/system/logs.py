"""What may stand in no log: secrets, families' numbers and addresses, bodies, and tracebacks (DESIGN 5.8)."""

import csv
import re
from functools import cache
from pathlib import Path

from notifier.config.start import SAMPLE
from notifier.resources import resource
from tests.servers.smtp import PASSWORD
from tests.servers.twilio import TOKEN
from tests.system.school import BODY, PIN

_NUMBER = re.compile(r"(?:\+?44|0)[\s-]*(?:7700[\s-]*900|20[\s-]*7946)[\s-]*\d", re.ASCII)
_NOISE = ("Traceback", "Warning:", "was never awaited", "never retrieved")


@cache
def family_addresses() -> frozenset[str]:
    found = set()
    for school in (SAMPLE, resource("examples") / "woodgrange"):
        with (Path(str(school)) / "families" / "contacts.csv").open(encoding="utf-8", newline="") as file:
            found |= {row["email"].lower() for row in csv.DictReader(file) if row["email"]}
    assert len(found) > 200
    return frozenset(found)


def wrong_in(said: str) -> list[str]:
    """Everything in what a process logged that may not be there."""
    low = said.lower()
    found = [secret for secret in (PASSWORD, TOKEN, PIN, BODY) if secret in said]
    found += [number.group() for number in _NUMBER.finditer(said)]
    found += [address for address in family_addresses() if address in low]
    found += [f"{noise}: {said}" for noise in _NOISE if noise in said]
    return found
