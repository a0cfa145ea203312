import asyncio
import errno
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
import structlog

from notifier import logs
from notifier.clock import FixedClock, SystemClock
from notifier.intake import Disk, DropFolder, IntakeFolder, NotSubmitted
from notifier.intake.limits import MB
from notifier.model.answer import Answer, Outcome
from notifier.model.message import Kind, Submission
from notifier.model.problem import Severity
from notifier.model.staff import Authority, Role
from tests.unit.intake.desk import LONDON, NOW, PDF, Desk, word


@dataclass
class Acceptance:
    """Accepts what has no error, each key once."""

    seen: list[Submission] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    faults: int = 0
    before: Callable[[Submission], None] | None = None

    async def __call__(self, submission: Submission) -> Answer:
        if self.before:
            self.before(submission)
        if self.faults:
            self.faults -= 1
            raise RuntimeError("database gone")
        self.seen.append(submission)
        wrong = [one.sentence for one in submission.problems if one.severity is Severity.ERROR]
        if wrong:
            return Answer(Outcome.REFUSED, "\n".join(wrong))
        if submission.key in self.keys:
            return Answer(Outcome.ALREADY, "This was accepted before. Write “again: yes” to send it again.")
        self.keys.add(submission.key)
        return Answer(Outcome.ACCEPTED, f"“{submission.bodies[0].subject}” goes to 3 families.", f"M{len(self.keys)}")


class Vices(Disk):
    """A disk that fails as told."""

    def __init__(self) -> None:
        self.full = False
        self.locked: set[str] = set()
        self.gone: set[Path] = set()
        self.grows: str = ""
        self.looks = 0

    def write(self, path: Path, text: str) -> None:
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device")
        super().write(path, text)

    def move(self, source: Path, target: Path) -> None:
        if source.name in self.locked:
            raise PermissionError(errno.EACCES, "Permission denied")
        super().move(source, target)

    def read(self, path: Path, limit: int) -> bytes:
        if f"read {path.name}" in self.locked:
            raise PermissionError(errno.EACCES, "Permission denied")
        return super().read(path, limit)

    def listing(self, folder: Path):  # type: ignore[no-untyped-def]
        if folder in self.gone:
            raise FileNotFoundError(errno.ENOENT, "No such file or directory")
        found = super().listing(folder)
        if self.grows in found:
            self.looks += 1
            found[self.grows] = replace(found[self.grows], size=self.looks)
        return found


@dataclass
class Office:
    desk: Desk
    acceptance: Acceptance
    disk: Vices
    clock: FixedClock
    more: tuple[IntakeFolder, ...] = ()
    messages: Path | None = None

    def drop(self) -> DropFolder:
        """A daemon that has just started."""
        return DropFolder(
            (self.desk.intake, *self.more),
            self.acceptance,
            self.clock,
            LONDON,
            messages_file=self.messages,
            disk=self.disk,
        )

    def names(self, *inside: str) -> list[str]:
        folder = self.desk.path.joinpath(*inside)
        return sorted(one.name for one in folder.iterdir()) if folder.exists() else []

    def says(self, name: str) -> str:
        return (self.desk.path / name).read_text()

    def leave_in_processing(self, name: str, content: str | bytes, stamp: str) -> None:
        self.desk.put(f"processing/{stamp}--{name}/{name}", content)


@pytest.fixture
def office(desk: Desk) -> Office:
    return Office(desk, Acceptance(), Vices(), FixedClock(NOW))


async def test_a_dropped_file_is_accepted_answered_and_put_away(office: Office) -> None:
    office.desk.put("trip.md", "# Trip\n\nHello")
    (answer,) = await office.drop().drain()
    assert answer.outcome is Outcome.ACCEPTED
    assert office.names() == ["accepted", "processing", "trip.answer.txt"]
    assert office.names("accepted") == ["trip.md"]
    assert office.names("processing") == []
    assert office.says("trip.answer.txt") == "“Trip” goes to 3 families.\n"


async def test_a_refused_file_is_answered_with_its_problem(office: Office) -> None:
    office.desk.put("trip.md", "---\nSubjct: Trip\n---\nHello")
    (answer,) = await office.drop().drain()
    assert answer.outcome is Outcome.REFUSED
    assert office.names("refused") == ["trip.md"]
    assert "Did you mean “Subject”?" in office.says("trip.problem.txt")


async def test_a_better_file_replaces_what_was_said_about_the_first(office: Office) -> None:
    drop = office.drop()
    office.desk.put("trip.md", "")
    await drop.drain()
    office.desk.put("trip.md", "Hello")
    await drop.drain()
    assert office.names() == ["accepted", "processing", "refused", "trip.answer.txt"]


async def test_files_of_one_submission_travel_together(office: Office) -> None:
    for name, content in (("trip.ur.md", b"x"), ("form.pdf", PDF), ("trip.md", b"---\nAttach: form.pdf\n---\nHello")):
        office.desk.put(name, content)
    assert len(await office.drop().drain()) == 1
    assert office.names("accepted") == ["form.pdf", "trip.md", "trip.ur.md"]
    assert len(office.acceptance.seen[0].bodies) == 2


async def test_an_attachment_that_two_messages_name_goes_with_both(office: Office) -> None:
    for name, content in (
        ("a.md", b"---\nAttach: f.pdf\n---\nA"),
        ("b.md", b"---\nAttach: f.pdf\n---\nB"),
        ("f.pdf", PDF),
    ):
        office.desk.put(name, content)
    answers = await office.drop().drain()
    assert [answer.outcome for answer in answers] == [Outcome.ACCEPTED] * 2
    assert [len(one.enclosures) for one in office.acceptance.seen] == [1, 1]
    assert office.names("accepted") == ["a.md", "b (2).md", "f (2).pdf", "f.pdf"]


async def test_nothing_put_away_is_ever_overwritten(office: Office) -> None:
    drop = office.drop()
    for text in ("one", "two", "three"):
        office.desk.put("trip.md", text)
        await drop.drain()
    assert office.names("accepted") == ["trip (2).md", "trip (3).md", "trip.md"]
    assert (office.desk.path / "accepted" / "trip.md").read_text() == "one"


async def test_the_same_name_and_bytes_on_one_day_are_one_message(office: Office) -> None:
    drop = office.drop()
    outcomes = []
    for days in (0, 0, 1):
        office.clock.at += timedelta(days=days)
        office.desk.put("trip.md", "Hello")
        outcomes += [answer.outcome for answer in await drop.drain()]
    assert outcomes == [Outcome.ACCEPTED, Outcome.ALREADY, Outcome.ACCEPTED]


async def test_again_sends_the_same_file_again(office: Office) -> None:
    drop = office.drop()
    for _ in range(2):
        office.desk.put("trip.md", "---\nAgain: yes\n---\nHello")
        (answer,) = await drop.drain()
        assert answer.outcome is Outcome.ACCEPTED


async def test_a_file_is_taken_only_when_two_looks_see_the_same(office: Office) -> None:
    office.desk.put("slow.md", "Hello")
    office.disk.grows = "slow.md"
    (answer,) = await office.drop().drain()
    assert answer.outcome is Outcome.FAULT
    assert "still changing" in office.says("slow.problem.txt")
    assert "slow.md" in office.names()
    assert not office.acceptance.seen
    office.disk.grows = ""
    (answer,) = await office.drop().drain()
    assert answer.outcome is Outcome.ACCEPTED
    assert office.names() == ["accepted", "processing", "slow.answer.txt"]


async def test_one_growing_file_holds_the_others_up_only_for_a_moment(office: Office) -> None:
    office.desk.put("slow.md", "Hello")
    office.desk.put("quick.md", "Hello")
    office.disk.grows = "slow.md"
    answers = await office.drop().drain()
    assert [answer.outcome for answer in answers] == [Outcome.ACCEPTED, Outcome.FAULT]


async def test_what_is_never_taken_stays(office: Office) -> None:
    names = [".hidden.md", "~$trip.docx", "big.md.part", "x.tmp", "Thumbs.db", "desktop.ini", "old.answer.txt"]
    for name in names:
        office.desk.put(name, "x")
    (office.desk.path / "New folder").mkdir()
    assert await office.drop().drain() == []
    assert office.names() == sorted([*names, "New folder"])


async def test_a_stranger_and_a_lone_translation_wait_a_little_for_their_message(office: Office) -> None:
    office.desk.put("photo.jpg", "x")
    office.desk.put("trip.ur.md", "x")
    answers = await office.drop().drain()
    assert office.clock.at - NOW >= timedelta(seconds=10)
    assert [answer.outcome for answer in answers] == [Outcome.REFUSED] * 2
    assert office.names("refused") == ["photo.jpg", "trip.ur.md"]


async def test_one_bad_file_never_stops_the_others(office: Office) -> None:
    office.desk.put("a.docx", b"PK broken")
    office.desk.put("b.docx", word("Hello"))
    os.truncate(office.desk.put("c.docx", b""), 200 * MB)
    os.mkfifo(office.desk.path / "d.md")
    (office.desk.path / "e").symlink_to("/")
    answers = await office.drop().drain()
    assert sorted(answer.outcome for answer in answers) == ["accepted", *["refused"] * 4]
    assert office.names("accepted") == ["b.docx"]
    assert office.names("refused") == ["a.docx", "c.docx", "d.md", "e"]


async def test_a_file_that_cannot_be_moved_is_said_and_tried_again(office: Office) -> None:
    office.desk.put("trip.md", "Hello")
    office.disk.locked.add("trip.md")
    drop = office.drop()
    (answer,) = await drop.drain()
    assert answer.outcome is Outcome.FAULT
    assert "open in another program" in office.says("trip.problem.txt")
    assert "trip.md" in office.names()
    assert office.names("processing") == []
    office.disk.locked.clear()
    (answer,) = await drop.drain()
    assert answer.outcome is Outcome.ACCEPTED
    assert "trip.problem.txt" not in office.names()


async def test_a_file_that_cannot_be_read_is_kept_and_tried_again(office: Office) -> None:
    office.desk.put("trip.md", "Hello")
    office.disk.locked.add("read trip.md")
    drop = office.drop()
    (answer,) = await drop.drain()
    assert answer.outcome is Outcome.FAULT
    assert len(office.names("processing")) == 1
    office.disk.locked.clear()
    office.clock.at += timedelta(minutes=2)
    (answer,) = await drop.drain()
    assert answer.outcome is Outcome.ACCEPTED
    assert office.names("accepted") == ["trip.md"]


async def test_a_fault_in_acceptance_loses_nothing(office: Office) -> None:
    office.desk.put("trip.md", "Hello")
    office.acceptance.faults = 1
    drop = office.drop()
    (answer,) = await drop.drain()
    assert answer.outcome is Outcome.FAULT
    assert "nothing is lost" in office.says("trip.problem.txt")
    assert "Traceback" not in office.says("trip.problem.txt")
    (answer,) = await drop.drain()
    assert answer.outcome is Outcome.ACCEPTED
    assert office.names() == ["accepted", "processing", "trip.answer.txt"]


async def test_a_full_disk_while_answering_does_not_undo_what_was_accepted(office: Office) -> None:
    office.desk.put("a.md", "Hello")
    office.desk.put("b.md", "Hello")
    office.disk.full = True
    drop = office.drop()
    answers = await drop.drain()
    assert [answer.outcome for answer in answers] == [Outcome.ACCEPTED] * 2
    assert len(office.names("processing")) == 2
    office.disk.full = False
    office.clock.at += timedelta(minutes=2)
    await drop.drain()
    assert len(office.acceptance.seen) == 2
    assert office.says("a.answer.txt") == "“a” goes to 3 families.\n"
    assert office.names("accepted") == ["a.md", "b.md"]


async def test_a_crash_before_the_answer_is_made_good_with_the_day_of_the_claim(office: Office) -> None:
    yesterday = "2026-11-22T23.59.00.000000+0000"
    office.leave_in_processing("trip.md", "---\nSend: 2026-11-23 08:00\n---\nHello", yesterday)
    (answer,) = await office.drop().recover()
    assert answer.outcome is Outcome.ACCEPTED
    office.leave_in_processing("trip.md", "---\nSend: 2026-11-23 08:00\n---\nHello", yesterday)
    (answer,) = await office.drop().recover()
    assert answer.outcome is Outcome.ALREADY
    assert office.names("processing") == []
    assert office.names("accepted") == ["trip (2).md", "trip.md"]


async def test_a_crash_in_the_middle_of_a_claim_gives_the_files_back(office: Office) -> None:
    office.desk.put("processing/2026-11-23T09.00.00.000000+0000--trip.md/form.pdf", PDF)
    office.desk.put("trip.md", "---\nAttach: form.pdf\n---\nHello")
    (answer,) = await office.drop().drain()
    assert answer.outcome is Outcome.ACCEPTED
    assert len(office.acceptance.seen[0].enclosures) == 1


async def test_a_file_lying_plainly_in_processing_is_taken_up_too(office: Office) -> None:
    office.desk.put("processing/trip.md", "Hello")
    (answer,) = await office.drop().recover()
    assert answer.outcome is Outcome.ACCEPTED
    assert office.names("accepted") == ["trip.md"]


async def test_a_very_long_name_is_claimed_and_answered(office: Office) -> None:
    name = "é" * 120
    office.desk.put(f"{name}.md", "Hello")
    (answer,) = await office.drop().drain()
    assert answer.outcome is Outcome.ACCEPTED
    assert office.names("accepted") == [f"{name}.md"]


async def test_a_missing_folder_is_made_and_one_that_vanishes_stops_nobody(office: Office, tmp_path: Path) -> None:
    made = IntakeFolder(tmp_path / "drop" / "new", "drop/new", Authority(Role.HEAD), Kind.LETTER, ("Oak",))
    share = IntakeFolder(tmp_path / "share" / "x", "share/x", Authority(Role.HEAD), Kind.LETTER, ("Oak",))
    office.more = (share, made)
    office.desk.put("trip.md", "Hello")
    (answer,) = await office.drop().drain()
    assert answer.outcome is Outcome.ACCEPTED
    assert made.path.is_dir()
    assert not share.path.exists()


async def test_several_messages_of_one_toml_have_one_answer(office: Office) -> None:
    office.desk.put("two.toml", "[[message]]\nbody='Hello'\n[[message]]\nbody=''\n")
    answers = await office.drop().drain()
    assert [answer.outcome for answer in answers] == [Outcome.ACCEPTED, Outcome.REFUSED]
    said = office.says("two.problem.txt")
    assert "two.toml, message 1\n" in said
    assert "two.toml, message 2\n" in said
    assert "need not be dropped again" in said
    assert office.names("refused") == ["two.toml"]


async def test_a_folder_is_answered_under_its_whole_name(office: Office) -> None:
    office.desk.put("v1.2 trip/letter.md", "Hello")
    await office.drop().drain()
    assert "v1.2 trip.answer.txt" in office.names()
    assert office.names("accepted", "v1.2 trip") == ["letter.md"]


async def test_messages_toml_is_read_in_place_and_answered_beside(office: Office, tmp_path: Path) -> None:
    office.messages = tmp_path / "messages.toml"
    office.messages.write_text("[[message]]\nkind='letter'\nto='Oak'\nsubject='Lunch'\nbody='Soup'\n")
    drop = office.drop()
    (answer,) = await drop.drain()
    assert answer.outcome is Outcome.ACCEPTED
    assert office.acceptance.seen[0].authority == Authority(Role.OFFICE)
    assert office.messages.exists()
    assert (tmp_path / "messages.answer.txt").read_text() == "“Lunch” goes to 3 families.\n"
    assert await drop.drain() == []
    office.clock.at += timedelta(days=3)
    (answer,) = await office.drop().drain()
    assert answer.outcome is Outcome.ALREADY
    assert "goes to 3 families" in (tmp_path / "messages.answer.txt").read_text()
    office.messages.write_text("[[message]]\nkind='letter'\nto='Oak'\nsubject='Lunch'\nbody='Stew'\n")
    (answer,) = await drop.drain()
    assert answer.outcome is Outcome.ACCEPTED


async def test_run_takes_what_lies_there_and_stops_when_told(office: Office) -> None:
    stop = asyncio.Event()
    office.desk.put("trip.md", "Hello")
    office.acceptance.before = lambda submission: stop.set()
    await asyncio.wait_for(office.drop().run(stop), 20)
    assert office.names("accepted") == ["trip.md"]


async def test_run_is_woken_by_what_happens_in_a_folder(office: Office) -> None:
    stop, came = asyncio.Event(), asyncio.Event()
    office.acceptance.before = lambda submission: came.set()
    drop = DropFolder((office.desk.intake,), office.acceptance, SystemClock(), LONDON, settle_seconds=0.01)
    running = asyncio.create_task(drop.run(stop))
    office.desk.put("first.md", "Hello")
    await asyncio.wait_for(came.wait(), 20)
    came.clear()
    office.desk.put("second/letter.md", "Hello")  # long before the next rescan
    await asyncio.wait_for(came.wait(), 20)
    stop.set()
    await asyncio.wait_for(running, 20)
    assert office.names("processing") == []
    assert office.names("accepted") == ["first.md", "second"]


async def test_a_share_that_vanishes_is_warned_of_once_and_taken_up_again(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    drop = office.drop()
    office.disk.gone.add(office.desk.path)
    for _ in range(3):
        assert await drop.drain() == []
    office.disk.gone.clear()
    office.desk.put("trip.md", "Hello")
    (answer,) = await drop.drain()
    assert answer.outcome is Outcome.ACCEPTED
    said = capsys.readouterr()
    assert (said.out + said.err).count("cannot be read; I go on") == 1
    assert (said.out + said.err).count("can be read again") == 1


async def test_nothing_of_a_message_is_in_the_log(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    office.desk.put("trip.md", "---\nReply to: nosuch@@example.org\n---\nRing 07700900123 about the secret")
    office.desk.put("bug.md", "Ring 07700900123 about the secret")
    office.acceptance.faults = 1
    logs.configure()
    try:
        await office.drop().drain()
    finally:
        structlog.reset_defaults()
    said = capsys.readouterr()
    assert "Traceback" in said.err
    for word_ in ("secret", "07700900123", "nosuch"):
        assert word_ not in said.out + said.err


async def test_submit_takes_copies_and_puts_them_away(office: Office, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "trip.md").write_text("---\nAttach: form.pdf\n---\nHello")
    (mine / "form.pdf").write_bytes(PDF)
    (mine / "trip.ur.md").write_text("سلام")
    (mine / "other.md").write_text("Not this")
    (answer,) = await office.drop().submit([mine / "trip.md"])
    assert answer.outcome is Outcome.ACCEPTED
    assert office.names("accepted") == ["form.pdf", "trip.md", "trip.ur.md"]
    assert office.names("processing") == []
    assert office.says("trip.answer.txt") == answer.text + "\n"
    assert sorted(one.name for one in mine.iterdir()) == ["form.pdf", "other.md", "trip.md", "trip.ur.md"]
    office.desk.put("trip.md", "---\nAttach: form.pdf\n---\nHello")
    (again,) = await office.drop().submit([mine / "trip.md"])
    assert again.outcome is Outcome.ALREADY
    assert "trip.md" in office.names()


async def test_submit_may_speak_in_somebodys_name(office: Office, tmp_path: Path) -> None:
    (tmp_path / "trip.md").write_text("Hello")
    head = Authority(Role.HEAD, "head")
    await office.drop().submit([tmp_path / "trip.md"], authority=head)
    assert office.acceptance.seen[0].authority == head


async def test_submit_of_nothing_or_too_much_is_a_sentence(office: Office, tmp_path: Path) -> None:
    with pytest.raises(NotSubmitted, match="There is no file"):
        await office.drop().submit([tmp_path / "none.md"])
    (tmp_path / "huge.md").touch()
    os.truncate(tmp_path / "huge.md", 200 * MB)
    with pytest.raises(NotSubmitted, match="200 MB"):
        await office.drop().submit([tmp_path / "huge.md"])
    assert office.names("processing") == []


async def test_a_fault_leaves_no_copy_of_what_was_submitted(office: Office, tmp_path: Path) -> None:
    (tmp_path / "trip.md").write_text("Hello")
    office.acceptance.faults = 1
    (answer,) = await office.drop().submit([tmp_path / "trip.md"])
    assert answer.outcome is Outcome.FAULT
    assert office.names("processing") == []
    assert (tmp_path / "trip.md").exists()
