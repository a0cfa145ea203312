"""The coming events in a newsletter or notice: a family reads those of its children, everybody the school's (H14)."""

from collections.abc import Collection
from dataclasses import dataclass

from notifier.model.message import DiaryDate, Message
from notifier.rendering.fixed import Fixed
from notifier.rendering.words import Voice, event_words

_LIST = '<ul style="margin:0 0 16px;padding-inline-start:20px">'
_ITEM = '<li style="margin:0 0 6px">'


@dataclass(frozen=True, slots=True)
class _Made:
    """By which of the dates are in it: a school has few different sets of them, and many families."""

    words: dict[tuple[int, ...], str]


class Diaries:
    def __init__(self) -> None:
        self._made: Fixed[_Made] = Fixed()

    def of(self, message: Message, pupil_ids: Collection[str] | None, voice: Voice) -> str:
        """What concerns one of these pupils, None: what anybody may know. Empty where there is nothing."""
        if not message.diary:
            return ""
        if pupil_ids is None:
            which = tuple(number for number, one in enumerate(message.diary) if one.public)
        else:
            which = tuple(number for number, one in enumerate(message.diary) if one.concerns(pupil_ids))
        if not which:
            return ""
        made = self._made.get(message, f"{voice.catalogue.language} {voice.html}", lambda: _Made({}))
        known = made.words.get(which)
        if known is None:
            known = made.words[which] = _list([_line(message.diary[number], voice) for number in which], voice)
        return known


def _list(lines: list[str], voice: Voice) -> str:
    if not voice.html:
        return "\n".join(f"- {line}" for line in lines)
    return _LIST + "".join(f"{_ITEM}{line}</li>" for line in lines) + "</ul>"


def _line(one: DiaryDate, voice: Voice) -> str:
    words = event_words(one.event, voice)
    when = voice.say("%(date)s, %(time)s", date=words.date, time=words.time) if words.time else words.date
    what = words.title
    if one.for_whom:
        what = voice.say("%(name)s (%(class)s)", **{"name": what, "class": voice.name(one.for_whom)})
    where = f", {words.place}" if words.place else ""
    return f"<strong>{when}</strong>: {what}{where}" if voice.html else f"{when}: {what}{where}"
