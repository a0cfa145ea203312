"""The head closes the school: with a daemon and without one, in a drill, and when nothing else works."""

import asyncio
import csv
import re
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from notifier.config.start import copy_example
from tests.servers.twilio import Twilio
from tests.system.processes import Said, until
from tests.system.school import PIN, SchoolFolder, text, today

HEAD = ("--as", "b-malik", "--pin-stdin")
START = ("closure", "start", "--state", "closed", "--reason", "heavy snow", *HEAD)
SNOW = "Heavy snow."


@pytest.fixture
def live(small: SchoolFolder, twilio: Twilio) -> SchoolFolder:
    small.go_live(text(twilio.base))
    return small


def numbers(twilio: Twilio) -> Counter[str]:
    return Counter(str(one["to"]) for one in twilio.messages)


def families(school: SchoolFolder) -> set[str]:
    """Every number in the families' files."""
    found = (school.path / "families" / "contacts.csv").read_text("utf-8")
    return {f"+44{number.replace(' ', '')}" for number in re.findall(r"\b0(7\d{3} ?\d{6})\b", found)}


def empty(school: SchoolFolder, column: str) -> None:
    """Nobody has one of these any more."""
    file = school.path / "families" / "contacts.csv"
    with file.open(encoding="utf-8", newline="") as read:
        rows = list(csv.DictReader(read))
    with file.open("w", encoding="utf-8", newline="") as written:
        writer = csv.DictWriter(written, rows[0])
        writer.writeheader()
        writer.writerows(one | {column: ""} for one in rows)


async def closed(school: SchoolFolder, *more: str, typed: str = "SEND") -> Said:
    return await school(*START, *more, stdin=f"{PIN}\n{typed}\n")


async def test_with_a_daemon_everybody_gets_one_text_and_the_screen_showed_it_before(
    live: SchoolFolder, twilio: Twilio
) -> None:
    daemon = await live.start()
    said = await closed(live)
    assert said.code in (0, 1), said.text
    assert "LIVE" in said.out
    assert SNOW in said.out
    await until(lambda: not live.rows("SELECT id FROM leg WHERE channel = 'text' AND state != 'sent'"), "all sent")
    assert set(numbers(twilio).values()) == {1}
    assert len(twilio.messages) > 10
    assert {one["body"] for one in twilio.messages} == {twilio.messages[0]["body"]}
    assert str(twilio.messages[0]["body"]) in " ".join(said.out.replace("│", " ").split())
    assert await daemon.stop() == 0


async def test_the_provider_is_told_until_when_a_text_is_of_use(live: SchoolFolder, twilio: Twilio) -> None:
    await live("run", "--until-idle")
    opens = (datetime.now(UTC) + timedelta(hours=1)).isoformat(timespec="minutes")
    said = await live("closure", "start", "--state", "late", "--until", opens, *HEAD, "--yes", stdin=f"{PIN}\n")
    assert said.code in (0, 1), said.text
    assert twilio.requests
    assert all(3400 < int(one["ValidityPeriod"]) <= 3600 for one in twilio.requests)


async def test_without_a_daemon_the_command_sends_it_itself(live: SchoolFolder, twilio: Twilio) -> None:
    await live("run", "--until-idle")
    said = await closed(live, "--json", "--yes")
    assert said.json["handed_over"] == said.json["adults"] == len(twilio.messages)
    assert set(numbers(twilio).values()) == {1}


async def test_broken_settings_do_not_keep_the_head_from_closing_the_school(live: SchoolFolder, twilio: Twilio) -> None:
    await live("run", "--until-idle")
    config = live.path / "config.toml"
    config.write_text(config.read_text("utf-8") + "\nbroken = =\n", "utf-8")
    assert (await live("status")).code == 2
    said = await closed(live, "--json", "--yes")
    assert said.json["handed_over"] == said.json["adults"] == len(twilio.messages)
    assert said.err.count("There is a mistake in config.toml. This goes all the same") == 1
    shown = await live("closure", "status")
    assert "by the last good settings" in shown.err
    assert (live.path / "state" / "config.last-good.toml").stat().st_mode & 0o777 == 0o600


async def test_the_wrong_word_and_the_wrong_pin_send_nothing(live: SchoolFolder, twilio: Twilio) -> None:
    await live("run", "--until-idle")
    for typed in ("DRILL", "yes", "send", ""):
        said = await closed(live, typed=typed)
        assert said.code == 1
        assert ("Type SEND in capital letters." in said.err) is (typed == "send")
    assert (await live(*START, "--yes", stdin="000000\n")).code == 2
    assert twilio.messages == []


async def test_after_five_wrong_pins_even_the_right_one_waits(live: SchoolFolder, twilio: Twilio) -> None:
    await live("run", "--until-idle")
    for _ in range(5):
        assert "wrong" in (await live(*START, "--yes", stdin="000000\n")).err
    said = await live(*START, "--yes", stdin=f"{PIN}\n")
    assert said.code == 2
    assert "Too many wrong PINs" in said.err
    assert twilio.messages == []


COMMANDS = [
    ("closure", "start", "--state", "closed", "--yes"),
    ("closure", "start", "--state", "reopened", "--drill", "--yes"),
    ("closure", "update", "--state", "closed", "--yes"),
    ("closure", "end", "--yes"),
    ("closure", "end", "--mistake", "--yes"),
]


@pytest.mark.parametrize("person", ["d-ferreira", "j-ellis", "t-nowak"])
async def test_nobody_without_authority_sends_a_closure_by_any_command(
    live: SchoolFolder, twilio: Twilio, person: str
) -> None:
    await live("run", "--until-idle")
    await closed(live)
    before = len(twilio.messages)
    for command in COMMANDS:
        said = await live(*command, "--as", person, "--pin-stdin", stdin=f"{PIN}\n")
        assert said.code == 2, said.text
    assert (await live(*COMMANDS[0])).code == 2  # nobody in particular
    assert len(twilio.messages) == before


EMERGENCY = "---\nkind: emergency\nto: whole school\nsubject: Closed\ntext: Closed.\n---\nClosed.\n"


async def test_from_every_intake_but_the_heads_own_an_emergency_waits(live: SchoolFolder, twilio: Twilio) -> None:
    intakes = [path.name for path in sorted((live.path / "drop").iterdir()) if path.is_dir()]
    assert {"head", "office"} <= set(intakes)
    others = [name for name in intakes if name not in ("head", "newsletter")]
    for number, name in enumerate(others):
        live.drop(f"close-{number}.md", EMERGENCY, name)
    (live.path / "messages.toml").write_text(
        '[[message]]\nkind = "emergency"\nto = "whole school"\nsubject = "Closed"\nbody = "Closed."\n', "utf-8"
    )
    await live("run", "--until-idle")
    assert twilio.messages == []
    states = {row["state"] for row in live.rows("SELECT state FROM message WHERE kind = 'emergency'")}
    assert states <= {"held", "refused"}
    live.drop("close.md", EMERGENCY, "head")
    await live("run", "--until-idle")
    assert twilio.messages != []


# drills


@pytest.mark.parametrize(
    "state", [("closed",), ("late", "--until", "23:59"), ("early", "--from", "23:59"), ("reopened",)]
)
async def test_a_drill_reaches_staff_alone(live: SchoolFolder, twilio: Twilio, state: tuple[str, ...]) -> None:
    await live("run", "--until-idle")
    said = await live("closure", "start", "--drill", "--state", *state, *HEAD, "--yes", stdin=f"{PIN}\n")
    assert said.code in (0, 1), said.text
    assert twilio.messages
    assert not numbers(twilio).keys() & families(live)
    assert all("DRILL" in str(one["body"]) for one in twilio.messages)
    assert all("DRILL" in line or "drill" in line for line in said.out.splitlines() if line.strip())
    update = await live("closure", "update", "--state", "closed", *HEAD, "--yes", stdin=f"{PIN}\n")
    assert update.code in (0, 1), update.text
    assert (await live("closure", "end", *HEAD, "--yes", stdin=f"{PIN}\n")).code in (0, 1)
    assert not numbers(twilio).keys() & families(live)
    assert all("DRILL" in str(one["body"]) for one in twilio.messages)
    assert not list((live.path / "outbox").rglob("website*"))


# two persons


async def test_two_persons_both_see_it_and_the_head_alone_must_wait(live: SchoolFolder, twilio: Twilio) -> None:
    live.add("config.toml", "[policy.approval]\ntwo_persons = true\n")
    await live("run", "--until-idle")
    said = await closed(live, "--yes", "--json")
    assert said.code == 1
    id = said.json["closure"]
    assert twilio.messages == []
    own = await live("closure", "confirm", id, *HEAD, "--yes", stdin=f"{PIN}\n")
    assert "confirmed it already" in own.err
    early = await live("closure", "confirm", id, "--alone", *HEAD, "--yes", stdin=f"{PIN}\n")
    assert "Wait for the second person" in early.err
    assert twilio.messages == []
    deputy = ("--as", "d-ferreira", "--pin-stdin")
    both = await live("closure", "confirm", id, *deputy, stdin=f"{PIN}\nSEND\n")
    assert both.code in (0, 1), both.text
    assert SNOW in both.out
    assert twilio.messages
    # and what is dropped waits too, also in the head's own folder
    before = len(twilio.messages)
    live.drop("close.md", EMERGENCY, "head")
    await live("run", "--until-idle")
    assert len(twilio.messages) == before


async def test_the_head_goes_on_alone_when_the_wait_is_over_and_it_is_written_down(
    live: SchoolFolder, twilio: Twilio
) -> None:
    live.add("config.toml", "[policy.approval]\ntwo_persons = true\n")
    await live("run", "--until-idle")
    id = (await closed(live, "--yes", "--json")).json["closure"]
    six_minutes_ago = (datetime.now(UTC) - timedelta(minutes=6)).isoformat(timespec="microseconds")
    live.change(f"UPDATE closure SET made_at = '{six_minutes_ago.replace('+00:00', 'Z')}'")
    said = await live("closure", "confirm", id, "--alone", *HEAD, "--yes", stdin=f"{PIN}\n")
    assert said.code in (0, 1), said.text
    assert twilio.messages
    audit = {(row["what"], row["by"]) for row in live.rows("SELECT what, by FROM audit")}
    assert ("closure confirmed alone", "b-malik") in audit


# update and all-clear


async def test_an_update_and_the_all_clear_go_to_those_who_had_the_first(live: SchoolFolder, twilio: Twilio) -> None:
    await live("run", "--until-idle")
    await closed(live)
    first = numbers(twilio)
    for command in (("update", "--state", "late", "--until", "23:59"), ("end",)):
        said = await live("closure", *command, *HEAD, "--yes", stdin=f"{PIN}\n")
        assert said.code in (0, 1), said.text
    assert numbers(twilio) == Counter(dict.fromkeys(first, 3))
    words = [str(one["body"]) for one in twilio.messages]
    assert sum("CLOSED" in said for said in words) == sum("LATE" in said for said in words) == len(first)
    assert sum("USUAL TIME" in said for said in words) == len(first)


async def test_every_step_and_every_wrong_pin_stands_in_the_audit_with_who_took_it(live: SchoolFolder) -> None:
    await live("run", "--until-idle")
    assert (await live(*START, "--yes", stdin="000000\n")).code == 2
    await closed(live)
    for command in (("update", "--state", "late", "--until", "23:59"), ("end", "--mistake")):
        await live("closure", *command, *HEAD, "--yes", stdin=f"{PIN}\n")
    (id,) = {one["closure"] for one in (await live("closure", "status", "--json")).json["closures"]}
    lines = [(one["what"], one["by"], one["about"]) for one in (await live("audit", "--json")).json["lines"]]
    assert ("a wrong PIN", "b-malik", "") in lines
    steps = [line for line in lines if line[2] == id]
    assert steps == [(f"closure {step}", "b-malik", id) for step in ("confirmed", "update", "mistake")]


async def test_a_mistake_is_taken_back_in_prepared_words(live: SchoolFolder, twilio: Twilio) -> None:
    await live("run", "--until-idle")
    await closed(live)
    had = len(twilio.messages)
    said = await live("closure", "end", "--mistake", *HEAD, "--yes", stdin=f"{PIN}\n")
    assert said.code in (0, 1), said.text
    assert [("MISTAKE" in str(one["body"])) for one in twilio.messages] == [False] * had + [True] * had


async def test_only_one_closure_is_under_way(live: SchoolFolder) -> None:
    await live("run", "--until-idle")
    await closed(live)
    again = await closed(live)
    assert again.code == 2
    assert "closure update" in again.err


# answers


async def test_an_early_finish_waits_for_each_child_and_shrinks_as_they_are_answered_for(
    live: SchoolFolder, twilio: Twilio
) -> None:
    await live("run", "--until-idle")
    start = ("closure", "start", "--state", "early", "--from", "23:58", *HEAD, "--yes")
    assert (await live(*start, stdin=f"{PIN}\n")).code in (0, 1)
    found = (await live("closure", "status", "--json")).json
    assert (found["answered"], found["children"]) == (0, 12)
    assert found["confirmed"] == 0
    said = await live("closure", "answered", "P001", "P002", "--as", "j-ellis")
    assert "2 of 12" in said.out
    after = (await live("closure", "status", "--json")).json
    assert after["answered"] == 2
    assert after["confirmed"] > 0
    assert (await live("closure", "answered", "P9999", "--as", "j-ellis")).code == 2


async def test_a_call_that_nobody_answered_is_kept_and_the_family_stays_to_be_rung(
    live: SchoolFolder, twilio: Twilio
) -> None:
    for name in ("email", "mobile", "phone"):
        empty(live, name)
    await live("run", "--until-idle")
    await closed(live)
    tasks = (await live("tasks", "--json")).json["tasks"]
    (first, *_) = [one["id"] for one in tasks if one["what"].startswith("Ring this family")]
    for _ in range(2):
        assert (await live("tasks", "tried", str(first), "--as", "j-ellis")).code == 0
    (found,) = [one for one in (await live("tasks", "--json")).json["tasks"] if one["id"] == first]
    assert [one["by"] for one in found["tried"]] == ["j-ellis", "j-ellis"]
    assert found["done_at"] is None
    assert "Rung 2 times" in " ".join((await live("tasks")).out.replace("│", " ").split())
    assert (await live("tasks", "tried", "9999", "--as", "j-ellis")).code == 2


# when things are down


async def test_a_locked_database_is_not_waited_for_and_the_daemon_takes_it_over(
    live: SchoolFolder, twilio: Twilio
) -> None:
    await live("run", "--until-idle")
    holder = sqlite3.connect(live.path / "state" / "notifier.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    try:
        said = await closed(live, "--yes")
        assert said.code in (0, 1), said.text
        assert "It is sent without." in said.out
        had = numbers(twilio)
        assert set(had.values()) == {1}
        assert len(had) > 10
    finally:
        holder.execute("ROLLBACK")
        holder.close()
    assert live.rows("SELECT id FROM closure") == []
    await live("run", "--until-idle")
    assert numbers(twilio) == had
    assert len(live.rows("SELECT id FROM leg WHERE channel = 'text' AND state = 'sent'")) == len(had)
    assert list((live.path / "state").glob("*.journal")) == []
    assert (await live("closure", "status", "--json")).json["handed_over"] == len(had)


async def test_without_any_database_it_is_sent_by_the_copy_of_the_families(live: SchoolFolder, twilio: Twilio) -> None:
    await live("run", "--until-idle")
    for file in (live.path / "state").glob("notifier.db*"):
        file.write_bytes(b"not a database at all" * 100)
    said = await closed(live, "--yes")
    assert said.code in (0, 1), said.text
    assert len(twilio.messages) > 10
    assert set(numbers(twilio).values()) == {1}


@pytest.fixture
def read_only(live: SchoolFolder) -> Iterator[Callable[[], None]]:
    """Called, it makes the folder ``state/`` one in which nothing can be written, also for root."""
    state = str(live.path / "state")

    def bind() -> None:
        if subprocess.run(["mount", "--bind", "-o", "ro", state, state], check=False, timeout=30).returncode:
            pytest.skip("a folder cannot be made read-only here")

    yield bind
    subprocess.run(["umount", "--lazy", state], check=False, timeout=30, capture_output=True)


async def test_if_nothing_can_be_written_it_is_sent_all_the_same_with_the_sheet_on_the_screen(
    live: SchoolFolder, twilio: Twilio, read_only: Callable[[], None]
) -> None:
    await live("run", "--until-idle")
    for file in (live.path / "state").glob("notifier.db*"):
        file.write_bytes(b"not a database at all" * 100)
    read_only()
    said = await closed(live, "--yes")
    assert "NOTHING CAN BE WRITTEN DOWN" in said.out, said.text
    assert "CALL SHEET" in said.out
    assert len(twilio.messages) > 10
    assert set(numbers(twilio).values()) == {1}


@pytest.mark.parametrize("with_daemon", [True, False], ids=["with a daemon", "without"])
async def test_with_the_internet_gone_it_says_so_within_ten_seconds_and_prints_the_sheet(
    small: SchoolFolder, with_daemon: bool
) -> None:
    small.go_live(text("http://127.0.0.1:9"))
    await small("run", "--until-idle")
    daemon = await small.start() if with_daemon else None
    loop = asyncio.get_running_loop()
    begun = loop.time()
    typing = await small.processes.start(*START, "--yes", cwd=small.path, stdin=f"{PIN}\n")
    await until(lambda: "Ring from this sheet NOW" in typing.out, "a word that nothing gets out", 15)
    assert loop.time() - begun < 12  # the command's own start included
    await until(lambda: "CALL SHEET" in typing.out, "the sheet", 2)
    typing.kill()
    await typing.ended()
    small.processes.daemons.remove(typing)  # what it says is for the head, and has numbers to ring
    if daemon is not None:
        assert await daemon.stop() == 0


def test_the_example_has_staff_to_drill_with(tmp_path: Path) -> None:
    copy_example("woodgrange", tmp_path / "w", today=today())
    assert "[[staff]]" in (tmp_path / "w" / "config.toml").read_text("utf-8")
