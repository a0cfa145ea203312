"""What Twilio tells by itself: signed requests to the listener, read as receipts (Twilio, "Webhooks security").

One request is one state of one message or call, or one text that somebody sent us, or one key pressed.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from channels._twilio_answers import CODES, LOST, Answered, NotMade, Verdict, judged, understood
from channels.base import Callback, News, OutcomeUnknown, Receipt, TemporaryFailure

XML = "application/xml"
AT_ONCE = 8
"""Questions to Twilio side by side."""
STATUS, REPLY, KEY = "status", "reply", "key"
"""The last part of the address that Twilio calls, for the three things it tells."""

STOPS = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"})
"""Words on which Twilio itself sends no more to a number (its default opt-out keywords)."""
STARTS = frozenset({"start", "yes", "unstop"})
HELPS = frozenset({"help", "info"})

TAKEN = frozenset({"accepted", "scheduled", "queued", "sending", "sent", "initiated", "ringing", "in-progress"})
ARRIVED = frozenset({"delivered", "read"})
NOT_REACHED: Mapping[str, str] = {
    "busy": "The line was busy.",
    "no-answer": "Nobody answered the call.",
    "failed": "The call could not be put through.",
    "canceled": "The call was called off.",
}
MACHINE = "An answering machine took the call, which tells nobody for certain."


def address(public_url: str, channel: str, what: str, attempt_id: str, **more: str) -> str:
    """Where Twilio is to call for this; the attempt goes along, so that the receipt finds it."""
    return f"{public_url}/receipts/{channel}/{what}?{urlencode({'attempt': attempt_id, **more})}"


def ask_after(public_url: str) -> timedelta:
    """Where Twilio tells by itself it is asked only about what it did not tell."""
    return timedelta(minutes=3) if public_url else timedelta(seconds=10)


async def each(references: Sequence[str], ask: Callable[[str], Awaitable[Receipt | None]]) -> list[Receipt]:
    """What is known of each, a few at a time; raises what the first question that failed raised."""
    found: list[Receipt] = []
    for start in range(0, len(references), AT_ONCE):
        some = references[start : start + AT_ONCE]
        answers = await asyncio.gather(*(ask(one) for one in some), return_exceptions=True)
        for answer in answers:  # all have ended: none asks on while the channel is closed
            if isinstance(answer, BaseException):
                raise answer
            if answer is not None:
                found.append(answer)
    return found


async def first_that_knows(accounts: int, ask: Callable[[int], Awaitable[Receipt | None]]) -> Receipt | None:
    """What the first account that knows of it tells; None: no account does, or what it says means nothing.

    Raises TemporaryFailure where an account cannot be asked, and what its refusal means where it refuses.
    """
    for index in range(accounts):
        try:
            with understood():
                return await ask(index)
        except Answered as answer:
            if answer.status != 404:
                raise judged(answer) from None
        except (NotMade, OutcomeUnknown):
            raise TemporaryFailure("Twilio could not be asked what became of it.", account=True) from None
        except ValueError:
            return None
    return None


def what_of(callback: Callback) -> str:
    return urlsplit(callback.url).path.rstrip("/").rpartition("/")[2]


def fields(callback: Callback) -> dict[str, str]:
    """The form. Raises ValueError where it is none."""
    pairs = parse_qsl(callback.body.decode("utf-8"), keep_blank_values=True, max_num_fields=200)
    return dict(pairs)


def asked(callback: Callback, name: str) -> str:
    """What we wrote into the address ourselves under this name; empty where there is nothing."""
    return next(iter(parse_qs(urlsplit(callback.url).query).get(name, ())), "")


def attempt_of(callback: Callback) -> str:
    return asked(callback, "attempt")


def genuine(callback: Callback, tokens: Iterable[str]) -> bool:
    """Whether one of these tokens signed it. Compared in constant time by Twilio's own validator."""
    signature = callback.headers.get("x-twilio-signature", "")
    if not signature:
        return False
    from twilio.request_validator import RequestValidator  # only here and in _twilio: it takes a while to import

    try:
        form = fields(callback)
    except ValueError:
        return False
    return any(RequestValidator(token).validate(callback.url, form, signature) for token in tokens if token)


def text_state(state: str, code: int, attempt_id: str = "", reference: str = "") -> Receipt:
    """A state of a text. Raises ValueError for one that Twilio does not have."""
    if state in ARRIVED:
        return Receipt(News.DELIVERED, attempt_id, reference)
    if state in LOST:
        reason = CODES.get(code, _NO_REASON)[1]
        return Receipt(News.FAILED, attempt_id, reference, reason)
    if state in TAKEN:
        return Receipt(News.TAKEN, attempt_id, reference)
    raise ValueError("a state that Twilio does not have")


_NO_REASON: tuple[Verdict, str] = ("permanent", "The network did not deliver the text.")


def call_state(state: str, answered_by: str = "", attempt_id: str = "", reference: str = "") -> Receipt:
    """A state of a call: a finished one confirms nothing, because nobody knows who listened."""
    if state in NOT_REACHED:
        return Receipt(News.FAILED, attempt_id, reference, NOT_REACHED[state])
    if answered_by.startswith(("machine", "fax")):
        return Receipt(News.FAILED, attempt_id, reference, MACHINE)
    if state == "completed" or state in TAKEN:
        return Receipt(News.TAKEN, attempt_id, reference)
    raise ValueError("a state that Twilio does not have")


def answer(form: Mapping[str, str]) -> Receipt | None:
    """A text that somebody sent us; None where the words only ask for help, which is answered at once."""
    words, sender = form.get("Body", "").strip(), form.get("From", "")
    if not sender:
        raise ValueError("a text from nobody")
    asked = form.get("OptOutType", "").casefold() or _keyword(words)
    if asked in STOPS:
        return Receipt(News.STOP, address=sender)
    if asked in STARTS:
        return Receipt(News.START, address=sender, words=words)
    return None if asked in HELPS else Receipt(News.ANSWER, address=sender, words=words)


def asks_for_help(form: Mapping[str, str]) -> bool:
    """Whether we owe an answer: where Twilio says that it took the word itself, it has answered."""
    return not form.get("OptOutType") and _keyword(form.get("Body", "")) in HELPS


def _keyword(words: str) -> str:
    return words.strip().strip(".!").casefold()
