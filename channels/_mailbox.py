"""The mailbox to which reports come: a maildir on this computer, or IMAP. Everything here blocks: one thread a look.

A mail counts as read only once whoever asked has kept it; one that was read before is not handed out again.
"""

import mailbox as stdlib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, Literal, Protocol

from imap_tools import AND, BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted, MailMessageFlags
from imap_tools.errors import ImapToolsError
from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

AT_ONCE = 50
SECONDS = 30


class MailboxSettings(BaseModel):
    """The mailbox in which undeliverable mail comes back: a maildir, or IMAP."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    maildir: Path | None = Field(default=None, description="A maildir on this computer; then nothing else is needed.")
    host: str = Field(default="", description="The IMAP server's name.", examples=["imap.school.example.org"])
    port: int = Field(default=993, ge=1, le=65535, description="993 for tls, 143 for starttls and none.")
    security: Literal["none", "starttls", "tls"] = Field(
        default="tls", description="How the connection is protected; none only for a server on this computer."
    )
    username: str = Field(default="", description="The mailbox's account name.")
    password: SecretStr = Field(
        default=SecretStr(""), description="Comes from password_env or password_file; better not written here."
    )
    password_env: str = Field(default="", description="The environment variable that holds the password.")
    password_file: Path | None = Field(default=None, description="The file that holds the password.")
    folder: str = Field(default="INBOX", description="The folder in the mailbox.")
    every_seconds: float = Field(default=60, ge=5, le=3600, description="How often it is looked into.")

    @model_validator(mode="after")
    def _one_of_two(self) -> "MailboxSettings":
        if (self.maildir is None) == (not self.host):
            raise ValueError("Name either a maildir or the host of an IMAP server, and not both.")
        return self


class Unreachable(Exception):
    """``reason`` in words for staff, without an account's name."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Reads(Protocol):
    """``new`` gives names and bytes; ``read`` says that they are kept."""

    sort: ClassVar[str]

    def new(self) -> list[tuple[str, bytes]]: ...

    def read(self, names: list[str]) -> None: ...


class Maildir:
    sort: ClassVar[str] = "maildir"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def new(self) -> list[tuple[str, bytes]]:
        if not self._folder.is_dir():
            raise Unreachable("The folder of the mailbox is not there. Look at maildir in [channels.email.mailbox].")
        found: list[tuple[str, bytes]] = []
        try:
            for name in ("new", "cur"):
                for file in sorted((self._folder / name).glob("*")):
                    if file.is_file() and "S" not in file.name.partition(":2,")[2]:
                        found.append((str(file), file.read_bytes()))
                        if len(found) == AT_ONCE:
                            return found
        except OSError as fault:
            raise Unreachable(f"The mailbox cannot be read ({fault.strerror}). Give this user the right.") from fault
        return found

    def read(self, names: list[str]) -> None:
        for name in names:
            file = Path(name)
            base, _, flags = file.name.partition(":2,")
            target = self._folder / "cur" / f"{base}:2,{''.join(sorted({*flags, 'S'}))}"
            target.parent.mkdir(exist_ok=True)
            try:
                file.rename(target)
            except FileNotFoundError:
                continue  # somebody else has read it


class Imap:
    sort: ClassVar[str] = "imap"

    def __init__(self, settings: MailboxSettings, password: str, *, token: bool = False) -> None:
        """``token``: ``password`` is an OAuth token (XOAUTH2)."""
        self._settings = settings
        self._password = password
        self._token = token

    def new(self) -> list[tuple[str, bytes]]:
        with self._opened() as box:
            found = box.fetch(AND(seen=False), mark_seen=False, limit=AT_ONCE, bulk=True)
            return [(mail.uid or "", mail.obj.as_bytes()) for mail in found if mail.uid]

    def read(self, names: list[str]) -> None:
        with self._opened() as box:
            box.flag(names, MailMessageFlags.SEEN, True)

    @contextmanager
    def _opened(self) -> Iterator[BaseMailBox]:
        settings = self._settings
        box: BaseMailBox | None = None
        try:
            if settings.security == "tls":
                box = MailBox(settings.host, settings.port, timeout=SECONDS, ssl_context=ssl.create_default_context())
            elif settings.security == "starttls":
                box = MailBoxStartTls(
                    settings.host, settings.port, timeout=SECONDS, ssl_context=ssl.create_default_context()
                )
            else:
                box = MailBoxUnencrypted(settings.host, settings.port, timeout=SECONDS)
            if self._token:
                box.xoauth2(settings.username, self._password, initial_folder=settings.folder)
            else:
                box.login(settings.username, self._password, initial_folder=settings.folder)
            yield box
        except stdlib.Error as fault:
            raise Unreachable("The mailbox cannot be read.") from fault
        except ssl.SSLError as fault:
            raise Unreachable("The mailbox's server shows a certificate that is not to be trusted.") from fault
        except ImapToolsError as fault:
            raise Unreachable("The mailbox refused us. Look at username, password and folder.") from fault
        except OSError as fault:
            raise Unreachable("The mailbox's server cannot be reached. Look at host, port and security.") from fault
        finally:
            if box is not None:
                try:
                    box.logout()
                except (ImapToolsError, OSError, box.client.error):
                    box.client.shutdown()
