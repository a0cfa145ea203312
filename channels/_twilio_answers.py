"""What Twilio's answers and silences mean: a table of codes, and every exception on one map."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from channels._secrets import SecretMissing
from channels.base import ChannelError, OutcomeUnknown, PermanentFailure, TemporaryFailure
from notifier.logs import logger

LOST = frozenset({"failed", "undelivered", "canceled"})
"""States in which a message did not and will not arrive."""


class Answered(Exception):
    """Twilio, or something before it, answered with anything but success.

    ``code`` is Twilio's own, 0 where the answer does not come from Twilio itself.
    """

    def __init__(self, status: int, code: int, retry_after: timedelta | None) -> None:
        super().__init__(f"status {status}, code {code}")
        self.status = status
        self.code = code
        self.retry_after = retry_after


class Unreadable(Exception):
    """A success whose words cannot be understood."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds: to connect, between two bytes, and in all."""

    connect: float = 6.0
    read: float = 12.0
    total: float = 20.0


class NotMade(Exception):
    """The connection was never made: surely nothing was taken."""


Verdict = Literal["permanent", "temporary", "account"]

CODES: Mapping[int, tuple[Verdict, str]] = {
    14107: ("account", "Twilio asks us to send more slowly."),
    20003: ("account", "Twilio refused the account or its token. Check [[channels.text.accounts]] in config.toml."),
    20005: ("account", "The Twilio account is not active. Ask whoever looks after it."),
    20404: ("account", "Twilio does not know this account. Check account_sid in config.toml."),
    20429: ("account", "Twilio asks us to send more slowly."),
    20500: ("account", "Twilio has a trouble of its own at the moment."),
    20503: ("account", "Twilio is not available at the moment."),
    21211: ("permanent", "This is not a mobile number. Ask the family for the right one."),
    21212: ("account", "Twilio does not take this sender. Check sender in [[channels.text.accounts]]."),
    21214: ("permanent", "This number cannot be reached. Ask the family for another."),
    21217: ("permanent", "This is not a telephone number. Ask the family for the right one."),
    21408: ("account", "The Twilio account may not send to this country. Allow it in Twilio's console."),
    21601: ("account", "The sender cannot send texts. Check sender in [[channels.text.accounts]]."),
    21602: ("permanent", "The text is empty."),
    21603: ("account", "Twilio misses a sender. Check sender in [[channels.text.accounts]]."),
    21604: ("permanent", "There is no number to send to."),
    21606: ("account", "The sender does not belong to the account. Check sender in [[channels.text.accounts]]."),
    21610: ("permanent", "This family answered STOP and wants no more texts. Reach them another way."),
    21611: ("account", "Too many texts from this sender are waiting at Twilio."),
    21612: ("permanent", "This number cannot be reached from our sender."),
    21614: ("permanent", "This is not a mobile number. Ask the family for the right one."),
    21617: ("permanent", "The text is longer than 1,600 characters. Shorten it."),
    21635: ("permanent", "This is a landline, which takes no texts."),
    21659: ("account", "The sender does not belong to the account. Check sender in [[channels.text.accounts]]."),
    21660: ("account", "The sender does not belong to the account. Check sender in [[channels.text.accounts]]."),
    21703: ("account", "The messaging service has no sender yet. Add one in Twilio's console."),
    21704: ("account", "The messaging service has no sender. Add one in Twilio's console."),
    21705: ("account", "Twilio does not know this messaging service. Check messaging_service_sid."),
    30001: ("account", "Too many texts are waiting at Twilio."),
    30002: ("account", "The Twilio account is suspended. Ask whoever looks after it."),
    30003: ("temporary", "The phone cannot be reached at the moment."),
    30004: ("permanent", "This phone does not take our texts."),
    30005: ("permanent", "This number is not in use. Ask the family for another."),
    30006: ("permanent", "This is a landline, or its network takes no texts."),
    30007: ("permanent", "The network held the text for unwanted advertising."),
    30008: ("temporary", "The network could not deliver the text, and does not say why."),
    30036: ("permanent", "The text was not delivered before it ran out."),
}
"""Twilio's codes. ``account`` is a trouble of the account or the service: the next account is tried."""

_log = logger("channels.text")


def judged(answer: Answered) -> ChannelError:
    """What an answer other than success means. Without Twilio's own words a fault of a server is a doubt."""
    if answer.status >= 500 and not answer.code:
        return OutcomeUnknown("Something between us and Twilio failed; the text may have been taken.")
    known = CODES.get(answer.code)
    if known is None:
        _log.warning("unknown answer", status=answer.status, code=answer.code)
        known = _by_class(answer.status)
    verdict, reason = known
    if verdict == "permanent":
        return PermanentFailure(reason)
    return TemporaryFailure(reason, answer.retry_after, account=verdict == "account")


def _by_class(status: int) -> tuple[Verdict, str]:
    if status == 429:
        return CODES[20429]
    if status in (401, 403):
        return CODES[20003]
    if status == 404:
        return CODES[20404]
    if status >= 500:
        return CODES[20500]
    if status < 400:
        return "account", "Twilio was not found where we asked. Check api_base in [[channels.text.accounts]]."
    return "permanent", f"Twilio refused the text (answer {status})."


@contextmanager
def understood() -> Iterator[None]:
    """Every way in which aiohttp and twilio can fail around a POST, besides a plain answer."""
    import aiohttp  # a quarter of a second that no command should wait for which sends no text

    try:
        yield
    except SecretMissing as missing:
        raise NotMade(str(missing)) from None
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ServerFingerprintMismatch) as trouble:
        if isinstance(trouble, aiohttp.ClientSSLError):
            raise NotMade("Twilio's certificate is not to be trusted. Check api_base in config.toml.") from None
        raise NotMade("Twilio cannot be reached. Check the school's connection to the internet.") from None
    except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError, aiohttp.ClientHttpProxyError):
        raise NotMade("Twilio was not found where we asked. Check api_base in [[channels.text.accounts]].") from None
    except (aiohttp.ClientError, TimeoutError, OSError, Unreadable):
        raise OutcomeUnknown("Twilio did not say whether it took the text.") from None
