"""A message by word of mouth, for a family that does not read its language (W34): who on the staff could explain it.

Who asked for an interpreter is offered one each time. All others find an offer in the message, and may ring: then
whoever answers must know whom to ask. So each letter has one task for a language, where a member of staff speaks it.
Nothing of the kind for what comes every week or by the clock: tasks that nobody can do hide those that matter.
"""

from collections.abc import Iterable, Sequence
from functools import cache

from babel import Locale, UnknownLocaleError

from notifier.model.english import counted
from notifier.model.language import base
from notifier.model.message import Kind
from notifier.model.plan import Delivery
from notifier.model.staff import Staff
from notifier.routing import rules
from notifier.routing.standing import Standing

WRITTEN = frozenset({Kind.LETTER, Kind.REPORT})
NAMED = 20
"""Adults named in one task; of more the number says enough."""


def offer_to(delivery: Delivery, standing: Standing) -> None:
    """To an adult who asked for somebody who explains."""
    able = " or ".join(speakers(standing.policy.staff, delivery.language))
    standing.found.task(
        f"Offer to explain this message by word of mouth ({_called(delivery.language)})."
        f"{f' Ask {able}.' if able else ''}",
        delivery.contact_ids,
        rules.TRANSLATION,
    )


def be_ready(deliveries: Iterable[Delivery], standing: Standing) -> None:
    """One task for each language that some of them read, this message is not written in, and somebody speaks."""
    message, staff = standing.message, standing.policy.staff
    if message.kind not in WRITTEN or message.occurrence or not any(one.speaks for one in staff):
        return
    foreign: dict[str, list[Delivery]] = {}
    for one in deliveries:
        if one.language != one.text_language and not one.interpreter and base(one.language) != base(one.text_language):
            foreign.setdefault(base(one.language), []).append(one)
    for language, found in sorted(foreign.items()):
        able = speakers(staff, language)
        if not able:
            continue
        called = _called(language)
        copies = counted(len(found), "copy goes", "copies go")
        standing.found.task(
            f"{copies} to families who read {called}, and this is not written in {called}. If one of them asks what it "
            f"says: {' or '.join(able)} speaks {called}. Let them know.",
            tuple(dict.fromkeys(id for one in found for id in one.contact_ids))[:NAMED],
            rules.TRANSLATION,
        )


def speakers(staff: Sequence[Staff], language: str) -> list[str]:
    """Their names; a language is the same in whichever country or script."""
    return [one.name for one in staff if language and base(language) in map(base, one.speaks)]


@cache
def _called(language: str) -> str:
    """``Somali`` for ``so``."""
    try:
        return Locale.parse(language, sep="-").get_display_name("en") or language
    except (UnknownLocaleError, ValueError):
        return language or "language not recorded"
