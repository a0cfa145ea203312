"""A small school for the tests of this room."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from notifier.model.calendar import Event, Session
from notifier.model.directory import Contact, Directory, Link, LivesWith, Pupil
from notifier.model.message import Attachment, Body, Kind, Message, Mode, Reach, Term
from notifier.model.plan import Address, Basis, Delivery
from notifier.rendering import SchoolFacts
from notifier.rendering.prepared import Facts, Prepared

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

SCHOOL = SchoolFacts(
    "Meadow Bank Infant School",
    "020 7946 0100",
    "https://www.meadowbank.example.org/",
    ZoneInfo("Europe/London"),
    reply_to="office@meadowbank.example.org",
)

PUPILS = {
    "P1": Pupil("P1", "Amira", "Khan", "Oak", "1"),
    "P2": Pupil("P2", "Yusuf", "Khan", "Willow", "2"),
    "P3": Pupil("P3", "Tomasz", "Nowak", "Oak", "1"),
}

CONTACTS = {
    "C1": Contact(
        "C1",
        "Ms",
        "Sana",
        "Khan",
        mobile="+447700900001",
        phone="+442079460201",
        email="sana@example.org",
        address=("12 Elm Road", "London"),
        postcode="E7 8AB",
        language="ur",
    ),
    "C2": Contact(
        "C2", "Mr", "Imran", "Khan", mobile="+447700900002", address=("12 Elm Road", "London"), postcode="E7 8AB"
    ),
    "C3": Contact("C3", "Mr", "Marek", "Nowak", mobile="+447700900003", language="pl"),
    "C4": Contact("C4", "Mrs", "Joan", "O'Neill", mobile="+447700900004"),
}

DIRECTORY = Directory(
    pupils=PUPILS,
    contacts=CONTACTS,
    links=(
        Link("P1", "C1", "PAM", 1, LivesWith.YES),
        Link("P2", "C1", "PAM", 1, LivesWith.YES),
        Link("P1", "C2", "PAF", 2, LivesWith.YES),
        Link("P2", "C2", "PAF", 2, LivesWith.YES),
        Link("P3", "C3", "PAF", 1, LivesWith.YES),
        Link("P1", "C4", "REL", 3),
    ),
)

KHANS = Delivery(
    "d-khan",
    ("C1", "C2"),
    ("P1", "P2"),
    "H1",
    Basis.MAIN,
    (("email",), ("letter",), ("call",)),
    {"email": (Address("C1", "sana@example.org", "ur"),), "call": (Address("C1", "+447700900001"),)},
    language="en",
)

LETTER_HTML = """<p>On {{ event_date }} the children of {{ class }} class walk to the park.</p>
<h2>What to bring</h2>
<ul>
<li>a warm coat</li>
<li>a packed lunch and a drink</li>
</ul>
<table><thead><tr><th>Class</th><th>We leave</th><th>We are back</th></tr></thead>
<tbody><tr><td>Oak</td><td>9:30am</td><td>11:30am</td></tr>
<tr><td>Willow</td><td>10am</td><td>12 noon</td></tr></tbody></table>
<p>The walk costs nothing. Please tell us by Friday if {{ pupils }} cannot come.
You can <a href="https://www.meadowbank.example.org/park">read more on our website</a>.</p>
<p>Mrs A. Okafor<br>Headteacher</p>"""

LETTER_PLAIN = """On {{ event_date }} the children of {{ class }} class walk to the park.

What to bring

  * a warm coat
  * a packed lunch and a drink

Class   We leave  We are back
Oak     9:30am    11:30am
Willow  10am      12 noon

The walk costs nothing. Please tell us by Friday if {{ pupils }} cannot come. You can [read more on our website](https://www.meadowbank.example.org/park).

Mrs A. Okafor
Headteacher"""

URDU_HTML = """<p>{{ event_date }} کو {{ class }} کلاس کے بچے پیدل پارک جائیں گے۔</p>
<h2>کیا لانا ہے</h2>
<ul>
<li>گرم کوٹ</li>
<li>کھانا اور پینے کے لیے کچھ</li>
</ul>
<p>اس کا کوئی خرچ نہیں۔ اگر {{ pupils }} نہیں آ سکتے تو جمعہ تک 020 7946 0100 پر بتائیں۔</p>"""

URDU_PLAIN = """{{ event_date }} کو {{ class }} کلاس کے بچے پیدل پارک جائیں گے۔

کیا لانا ہے

  * گرم کوٹ
  * کھانا اور پینے کے لیے کچھ

اس کا کوئی خرچ نہیں۔ اگر {{ pupils }} نہیں آ سکتے تو جمعہ تک 020 7946 0100 پر بتائیں۔"""

PARK = Event("E1", "Walk to the park", date(2026, 12, 1), time(9, 30), time(12), "West Ham Park", on_site=False)

ENGLISH = Body("en", LETTER_HTML, LETTER_PLAIN, "Walk to the park")
URDU = Body(
    "ur",
    URDU_HTML,
    URDU_PLAIN,
    "پارک کی سیر",
    "پارک کی سیر {{ event_date }} کو ہے۔ سوال ہو تو 020 7946 0100 پر فون کریں۔",
)

LETTER = Message(
    "m-letter",
    "k-letter",
    Mode.LIVE,
    Kind.LETTER,
    (Term(Reach.CLASS, "Oak"), Term(Reach.CLASS, "Willow")),
    "head",
    (ENGLISH, URDU),
    attachments=(Attachment("Permission form.pdf", "application/pdf", "a" * 64, 52000),),
    accepted_at=NOW,
    event=PARK,
)

ASKS = replace(
    LETTER, attachments=(), bodies=Prepared().bodies("check-details"), details=True, event=None, reply_slip=True
)
"""Asks an adult to look over what the school holds about them."""

NEWSLETTER = replace(
    LETTER,
    id="m-news",
    kind=Kind.NEWSLETTER,
    audience=(Term(Reach.SCHOOL),),
    newsletter="School News",
    attachments=(),
    event=None,
    bodies=(
        Body(
            "en",
            "<h1>News for the week</h1><p>It has been a busy week. Willow class grew beans, and Oak class sang for "
            "the whole school.</p><h2>Diary</h2><ul><li>Tuesday 1 December: walk to the park</li>"
            "<li>Friday 4 December: no school (training day)</li></ul><h2>Lost and found</h2>"
            "<p>We have seven lonely gloves. Is one of them yours?</p><blockquote><p>“The beans tickle.” "
            "A gardener, aged 6</p></blockquote>",
            "News for the week\n\nIt has been a busy week. Willow class grew beans, and Oak class sang for the whole "
            "school.\n\nDiary\n\n  * Tuesday 1 December: walk to the park\n  * Friday 4 December: no school "
            "(training day)\n\nLost and found\n\nWe have seven lonely gloves. Is one of them yours?",
            "News for the week",
        ),
    ),
)

PARENTS_EVENING = Event(
    "E2",
    "Parents' evening",
    date(2026, 12, 8),
    time(15, 30),
    time(18),
    "School hall",
    on_site=True,
    to="Oak; Willow",
    details="Ten minutes with the class teacher. Book at the office.",
    sessions=(
        Session(date(2026, 12, 8), time(15, 30), time(18), "School hall", "Oak"),
        Session(date(2026, 12, 10), time(17), time(19, 30), "Library", "Willow"),
    ),
)

EVENING = replace(
    LETTER,
    id="m-evening",
    kind=Kind.NOTICE,
    attachments=(Attachment("Parents' evening.ics", "text/calendar", "b" * 64, 700, electronic=True),),
    event=PARENTS_EVENING,
    bodies=Prepared().bodies("notice", Facts(PARENTS_EVENING)),
)

CLOSED = replace(
    LETTER,
    id="m-closed",
    kind=Kind.EMERGENCY,
    audience=(Term(Reach.SCHOOL),),
    attachments=(),
    event=None,
    bodies=(
        Body(
            "en",
            "<p>The school is closed today, Monday 23 November. The heating has failed.</p>"
            "<p>Please keep your child at home. We will write again by 4pm to say if we open tomorrow.</p>",
            "The school is closed today, Monday 23 November. The heating has failed.\n\n"
            "Please keep your child at home. We will write again by 4pm to say if we open tomorrow.",
            "School is closed today",
            "School is closed today. The heating has failed. Keep your child at home. We will write again by 4pm.",
        ),
        Body(
            "ur",
            "<p>آج، پیر 23 نومبر کو اسکول بند ہے۔ ہیٹنگ خراب ہو گئی ہے۔</p><p>اپنے بچے کو گھر پر رکھیں۔</p>",
            "آج، پیر 23 نومبر کو اسکول بند ہے۔ ہیٹنگ خراب ہو گئی ہے۔\n\nاپنے بچے کو گھر پر رکھیں۔",
            "آج اسکول بند ہے",
            "آج اسکول بند ہے۔ ہیٹنگ خراب ہو گئی ہے۔ بچے کو گھر پر رکھیں۔",
        ),
    ),
)
