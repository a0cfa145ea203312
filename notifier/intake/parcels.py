"""Which files lying in a folder belong together as one submission (DESIGN 3.2). Pure: names in, parcels out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from notifier.intake.names import is_document, never_taken, same, split_language, stem, suffix


class Sort(Enum):
    MESSAGE = "message"
    FOLDER = "folder"
    TRANSLATION = "translation"
    """A translation whose message is not there."""
    STRANGER = "stranger"
    """A file that is no message and that no message names."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """``main`` gives the parcel its name. ``rivals`` are further messages of the same stem, ``missing`` names that
    ``main`` mentions and that do not lie there; ``shared`` are enclosed here and in a later parcel too."""

    main: str
    sort: Sort
    translations: Mapping[str, str] = field(default_factory=dict)
    rivals: tuple[str, ...] = ()
    enclosed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    shared: frozenset[str] = frozenset()

    @property
    def members(self) -> tuple[str, ...]:
        """All names of the parcel, ``main`` last: whoever moves them in this order owns it only when all are moved."""
        return (*self.enclosed, *self.rivals, *self.translations.values(), self.main)

    @property
    def complete(self) -> bool:
        """Whether nothing suggests that a part of it is still on its way."""
        return not self.missing and self.sort in {Sort.MESSAGE, Sort.FOLDER}


def sort(lying: Mapping[str, bool], wants: Callable[[str], tuple[str, ...]]) -> tuple[Parcel, ...]:
    """``lying`` maps names to whether it is a folder; ``wants`` tells what names a message mentions."""
    names = sorted(name for name in lying if not never_taken(name))
    folders = [name for name in names if lying[name]]
    documents = [name for name in names if not lying[name] and is_document(name)]
    others = [name for name in names if not lying[name] and not is_document(name)]
    found = {same(name): name for name in (*documents, *others)}

    mentioned = {name: wants(name) for name in documents}
    owner: dict[str, str] = {}
    for name in documents:
        for want in mentioned[name]:
            lies = found.get(same(want))
            if lies and lies != name and owner.get(name) != lies:
                owner.setdefault(lies, name)

    whole = {same(stem(name)) for name in documents}
    mains: dict[str, list[str]] = {}
    translations: dict[str, dict[str, str]] = {}
    rivals: dict[str, list[str]] = {}
    lone: list[str] = []
    for name in documents:
        front, language = split_language(name)
        if name in owner:
            continue
        if language and same(front) in whole:
            group = translations.setdefault(same(front), {})
            if group.setdefault(language.lower(), name) != name:
                rivals.setdefault(same(front), []).append(name)
        elif language:
            lone.append(name)
        else:
            mains.setdefault(same(stem(name)), []).append(name)

    parcels: list[Parcel] = []
    taken: set[str] = set()
    for key, bases in mains.items():
        main = bases[0]
        enclosed: list[str] = []
        for want in mentioned[main]:
            lies = found.get(same(want))
            if lies and lies != main and lies not in enclosed:
                enclosed.append(lies)
                if suffix(main) == ".toml" and is_document(lies):
                    enclosed += translations.pop(same(stem(lies)), {}).values()
        own = translations.pop(key, {})
        enclosed += [
            name for name in others if name not in enclosed and key in {same(stem(name)), same(split_language(name)[0])}
        ]
        missing = tuple(want for want in mentioned[main] if same(want) not in found)
        parcels.append(Parcel(main, Sort.MESSAGE, own, (*bases[1:], *rivals.pop(key, ())), tuple(enclosed), missing))
        taken.update(enclosed)
    lone += [name for left in translations.values() for name in left.values()]
    lone += [name for left in rivals.values() for name in left]
    parcels += [Parcel(name, Sort.FOLDER) for name in folders]
    parcels += [Parcel(name, Sort.TRANSLATION) for name in lone]
    parcels += [Parcel(name, Sort.STRANGER) for name in others if name not in taken]
    return _sharing(parcels)


def _sharing(parcels: list[Parcel]) -> tuple[Parcel, ...]:
    """Mark what several parcels enclose: the earlier ones take a copy, the last takes the file."""
    made: list[Parcel] = []
    later: set[str] = set()
    for parcel in reversed(parcels):
        shared = frozenset(later.intersection(parcel.enclosed))
        later.update(parcel.enclosed)
        made.append(
            Parcel(
                parcel.main, parcel.sort, parcel.translations, parcel.rivals, parcel.enclosed, parcel.missing, shared
            )
        )
    return tuple(reversed(made))
