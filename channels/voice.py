"""Telephone calls through Twilio that read a message out, by the same accounts as texts.

A call brings its words along (inline TwiML). Whoever presses 1 has heard it; that a call was
taken confirms nothing, because an answering machine takes calls too.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar

from pydantic import BaseModel, ConfigDict, Field, field_validator

from channels import _secrets
from channels import _twilio_callbacks as callbacks
from channels._twilio_answers import CODES, Answered, Limits, NotMade, judged, understood
from channels.base import (
    AsFile,
    Callback,
    CannotTell,
    Channel,
    News,
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
from channels.text import CLOCKS_DIFFER, Account, TextSettings, tokens
from notifier.model.payload import VOICE, VoicePayload
from notifier.model.policy import AddressKind
from notifier.model.problem import Problem

if TYPE_CHECKING:
    from channels._twilio import Calls

NAME = "voice"
"""As in the registry: part of the address that Twilio calls."""

VOICES: Mapping[str, tuple[str, str]] = {
    "ar": ("arb", "Polly.Zeina"),
    "cy": ("cy-GB", "Polly.Gwyneth"),
    "da": ("da-DK", "Polly.Naja"),
    "de": ("de-DE", "Polly.Marlene"),
    "en": ("en-GB", "Polly.Amy"),
    "es": ("es-ES", "Polly.Conchita"),
    "fr": ("fr-FR", "Polly.Celine"),
    "hi": ("hi-IN", "Polly.Aditi"),
    "it": ("it-IT", "Polly.Carla"),
    "nl": ("nl-NL", "Polly.Lotte"),
    "pl": ("pl-PL", "Polly.Ewa"),
    "pt": ("pt-PT", "Polly.Ines"),
    "ro": ("ro-RO", "Polly.Carmen"),
    "ru": ("ru-RU", "Polly.Tatyana"),
    "sv": ("sv-SE", "Polly.Astrid"),
    "tr": ("tr-TR", "Polly.Filiz"),
    "zh": ("cmn-CN", "Polly.Zhiyu"),
}
"""Language -> Twilio's language and voice (Twilio, "Text-to-Speech: Amazon Polly voices"). No other language is
read out: Urdu, Bengali and Somali have no such voice, and English words in a wrong voice are no help to anybody."""
UNREACHED = frozenset(callbacks.NOT_REACHED)

_E164 = re.compile(r"\+[1-9]\d{6,14}")


class VoiceSettings(BaseModel):
    """``[channels.voice]``: calls are made by the accounts of ``[channels.text]``."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    needs: ClassVar[str] = "text"
    """The channel whose settings it uses too."""

    caller: str = Field(description="The number that calls come from; it belongs to the Twilio account.")
    per_second: float = Field(default=1.0, gt=0, le=100, description="How many calls a second the account may begin.")

    @field_validator("caller")
    @classmethod
    def _caller(cls, value: str) -> str:
        if not _E164.fullmatch(value):
            raise ValueError("Write the number with its country: +442079460100.")
        return value


class Voice:
    medium: ClassVar[str] = VOICE
    address: ClassVar[AddressKind] = AddressKind.PHONE
    public: ClassVar[bool] = False
    by_person: ClassVar[bool] = False
    confirms: ClassVar[bool] = True
    writes_files: ClassVar[bool] = False
    repeatable: ClassVar[bool] = False
    Settings: ClassVar[type[BaseModel]] = VoiceSettings
    rehearsal: ClassVar[BaseModel] = VoiceSettings(caller="+442079460000")

    def __init__(self, settings: VoiceSettings, surroundings: Surroundings, limits: Limits | None = None) -> None:
        self.settings = settings
        self.surroundings = surroundings
        self.parallelism = 4
        self.per_minute: float | None = settings.per_second * 60
        self.ask_after = callbacks.ask_after(surroundings.public_url)
        accounts = surroundings.others.get(VoiceSettings.needs)
        self.accounts: tuple[Account, ...] = accounts.accounts if isinstance(accounts, TextSettings) else ()
        self._limits = limits
        self._open: dict[int, Calls] = {}
        self._lines: tuple[Voice, ...] = ()

    async def send(self, outgoing: Outgoing) -> Sent:
        payload = _payload(outgoing)
        if not _E164.fullmatch(outgoing.address):
            raise PermanentFailure(CODES[21217][1])
        if outgoing.expires is not None and outgoing.expires <= self.surroundings.clock.now():
            raise TemporaryFailure("The call ran out before it could be made.")
        twiml = self._twiml(payload, outgoing.attempt_id)
        if not self.accounts:
            raise TemporaryFailure("Calls need an account in [[channels.text.accounts]].", account=True)
        return Sent(await self._create(outgoing, twiml))

    def lines(self) -> Sequence[Channel]:
        if not self._lines:
            needs = VoiceSettings.needs
            self._lines = tuple(
                Voice(
                    self.settings,
                    replace(self.surroundings, others={needs: TextSettings(accounts=(one,))}),
                    self._limits,
                )
                for one in self.accounts
            )
        return self._lines or (self,)

    async def lookup(self, outgoing: Outgoing, started_at: datetime) -> Sent | NotFound | CannotTell:
        """Ask every account for the latest calls to this number; one that reached nobody may be made again."""
        earliest = started_at.astimezone(UTC) - CLOCKS_DIFFER
        silent = "" if self.accounts else "There is no account that could be asked."
        for index in range(len(self.accounts)):
            try:
                with understood():
                    listed = await self._calls(index).made_to(outgoing.address)
            except (Answered, NotMade, OutcomeUnknown):
                silent = "Twilio could not be asked whether it made the call."
                continue
            for found in listed:
                reached = found.status not in UNREACHED and found.created is not None
                if reached and found.created is not None and found.created.astimezone(UTC) >= earliest:
                    return Sent(reference=found.sid)
        return CannotTell(silent) if silent else NotFound()

    def verify(self, callback: Callback) -> bool:
        return callbacks.genuine(callback, tokens(self.accounts, self.surroundings.folder))

    def reply(self, callback: Callback) -> Reply:
        """To a key: a word of thanks in the language of the call, which the address carries along."""
        if callbacks.what_of(callback) != callbacks.KEY:
            return Reply()
        from channels import _twilio_words as words

        pressed = callbacks.fields(callback).get("Digits", "") == words.CONFIRMS
        language, voice = VOICES.get(callbacks.asked(callback, "language"), VOICES["en"])
        said = callbacks.asked(callback, "thanks") if pressed else ""
        return Reply(words.goodbye(said, language=language, voice=voice), callbacks.XML)

    def receive(self, stored: Callback) -> list[Receipt]:
        from channels import _twilio_words as words

        form = callbacks.fields(stored)
        attempt_id, sid = callbacks.attempt_of(stored), form.get("CallSid", "")
        match callbacks.what_of(stored):
            case callbacks.STATUS:
                return [callbacks.call_state(form.get("CallStatus", ""), form.get("AnsweredBy", ""), attempt_id, sid)]
            case callbacks.KEY:
                heard = form.get("Digits", "") == words.CONFIRMS
                return [Receipt(News.CONFIRMED if heard else News.TAKEN, attempt_id, sid)]
        raise ValueError("an address at which nothing is told")

    async def poll(self, references: Sequence[str]) -> list[Receipt]:
        return await callbacks.each(references, self._state_of)

    async def _state_of(self, reference: str) -> Receipt | None:
        async def of(index: int) -> Receipt | None:
            state, answered_by = await self._calls(index).state(reference)
            return callbacks.call_state(state, answered_by, reference=reference)

        return await callbacks.first_that_knows(len(self.accounts), of)

    def as_file(self, outgoing: Outgoing) -> AsFile:
        payload = _payload(outgoing)
        said = f"{payload.words}\n\n{payload.press}\n"
        return AsFile(".txt", f"TRIAL — would have rung {outgoing.address} and said twice\n\n{said}".encode())

    async def check(self) -> list[Problem]:
        await asyncio.to_thread(import_module, "channels._twilio")
        await asyncio.to_thread(import_module, "channels._twilio_words")
        return []  # its accounts are checked where they are declared

    async def close(self) -> None:
        opened, self._open = self._open, {}
        await asyncio.gather(*(calls.close() for calls in opened.values()), *(line.close() for line in self._lines))

    def _twiml(self, payload: VoicePayload, attempt_id: str) -> str:
        from channels import _twilio_words as words

        spoken = payload.language.partition("-")[0].lower()
        if spoken not in VOICES:
            raise PermanentFailure("There is no voice for the language of this message.")
        language, voice = VOICES[spoken]
        public_url, action = self.surroundings.public_url, ""
        if public_url:
            thanks = {"language": spoken, "thanks": payload.thanks}
            action = callbacks.address(public_url, NAME, callbacks.KEY, attempt_id, **thanks)
        made = words.call(payload.words, language=language, voice=voice, press=payload.press, action=action)
        if len(made) > words.LONGEST:
            raise PermanentFailure("The message is too long to be read out. Give it a short version with text:")
        return made

    async def _create(self, outgoing: Outgoing, twiml: str) -> str:
        public_url = self.surroundings.public_url
        told_at = callbacks.address(public_url, NAME, callbacks.STATUS, outgoing.attempt_id) if public_url else None
        try:
            with understood():
                return await self._calls(0).create(outgoing.address, self.settings.caller, twiml, told_at)
        except NotMade as trouble:
            raise TemporaryFailure(str(trouble), account=True) from None
        except Answered as answer:
            raise judged(answer) from None

    def _calls(self, index: int) -> "Calls":
        """Built at the first use: it must be inside the running loop, and importing twilio is slow."""
        from channels._twilio import Calls

        if index not in self._open:
            one = self.accounts[index]
            folder = self.surroundings.folder
            token = _secrets.reveal(one.auth_token, one.auth_token_env, one.auth_token_file, folder)
            self._open[index] = Calls(one.account_sid, token, one.api_base, self._limits or Limits())
        return self._open[index]


def _payload(outgoing: Outgoing) -> VoicePayload:
    if not isinstance(outgoing.payload, VoicePayload):
        raise TypeError(f"a call carries spoken words, not {type(outgoing.payload).__name__}")
    return outgoing.payload
