"""Email through the school's own mail server: one recipient a message, a Message-ID that stays the same.

Sent again under the same Message-ID a message is shown once, so a leg in doubt may simply go again.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from channels import _secrets
from channels._bounces import Sort, sort_mail, words
from channels._headers import Unfit, address, named
from channels._mailbox import Imap, MailboxSettings, Maildir, Reads, Unreachable
from channels._mime import Composer, Envelope
from channels._smtp import Account, Pool
from channels._smtp_answers import understood
from channels._smtp_session import Patience, Progress
from channels._tokens import Google, Microsoft, TokenRefused, Tokens
from channels.base import (
    AsFile,
    Callback,
    ChannelError,
    News,
    Outgoing,
    Receipt,
    Reply,
    Sent,
    Surroundings,
    TemporaryFailure,
)
from notifier.model.payload import MAIL, MailPayload
from notifier.model.policy import AddressKind
from notifier.model.problem import Problem, error

PLACE = "+{id}"
FETCHED = 262_144
"""Bytes that are kept of a report: its own parts come first, and the returned email after them."""
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class EmailSettings(BaseModel):
    """``[channels.email]``"""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = Field(min_length=1, description="The mail server's name.")
    port: int = Field(default=587, ge=1, le=65535, description="587 for starttls, 465 for tls, 25 for none.")
    security: Literal["none", "starttls", "tls"] = Field(
        default="starttls", description="How the connection is protected; none only for a server on this computer."
    )
    username: str = Field(default="", description="The account's name, where the server asks for one.")
    password: SecretStr = Field(
        default=SecretStr(""), description="Comes from password_env or password_file; better not written here."
    )
    password_env: str = Field(default="", description="The environment variable that holds the password.")
    password_file: Path | None = Field(default=None, description="The file that holds the password.")
    login: Literal["password", "microsoft", "google"] = Field(
        default="password",
        description="How to log in: with a password, or with a token from Microsoft 365 or Google Workspace.",
    )
    tenant: str = Field(
        default="", description="For microsoft: the tenant's name or id.", examples=["school.example.org"]
    )
    client_id: str = Field(default="", description="For microsoft: the id of the app that may send.")
    sender: str = Field(description="The address that families see and answer: office@school.example.org.")
    reply_to: str = Field(default="", description="Where answers go, if not to the sender.")
    connections: int = Field(
        default=4, ge=1, le=20, description="How many emails are sent at once at most; it begins with two."
    )
    pipelining: bool = Field(
        default=True,
        description="Say several things at once where the mail server offers it; false if a server misbehaves.",
    )
    per_minute: float | None = Field(default=None, gt=0, description="How many a minute the account allows.")
    burst: int = Field(default=1, ge=1, description="How many of those may go at once after a pause.")
    per_day: int | None = Field(default=None, gt=0, description="How many the account allows in any 24 hours.")
    bounce_address: str = Field(
        default="",
        description="Where the server reports mail it could not deliver; {id} in it is filled in for each email.",
        examples=["bounces+{id}@school.example.org"],
    )
    mailbox: MailboxSettings | None = Field(default=None, description="The mailbox in which those reports lie.")

    @field_validator("sender", "reply_to", "bounce_address")
    @classmethod
    def _one_address(cls, value: str) -> str:
        if value:
            try:
                named(value.replace(PLACE, "0" * 24))
            except Unfit:
                raise ValueError('Write one email address in quotes: "office@school.example.org".') from None
        return value

    @field_validator("sender")
    @classmethod
    def _there(cls, value: str) -> str:
        if not value:
            raise ValueError('Write the address that emails come from: "office@school.example.org".')
        return value


class Email:
    medium: ClassVar[str] = MAIL
    address: ClassVar[AddressKind] = AddressKind.EMAIL
    public: ClassVar[bool] = False
    by_person: ClassVar[bool] = False
    confirms: ClassVar[bool] = False
    writes_files: ClassVar[bool] = False
    repeatable: ClassVar[bool] = True
    Settings: ClassVar[type[BaseModel]] = EmailSettings
    rehearsal: ClassVar[BaseModel] = EmailSettings(host="localhost", sender="office@school.example")
    """What trial mode composes with while the school has no account yet."""

    def __init__(self, settings: EmailSettings, surroundings: Surroundings, patience: Patience | None = None) -> None:
        self.settings = settings
        self.surroundings = surroundings
        self.parallelism = settings.connections
        self.per_minute = settings.per_minute
        self.per_day = settings.per_day
        self.burst = settings.burst
        self.begins_with = 2
        self.sender_name, self.sender = named(settings.sender)
        self._bounces = named(settings.bounce_address.replace(PLACE, ""))[1] if settings.bounce_address else ""
        self._each_its_own = PLACE in settings.bounce_address
        self.fetch_every = timedelta(seconds=settings.mailbox.every_seconds) if settings.mailbox else None
        self._composer = Composer()
        domain = self.sender.rpartition("@")[2]
        account = Account(
            settings.host, settings.port, settings.security, settings.username, self._password, domain, self._tokens()
        )
        self._pool = Pool(account, settings.connections, patience or Patience(), settings.pipelining)

    async def send(self, outgoing: Outgoing) -> Sent:
        progress = Progress()
        try:
            recipient = address(outgoing.address)
            content, dotless = self._composed(outgoing)
            sender = self._returns_to(outgoing.message_id)
            await self._pool.deliver(sender, recipient, content, outgoing.message_id, progress, dotless=dotless)
        except Exception:
            with understood(progress):
                raise
        return Sent(reference=self._message_id(outgoing))

    def as_file(self, outgoing: Outgoing) -> AsFile:
        """The very message, with a header that says it is a trial."""
        with understood(Progress()):
            return AsFile(".eml", self._composed(outgoing, (("X-Notifier-Trial", "yes"),))[0])

    def _returns_to(self, id: str) -> str:
        """The envelope's sender: one of its own for each email where the school's address takes that (VERP)."""
        if not self._bounces or not self._each_its_own:
            return self._bounces or self.sender
        local, _, domain = self._bounces.partition("@")
        return f"{local}+{id}@{domain}"

    # what comes back

    def verify(self, callback: Callback) -> bool:
        """Reports are fetched from a mailbox; whoever brings one over the web is not known."""
        return False

    def reply(self, callback: Callback) -> Reply:
        return Reply()

    async def fetch(self, keep: Callable[[bytes], Awaitable[None]]) -> int:
        if self.settings.mailbox is None:
            return 0
        try:
            box = await asyncio.to_thread(self._mailbox, self.settings.mailbox)
            found = await asyncio.to_thread(box.new)
            for _, raw in found:
                await keep(raw[:FETCHED])
            if found:
                await asyncio.to_thread(box.read, [name for name, _ in found])
        except (Unreachable, TokenRefused, _secrets.SecretMissing) as fault:
            raise TemporaryFailure(str(fault)) from fault
        return len(found)

    def receive(self, stored: Callback) -> list[Receipt]:
        """A report by its email's Message-ID, an answer by its writer; what is automatic says nothing.

        That a mail server has it is no sign that anybody read it: only a failure changes anything.
        """
        verdict = sort_mail(stored.body, self._bounces or self.sender)
        reference = f"<{verdict.id}@{self._pool.account.hello}>" if verdict.id else ""
        match verdict.sort:
            case Sort.FAILED:
                failed = Receipt(News.FAILED, reference=reference, reason=verdict.reason, address=verdict.address)
                return [failed] if reference or verdict.address else []
            case Sort.COMPLAINT if reference:
                return [Receipt(News.COMPLAINT, reference=reference)]
            case Sort.REPLY:
                return [Receipt(News.ANSWER, address=verdict.address, words=words(stored.body))]
        return []

    def _mailbox(self, settings: MailboxSettings) -> Reads:
        """Blocking. Without a password of its own the mailbox is entered with the account's token."""
        if settings.maildir is not None:
            return Maildir(self._folder / settings.maildir)
        tokens = self._pool.account.tokens
        if tokens is not None and not (settings.password_env or settings.password_file):
            return Imap(settings, tokens.token(), token=True)
        password = _secrets.reveal(settings.password, settings.password_env, settings.password_file, self._folder)
        return Imap(settings, password)

    async def check(self) -> list[Problem]:
        settings, where = self.settings, "config.toml: channels.email"
        found = _secrets.problems(settings.password, settings.password_env, settings.password_file, self._folder, where)
        if settings.username and not (settings.password_env or settings.password_file or settings.password):
            sentence = "The mail account has a user name but no password; add password_file to [channels.email]."
            found.append(error("email-password-missing", sentence, where))
        if settings.security == "none" and settings.username and settings.host not in LOOPBACK:
            sentence = 'The password would cross the network unprotected; set security = "starttls" there.'
            found.append(error("email-unprotected", sentence, where))
        return found

    async def close(self) -> None:
        await self._pool.close()

    @property
    def _folder(self) -> Path:
        return self.surroundings.folder

    def _password(self) -> str:
        settings = self.settings
        return _secrets.reveal(settings.password, settings.password_env, settings.password_file, self._folder)

    def _tokens(self) -> Tokens | None:
        settings = self.settings
        if settings.login == "microsoft":
            return Microsoft(settings.tenant, settings.client_id, self._password)
        return Google(settings.username, self._password) if settings.login == "google" else None

    async def connect(self) -> list[Problem]:
        """Go as far as one can without writing to anybody: name, connection, certificate, login, sender, mailbox."""
        where, found = "config.toml: channels.email", []
        try:
            await asyncio.get_running_loop().getaddrinfo(self.settings.host, self.settings.port)
        except OSError:
            sentence = "There is no mail server of this name, or this computer cannot look names up. Check host."
            return [error("email-no-such-host", sentence, where)]
        progress = Progress()
        try:
            with understood(progress):
                await self._pool.ask(self._returns_to("0" * 24), progress)
        except ChannelError as failure:
            found.append(error("email-account", failure.reason, where))
        if self.settings.mailbox is not None:
            try:
                box = await asyncio.to_thread(self._mailbox, self.settings.mailbox)
                await asyncio.to_thread(box.new)
            except (Unreachable, TokenRefused, _secrets.SecretMissing) as fault:
                found.append(error("email-mailbox", str(fault), f"{where}.mailbox"))
        return found

    def _message_id(self, outgoing: Outgoing) -> str:
        return f"<{outgoing.message_id}@{self._pool.account.hello}>"

    def _composed(self, outgoing: Outgoing, marks: tuple[tuple[str, str], ...] = ()) -> tuple[bytes, bool]:
        """The message, and whether surely none of its lines begins with a dot."""
        payload = outgoing.payload
        if not isinstance(payload, MailPayload):
            raise TypeError(f"email carries mail, not {type(payload).__name__}")
        envelope = Envelope(
            sender=self.sender,
            sender_name=self.sender_name or self.surroundings.school,
            recipient=outgoing.address,
            reply_to=self.settings.reply_to,
            id=outgoing.message_id,
            domain=self._pool.account.hello,
            date=self.surroundings.clock.now(),
        )
        return self._composer.compose(envelope, payload, outgoing.attachments, marks)
