"""Who shares an address: homes, and who else holds an address (DESIGN 3.1, "Home").

Missing data never joins two adults: a contact joins a home by the ``household``
column, else by first address line and postcode together, else stands alone.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping

_NOT_WORDS = re.compile(r"[\W_]+")
_PLAIN = {code: chr(code).lower() if chr(code).isalnum() else None for code in range(128)}
"""The same for what is written in ASCII, where almost everything is, at a tenth of the cost."""


def folded(text: str) -> str:
    """Case-folded, without spaces and punctuation: how addresses are compared, however an accent was typed."""
    if text.isascii():
        return text.translate(_PLAIN)
    return _NOT_WORDS.sub("", unicodedata.normalize("NFKC", text)).casefold()


def email_key(email: str) -> str:
    """Empty without an address. Some providers pass over the dots in a name, so the comparison does too."""
    return folded(email)


def postal_key(address: tuple[str, ...], postcode: str) -> str:
    """First line and postcode, folded; empty where either is missing."""
    line = folded(address[0]) if address else ""
    code = folded(postcode)
    return f"{line}|{code}" if line and code else ""


def homes(contacts: Iterable[tuple[str, str, str]]) -> dict[str, str]:
    """The home of each contact, from (contact id, household, postal key).

    A home is named by its household, else after its first contact, so that the
    name tells nobody an address. A contact without household joins the home with
    the same address, unless two households claim that address, or the household
    has another address too: then it is not clear who of it still lives there. No
    household that a school wrote is ever taken for a name made here.
    """
    contacts = sorted(contacts)
    alone = "home-"
    while any(household.startswith(alone) for _, household, _ in contacts):
        alone = f"own-{alone}"
    claimed: defaultdict[str, set[str]] = defaultdict(set)
    addresses: defaultdict[str, set[str]] = defaultdict(set)
    for _, household, postal in contacts:
        if household and postal:
            claimed[postal].add(household)
            addresses[household].add(postal)
    found: dict[str, str] = {}
    first_at: dict[str, str] = {}
    for contact_id, household, postal in contacts:
        if household:
            found[contact_id] = household
        elif postal and len(claimed[postal]) == 1 and len(addresses[next(iter(claimed[postal]))]) == 1:
            found[contact_id] = next(iter(claimed[postal]))
        elif postal:
            found[contact_id] = f"{alone}{first_at.setdefault(postal, contact_id)}"
        else:
            found[contact_id] = f"{alone}{contact_id}"
    return found


def holders(keys: Iterable[tuple[str, str]]) -> Mapping[str, tuple[str, ...]]:
    """Who holds what, from (key, contact id); nobody holds the empty key."""
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for key, contact_id in keys:
        if key:
            found[key][contact_id] = None
    return {key: tuple(contact_ids) for key, contact_ids in found.items()}
