"""Text messages through Twilio, by one or several accounts.

Creating a message has no idempotency key, so a POST that was written but not answered may
have been taken: that is ``OutcomeUnknown``, and ``lookup`` asks before anything goes again (LIBRARIES R7).
"""

import asyncio
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from channels import _secrets
from channels import _twilio_callbacks as callbacks
from channels._twilio_answers import CODES, LOST, Answered, Limits, NotMade, judged, understood
from channels.base import (
    AsFile,
    Callback,
    CannotTell,
    Channel,
    NotFound,
    OutcomeUnknown,
    Outgoing,
    PermanentFailure,
    Receipt,
    Reply,
    Sent,
    Surroundings,
    TemporaryFailure,
)
from notifier.model.payload import SHORT, ShortPayload
from notifier.model.policy import AddressKind
from notifier.model.problem import Problem

if TYPE_CHECKING:
    from channels._twilio import Texts

NAME = "text"
"""As in the registry: part of the address that Twilio calls."""
LONGEST = 1600
"""Characters that Twilio takes in one message."""
LONGEST_VALIDITY = 36_000
"""Seconds; Twilio's own default."""
CLOCKS_DIFFER = timedelta(minutes=2)

_E164 = re.compile(r"\+[1-9]\d{6,14}")
_SENDER_NUMBER = re.compile(r"\+[1-9]\d{6,14}|\d{3,6}")
_SENDER_NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9]{3,11}")
GENERIC_SENDERS = frozenset(
    {"admin", "alert", "alerts", "info", "infosms", "message", "notice", "notify", "school", "sms", "test", "text"}
    | {"verify", "verified", "authmsg", "update", "updates"}
)
"""Names that UK networks block because anybody could be behind them."""


class Account(BaseModel):
    """``[[channels.text.accounts]]``"""

    model_config = ConfigDict(frozen=True, extra="forbid")

    account_sid: str = Field(description="The account's id from Twilio's console; it begins with AC.")
    auth_token: SecretStr = Field(
        default=SecretStr(""), description="Comes from auth_token_env or auth_token_file; better not written here."
    )
    auth_token_env: str = Field(default="", description="The environment variable that holds the account's token.")
    auth_token_file: Path | None = Field(default=None, description="The file that holds the account's token.")
    sender: str = Field(default="", description="The name or number that a text comes from.")
    messaging_service_sid: str = Field(default="", description="Instead of sender: a Twilio messaging service.")
    api_base: str = Field(default="https://api.twilio.com", description="Where Twilio is reached.")
    per_second: float = Field(default=10.0, gt=0, le=1000, description="How many texts a second the account allows.")

    @field_validator("account_sid")
    @classmethod
    def _sid(cls, value: str) -> str:
        if not re.fullmatch(r"AC[0-9a-fA-F]{32}", value):
            raise ValueError("Copy the Account SID from Twilio's console: AC and 32 letters and digits.")
        return value

    @field_validator("messaging_service_sid")
    @classmethod
    def _service(cls, value: str) -> str:
        if value and not re.fullmatch(r"MG[0-9a-fA-F]{32}", value):
            raise ValueError("Copy the Messaging Service SID from Twilio's console: MG and 32 letters and digits.")
        return value

    @field_validator("sender")
    @classmethod
    def _sender(cls, value: str) -> str:
        if value.casefold() in GENERIC_SENDERS:
            raise ValueError(f"Networks block '{value}' as a sender; use a name families know, such as OakPrimary.")
        if value and not (_SENDER_NUMBER.fullmatch(value) or _SENDER_NAME.fullmatch(value)):
            raise ValueError(
                "A sender is a number such as +447700900123, or a name of 3 to 11 letters and digits: OakPrimary."
            )
        return value

    @field_validator("api_base")
    @classmethod
    def _base(cls, value: str) -> str:
        parts = urlsplit(value)
        loopback = parts.hostname in ("localhost", "127.0.0.1", "::1")
        if not parts.netloc or not (parts.scheme == "https" or (parts.scheme == "http" and loopback)):
            raise ValueError("Write the whole web address, beginning with https://.")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _one_of(self) -> "Account":
        if bool(self.sender) == bool(self.messaging_service_sid):
            raise ValueError("Give either 'sender' or 'messaging_service_sid', one of the two.")
        return self

    @property
    def comes_from(self) -> dict[str, str]:
        if self.messaging_service_sid:
            return {"messaging_service_sid": self.messaging_service_sid}
        return {"from_": self.sender}


class TextSettings(BaseModel):
    """``[channels.text]``: accounts, tried in order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    accounts: tuple[Account, ...] = Field(min_length=1, description="The accounts with Twilio, tried in order.")


class Text:
    medium: ClassVar[str] = SHORT
    address: ClassVar[AddressKind] = AddressKind.MOBILE
    public: ClassVar[bool] = False
    by_person: ClassVar[bool] = False
    confirms: ClassVar[bool] = True
    writes_files: ClassVar[bool] = False
    repeatable: ClassVar[bool] = False
    Settings: ClassVar[type[BaseModel]] = TextSettings
    rehearsal: ClassVar[BaseModel] = TextSettings(accounts=(Account(account_sid="AC" + "0" * 32, sender="MySchool"),))
    """What trial mode composes with while the school has no account yet."""

    def __init__(self, settings: TextSettings, surroundings: Surroundings, limits: Limits | None = None) -> None:
        self.settings = settings
        self.surroundings = surroundings
        self.parallelism = 8
        self.per_minute: float | None = max(one.per_second for one in settings.accounts) * 60
        self.ask_after = callbacks.ask_after(surroundings.public_url)
        self._limits = limits
        self._open: dict[int, Texts] = {}
        self._lines: tuple[Text, ...] = ()

    async def send(self, outgoing: Outgoing) -> Sent:
        number, body = _fit(outgoing)
        validity = self._validity(outgoing.expires)
        account = self.settings.accounts[0]
        return Sent(await self._create(number, body, account, validity, outgoing.attempt_id))

    def lines(self) -> Sequence[Channel]:
        if not self._lines:
            self._lines = tuple(
                Text(TextSettings(accounts=(one,)), self.surroundings, self._limits) for one in self.settings.accounts
            )
        return self._lines

    async def lookup(self, outgoing: Outgoing, started_at: datetime) -> Sent | NotFound | CannotTell:
        """Ask every account for the latest texts to this number, and compare words and time."""
        number, body = _fit(outgoing)
        earliest = started_at.astimezone(UTC) - CLOCKS_DIFFER
        silent = ""
        for index in range(len(self.settings.accounts)):
            try:
                with understood():
                    listed = await self._texts(index).sent_to(number)
            except (Answered, NotMade, OutcomeUnknown):
                silent = "Twilio could not be asked whether it has the text."
                continue
            for found in listed:
                same = _words(found.body) == _words(body) and found.status not in LOST
                if same and found.created is not None and found.created.astimezone(UTC) >= earliest:
                    return Sent(reference=found.sid, confirmed=found.status in ("delivered", "read"))
        return CannotTell(silent) if silent else NotFound()

    def verify(self, callback: Callback) -> bool:
        return callbacks.genuine(callback, tokens(self.settings.accounts, self._folder))

    def reply(self, callback: Callback) -> Reply:
        if callbacks.what_of(callback) != callbacks.REPLY:
            return Reply()
        from channels import _twilio_words as words

        help_wanted = callbacks.asks_for_help(callbacks.fields(callback))
        return Reply(words.answer(self._help() if help_wanted else ""), callbacks.XML)

    def receive(self, stored: Callback) -> list[Receipt]:
        form = callbacks.fields(stored)
        match callbacks.what_of(stored):
            case callbacks.STATUS:
                code = form.get("ErrorCode", "")
                found: Receipt | None = callbacks.text_state(
                    form.get("MessageStatus", ""),
                    int(code) if code.isdecimal() else 0,
                    callbacks.attempt_of(stored),
                    form.get("MessageSid", ""),
                )
            case callbacks.REPLY:
                found = callbacks.answer(form)
            case _:
                raise ValueError("an address at which nothing is told")
        return [] if found is None else [found]

    async def poll(self, references: Sequence[str]) -> list[Receipt]:
        """By its id each; one that no account knows tells nothing."""
        return await callbacks.each(references, self._state_of)

    async def _state_of(self, reference: str) -> Receipt | None:
        async def of(index: int) -> Receipt | None:
            state, code = await self._texts(index).state(reference)
            return callbacks.text_state(state, code, reference=reference)

        return await callbacks.first_that_knows(len(self.settings.accounts), of)

    def _help(self) -> str:
        school = self.surroundings
        ring = f" Ring {school.phone}." if school.phone else ""
        return f"{school.school}:{ring} Answer STOP to get no more texts from us, START to get them again."

    def as_file(self, outgoing: Outgoing) -> AsFile:
        number, body = _fit(outgoing)
        return AsFile(".txt", f"TRIAL — would have gone to {number}\n\n{body}\n".encode())

    async def check(self) -> list[Problem]:
        # Loaded at the start, so that the first emergency does not wait for it.
        await asyncio.to_thread(import_module, "channels._twilio")
        found: list[Problem] = []
        for number, one in enumerate(self.settings.accounts, 1):
            where = f"config.toml: channels.text.accounts[{number}]"
            found += _secrets.problems(one.auth_token, one.auth_token_env, one.auth_token_file, self._folder, where)
        return found

    async def close(self) -> None:
        opened, self._open = self._open, {}
        await asyncio.gather(*(texts.close() for texts in opened.values()), *(line.close() for line in self._lines))

    @property
    def _folder(self) -> Path:
        return self.surroundings.folder

    async def _create(self, number: str, body: str, account: Account, validity: int | None, attempt_id: str) -> str:
        """Raises TemporaryFailure only where this account surely did not take it and another one may."""
        public_url = self.surroundings.public_url
        told_at = callbacks.address(public_url, NAME, callbacks.STATUS, attempt_id) if public_url else None
        try:
            with understood():
                return await self._texts(0).create(number, body, account.comes_from, validity, told_at)
        except NotMade as trouble:
            raise TemporaryFailure(str(trouble), account=True) from None
        except Answered as answer:
            raise judged(answer) from None

    def _texts(self, index: int) -> "Texts":
        """Built at the first use: it must be inside the running loop, and importing twilio is slow."""
        from channels._twilio import Texts

        if index not in self._open:
            one = self.settings.accounts[index]
            token = _secrets.reveal(one.auth_token, one.auth_token_env, one.auth_token_file, self._folder)
            self._open[index] = Texts(one.account_sid, token, one.api_base, self._limits or Limits())
        return self._open[index]

    def _validity(self, expires: datetime | None) -> int | None:
        """Seconds for which Twilio may keep trying; None leaves it to Twilio's own ten hours."""
        if expires is None:
            return None
        left = int((expires - self.surroundings.clock.now()).total_seconds())
        if left <= 0:
            raise TemporaryFailure("The text ran out before it could be sent.")
        return left if left < LONGEST_VALIDITY else None


def tokens(accounts: Sequence[Account], folder: Path) -> list[str]:
    """The secrets with which the accounts sign what they tell us, as far as they can be had."""
    found = []
    for one in accounts:
        try:
            found.append(_secrets.reveal(one.auth_token, one.auth_token_env, one.auth_token_file, folder))
        except _secrets.SecretMissing:
            continue
    return found


def _fit(outgoing: Outgoing) -> tuple[str, str]:
    payload = outgoing.payload
    if not isinstance(payload, ShortPayload):
        raise TypeError(f"text carries a short message, not {type(payload).__name__}")
    if not _E164.fullmatch(outgoing.address):
        raise PermanentFailure(CODES[21211][1])
    if not payload.text.strip():
        raise PermanentFailure(CODES[21602][1])
    if len(payload.text.encode("utf-16-le", "surrogatepass")) // 2 > LONGEST:
        raise PermanentFailure(CODES[21617][1])
    return outgoing.address, payload.text


def _words(text: str) -> str:
    return text.replace("\r\n", "\n").strip()
