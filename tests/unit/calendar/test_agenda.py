"""What is scheduled, and why then."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from notifier.calendar.agenda import Scheduled, agenda
from notifier.model.calendar import Event, Nation, Newsletter, SchoolCalendar, SchoolTerm
from notifier.model.message import Body, Kind, Message, Mode, Reach, Term

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


def listed(*messages: Message, calendar: SchoolCalendar = CALENDAR, last: datetime = NOVEMBER) -> list[Scheduled]:
    return agenda([(one, ("Oak",)) for one in messages], [NEWS], calendar, LONDON, OCTOBER, last)


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
    issue = waiting("Autumn news", datetime(2026, 11, 6, 15, 30, tzinfo=UTC), "School News")
    found = listed(issue)
    assert [one.title for one in found] == ["School News", "Autumn news", "School News"]
    assert found[1] == Scheduled(
        at=datetime(2026, 11, 6, 15, 30, tzinfo=UTC),
        kind=Kind.NEWSLETTER,
        title="Autumn news",
        audience=("Oak",),
        newsletter="School News",
        reason="every Friday in term; none on 30 October (half-term)",
    )


def test_an_issue_on_a_day_that_became_a_day_off_says_so() -> None:
    (one,) = [
        one
        for one in listed(waiting("Autumn news", datetime(2026, 11, 13, 15, 30, tzinfo=UTC), "School News"))
        if one.title == "Autumn news"
    ]
    assert one.reason == "its own moment, though that day is an INSET day"


def test_a_message_about_an_event_tells_its_notice_in_school_days() -> None:
    trip = Event("FARM", "Farm", date(2026, 11, 16))
    far = Event("", "Leavers", date(2027, 7, 16))
    noon = datetime(2026, 11, 10, 12, 0, tzinfo=UTC)
    found = [
        one
        for one in listed(waiting("Trip", noon, event=trip), waiting("Leavers", noon, event=far))
        if not one.newsletter
    ]
    assert [(one.title, one.event_id, one.lead_school_days, one.reason) for one in found] == [
        ("Leavers", "", None, "its “send:”"),
        ("Trip", "FARM", 3, "its “send:”"),
    ]


def test_only_what_falls_into_the_days_asked_for_is_listed() -> None:
    before, after = waiting("Before", OCTOBER), waiting("After", datetime(2026, 11, 21, 0, 0, 1, tzinfo=UTC))
    last = waiting("Last", NOVEMBER)
    assert [one.title for one in listed(before, after, last, waiting("At once", None)) if not one.newsletter] == [
        "Last"
    ]


def test_without_terms_no_newsletter_of_term_time_is_listed() -> None:
    assert listed(calendar=SchoolCalendar()) == []
