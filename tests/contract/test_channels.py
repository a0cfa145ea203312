"""One contract for every registered channel (DESIGN 3.7)."""

import hashlib
import logging
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import structlog
from pydantic import BaseModel, ValidationError

import channels
from channels.base import (
    Channel,
    ChannelError,
    Checks,
    Collates,
    Composes,
    LooksUp,
    OutcomeUnknown,
    Outgoing,
    PermanentFailure,
    Sent,
    Surroundings,
    TemporaryFailure,
    facts,
)
from notifier.clock import FixedClock
from notifier.model import payload as payloads
from notifier.model.message import Attachment, Enclosure
from notifier.model.payload import (
    CallPayload,
    MailPayload,
    PagePayload,
    PaperPayload,
    Personal,
    Ring,
    ShortPayload,
    VoicePayload,
)
from notifier.model.policy import AddressKind
from tests.servers import smtp, twilio

NOW = datetime(2026, 9, 7, 8, 30, tzinfo=UTC)
EMAIL, NUMBER, WORDS, SECRET = "amara@example.org", "+447700900123", "The goat is well.", "s3cret-token-77"
PDF = Enclosure(Attachment("goat.pdf", "application/pdf", hashlib.sha256(b"%PDF").hexdigest(), 4), b"%PDF")

SAMPLES: Mapping[str, Any] = {
    payloads.MAIL: MailPayload("Farm", Personal((f"<p>{WORDS}</p>",)), Personal((WORDS,)), "en", "Mrs Okafor"),
    payloads.SHORT: ShortPayload(WORDS, "en", "GSM-7", 1),
    payloads.VOICE: VoicePayload(WORDS, "Press 1.", "Thank you.", "en"),
    payloads.PAPER: PaperPayload("Farm", ("Mrs Okafor", "12 Oak Lane", "S10 2TN"), f"<p>{WORDS}</p>", "en", "Oak"),
    payloads.PAGE: PagePayload("farm", "Farm", f"<p>{WORDS}</p>", "A visit", "en", NOW, date(2027, 1, 1)),
    payloads.POSTER: PagePayload("farm", "Farm", f"<p>{WORDS}</p>", "A visit", "en", NOW),
    payloads.CALL_ITEM: CallPayload("Farm", (("Ada", "Oak"),), (Ring("C1", "Mrs Okafor", "mother", NUMBER),), WORDS),
}
ADDRESSES: Mapping[AddressKind, str] = {
    AddressKind.EMAIL: EMAIL,
    AddressKind.MOBILE: NUMBER,
    AddressKind.PHONE: NUMBER,
    AddressKind.POSTAL: "12 Oak Lane",
    AddressKind.NONE: "",
}
NAMES = sorted(channels.REGISTRY)
FILES = sorted(name for name, one in channels.REGISTRY.items() if one.writes_files)
COMPOSING = sorted(name for name, one in channels.REGISTRY.items() if issubclass(one, Composes))
COLLATING = sorted(name for name, one in channels.REGISTRY.items() if issubclass(one, Collates))


def outgoing(channel: type[Channel] | Channel, **parts: Any) -> Outgoing:
    given: dict[str, Any] = {
        "attempt_id": "a1",
        "address": ADDRESSES[channel.address],
        "medium": channel.medium,
        "payload": SAMPLES[channel.medium],
        "attachments": (PDF,),
        "language": "en",
        "expires": None,
        "message_id": "0123456789abcdef",
        "message": "m1",
        "item": "i1",
    }
    return Outgoing(**(given | parts))


def surroundings(folder: Path, *, trial: bool, others: Mapping[str, BaseModel] | None = None) -> Surroundings:
    return Surroundings(
        folder / "outbox",
        "Oak Lane Primary",
        "",
        "oaklane.example.org",
        trial,
        FixedClock(NOW),
        others=others or {},
    )


@dataclass
class Doors:
    """The real servers behind the channels that need one."""

    mail: smtp.MailServer
    twilio: twilio.Twilio

    def settings(self, name: str, folder: Path) -> BaseModel:
        kind = channels.REGISTRY[name].Settings
        account = {
            "account_sid": twilio.SID,
            "auth_token": twilio.TOKEN,
            "sender": "OakLane",
            "api_base": self.twilio.base,
        }
        mail = {"host": "127.0.0.1", "port": self.mail.port, "security": "none", "sender": "office@oaklane.example.org"}
        target = {"folder": folder / "public", "base_url": "https://www.oaklane.example.org/"}
        tables = {
            "email": mail,
            "text": {"accounts": (account,)},
            "letter": {"envelope": "dl_uk"},
            "voice": {"caller": "+442079460100"},
            "website": {"targets": (target,)},
        }
        return kind.model_validate(tables.get(name, {}))


@asynccontextmanager
async def doors(mail: smtp.Takes | None = None, *vices: twilio.Vice) -> AsyncIterator[Doors]:
    async with AsyncExitStack() as stack:
        yield Doors(
            await stack.enter_async_context(smtp.mail_server(mail)),
            await stack.enter_async_context(twilio.twilio_server(*vices)),
        )


def made(name: str, open_doors: Doors, folder: Path) -> Channel:
    settings = open_doors.settings(name, folder)
    needs = getattr(settings, "needs", None)
    others = {} if needs is None else {needs: open_doors.settings(needs, folder)}
    return channels.REGISTRY[name](settings, surroundings(folder, trial=False, others=others))


def files(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_registry_lists_exactly_the_channels_of_the_folder() -> None:
    folder = Path(channels.__file__).parent
    support = {"__init__", "base", "outbox"}
    found = {path.stem for path in folder.glob("*.py") if not path.stem.startswith("_") or path.stem == "__init__"}
    assert found - support == set(channels.REGISTRY)
    for name, channel in channels.REGISTRY.items():
        assert channel.__module__ == f"channels.{name}"


def test_no_copies_to_others_exist_in_the_code() -> None:
    read = 0
    for path in Path(channels.__file__).parent.glob("*.py"):
        words = path.read_text(encoding="utf-8").lower()
        read += 1
        assert not re.search(r"\bb?cc\b", words), path.name
    assert read > 15


@pytest.mark.parametrize("name", NAMES)
def test_a_channel_declares_every_fact(name: str) -> None:
    channel = channels.REGISTRY[name]
    assert channel.medium in payloads.MEDIA
    assert isinstance(channel.address, AddressKind)
    for fact in ("public", "by_person", "confirms", "writes_files", "repeatable"):
        assert isinstance(getattr(channel, fact), bool), fact
    assert issubclass(channel.Settings, BaseModel)
    told = facts(name, channel, configured=True)
    assert (told.medium, told.address, told.public) == (channel.medium, channel.address, channel.public)
    assert channel.repeatable or issubclass(channel, LooksUp), "what may not be repeated must be able to look up"
    assert not channel.writes_files or channel.repeatable


@pytest.mark.parametrize("name", NAMES)
async def test_settings_are_frozen_and_closed_and_each_has_its_sentence(name: str, tmp_path: Path) -> None:
    async with doors() as opened:
        settings = opened.settings(name, tmp_path)
    kind = type(settings)
    assert kind.model_config["frozen"]
    with pytest.raises(ValidationError):
        kind.model_validate({**settings.model_dump(), "no_such_setting": 1})
    for setting, field in kind.model_fields.items():
        assert field.description, setting


@pytest.mark.parametrize("name", NAMES)
async def test_settings_never_show_a_secret(name: str) -> None:
    def fill(kind: type[BaseModel]) -> list[str]:
        return [one for one in kind.model_fields if one in ("password", "auth_token")]

    for kind in [channels.REGISTRY[name].Settings, *_below(channels.REGISTRY[name].Settings)]:
        for secret in fill(kind):
            shown = kind.model_construct(**{secret: kind.model_fields[secret].annotation(SECRET)})  # type: ignore[misc]
            assert SECRET not in repr(shown)
            assert SECRET not in shown.model_dump_json(include={secret})


def _below(kind: type[BaseModel]) -> list[type[BaseModel]]:
    found = []
    for field in kind.model_fields.values():
        for argument in getattr(field.annotation, "__args__", ()):
            if isinstance(argument, type) and issubclass(argument, BaseModel):
                found.append(argument)
    return found


@pytest.mark.parametrize("name", NAMES)
async def test_sending_succeeds_and_closing_twice_does_no_harm(name: str, tmp_path: Path) -> None:
    async with doors() as opened:
        channel = made(name, opened, tmp_path)
        assert isinstance(await channel.send(outgoing(channel)), Sent)
        await channel.close()
        await channel.close()
        if name == "email":
            assert len(opened.mail.handler.taken) == 1
        if name == "text":
            assert len(opened.twilio.messages) == 1
        if name == "voice":
            assert len(opened.twilio.calls) == 1


@pytest.mark.parametrize("name", NAMES)
async def test_closing_before_anything_was_sent_does_no_harm(name: str, tmp_path: Path) -> None:
    async with doors() as opened:
        await made(name, opened, tmp_path).close()
        assert not tmp_path.joinpath("outbox").exists(), "building a channel writes nothing"


@pytest.mark.parametrize("name", NAMES)
async def test_a_payload_of_another_medium_is_a_bug_and_no_failure_of_the_address(name: str, tmp_path: Path) -> None:
    async with doors() as opened:
        channel = made(name, opened, tmp_path)
        with pytest.raises(TypeError):
            await channel.send(outgoing(channel, payload="nothing that rendering makes"))
        await channel.close()


Vice = tuple[str, type[ChannelError], Callable[[], smtp.Takes] | None, twilio.Vice | None]
VICES: list[Vice] = [
    ("email", TemporaryFailure, smtp.Greylists, None),
    ("email", PermanentFailure, smtp.RejectsRecipient, None),
    ("email", OutcomeUnknown, smtp.DropsAfterData, None),
    ("text", TemporaryFailure, None, twilio.refusal(429, 20429)),
    ("text", PermanentFailure, None, twilio.refusal(400, 21610)),
    ("text", OutcomeUnknown, None, twilio.hangs_up),
    ("voice", TemporaryFailure, None, twilio.refusal(429, 20429)),
    ("voice", PermanentFailure, None, twilio.refusal(400, 21217)),
    ("voice", OutcomeUnknown, None, twilio.hangs_up),
]


@pytest.mark.parametrize(
    ("name", "expected", "mail", "vice"), VICES, ids=[f"{name}-{expected.__name__}" for name, expected, *_ in VICES]
)
async def test_the_two_failures_and_the_doubt_never_mix_and_name_nobody(
    name: str,
    expected: type[ChannelError],
    mail: Callable[[], smtp.Takes] | None,
    vice: twilio.Vice | None,
    tmp_path: Path,
) -> None:
    async with doors(mail() if mail else None, *([vice] if vice else [])) as opened:
        channel = made(name, opened, tmp_path)
        with pytest.raises(ChannelError) as failure:
            await channel.send(outgoing(channel))
        await channel.close()
    assert type(failure.value) is expected
    assert not any(private in failure.value.reason for private in (EMAIL, NUMBER, WORDS))
    assert failure.value.reason[0].isupper()
    assert failure.value.reason.endswith(".")


def test_no_failure_is_another() -> None:
    kinds = (TemporaryFailure, PermanentFailure, OutcomeUnknown)
    assert not any(issubclass(one, other) for one in kinds for other in kinds if one is not other)


@pytest.mark.parametrize("name", NAMES)
async def test_nothing_personal_is_logged(
    name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    with structlog.testing.capture_logs() as logged:
        for mail, vice in (
            (None, None),
            (smtp.RejectsRecipient(), twilio.refusal(400, 29999)),
            (smtp.DropsAfterData(), None),
        ):
            async with doors(mail, *([vice] if vice else [])) as opened:
                channel = made(name, opened, tmp_path)
                with suppress(ChannelError):
                    await channel.send(outgoing(channel))
                if isinstance(channel, Checks):
                    await channel.check()
                await channel.close()
    out, err = capfd.readouterr()
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith(("asyncio", "mail."))]
    said = f"{logged}{ours}{out}{err}"
    for private in (EMAIL, NUMBER, NUMBER[1:], WORDS, twilio.TOKEN, "Okafor"):
        assert private not in said


@pytest.mark.parametrize("name", FILES)
async def test_writing_the_same_again_changes_nothing(name: str, tmp_path: Path) -> None:
    async with doors() as opened:
        channel = made(name, opened, tmp_path)
        await channel.send(outgoing(channel))
        if isinstance(channel, Collates):
            channel.collate("m1")
        before = files(tmp_path)
        await channel.send(outgoing(channel, attempt_id="a2"))
        if isinstance(channel, Collates):
            channel.collate("m1")
        again = channels.REGISTRY[name](opened.settings(name, tmp_path), surroundings(tmp_path, trial=False))
        await again.send(outgoing(again, attempt_id="a3"))
    assert before
    assert files(tmp_path) == before
    assert not [path for path in before if path.endswith(".tmp")]


@pytest.mark.parametrize("name", COLLATING)
async def test_what_is_collated_lists_its_items_by_the_names_they_were_given(name: str, tmp_path: Path) -> None:
    async with doors() as opened:
        channel = made(name, opened, tmp_path)
        assert isinstance(channel, Collates)
        for item in ("0123abcd", "4567/ef"):
            await channel.send(outgoing(channel, item=item))
        assert sorted(channel.items("m1")) == ["0123abcd", "4567/ef"]
        for item in channel.items("m1"):
            channel.withdraw("m1", item)
        assert list(channel.items("m1")) == []
        assert channel.collate("m1") == []


@pytest.mark.parametrize("name", NAMES)
async def test_in_trial_all_lies_in_the_outbox_and_says_so(name: str, tmp_path: Path) -> None:
    built = channels.build({}, surroundings(tmp_path, trial=True))
    channel = built[name]
    sent = await channel.send(outgoing(channel))
    before = files(tmp_path)
    await channel.send(outgoing(channel, attempt_id="a2"))
    if isinstance(channel, Collates):
        channel.collate("m1")
    for one in built.values():
        await one.close()
    assert isinstance(sent, Sent)
    assert {path: what for path, what in files(tmp_path).items() if path in before} == before
    written = {path: what for path, (_, what) in files(tmp_path).items() if path.startswith("outbox/trial/")}
    assert written
    assert all(path.startswith(("outbox/trial/", "outbox/index/")) for path in before)
    for path, content in written.items():
        assert b"TRIAL" in content or b"X-Notifier-Trial: yes" in content or content == PDF.content, path


@pytest.mark.parametrize("name", COMPOSING)
async def test_trial_needs_no_account_and_opens_no_connection(name: str, tmp_path: Path) -> None:
    async with doors() as opened:
        settings = {name: opened.settings(name, tmp_path)}
        channel = channels.build(settings, surroundings(tmp_path, trial=True))[name]
        await channel.send(outgoing(channel))
        await channel.close()
        assert opened.mail.handler.connections == 0
        assert opened.twilio.requests == []


def test_live_and_trial_have_the_same_channels_where_all_are_set_up(tmp_path: Path) -> None:
    built = channels.build({}, surroundings(tmp_path, trial=True))
    assert list(built) == list(channels.REGISTRY)
    assert COMPOSING
    assert COLLATING
