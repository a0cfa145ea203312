"""Header entries become a typed Header, with a sentence for every value that cannot be one."""

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from email_validator import EmailNotValidError, validate_email

from notifier.intake import limits, moments
from notifier.intake.entries import Entry, spelled
from notifier.intake.names import has_control, hides_direction, language_name, never_taken, reaches_outside, shown
from notifier.model.message import Header, Kind
from notifier.model.problem import Problem, advice, error

YES = frozenset({"yes", "y", "true", "on", "1"})
NO = frozenset({"no", "n", "false", "off", "0", ""})
SEND_AT = time(9, 0)
"""The hour of a ``send:`` that names only a day, as for ``preview --on`` (DESIGN 3.3)."""
EXPIRES_AT = time(23, 59)
"""An ``expires:`` that names only a day lasts to its end."""


@dataclass(frozen=True, slots=True)
class Typed:
    """``attach`` are plain file names; ``problems`` name the line."""

    header: Header
    attach: tuple[str, ...]
    problems: tuple[Problem, ...]


def names(value: str) -> tuple[str, ...]:
    """Names separated by commas or semicolons."""
    return tuple(" ".join(part.split()) for part in re.split(r"[,;]", value) if part.strip())


_SLIP = frozenset({"reply slip", "reply-slip", "tear-off slip"})
"""What ``attach:`` may say besides files: the part of a paper letter that comes back."""


def files(value: str) -> tuple[str, ...]:
    """The files among what ``attach:`` names."""
    return tuple(name for name in names(value) if name.casefold() not in _SLIP)


class _Reader:
    def __init__(self, entries: Mapping[str, Entry]) -> None:
        self.entries = entries
        self.problems: list[Problem] = []

    def text(self, key: str) -> str:
        entry = self.entries.get(key)
        return entry.value.strip() if entry else ""

    def wrong(self, key: str, id: str, sentence: str) -> None:
        self.problems.append(error(id, sentence, self.entries[key].where))

    def yes(self, key: str) -> bool:
        word = self.text(key).lower().strip(" .!")
        if word in YES or word in NO:
            return word in YES
        self.wrong(key, "header-yes-or-no", f"“{spelled(key)}” is either yes or no, not “{self.text(key)}”.")
        return False

    def kind(self) -> Kind | None:
        word = self.text("kind").lower()
        if not word:
            return None
        singular = word.removesuffix("s") if word.removesuffix("s") in set(Kind) else word
        if singular in set(Kind):
            return Kind(singular)
        near = difflib.get_close_matches(word, list(Kind), n=1)
        hint = f"Did you mean “{near[0]}”?" if near else f"It is one of: {', '.join(Kind)}."
        self.wrong("kind", "header-kind", f"I do not know the kind “{self.text('kind')}”. {hint}")
        return None

    def language(self) -> str:
        tag = self.text("language")
        if tag and language_name(tag) is None:
            self.wrong(
                "language",
                "header-language",
                f"I do not know the language “{tag}”. Write its short code, like en, pl, ur or so.",
            )
            return ""
        return tag

    def reply_to(self) -> str:
        address = self.text("reply_to")
        if not address:
            return ""
        try:
            return validate_email(address, check_deliverability=False).normalized
        except EmailNotValidError:
            self.wrong(
                "reply_to",
                "header-reply-to",
                "What stands at “Reply to” is not an email address. Write one like office@school.example.org.",
            )
            return ""

    def attach(self) -> tuple[str, ...]:
        wanted = files(self.text("attach"))
        for name in wanted:
            if reaches_outside(name) or never_taken(name):
                self.wrong(
                    "attach",
                    "attach-outside",
                    f"“{shown(name)}” cannot be attached: only files lying beside the message can. "
                    "Put the file next to it and write its plain name.",
                )
        return tuple(dict.fromkeys(name for name in wanted if not reaches_outside(name) and not never_taken(name)))

    def reply_slip(self) -> bool:
        return any(name.casefold() in _SLIP for name in names(self.text("attach")))

    def moment(self, key: str, default: time, tz: ZoneInfo, *, later: bool) -> tuple[moments.Moment, datetime] | None:
        written = self.text(key)
        if not written:
            return None
        try:
            found = moments.parse(written)
            exact = moments.exact(found, default, tz, later=later)
        except ValueError as problem:
            self.wrong(key, "header-date", f"{spelled(key)}: {problem}")
            return None
        except OverflowError:
            self.wrong(key, "header-date", f"{spelled(key)}: I cannot read the date “{written}”. {moments.HOW}")
            return None
        if moments.comes_twice(found, tz):
            which = "second" if later else "first"
            self.problems.append(
                advice(
                    "header-hour-twice",
                    f"{spelled(key)}: the clocks go back that night, so this time comes twice; I take the {which}.",
                    self.entries[key].where,
                )
            )
        return found, exact

    def send(self, now: datetime, tz: ZoneInfo) -> datetime | None:
        found = self.moment("send", SEND_AT, tz, later=False)
        if found is None:
            return None
        written, exact = found
        if exact > now:
            return exact
        if written.at is None and written.day == now.astimezone(tz).date():
            return now  # today, and nine o'clock has gone: at once is what was meant
        self.wrong(
            "send",
            "send-past",
            f"Send: {self.text('send')} is in the past. Give a later date, or leave the line out to send it at once.",
        )
        return None

    def expires(self, now: datetime, send: datetime | None, tz: ZoneInfo) -> datetime | None:
        found = self.moment("expires", EXPIRES_AT, tz, later=True)
        if found is None:
            return None
        if found[1] <= now:
            self.wrong(
                "expires",
                "expires-past",
                f"Expires: {self.text('expires')} is in the past, so nobody would get it. Give a later date.",
            )
        elif send is not None and found[1] <= send:
            self.wrong(
                "expires",
                "expires-before-send",
                "The message would expire before it is sent. Make “Expires” later than “Send”.",
            )
        else:
            return found[1]
        return None

    def event(self, now: datetime, tz: ZoneInfo) -> str:
        """An event_id as written, or a date in ISO form."""
        written = self.text("event")
        try:
            found = moments.parse(written)
        except ValueError as problem:
            if re.match(r"\d{4}-\d|\d+/\d+", written):
                self.wrong("event", "header-date", f"Event: {problem}")
            return written
        if found.day < now.astimezone(tz).date():
            self.wrong("event", "event-past", f"Event: {written} is in the past. Give the date of the next one.")
        return found.iso()

    def check_signs(self) -> None:
        for key, entry in self.entries.items():
            if has_control(entry.value, allow="\n" if key == "text" else ""):
                self.wrong(
                    key,
                    "header-control-character",
                    f"“{spelled(key)}” holds an invisible control character. Type that line anew.",
                )
            elif hides_direction(entry.value) and key != "text":
                self.wrong(
                    key,
                    "header-direction",
                    f"“{spelled(key)}” holds an invisible sign that turns the writing round. Type that line anew.",
                )
            limit = limits.SUBJECT if key == "subject" else limits.VALUE
            if len(entry.value) > limit:
                self.wrong(
                    key,
                    "header-too-long",
                    f"“{spelled(key)}” has {len(entry.value):,} letters; at most {limit:,} are possible. Shorten it.",
                )


def typed(entries: tuple[Entry, ...], now: datetime, tz: ZoneInfo) -> Typed:
    """The header of the entries (known keys, each once). ``now`` decides what is past; moments come out in UTC."""
    read = _Reader({entry.key: entry for entry in entries if entry.value.strip()})
    read.check_signs()
    listed: Callable[[str], tuple[str, ...]] = lambda key: names(read.text(key))  # noqa: E731
    send = read.send(now, tz)
    header = Header(
        kind=read.kind(),
        to=listed("to"),
        except_=listed("except"),
        subject=" ".join(read.text("subject").split()),
        from_=read.text("from"),
        send=send,
        expires=read.expires(now, send, tz),
        event=read.event(now, tz) if read.text("event") else "",
        remind=listed("remind"),
        essential=read.yes("essential"),
        important=read.yes("important"),
        marketing=read.yes("marketing"),
        category=re.sub(r"[\s_]+", "-", read.text("category").lower()),
        text=read.text("text"),
        language=read.language(),
        also=tuple(name.lower() for name in listed("also")),
        replaces=read.text("replaces"),
        reply_to=read.reply_to(),
        reply_slip=read.reply_slip(),
        again=read.yes("again"),
        where={key: entry.where for key, entry in read.entries.items()},
    )
    return Typed(header, read.attach(), tuple(read.problems))
