from datetime import UTC, datetime

import pytest

from notifier.intake.entries import parse
from notifier.intake.header import Typed, typed
from notifier.model.message import Kind
from tests.unit.intake.desk import LONDON, NOW


def header(*lines: str) -> Typed:
    entries, problems = parse(lines, "trip.md", 2)
    assert not problems
    return typed(entries, NOW, LONDON)


def ids(read: Typed) -> list[str]:
    return [problem.id for problem in read.problems]


def test_every_key_becomes_what_it_means() -> None:
    read = header(
        "Kind: Letter",
        "To: Oak class; Year 2, group Choir",
        "Except: pupil P0012",
        "Subject:  Trip to  the farm",
        "From: head",
        "Send: 2026-12-01 15:15",
        "Expires: 5/12/2026",
        "Event: 9/12/2026 9.30am",
        "Remind: 3 days, 1 day",
        "Essential: YES",
        "Important: no",
        "Marketing: false",
        "Category: Head injury",
        "Text: Bring wellies: and a hat",
        "Attach: form.pdf, map.png",
        "Language: pl",
        "Also: Text; website",
        "Replaces: M12",
        "Reply to: office@school.example.org",
        "Again: y",
    )
    assert not read.problems
    found = read.header
    assert found.kind is Kind.LETTER
    assert found.to == ("Oak class", "Year 2", "group Choir")
    assert found.except_ == ("pupil P0012",)
    assert found.subject == "Trip to the farm"
    assert found.send == datetime(2026, 12, 1, 15, 15, tzinfo=UTC)
    assert found.expires == datetime(2026, 12, 5, 23, 59, tzinfo=UTC)
    assert found.event == "2026-12-09 09:30"
    assert found.remind == ("3 days", "1 day")
    assert (found.essential, found.important, found.marketing, found.again) == (True, False, False, True)
    assert found.category == "head-injury"
    assert found.text == "Bring wellies: and a hat"
    assert read.attach == ("form.pdf", "map.png")
    assert found.also == ("text", "website")
    assert (found.from_, found.replaces, found.reply_to) == ("head", "M12", "office@school.example.org")
    assert found.where["send"] == "trip.md:7"


def test_what_is_not_written_is_empty_and_has_no_place() -> None:
    read = header("Subject: Trip", "To:")
    assert read.header.kind is None
    assert read.header.to == ()
    assert dict(read.header.where) == {"subject": "trip.md:2"}


@pytest.mark.parametrize(
    ("line", "problem", "says"),
    [
        ("Send: 2026-11-20 09:00", "send-past", "in the past"),
        ("Send: 2026-11-23 09:30", "send-past", "in the past"),
        ("Expires: 22/11/2026", "expires-past", "in the past"),
        ("Send: 11/25/2026", "header-date", "month first"),
        ("Event: 2026-11-01", "event-past", "in the past"),
        ("Event: 2026-13-45", "header-date", "There is no day"),
        ("Essential: perhaps", "header-yes-or-no", "yes or no"),
        ("Kind: newsleter", "header-kind", "Did you mean “newsletter”?"),
        ("Kind: poem", "header-kind", "newsletter, letter, report, notice, emergency"),
        ("Language: klingon", "header-language", "short code"),
        ("Reply to: office at school", "header-reply-to", "not an email address"),
        ("Attach: ../../secret.pdf", "attach-outside", "beside the message"),
        ("Attach: C:secret.pdf", "attach-outside", "beside the message"),
        ("Attach: /etc/passwd", "attach-outside", "beside the message"),
        ("Attach: .hidden.pdf", "attach-outside", "beside the message"),
        ("Subject: Trip\x07", "header-control-character", "control character"),
        ("Reply to: a\x01@example.org", "header-control-character", "control character"),
        ("Subject: \u202egpj.exe", "header-direction", "turns the writing round"),
        ("Subject: " + "long " * 60, "header-too-long", "at most 250"),
    ],
)
def test_a_value_that_cannot_be_is_one_sentence_with_its_line(line: str, problem: str, says: str) -> None:
    read = header(line)
    assert problem in ids(read)
    found = next(one for one in read.problems if one.id == problem)
    assert says in found.sentence
    assert found.where == "trip.md:2"


def test_it_may_not_expire_before_it_is_sent() -> None:
    assert ids(header("Send: 2026-12-02", "Expires: 2026-12-01")) == ["expires-before-send"]


def test_today_without_a_time_means_at_once_once_nine_has_gone() -> None:
    assert header("Send: 2026-11-23").header.send == NOW


def test_an_hour_that_comes_twice_is_said() -> None:
    read = header("Send: 2027-10-31 01:30")
    assert ids(read) == ["header-hour-twice"]
    assert read.header.send == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


def test_an_event_id_stays_as_written() -> None:
    assert header("Event: sports-day-2027").header.event == "sports-day-2027"
