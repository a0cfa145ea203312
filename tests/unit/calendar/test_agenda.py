"""What is scheduled, and why then."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from notifier.calendar.agenda import REMINDER, of_message, of_newsletter, placed, reminders
from notifier.model.calendar import DayOff, Event, Nation, Newsletter, SchoolCalendar, SchoolTerm
from notifier.model.message import Body, Kind, Message, Mode, Reach, Term
from notifier.model.occurrence import Occurrence

LONDON = ZoneInfo("Europe/London")
NEWS = Newsletter("School News", "drop/newsletter", "head", day=4, at=time(15, 30))
CALENDAR = SchoolCalendar(
    terms=(
        SchoolTerm("Autumn 1", date(2026, 9, 1), date(2026, 10, 23)),
        SchoolTerm("Autumn 2", date(2026, 11, 2), date(2026, 12, 18)),
    ),
    inset=frozenset({date(2026, 11, 13)}),
    nation=Nation.ENGLAND,
)
OCTOBER = datetime(2026, 10, 19, 9, 0, tzinfo=UTC)
NOVEMBER = datetime(2026, 11, 21, tzinfo=UTC)


def waiting(subject: str, send_at: datetime | None, newsletter: str = "", event: Event | None = None) -> Message:
    return Message(
        id=subject,
        key=subject,
        mode=Mode.TRIAL,
        kind=Kind.NEWSLETTER if newsletter else Kind.LETTER,
        audience=(Term(Reach.CLASS, "Oak"),),
        author="office",
        bodies=(Body("en", "<p>x</p>", "x", subject),),
        newsletter=newsletter,
        send_at=send_at,
        event=event,
    )


DAY = timedelta(days=1)


def listed(*issues: Message, calendar: SchoolCalendar = CALENDAR, newsletter: Newsletter = NEWS) -> list[Occurrence]:
    slots = {
        slot.key: (one, ("Oak",)) for one in issues if (slot := placed(one, newsletter, calendar, OCTOBER, LONDON))
    }
    return list(of_newsletter(newsletter, calendar, LONDON, OCTOBER, NOVEMBER, slots, DAY))


def test_a_newsletter_says_which_days_it_leaves_out_and_why() -> None:
    assert [(one.at, one.reason) for one in listed()] == [
        (datetime(2026, 10, 23, 14, 30, tzinfo=UTC), "every Friday in term; no issue waits yet"),
        (
            datetime(2026, 11, 6, 15, 30, tzinfo=UTC),
            "every Friday in term; none on 30 October (half-term); no issue waits yet",
        ),
        (
            datetime(2026, 11, 20, 15, 30, tzinfo=UTC),
            "every Friday in term; none on 13 November (an INSET day); no issue waits yet",
        ),
    ]


def test_an_issue_that_waits_stands_for_its_day() -> None:
    issue = replace(waiting("Autumn news", None, "School News"), slot=date(2026, 11, 6))
    found = listed(issue)
    assert [one.title for one in found] == ["School News", "Autumn news", "School News"]
    at = datetime(2026, 11, 6, 15, 30, tzinfo=UTC)
    assert found[1] == Occurrence(
        key="newsletter:School News:2026-11-06",
        at=at,
        until=at + DAY,
        kind="newsletter",
        title="Autumn news",
        audience=("Oak",),
        newsletter="School News",
        reason="every Friday in term; none on 30 October (half-term)",
        message_id="Autumn news",
    )


def test_an_issue_whose_day_became_a_day_off_waits_for_the_next_or_moves_with_it() -> None:
    issue = replace(waiting("Autumn news", None, "School News"), slot=date(2026, 11, 13))
    assert [one.title for one in listed(issue)] == ["Autumn news", "School News", "School News"]
    before = listed(issue, newsletter=replace(NEWS, day_off=DayOff.BEFORE))
    (moved,) = [one for one in before if one.title == "Autumn news"]
    assert moved.at == datetime(2026, 11, 12, 15, 30, tzinfo=UTC)
    assert moved.reason.startswith("every Friday in term; on the school day before, as 13 November is an INSET day")


def test_an_issue_whose_day_has_had_one_waits_for_the_next() -> None:
    issue = replace(waiting("Autumn news", None, "School News"), slot=date(2026, 10, 23))
    slot = placed(issue, NEWS, CALENDAR, OCTOBER, LONDON, taken=[date(2026, 10, 23)])
    assert slot is not None
    assert slot.day == date(2026, 11, 6)


def test_reminders_lie_ahead_of_their_newsletters() -> None:
    found = list(reminders(NEWS, CALENDAR, LONDON, OCTOBER, NOVEMBER, DAY))
    assert [(one.kind, one.at) for one in found] == [
        (REMINDER, datetime(2026, 10, 22, 8, 0, tzinfo=UTC)),
        (REMINDER, datetime(2026, 11, 5, 9, 0, tzinfo=UTC)),
        (REMINDER, datetime(2026, 11, 19, 9, 0, tzinfo=UTC)),
    ]
    assert list(reminders(replace(NEWS, remind_at=None), CALENDAR, LONDON, OCTOBER, NOVEMBER, DAY)) == []


def moment_of(message: Message) -> Occurrence | None:
    return of_message(message, ("Oak",), CALENDAR, LONDON, DAY)


def test_a_newsletter_sent_on_a_day_off_says_so() -> None:
    one = moment_of(waiting("Autumn news", datetime(2026, 11, 13, 15, 30, tzinfo=UTC), "School News"))
    assert one is not None
    assert one.reason == "its own moment, though that day is an INSET day"


def test_a_message_about_an_event_tells_its_notice_in_school_days() -> None:
    trip = Event("FARM", "Farm", date(2026, 11, 16))
    far = Event("", "Leavers", date(2027, 7, 16))
    noon = datetime(2026, 11, 10, 12, 0, tzinfo=UTC)
    found = [moment_of(waiting("Trip", noon, event=trip)), moment_of(waiting("Leavers", noon, event=far))]
    assert [(one.title, one.event_id, one.lead_school_days, one.reason) for one in found if one] == [
        ("Trip", "FARM", 3, "its “send:”"),
        ("Leavers", "", None, "its “send:”"),
    ]


def test_what_waits_for_no_moment_is_no_occurrence() -> None:
    assert moment_of(waiting("At once", None)) is None


def test_without_terms_no_newsletter_of_term_time_is_listed() -> None:
    assert listed(calendar=SchoolCalendar()) == []
