"""What a mail server's answers and silences mean: a table of codes, and every exception on one map."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Literal

import aiosmtplib

from channels._headers import Unfit
from channels._secrets import SecretMissing
from channels._smtp_session import Progress, Stage, TooBig
from channels._tokens import TokenRefused
from channels.base import ChannelError, OutcomeUnknown, PermanentFailure, TemporaryFailure
from notifier.logs import logger

Verdict = Literal["temporary", "permanent", "account"]

CODES: Mapping[str, tuple[Verdict, str]] = {
    "5.1.1": ("permanent", "This mailbox does not exist. Ask the family for their email address."),
    "5.1.2": ("permanent", "The part of the address after the @ does not exist. Ask the family for their address."),
    "5.1.3": ("permanent", "The mail server says that this is not an email address. Correct it in contacts.csv."),
    "5.1.6": ("permanent", "This mailbox has moved. Ask the family for their new address."),
    "5.1.10": ("permanent", "This address takes no email at all. Ask the family for another."),
    "5.2.1": ("permanent", "This mailbox is closed. Ask the family for another address."),
    "5.2.2": ("permanent", "This mailbox is full. Tell the family, or reach them another way."),
    "5.2.3": ("permanent", "The message is too big for this mailbox. Send a link instead of the attachment."),
    "5.3.4": ("permanent", "The message is too big for the mail server. Send a link instead of the attachment."),
    "5.4.1": ("permanent", "The address was refused by its mail server. Ask the family for their email address."),
    "5.4.4": ("permanent", "The part of the address after the @ does not exist. Ask the family for their address."),
    "5.1.90": ("account", "The mail account has sent all that it may send today."),
    "5.4.5": ("account", "The mail account has sent all that it may send today."),
    "5.7.0": ("account", "The mail server wants us to log in first. Check username and password in [channels.email]."),
    "5.7.8": ("account", "The mail server refused our user name or password. Check them in [channels.email]."),
    "5.7.9": (
        "account",
        "The mail server wants an app password. Make one in the account's security settings (2-step verification must "
        'be on) and put it into the file that password_file names, or set login = "google".',
    ),
    "5.7.60": (
        "account",
        'The mail account may not send as this sender. Let it "send as" that mailbox, or correct sender in '
        "[channels.email].",
    ),
    "5.7.139": (
        "account",
        "Sending by SMTP is switched off for this Microsoft 365 account. Ask whoever looks after it to allow "
        '"Authenticated SMTP" for this mailbox, or set login = "microsoft".',
    ),
    "5.7.30": (
        "account",
        "The mail server no longer accepts passwords (basic authentication). "
        'Set login = "microsoft" in [channels.email], or ask whoever looks after the school\'s mail for a relay.',
    ),
    "4.2.2": ("temporary", "This mailbox is full at the moment."),
    "4.3.1": ("account", "The mail server has no room at the moment."),
    "4.3.2": ("account", "The mail server takes nothing at the moment."),
    "4.5.3": ("account", "The mail server asks us to send more slowly."),
    "4.7.0": ("account", "The mail server asks us to send more slowly."),
    "4.7.1": ("account", "The mail server asks us to come back later."),
    "421": ("account", "The mail server is closing or has too much to do."),
    "450": ("temporary", "This mailbox is not available at the moment."),
    "451": ("account", "The mail server has a trouble of its own at the moment."),
    "452": ("account", "The mail server has no room at the moment."),
    "530": ("account", "The mail server wants us to log in first. Check username and password in [channels.email]."),
    "534": ("account", "The mail server wants another way to log in. Ask whoever looks after the school's mail."),
    "535": ("account", "The mail server refused our user name or password. Check them in [channels.email]."),
    "538": ("account", 'The mail server wants a protected connection. Set security = "starttls" in [channels.email].'),
    "550": ("permanent", "The mail server says that this address does not exist or takes no mail. Ask the family."),
    "551": ("permanent", "This mailbox is somewhere else. Ask the family for their address."),
    "552": ("permanent", "The message is too big, or the mailbox is full. Send a link instead of the attachment."),
    "553": ("permanent", "The mail server does not allow this address. Ask the family for their email address."),
    "554": ("permanent", "The mail server refused the message. Reach the family another way."),
}
"""An enhanced status code, else the reply code. ``account``: our own account's trouble, never the family's."""

_ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_LATER = re.compile(r"(\d{1,5})\s*(seconds?|secs?|s|minutes?|mins?|m|hours?|h)\b", re.IGNORECASE)
_UNIT = {"s": 1, "m": 60, "h": 3600}
_TOO_MUCH = re.compile(r"too (many|much|fast)|concurren|throttl|slow ?down|rate limit", re.IGNORECASE)
_GREYLIST = re.compile(r"gr[ea]y-?list", re.IGNORECASE)
_RELAY = re.compile(r"relay|authenticat|log ?in|not permitted to send|sender", re.IGNORECASE)
_log = logger("channels.email")


def judged(code: int, text: str, stage: Stage) -> ChannelError:
    """What a refusal means: it may be about this family's address, about now, or about our own account."""
    enhanced = _ENHANCED.search(text)
    known = (CODES.get(enhanced[1]) if enhanced else None) or CODES.get(str(code))
    if known is None:
        _log.warning("unknown reply code", code=code, enhanced=enhanced[1] if enhanced else "", stage=stage.name)
        verdict: Verdict = "temporary" if code < 500 else "permanent"
        known = (verdict, f"The mail server refused it (code {code}).")
    verdict, reason = known
    if code < 500:
        about_us = _about_us(code, enhanced[1] if enhanced else "", text, stage, verdict)
        return TemporaryFailure(reason, _retry_after(text), account=about_us)
    if stage <= Stage.SENDER and enhanced is not None and enhanced[1] in ("5.3.4", "5.2.3"):
        return PermanentFailure(reason)
    if stage is Stage.SENDER and code == 552:
        return PermanentFailure(reason)
    if verdict == "account":
        return TemporaryFailure(reason, account=True)
    if stage is Stage.SENDER:
        return TemporaryFailure(
            "The mail server does not let us send as this sender. Check sender in [channels.email].", account=True
        )
    if stage < Stage.SENDER:
        return TemporaryFailure(
            f"The mail server turned us away (code {code}). Check [channels.email] in config.toml.", account=True
        )
    if stage is Stage.RECIPIENT and code in (550, 553, 554) and not _mailbox(enhanced) and _RELAY.search(text):
        return TemporaryFailure(
            "The mail server does not send on for us. Check username and host in [channels.email].", account=True
        )
    return PermanentFailure(reason)


def _about_us(code: int, enhanced: str, text: str, stage: Stage, verdict: Verdict) -> bool:
    """Whether a "not now" is about our account, so that everybody's mail waits, or about this one mailbox.

    4.1 and 4.2 are the mailbox's (RFC 3463); a greylisting server means the pair of sender and recipient.
    """
    if code == 421 or stage <= Stage.SENDER:
        return True
    if enhanced.startswith(("4.1.", "4.2.")) or _GREYLIST.search(text):
        return False
    return verdict == "account" or enhanced.startswith("4.7.") or _TOO_MUCH.search(text) is not None


def _mailbox(enhanced: re.Match[str] | None) -> bool:
    return enhanced is not None and enhanced[1].startswith(("5.1.", "5.2."))


def _retry_after(text: str) -> timedelta | None:
    found = _LATER.search(text)
    if found is None:
        return None
    return min(timedelta(seconds=int(found[1]) * _UNIT[found[2][0].lower()]), timedelta(hours=12))


@contextmanager
def understood(progress: Progress) -> Iterator[None]:
    """Every way in which aiosmtplib, the connection or the password can fail, said as one of the three failures."""
    try:
        yield
    except ChannelError:
        raise
    except TooBig:
        raise PermanentFailure(CODES["5.3.4"][1]) from None
    except TokenRefused as token:
        raise TemporaryFailure(token.reason, account=True) from None
    except SecretMissing as missing:
        raise TemporaryFailure(str(missing), account=True) from None
    except aiosmtplib.SMTPRecipientsRefused as refused:
        first = refused.recipients[0]
        raise judged(first.code, first.message, progress.stage) from None
    except aiosmtplib.SMTPResponseException as answer:
        if 400 <= answer.code < 600:
            raise judged(answer.code, answer.message, progress.stage) from None
        if progress.stage is Stage.BODY:
            raise OutcomeUnknown("The mail server's answer could not be read; it may have taken the message.") from None
        raise TemporaryFailure(
            "The mail server's answer could not be read. Check host and port.", account=True
        ) from None
    except aiosmtplib.SMTPNotSupported:
        raise PermanentFailure("The mail server cannot write to an address with these letters.") from None
    except Unfit as unfit:
        raise PermanentFailure(str(unfit)) from None
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as trouble:
        raise _lost(trouble, progress.stage) from None


def _lost(trouble: Exception, stage: Stage) -> ChannelError:
    if stage is Stage.BODY:
        return OutcomeUnknown("The connection broke before the mail server said whether it took the message.")
    cause = trouble.__cause__ or trouble
    if "certificate" in f"{cause} {trouble}".lower():
        return TemporaryFailure(
            "The mail server's certificate is not to be trusted. Check host in [channels.email], "
            "or ask whoever looks after the school's mail.",
            account=True,
        )
    if stage is Stage.CONNECT:
        reason = "The mail server cannot be reached. Check host, port and security in [channels.email]."
    elif stage is Stage.LOGIN:
        reason = "Logging in to the mail server did not work. Check [channels.email] in config.toml."
    else:
        reason = "The connection to the mail server broke before the message was handed over."
    return TemporaryFailure(reason, account=True)
