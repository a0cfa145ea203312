"""A message of each kind through every template, to find what is wrong with them before a family does."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from functools import partial

from notifier.model.calendar import Event
from notifier.model.directory import Contact, Directory, Pupil
from notifier.model.message import Attachment, Body, DiaryDate, Kind, Message, Mode, Reach, Term
from notifier.model.plan import Basis, Delivery
from notifier.model.problem import Problem
from notifier.rendering.mail import Mail
from notifier.rendering.paper import Paper
from notifier.rendering.public import Public
from notifier.rendering.theme import BrokenTemplate, Theme

_NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
_BODY = Body("en", "<p>Please bring a coat.</p>", "Please bring a coat.", "A walk in the park")
_DIRECTORY = Directory(
    pupils={"P1": Pupil("P1", "Amira", "Khan", "Oak")},
    contacts={"C1": Contact("C1", title="Ms", surname="Khan")},
)
_DELIVERY = Delivery("sample", ("C1",), ("P1",), "HOME", Basis.MAIN, ())


def broken(mail: Mail, paper: Paper, public: Sequence[Public], theme: Theme) -> list[Problem]:
    """A problem for each template that fails, once."""
    problems = []
    for attempt in _attempts(mail, paper, public, theme):
        try:
            attempt()
        except BrokenTemplate as found:
            problems.append(found.problem)
    return list(dict.fromkeys(problems))


def _attempts(mail: Mail, paper: Paper, public: Sequence[Public], theme: Theme) -> Iterator[Callable[[], object]]:
    for message in _messages():
        yield partial(mail.form, message, "en", _NOW, theme, strict=True)
        yield partial(paper.render, message, _DELIVERY, _DIRECTORY, _NOW, None, strict=True)
        for page in public:
            yield partial(page.render, message, _NOW, strict=True)


def _messages() -> Iterator[Message]:
    event = Event("E1", "Walk in the park", date(2026, 12, 1), time(9), time(11), "The park")
    attachment = Attachment("form.pdf", "application/pdf", "0" * 64, 1000)
    diary = (DiaryDate(event, everybody=True, public=True),)
    for kind in Kind:
        plain = Message("sample", "sample", Mode.TRIAL, kind, (Term(Reach.SCHOOL),), "head", (_BODY,))
        yield plain
        full = replace(plain, event=event, attachments=(attachment,), drill=True, diary=diary)
        yield replace(full, reply_to="office@school.example")
