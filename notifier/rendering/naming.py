"""What the families of a message are called, in one language: the words for the places that name them (W5, H4).

Most names look alike in plain text and in HTML: the words are then put together once for both.
"""

from collections.abc import Callable, Collection

from notifier.rendering import isolates
from notifier.rendering.catalogues import Catalogue
from notifier.rendering.people import Family

_NAME = "\0"
"""Stands for a name while a phrase is cut into what comes before and after it; no phrase holds it."""


class Naming:
    """``wanted`` are the places that need words; those that have nothing to do with names stay empty."""

    def __init__(self, catalogue: Catalogue, wanted: Collection[str]) -> None:
        self._rtl = catalogue.rtl
        self._join = catalogue.join
        self._blank = dict.fromkeys(wanted, "")
        self._greets = "greeting" in wanted or "greeting_line" in wanted
        self._names = "pupils" in wanted
        self._about = "about" in wanted
        self._classes = self._about or "class" in wanted
        self._dear = catalogue.say("Dear %(names)s", names=_NAME).split(_NAME)
        self._line = catalogue.say("%(greeting)s,", greeting=_NAME).split(_NAME)
        self._child = catalogue.gettext("%(name)s (%(class)s)")
        self._families = catalogue.say("Dear families")
        self._your_child = catalogue.say("your child")
        self._your_class = catalogue.say("your child's class")

    def words(self, family: Family) -> tuple[dict[str, str], dict[str, str]]:
        """As plain text and as HTML; the same object where one is like the other, so copy it before you add to it."""
        adults, names, classes = family
        if isolates.unmarked("|".join((*adults, *names, *classes)), self._rtl):
            words = self._words(adults, names, classes)
            return words, words
        return self._marked(family, isolates.plain), self._marked(family, isolates.html)

    def _marked(self, family: Family, name: Callable[[str, bool], str]) -> dict[str, str]:
        rtl = self._rtl
        return self._words(*(tuple([str.__str__(name(one, rtl)) for one in called]) for called in family))

    def _words(self, adults: tuple[str, ...], names: tuple[str, ...], classes: tuple[str, ...]) -> dict[str, str]:
        join, values = self._join, self._blank.copy()
        if self._greets:
            values["greeting"] = dear = join(adults).join(self._dear) if adults else self._families
            values["greeting_line"] = dear.join(self._line)
        if self._names:
            values["pupils"] = join(names) if names else self._your_child
        if self._classes:
            known = classes if len(classes) == 1 and classes[0] else tuple(dict.fromkeys(filter(None, classes)))
            values["class"] = join(known) if known else self._your_class
        if self._about:
            child = self._child
            about: list[str] = []
            for name, class_ in zip(names, classes, strict=True):
                about.append(child % {"name": name, "class": class_} if class_ else name)
            values["about"] = join(about)
        return values
