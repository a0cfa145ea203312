"""The coming events in a newsletter or notice: a family reads those of its children, everybody the school's (H14)."""

from collections.abc import Collection, Sequence

from notifier.model.message import DiaryDate, Message
from notifier.rendering.fixed import Fixed
from notifier.rendering.words import Voice, event_words

_LIST = '<ul style="margin:0 0 16px;padding-inline-start:20px">'
_ITEM = '<li style="margin:0 0 6px">'


class Diary:
    """The coming events of one message, in each of these voices.

    By which of them are in it: a school has few different sets of them, and many families.
    """

    def __init__(self, dates: Sequence[DiaryDate], *voices: Voice) -> None:
        self._dates = dates
        self._voices = voices
        self._all = tuple(range(len(dates))) if all(one.everybody for one in dates) else None
        self._made: dict[tuple[int, ...], tuple[str, ...]] = {(): tuple("" for _ in voices)}

    def of(self, pupil_ids: Collection[str] | None) -> tuple[str, ...]:
        """What concerns one of these pupils, None: what anybody may know. Empty where there is nothing."""
        if pupil_ids is None:
            which = tuple([number for number, one in enumerate(self._dates) if one.public])
        elif self._all is not None:
            which = self._all
        else:
            which = tuple([number for number, one in enumerate(self._dates) if one.concerns(pupil_ids)])
        made = self._made.get(which)
        if made is None:
            dates = [self._dates[number] for number in which]
            made = tuple(_list([_line(one, voice) for one in dates], voice) for voice in self._voices)
            self._made[which] = made
        return made


class Diaries:
    def __init__(self) -> None:
        self._made: Fixed[Diary] = Fixed()

    def of(self, message: Message, pupil_ids: Collection[str] | None, voice: Voice) -> str:
        """One message's in one voice, as ``Diary.of`` says."""
        if not message.diary:
            return ""
        variant = f"{voice.catalogue.language} {voice.html}"
        return self._made.get(message, variant, lambda: Diary(message.diary, voice)).of(pupil_ids)[0]


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
