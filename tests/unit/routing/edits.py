"""What a secretary records between a plan and a send: a school a little later, as hypothesis thinks it up."""

from dataclasses import replace

from hypothesis import strategies as st

from notifier.model.directory import Directory, Link
from tests.unit.routing.families import TODAY
from tests.unit.routing.generated import ADULTS, PUPILS, adults, arrangements, links, pupils, strangers


@st.composite
def edits(draw: st.DrawFn, directory: Directory) -> Directory:
    """The same school a little later: nothing changed, or a thing or two that a secretary records."""
    for _ in range(draw(st.sampled_from([0, 1, 1, 2]))):
        directory = draw(st.sampled_from(EDITS))(draw, directory)
    return directory


def _pupil_edited(draw: st.DrawFn, directory: Directory) -> Directory:
    one = directory.pupils.get(draw(st.sampled_from(PUPILS)))
    if one is None:
        return directory
    return replace(directory, pupils={**directory.pupils, one.id: replace(one, **draw(pupils))})


def _pupil_gone(draw: st.DrawFn, directory: Directory) -> Directory:
    gone = draw(st.sampled_from(PUPILS))
    return replace(directory, pupils={id: one for id, one in directory.pupils.items() if id != gone})


def _contact_edited(draw: st.DrawFn, directory: Directory) -> Directory:
    """A new address, number, home or language."""
    one = directory.contacts.get(draw(st.sampled_from(ADULTS)))
    if one is None:
        return directory
    new = draw(adults(one.id))
    name = draw(st.sampled_from(["email", "mobile", "phone", "address", "postcode", "household", "language"]))
    changed = replace(one, **{name: getattr(new, name)})
    return replace(directory, contacts={**directory.contacts, one.id: changed})


def _contact_gone(draw: st.DrawFn, directory: Directory) -> Directory:
    gone = draw(st.sampled_from(ADULTS))
    return replace(directory, contacts={id: one for id, one in directory.contacts.items() if id != gone})


def _link_edited(draw: st.DrawFn, directory: Directory) -> Directory:
    """Also with the flag in the link alone, and not among the flags of the snapshot."""
    if not directory.links:
        return directory
    place = draw(st.integers(0, len(directory.links) - 1))
    found = list(directory.links)
    name = draw(st.sampled_from(["relationship", "priority", "lives_with", "responsibility", "court_order"]))
    found[place] = replace(found[place], **{name: draw(links)[name]})
    return replace(directory, links=tuple(found))


def _link_gone(draw: st.DrawFn, directory: Directory) -> Directory:
    gone = draw(st.integers(0, len(directory.links)))
    return replace(directory, links=tuple(one for place, one in enumerate(directory.links) if place != gone))


def _link_new(draw: st.DrawFn, directory: Directory) -> Directory:
    """Also one for an adult or a child whom nobody knows, and a second one for the same two."""
    new = Link(draw(st.sampled_from(PUPILS)), draw(st.sampled_from(ADULTS)), **draw(links))
    return replace(directory, links=(*directory.links, new))


def _row_new(draw: st.DrawFn, directory: Directory) -> Directory:
    return replace(directory, arrangements=(*directory.arrangements, draw(arrangements())))


def _row_gone(draw: st.DrawFn, directory: Directory) -> Directory:
    gone = draw(st.integers(0, len(directory.arrangements)))
    rows = tuple(one for place, one in enumerate(directory.arrangements) if place != gone)
    return replace(directory, arrangements=rows)


def _row_ended(draw: st.DrawFn, directory: Directory) -> Directory:
    rows = list(directory.arrangements)
    if rows:
        place = draw(st.integers(0, len(rows) - 1))
        rows[place] = replace(rows[place], ended_on=TODAY)
    return replace(directory, arrangements=tuple(rows))


def _stranger_barred(draw: st.DrawFn, directory: Directory) -> Directory:
    return draw(strangers(directory))


def _flagged(draw: st.DrawFn, directory: Directory) -> Directory:
    pair = draw(st.sampled_from(ADULTS)), draw(st.sampled_from(PUPILS))
    return replace(directory, flags=directory.flags | {pair})


def _silenced(draw: st.DrawFn, directory: Directory) -> Directory:
    return replace(directory, silenced=directory.silenced | {draw(st.sampled_from(ADULTS))})


def _files_wrong(draw: st.DrawFn, directory: Directory) -> Directory:
    why = "A line cannot be read."
    return replace(directory, held=why) if draw(st.booleans()) else replace(directory, refuses=why)


EDITS = [
    _pupil_edited,
    _pupil_gone,
    *[_contact_edited] * 4,
    _contact_gone,
    *[_link_edited] * 3,
    _link_gone,
    _link_new,
    *[_row_new] * 3,
    _row_gone,
    _row_ended,
    *[_stranger_barred] * 2,
    _flagged,
    _silenced,
    _files_wrong,
]
