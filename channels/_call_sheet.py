"""The call sheet's page and table."""

from collections.abc import Collection, Sequence
from html import escape
from typing import Any

import phonenumbers

from channels import _markup
from channels._items import Item
from notifier.model.message import Kind
from notifier.model.payload import CallPayload, Ring

COLUMNS = (
    *("class", "pupils", "order", "name", "relationship", "number", "language", "check before ringing"),
    *("why", "notes", "words to say", "reached", "time", "rung by"),
)
TOO_MANY_WORDS = 4
"""So many different words stand together at the top; more stand with each family."""

CallItem = Item[CallPayload]


def spoken(number: str) -> str:
    """As a person dials it here: national for British numbers, else with its country code."""
    try:
        parsed = phonenumbers.parse(number, "GB")
    except phonenumbers.NumberParseException:
        return number
    form = phonenumbers.PhoneNumberFormat
    return str(phonenumbers.format_number(parsed, form.NATIONAL if parsed.country_code == 44 else form.INTERNATIONAL))


def order(item: CallItem, first: Collection[str] = ()) -> tuple[bool, bool, int, str, str, str]:
    payload = item.payload
    name, class_ = payload.pupils[0] if payload.pupils else ("", "")
    age = payload.youngest if _urgent(payload) else 0
    return _reachable(payload), _spoken_for(item, first), age, class_.casefold(), name.casefold(), item.stem


def _urgent(payload: CallPayload) -> bool:
    return payload.kind == Kind.EMERGENCY.value


def _spoken_for(item: CallItem, first: Collection[str]) -> bool:
    """Whether in this emergency another adult of each of these children has been reached."""
    return _urgent(item.payload) and item.stem not in first


def _reachable(payload: CallPayload) -> bool:
    return any(ring.number for ring in payload.rings)


def rows(found: Sequence[CallItem]) -> list[tuple[str, ...]]:
    found_rows: list[tuple[str, ...]] = []
    for item in found:
        payload = item.payload
        pupils = ", ".join(name for name, _ in payload.pupils)
        classes = ", ".join(dict.fromkeys(class_ for _, class_ in payload.pupils))
        for order, ring in enumerate(payload.rings or (Ring("", "NOBODY TO RING", "", ""),), 1):
            check = "yes" if ring.check_first else ""
            person = (str(order), ring.name, ring.relationship, spoken(ring.number) if ring.number else "no number")
            told = (payload.reason, " ".join(payload.notes), payload.words)
            found_rows.append((classes, pupils, *person, ring.language, check, *told, "", "", ""))
    return found_rows


def body(title: str, school: str, found: Sequence[CallItem], *, whole: bool = True, first: Collection[str] = ()) -> str:
    """The page's body. ``whole`` false is one family's part, as the outbox page shows it; ``first`` as in order."""
    words = list(dict.fromkeys(item.payload.words for item in found))
    together = whole and len(words) <= TOO_MANY_WORDS
    parts = [f"<h1>{escape(title)}</h1>"]
    if whole:
        count = "1 family" if len(found) == 1 else f"{len(found)} families"
        parts.append(
            f'<p class="how"><strong>{escape(school)}</strong> · {count} to ring. Ring from the top of each family '
            "until somebody is reached. Tick what happened and write the time. A voice mail is not reached.</p>"
        )
    if together:
        for number, said in enumerate(words, 1):
            label = "Say" if len(words) == 1 else f"Words {number}"
            parts.append(_say(label, said))
    group = None
    for item in found:
        payload = item.payload
        heading = "Nobody to ring: find another way" if not _reachable(payload) else _class(payload)
        if _reachable(payload) and first and _spoken_for(item, first):
            heading += ": another adult has been reached"
        if whole and heading != group:
            group = heading
            parts.append(f'<h2 class="{"" if _reachable(payload) else "nobody"}">{escape(heading)}</h2>')
        number = words.index(payload.words) + 1 if together and len(words) > 1 else 0
        parts.append(_family(item, number, None if together else payload.words, heading="h3" if whole else "h2"))
    return "\n".join(["<main>", *parts, "</main>"])


def printed(title: str, school: str, found: Sequence[CallItem], *, trial: bool) -> dict[str, Any]:
    """The same as the press wants it: words that are the same for many stand together at the top."""
    words = list(dict.fromkeys(item.payload.words for item in found))
    together = len(words) <= TOO_MANY_WORDS
    labels = ["Say"] if len(words) == 1 else [f"Words {number}" for number in range(1, len(words) + 1)]
    heaps: list[dict[str, Any]] = []
    for item in found:
        payload = item.payload
        heading = "Nobody to ring: find another way" if not _reachable(payload) else _class(payload)
        if not heaps or heaps[-1]["title"] != heading:
            heaps.append({"title": heading, "families": []})
        number = words.index(payload.words) + 1
        also = [f"Say words {number}."] if together and len(words) > 1 else []
        heaps[-1]["families"].append(
            {
                "pupils": [{"name": name, "class": class_} for name, class_ in payload.pupils]
                or [{"name": "This family", "class": ""}],
                "why": [line for line in (payload.reason, *also, *payload.notes) if line],
                "say": [] if together else payload.words.splitlines(),
                "rings": [_printed_ring(ring) for ring in payload.rings],
            }
        )
    return {
        "title": f"{_markup.TRIAL}: {title}" if trial else title,
        "school": school,
        "trial": trial,
        "count": "1 family to ring" if len(found) == 1 else f"{len(found)} families to ring",
        "together": [[label, said.splitlines()] for label, said in zip(labels, words, strict=True)] if together else [],
        "heaps": heaps,
    }


def _printed_ring(ring: Ring) -> dict[str, Any]:
    foreign = ring.language and ring.language[:2] != "en"
    return {
        "name": ring.name,
        "relationship": ring.relationship,
        "language": _markup.english_name(ring.language) if foreign else "",
        "number": spoken(ring.number) if ring.number else "no number",
        "check": ring.check_first,
    }


def _class(payload: CallPayload) -> str:
    return payload.pupils[0][1] if payload.pupils and payload.pupils[0][1] else "No class"


def _say(label: str, said: str) -> str:
    lines = "<br>".join(escape(line) for line in said.splitlines())
    return f'<div class="say" dir="auto"><b>{escape(label)}:</b> {lines}</div>'


def _family(item: CallItem, number: int, said: str | None, *, heading: str) -> str:
    payload = item.payload
    pupils = ", ".join(
        f"<bdi>{escape(name)}</bdi>" + (f" <small>{escape(class_)}</small>" if class_ else "")
        for name, class_ in payload.pupils
    )
    lines = [f'<section class="family"><{heading}>{pupils or "This family"}</{heading}>']
    if payload.reason:
        lines.append(f'<p class="why">{escape(payload.reason)}</p>')
    if number:
        lines.append(f'<p class="why">Say words {number}.</p>')
    if said:
        lines.append(_say("Say", said))
    lines += [f'<p class="note">{escape(note)}</p>' for note in payload.notes]
    if payload.rings:
        head = '<tr><th>Ring</th><th>Number</th><th class="tick">Reached</th><th class="tick">No answer</th>'
        lines.append(f'<table><thead>{head}<th class="time">Time, by</th></tr></thead><tbody>')
        lines += [_ring(ring) for ring in payload.rings]
        lines.append("</tbody></table>")
    else:
        lines.append(
            '<p class="note">Nobody is known to ring. Look in the school\'s records, or speak to them in person.</p>'
        )
    return "\n".join([*lines, "</section>"])


def _ring(ring: Ring) -> str:
    number = f'<a dir="ltr" href="tel:{escape(ring.number)}">{escape(spoken(ring.number))}</a>' if ring.number else ""
    language = (
        f" · speaks {escape(_markup.english_name(ring.language))}"
        if ring.language and ring.language[:2] != "en"
        else ""
    )
    check = '<strong class="check">check before ringing</strong>' if ring.check_first else ""
    box = '<td class="tick"><span class="box"></span></td>'
    return (
        f"<tr><td><bdi>{escape(ring.name)}</bdi> <small>{escape(ring.relationship)}{language}</small> {check}</td>"
        f'<td class="number">{number or "<em>no number</em>"}</td>{box}{box}<td class="time"></td></tr>'
    )
