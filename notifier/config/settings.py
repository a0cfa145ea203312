"""Every setting of config.toml, declared once: loader, example file and docs all read these fields (STYLE 13).

Defaults are the product's; ``examples`` are shown where a setting has none. The
settings of a channel are declared with the channel and handed in, the policy's
in ``policy_settings``.
"""

from datetime import time
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from notifier.config.fields import (
    DayOfWeek,
    Email,
    Id,
    Language,
    Mobile,
    Names,
    Offsets,
    SendTime,
    StepTime,
    TimeOfDay,
    WebAddress,
    Website,
)
from notifier.model.calendar import DayOff, Nation
from notifier.model.message import Kind, Mode
from notifier.model.notice import Offset, Post
from notifier.model.sequence import Begins
from notifier.model.staff import Role


class Table(BaseModel):
    """A table of the file: frozen, and a name it does not know is a problem."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SchoolTable(Table):
    """Who the school is, and whether messages really leave it."""

    mode: Mode = Field(
        Mode.TRIAL,
        description='"trial" writes every message to outbox/ and sends nothing; "live" sends.',
    )
    name: str = Field(
        min_length=1, description="The school's name, as families know it.", examples=["Example Infant School"]
    )
    timezone: str = Field("Europe/London", description="The time zone of the school's clocks.")
    nation: Nation = Field(
        Nation.ENGLAND,
        description="Whose bank holidays are days off: england, wales, scotland, northern-ireland, or none.",
    )
    phone: str = Field("", description="The office's number, printed where a message cannot be answered.")
    website: Website = Field("", description="The school's website, named in texts and letters.")
    language: Language = Field("en", description="The language in which the school writes.")


class StaffTable(Table):
    """One person who may send or approve messages; one [[staff]] each."""

    id: Id = Field(description="A short name for this person, used in this file and with --as.", examples=["b-malik"])
    name: str = Field(
        min_length=1, description="The person's name, as it appears under a message.", examples=["Bushra Malik"]
    )
    role: Role = Field(description="One of head, deputy, office, teacher.", examples=["office"])
    classes: Names = Field((), description="The classes a teacher may write to.")
    email: Email = Field("", description="Where questions about this person's messages and alerts go.")
    mobile: Mobile = Field("", description="Where alerts go by text.")
    speaks: tuple[Language, ...] = Field(
        (), description="Languages beside English in which this person can explain a message to a family."
    )
    pin_file: str = Field(
        "", description="Where 'notifier staff pin' keeps this person's PIN, hashed; pins/ID.pin unless set."
    )


class IntakeTable(Table):
    """A folder in which staff drop messages; one [[intake]] each."""

    folder: str = Field(min_length=1, description="The folder that is watched.", examples=["drop/office"])
    as_: str = Field(
        alias="as",
        description="In whose name messages from it go: a staff id or a role; whoever can write to the folder has it.",
        examples=["office"],
    )
    kind: Kind | None = Field(
        None,
        description="What a message is that does not say: newsletter, letter, report, notice or emergency.",
        examples=["letter"],
    )
    to: Names = Field(
        (), description="Who gets a message that does not say; for the role teacher also the only ones who may."
    )
    template: str = Field("", description="A template of the school's own in templates/ for messages from it.")


class NewsletterTable(Table):
    """A newsletter that goes out on its day; what is dropped into its folder waits for it. One [[newsletter]] each."""

    name: str = Field(min_length=1, description="The newsletter's name.", examples=["School News"])
    folder: str = Field(min_length=1, description="The folder for its issues.", examples=["drop/newsletter"])
    as_: str = Field(alias="as", description="In whose name it goes: a staff id or a role.", examples=["head"])
    day: DayOfWeek = Field(description="The day of the week on which it goes.", examples=["Friday"])
    at: SendTime = Field(description="The time at which it goes; not between 01:00 and 02:59.", examples=["15:30"])
    to: Names = Field(("whole school",), min_length=1, description="Who gets it.")
    term_only: bool = Field(True, description="Only on school days: not in holidays, on INSET days or when closed.")
    day_off: DayOff = Field(
        DayOff.SKIP,
        description="What happens when its day is an INSET day, a holiday or closed: skip it, or go on the school day "
        "before or after.",
    )
    upcoming_days: int = Field(14, ge=0, le=366, description="How many days its list of coming events looks ahead.")
    remind_days: int = Field(
        1, ge=0, le=10, description="School days before, on which its author is reminded if no issue waits yet."
    )
    remind_at: TimeOfDay = Field(time(9), description="The time of that reminder.")
    remind: bool = Field(True, description="Whether its author is reminded, and the head told if there is no issue.")


class CategoryTable(Table):
    """Notices for one category of events."""

    offsets: Offsets | None = Field(
        None,
        description='When its notices go, as "10 school days", "3 days" or "2 weeks" before it; [] for none.',
        examples=[["10 school days", "2 school days"]],
    )
    lead_time: int | None = Field(
        None, ge=0, le=200, description="School days of notice families should get; else the policy's.", examples=[10]
    )


class NoticesTable(Table):
    """When notices of coming events go, by themselves, to whom events.csv names under 'to'."""

    offsets: Offsets = Field(
        (Offset(10), Offset(2)),
        description='How long before an event, as "10 school days", "3 days" or "2 weeks"; [] for none.',
    )
    at: SendTime = Field(time(9), description="The time of day at which notices go, within quiet hours.")
    post: Post = Field(
        Post.SECOND,
        description='How paper reaches families: "first" or "second" class post, or "by hand".',
    )
    printer_cut_off: TimeOfDay = Field(
        time(17, 30), description="What is printed by then is collected on the next working day."
    )
    categories: dict[str, CategoryTable] = Field(
        default_factory=dict, description="The same for one category of events, as events.csv names it."
    )


class StepTable(Table):
    """One step of a sequence: a letter to the child's family, something for a person to do, or both."""

    name: str = Field(min_length=1, description="What the step is, in a word or two.", examples=["home visit"])
    when: StepTime = Field(
        description='When, from the date the sequence begins with: "at once", "5 school days after", "3 weeks before" '
        'or "in May" (before it).',
        examples=["5 school days after"],
    )
    words: str = Field(
        "",
        description="The letter: a section of templates/notices, the program's or the school's.",
        examples=["induction"],
    )
    task: str = Field(
        "",
        description="What a person must do; it stands among the tasks with the child's id.",
        examples=["Ring the family and find a day for the home visit."],
    )


class SequenceTable(Table):
    """Letters and tasks that begin with a date of the child, each once for each child; one [[sequence]] each."""

    name: str = Field(min_length=1, description="What it is for.", examples=["New to the school"])
    begins: Begins = Field(
        description='"admission": the first day at the school; "next school year": its first school day, for '
        "children in 'years' now.",
        examples=["admission"],
    )
    years: Names = Field((), description="Only for children in these year groups; none named: for all.")
    step: tuple[StepTable, ...] = Field(min_length=1, description="The steps, one [[sequence.step]] each.")


class StoreTable(Table):
    """Where messages, deliveries and what became of them are kept."""

    url: str = Field(
        "sqlite:///state/notifier.db",
        description="The embedded database, or postgresql+asyncpg://USER@HOST/DATABASE.",
    )


class NodeTable(Table):
    """This computer, where several send for one school from a PostgreSQL database."""

    sends_only: bool = Field(
        False, description="Without the school's folder: this computer only sends what another one has accepted."
    )
    lost_after_seconds: float = Field(
        12.0,
        ge=3,
        le=300,
        description="After how long a silence the others take this computer for dead and do its work.",
    )


class RetentionTable(Table):
    """How long things are kept, in days; 0 keeps them for good. Looked at once a day."""

    addresses_days: int = Field(
        90, ge=0, le=36500, description="The addresses a message went to, once it is over, and files in outbox/."
    )
    messages_days: int = Field(
        730, ge=0, le=36500, description="A message's words and files: this school year and the next (SCHOOL 15)."
    )
    deliveries_days: int = Field(
        1095, ge=0, le=36500, description="Who got a message and how; after that only how many."
    )
    orders_days: int = Field(
        2190, ge=0, le=36500, description="Orders that have ended and are no longer in the families' files."
    )
    audit_days: int = Field(2555, ge=0, le=36500, description="Who did what.")


class AlarmTable(Table):
    """An email to whoever looks after the computer, when something has been away for a while."""

    to: Email = Field("", description="Their address; without it nobody is told.", examples=["it@school.example.org"])
    after_minutes: float = Field(15, ge=1, le=1440, description="After how long it is told.")


class HttpTable(Table):
    """The small web listener for delivery reports, unsubscribing and voice calls; without it these take other ways."""

    listen: str = Field("", description="Address and port to listen on.", examples=["127.0.0.1:8080"])
    public_url: WebAddress = Field(
        "", description="How the listener is reached from outside.", examples=["https://notify.school.example.org"]
    )
    secret_file: str = Field(
        "",
        description="A file with a long random secret; with it newsletters carry a link to unsubscribe.",
        examples=["secrets/http"],
    )


class DropTable(Table):
    """How the drop folders are watched."""

    polling: bool = Field(False, description="Look again and again: for network shares that announce no changes.")
    settle_seconds: float = Field(
        2.0, ge=0.1, le=600, description="How long a file must have stayed the same before it is taken."
    )


class LanguagesTable(Table):
    """The languages of headings and fixed sentences."""

    use: tuple[Language, ...] = Field(
        (), description="The languages that may go out, besides English; none named: every one the program knows."
    )
    reviewed: tuple[Language, ...] = Field(
        (), description="The languages whose fixed phrases somebody at the school who speaks them has read over."
    )
    closures: tuple[Language, ...] = Field(
        (),
        description="Languages beside English for closures: those whose wordings a speaker has read and approved.",
        examples=[["pl", "ur"]],
    )


class ClosureTable(Table):
    """Closing the school."""

    price_per_segment: float = Field(
        0.0, ge=0, le=10, description="What one part of a text costs, in pounds; 0: no cost is shown.", examples=[0.04]
    )
    link_test_day: int = Field(
        0,
        ge=0,
        le=28,
        description="The day of each month on which a test goes to the head's own phone and email; 0: none.",
    )


class PolicyTable(BaseModel):
    """``profile`` names where the policy starts from; the rest are overrides, read with the profile."""

    model_config = ConfigDict(extra="allow", frozen=True)

    profile: str = Field("woodgrange", description="The policy to start from: woodgrange or hyde-park.")


class FileTables(Table):
    """The whole file."""

    school: SchoolTable
    policy: PolicyTable = PolicyTable(profile="woodgrange")
    staff: tuple[StaffTable, ...] = ()
    intake: tuple[IntakeTable, ...] = ()
    newsletter: tuple[NewsletterTable, ...] = ()
    channels: dict[str, Any] = Field(default_factory=dict)
    notices: NoticesTable = NoticesTable()
    sequence: tuple[SequenceTable, ...] = ()
    store: StoreTable = StoreTable()
    node: NodeTable = NodeTable()
    retention: RetentionTable = RetentionTable()
    alarm: AlarmTable = AlarmTable()
    http: HttpTable = HttpTable()
    drop: DropTable = DropTable()
    languages: LanguagesTable = LanguagesTable()
    closure: ClosureTable = ClosureTable()
