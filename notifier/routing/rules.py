"""The rule ids that routing cites, with the sentence shown to staff. Safe to read out: no order's content, no names."""

from typing import Final

ORDER: Final = "H25"
HOLD: Final = "H32"
FLAG: Final = "H34"
UNREADABLE: Final = "D3.1"
SITE_BAN: Final = "W51"
RESPONSIBILITY: Final = "H3"
REQUEST: Final = "W39"
SIGNATORY: Final = "H28"
UNSUBSCRIBED: Final = "S35"
MARKETING: Final = "S18"
SHARED_ADDRESS: Final = "D3.5.7"
IN_PERSON: Final = "W42"
TEXT: Final = "W37"
PAPER: Final = "W41"
EQUAL: Final = "H26"
CARE: Final = "S1"
CORPORATE: Final = "S8"
CONSENT: Final = "H29"
AGREEMENT: Final = "H36"
LADDER: Final = "W38"
SECOND_HOME: Final = "H27"
EMERGENCY: Final = "S22"
PRESENT: Final = "W14"
LINKS: Final = "H2"
MERGE: Final = "D3.5.6"
PUBLIC: Final = "W43"
WEBSITE: Final = "W40"
TRANSLATION: Final = "W34"
HOME: Final = "D3.1"
DRILL: Final = "D2"
STAFF: Final = "D2.1"

FILES_DOUBTFUL: Final = "arrangements-unreadable"
FILES_MISSING: Final = "arrangements-missing"
"""Problem ids: the families' files themselves forbid; when they are mended, what they stopped goes on (DESIGN 3.1)."""

REASONS: Final = {
    DRILL: "This is a drill, which goes to staff alone.",
    STAFF: "A message to staff goes to staff alone.",
    ORDER: "An order or agreement on file stops this for this child.",
    HOLD: "The head has stopped messages to this adult about this child.",
    FLAG: "The files say there is a court order, but not what it says.",
    UNREADABLE: "A line about this adult in arrangements.csv cannot be read, so nothing goes to them.",
    SITE_BAN: "This is an invitation on site, and this adult may not come on site.",
    RESPONSIBILITY: "It is not recorded that this adult has parental responsibility or lives with the child.",
    REQUEST: "Lives apart and has not asked for copies.",
    SIGNATORY: "Lives apart, did not sign the parent contract, and no written consent is on file.",
    UNSUBSCRIBED: "Has unsubscribed from newsletters.",
    MARKETING: "Has not agreed to get advertising.",
}
