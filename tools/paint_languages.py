"""The pictures of one letter in each language and for each envelope: called by ``tools.pictures``."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from notifier.model.calendar import Event
from notifier.model.directory import Contact, Directory, Link, LivesWith, Pupil
from notifier.model.message import Body, Kind, Message, Mode, Reach, Term
from notifier.model.payload import PAPER, PaperPayload
from notifier.model.plan import Address, Basis, Delivery
from notifier.rendering import Renderer, SchoolFacts

NOW = datetime(2026, 11, 27, 15, 30, tzinfo=UTC)
SCHOOL = SchoolFacts(
    "Minster Green Infant School",
    "020 7946 0900",
    "https://www.minstergreen.example.org/",
    ZoneInfo("Europe/London"),
    reply_to="office@minstergreen.example.org",
)
WORDS = {
    "en": (
        "Year 2 visit the city farm",
        "The whole year goes. Please send:",
        "a packed lunch and a drink",
        "a coat",
        "Leave",
        "Back",
    ),
    "ur": (
        "سال دوم کا سٹی فارم کا دورہ",
        "پورا سال جائے گا۔ براہ کرم ساتھ بھیجیں:",
        "دوپہر کا کھانا اور پانی",
        "گرم کوٹ",
        "روانگی",
        "واپسی",
    ),
    "ar": (
        "السنة الثانية تزور مزرعة المدينة",
        "يذهب الصف كله. يرجى إرسال:",
        "وجبة غداء وماء",
        "معطف",
        "المغادرة",
        "العودة",
    ),
    "bn": (
        "দ্বিতীয় শ্রেণি শহরের খামার দেখতে যাবে",
        "পুরো শ্রেণি যাবে। অনুগ্রহ করে সঙ্গে দিন:",
        "দুপুরের খাবার ও পানি",
        "গরম কোট",
        "রওনা",
        "ফেরা",
    ),
    "pl": (
        "Druga klasa jedzie na farmę",
        "Jedzie cały rocznik. Prosimy dać dziecku:",
        "drugie śniadanie i picie",
        "płaszcz",
        "Wyjazd",
        "Powrót",
    ),
    "ro": (
        "Anul 2 vizitează ferma orașului",
        "Merge tot anul. Vă rugăm să trimiteți:",
        "un pachet cu mâncare și apă",
        "o haină",
        "Plecare",
        "Întoarcere",
    ),
}


def _body(language: str) -> Body:
    title, whole, lunch, coat, leave, back = WORDS[language]
    html = (
        f"<p>{{{{ event_date }}}}. {whole}</p><ul><li>{lunch}</li><li>{coat}</li></ul>"
        f"<table><tr><td>{leave}</td><td>9:30</td></tr><tr><td>{back}</td><td>14:45</td></tr></table>"
    )
    return Body(language, html, whole, title)


def letters() -> Iterator[tuple[str, PaperPayload]]:
    """Language and letter, as rendering makes it."""
    event = Event("FARM", "", date(2026, 12, 17), time(9, 30), time(14, 45), "City farm")
    message = Message(
        "farm",
        "farm",
        Mode.LIVE,
        Kind.LETTER,
        (Term(Reach.YEAR, "2"),),
        "office",
        tuple(_body(language) for language in WORDS),
        event=event,
    )
    renderer = Renderer(SCHOOL)
    for language in WORDS:
        contact = Contact(
            "C1", "Ms", "Sana", "Karim", address=("12 Elm Road", "Ashminster"), postcode="AM1 2QT", language=language
        )
        directory = Directory(
            pupils={"P1": Pupil("P1", "Mina", "Karim", "Oak", "2")},
            contacts={"C1": contact},
            links=(Link("P1", "C1", "PAM", 1, LivesWith.YES),),
        )
        delivery = Delivery(
            "d", ("C1",), ("P1",), "H1", Basis.MAIN, (("letter",),), language=language, text_language=language
        )
        address = Address("C1", "12 Elm Road, Ashminster, AM1 2QT")
        made = renderer.render(PAPER, message, delivery, directory, NOW, address)
        if isinstance(made, PaperPayload):
            yield language, made
