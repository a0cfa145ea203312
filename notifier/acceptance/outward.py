"""What may be read out to the adult who asks why: never about anybody else, never that an order exists (W4, W46)."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from notifier.acceptance.explaining import Account
from notifier.model.states import DeliveryState, LegState, MessageState
from notifier.queue import StoredDelivery
from notifier.resources import resource

FILE = "outward/sentences.toml"
GIVES_AWAY = re.compile(r"\b(courts?|orders?|injunctions?|holds?|held|restrict\w*|bans?|banned|barred|agreements?)\b")
"""Words that would tell an adult what lies in the files about them or another."""

_RULE = re.compile(r"\((\w[\w.]*)\)$")
_STANDS = {
    DeliveryState.PLANNED: "It has not gone out to you yet. It will go by itself.",
    DeliveryState.SENDING: "It is on its way to you just now.",
    DeliveryState.UNREACHED: "We tried to reach you and could not. Somebody will ring you.",
    DeliveryState.HELD: "Your copy has not gone out yet. Please ask the office how you would like to get it.",
    DeliveryState.CANCELLED: "The school took this message back, so it did not go out to you.",
    DeliveryState.EXPIRED: "It did not go out to you in time, and it is over now. Please ask the office about it.",
}
_GONE = frozenset({LegState.SENT, LegState.DELIVERED})
_NOT_YET = frozenset({MessageState.RECEIVED, MessageState.HELD, MessageState.WAITING})
_NEVER = frozenset({MessageState.CANCELLED, MessageState.SUPERSEDED, MessageState.REFUSED})


class UnsafeSentences(Exception):
    """A school's own sentences cannot be used; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Sentences:
    """``rules`` by rule id; ``otherwise`` for every other rule."""

    otherwise: str
    rules: Mapping[str, str] = field(default_factory=dict)

    def why(self, rule: str) -> str:
        return self.rules.get(rule, self.otherwise)


def sentences(overrides: Path | None = None) -> Sentences:
    """The shipped sentences, with the school's own laid over them. Raises UnsafeSentences."""
    ours = _read(resource("templates") / FILE)
    own = overrides / FILE if overrides is not None else None
    if own is None or not own.is_file():
        return ours
    theirs = _read(own, ours.otherwise)
    for said in (theirs.otherwise, *theirs.rules.values()):
        if found := GIVES_AWAY.search(said.casefold()):
            raise UnsafeSentences(
                f"{own} says “{found[0]}”. A parent must not learn from this what lies in the files: "
                "write it without that word."
            )
    return Sentences(theirs.otherwise, {**ours.rules, **theirs.rules})


def _read(path: Path, otherwise: str = "") -> Sentences:
    try:
        read = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise UnsafeSentences(f"{path} cannot be read: {problem}. Mend it, or take it away.") from problem
    said, rules = read.get("otherwise", otherwise), read.get("rules", {})
    words = [said, *rules.values()] if isinstance(rules, dict) else [None]
    if not all(isinstance(one, str) for one in words):
        raise UnsafeSentences(f"{path}: every sentence is written in quotes. Mend it, or take it away.")
    return Sentences(said, dict(rules))


def outward(account: Account, contact_id: str, words: Sentences) -> list[str]:
    """Sentences to read out to this adult: no name, id, number or address in them, and no child's."""
    own = [one for one in account.deliveries if contact_id in one.delivery.contact_ids]
    told = [_sent(account, one, contact_id, words) for one in own]
    refused = [words.why(one.rule) for one in account.withheld if one.contact_id == contact_id]
    if told or refused:
        both = len({*told, *refused}) > 1
        return [f"For one child: {one}" if both else one for one in dict.fromkeys((*told, *refused))]
    if account.state in _NEVER:
        return ["This message was not sent."]
    if account.state in _NOT_YET:
        return ["This message has not gone out yet."]
    if any(one.contact_id == contact_id and one.step == 4 for one in account.steps):
        return ["One copy goes to each home, and yours has had its own."]
    return ["This message does not concern you."]


def _sent(account: Account, one: StoredDelivery, contact_id: str, words: Sentences) -> str:
    if one.state is DeliveryState.WITHHELD:
        found = _RULE.search(one.reason)
        return words.why(found[1] if found else "")
    if one.state in _STANDS:
        return _STANDS[one.state]
    ways = [*_ways(account, one.id, contact_id)]
    if not ways:
        return "One copy goes to each home, and yours has gone out."
    return f"It went out to you ({', '.join(dict.fromkeys(ways))})."


def _ways(account: Account, delivery_id: str, contact_id: str) -> Iterator[str]:
    for leg in account.legs:
        if leg.delivery_id == delivery_id and leg.contact_id == contact_id and leg.state in _GONE:
            yield leg.channel
