"""Relationship codes of the Common Basic Data Set and their English names (SCHOOL 4d)."""

import re
from collections.abc import Mapping

NAMES: Mapping[str, tuple[str, ...]] = {
    "CAR": ("carer",),
    "CHM": ("childminder", "child minder"),
    "DOC": ("doctor",),
    "FAM": ("other family member", "family member"),
    "FOF": ("foster father",),
    "FOM": ("foster mother",),
    "HTC": ("head teacher", "headteacher"),
    "LA": ("local authority",),
    "OTH": ("other contact", "other"),
    "PAF": ("father", "dad", "daddy"),
    "PAM": ("mother", "mum", "mummy", "mam"),
    "REL": (
        "other relative",
        "relative",
        *("grandmother", "grandfather", "grandparent", "grandma", "grandad", "nan", "gran"),
        *("aunt", "uncle", "sister", "brother", "cousin"),
    ),
    "RLG": ("religious/spiritual contact", "religious contact", "spiritual contact"),
    "STF": ("step father", "stepfather"),
    "STM": ("step mother", "stepmother"),
    "SWR": ("social worker",),
    "TCH": ("teacher",),
}
"""Code to names, the usual one first. ``LA`` is ours: CBDS has no code for a local authority."""

OTHER = "OTH"

_CODES = {code.lower(): code for code in NAMES} | {name: code for code, names in NAMES.items() for name in names}


def code_of(cell: str) -> str | None:
    """The code for a code or an English name, None for any other word."""
    return _CODES.get(cell.lower()) or _CODES.get(re.sub(r"[\s\-]+", " ", cell.lower()))


def name_of(code: str) -> str:
    return NAMES.get(code, NAMES[OTHER])[0]
