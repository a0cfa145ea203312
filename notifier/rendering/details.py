"""What the school holds about the one adult of a copy, under the words that ask them to look it over (H34).

Made just before the copy goes, of the directory that was rechecked: only of children that it is about by then. It is
in the adult's own language, whatever the letter is written in, as far as there is a catalogue. Each label then has
the English one beside it, for whoever at school reads the page that comes back with something written on it.
"""

from datetime import datetime

from babel import Locale
from markupsafe import Markup

from notifier.model import holding
from notifier.model.directory import Contact, Directory
from notifier.model.language import base
from notifier.model.message import Message
from notifier.model.plan import Delivery
from notifier.rendering import people
from notifier.rendering.catalogues import SOURCE, Catalogues
from notifier.rendering.school import SchoolFacts
from notifier.rendering.words import Voice

_TABLE = Markup(
    '<table lang="{language}" dir="{direction}" style="border-collapse:collapse;margin:16px 0">{rows}</table>'
)
_ROW = Markup(
    '<tr><th style="text-align:{start};vertical-align:top;padding:4px 0;padding-{end}:16px">{what}</th>'
    '<td style="text-align:{start};vertical-align:top;padding:4px 0">{how}</td></tr>'
)
_ENGLISH = Markup('{} <span lang="en">{}</span>')


def details_of(
    message: Message,
    delivery: Delivery | None,
    directory: Directory,
    school: SchoolFacts,
    catalogues: Catalogues,
    now: datetime,
    *,
    html: bool,
) -> str:
    """Empty but for a copy of one adult of a message that asks for it."""
    if not message.details or delivery is None or len(delivery.contact_ids) != 1:
        return ""
    contact = directory.contacts.get(delivery.contact_ids[0])
    if contact is None:
        return ""
    voice = Voice(catalogues.frame(delivery.language or delivery.text_language), html)
    rows = [(_label(what, voice), _held(what, value, voice)) for what, value in holding.own_details(contact)]
    rows.append((_label(holding.ASKED_FOR, voice), _wishes(contact, directory, school, now, voice)))
    found = people.pupils(delivery, directory)
    names = {pupil.id: child.name for pupil, child in zip(found, people.children(delivery, directory), strict=True)}
    of_each: dict[str, list[tuple[str, str]]] = {}
    for id, facts in holding.about_children(directory, contact.id, delivery.pupil_ids):
        for what, how in facts if id in names else ():
            of_each.setdefault(what, []).append((voice.name(names[id]), voice.say(how)))
    rows += [(_label(what, voice), _lines(said, voice)) for what, said in of_each.items()]
    if not html:
        return "\n".join(f"{what}:{'' if how[:1].isspace() else ' '}{how}" for what, how in rows)
    start, end = ("right", "left") if voice.catalogue.rtl else ("left", "right")
    table = _TABLE.format(
        language=voice.catalogue.language,
        direction=voice.catalogue.direction,
        rows=Markup().join(_ROW.format(start=start, end=end, what=what, how=how) for what, how in rows),
    )
    return str(table)  # Markup would escape the body that it is put behind


def _label(what: str, voice: Voice) -> str:
    said = voice.say(what)
    if voice.catalogue.language == SOURCE:
        return said
    english = voice.number(f"({what})")  # the brackets inside: broken over two lines they would look astray
    return _ENGLISH.format(said, english) if voice.html else f"{said} {english}"


def _held(what: str, value: str, voice: Voice) -> str:
    if not value:
        return voice.say(holding.NONE)
    if what in holding.NUMBERS:
        return voice.number(value)
    return voice.own(_named(value, voice.catalogue.locale)) if what == holding.LANGUAGE else voice.name(value)


def _named(tag: str, locale: Locale) -> str:
    """What that language calls this one; the tag itself where it has no name for it."""
    return str(locale.languages.get(base(tag), tag))


def _wishes(contact: Contact, directory: Directory, school: SchoolFacts, now: datetime, voice: Voice) -> str:
    asked = holding.wishes(directory, contact.id, now.astimezone(school.timezone).date())
    return voice.join([voice.say(one) for one in asked]) if asked else voice.say(holding.NOTHING_SPECIAL)


def _lines(of_each: list[tuple[str, str]], voice: Voice) -> str:
    """How it is with each child, on lines of their own."""
    if not voice.html:
        return "".join(f"\n  {name}: {how}" for name, how in of_each)
    return Markup("<br>").join(Markup("{}: {}").format(name, how) for name, how in of_each)
