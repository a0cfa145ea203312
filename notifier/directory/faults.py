"""Every fault the families files can have, how grave it is, and why (DESIGN 3.1).

An *error* makes the folder one that is not good: permissions then come from the
last good directory, denials at once from what can be read. It is chosen where
guessing could widen who gets something (ids, links, court orders, dates, rows
that slipped), and for an email address or a number that cannot be read: an
address we cannot read can neither be used nor be kept away from somebody.
*Advice* is chosen where there is one safe meaning, and the file is taken with it.
*Hold* waits for a person's word.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from notifier.model.problem import Severity

ERROR, HOLD, ADVICE = Severity.ERROR, Severity.HOLD, Severity.ADVICE


@dataclass(frozen=True, slots=True)
class Fault:
    severity: Severity
    why: str


FAULTS: Mapping[str, Fault] = {
    # the file as a whole
    "file-missing": Fault(ERROR, "Without pupils, contacts or links nobody can be addressed."),
    "arrangements-missing": Fault(ERROR, "No file of court orders never means that there are no court orders."),
    "file-unreadable": Fault(ERROR, "The file is there but cannot be opened or is not text."),
    "file-empty": Fault(ERROR, "A file without a header row was perhaps cut off while it was saved."),
    "file-not-utf8": Fault(ADVICE, "Read as Windows text instead; only accented letters can be wrong."),
    "file-broken-off": Fault(ERROR, "A quotation mark is missing, so all that follows is in doubt."),
    "column-missing": Fault(ERROR, "A required column is not there."),
    "column-twice": Fault(ERROR, "Two columns of one name: which of them is meant?"),
    "column-unknown": Fault(ADVICE, "The column is left unread."),
    "column-misspelt": Fault(ADVICE, "In the register a column one letter off is read as the one that is missing."),
    "no-pupils": Fault(ADVICE, "A header without a single pupil below it."),
    # any row and cell
    "row-too-long": Fault(ERROR, "More cells than the header has: the row has slipped."),
    "cell-over-lines": Fault(ERROR, "A cell over several lines has perhaps swallowed other rows."),
    "control-character": Fault(ERROR, "Invisible control characters could alter a message on its way."),
    "id-missing": Fault(ERROR, "A row without its id is about nobody."),
    "id-alike": Fault(ERROR, "Nobody can tell the two ids apart, and an order could be recorded for the wrong one."),
    "id-twice": Fault(ERROR, "Two different rows with one id: which of them is right?"),
    "row-twice": Fault(ADVICE, "The same row again changes nothing."),
    "name-missing": Fault(ERROR, "Neither forename nor surname."),
    "date-unreadable": Fault(ERROR, "Neither YYYY-MM-DD nor DD/MM/YYYY, or no day of the calendar."),
    "date-order": Fault(ERROR, "It would end before it begins."),
    "word-unknown": Fault(ERROR, "Not one of the words for this column."),
    # pupils and contacts
    "class-blank": Fault(ADVICE, "Reached by messages to the whole school, not by messages to a class."),
    "pupil-without-contact": Fault(ADVICE, "Nobody will hear about this pupil."),
    "email-two": Fault(ERROR, "Two addresses in one cell: the second parent would be missed."),
    "email-unreadable": Fault(ERROR, "Can neither be used nor be kept away from somebody."),
    "email-control": Fault(ERROR, "Control characters in an address are never innocent."),
    "email-misspelt": Fault(ADVICE, "Valid, used as written, but very likely a slip."),
    "number-spoilt": Fault(ERROR, "A spreadsheet has rounded the number; the last good file has it in full."),
    "number-two": Fault(ERROR, "Two numbers in one cell."),
    "number-letters": Fault(ERROR, "Letters in a number."),
    "number-unreadable": Fault(ERROR, "Too short, too long or without its area code."),
    "number-extension": Fault(ADVICE, "The extension is left off."),
    "mobile-not-mobile": Fault(ADVICE, "Kept as a number to ring; no text can reach it."),
    "address-incomplete": Fault(ADVICE, "Without first line and postcode it is no address: no letter, no home."),
    "address-words": Fault(ADVICE, "Words like 'none' count as a blank cell."),
    "postcode-doubtful": Fault(ADVICE, "Kept as written: it may be abroad."),
    "language-unknown": Fault(ADVICE, "The school's own language is used."),
    # links
    "link-to-nobody": Fault(ERROR, "The id is in no row of the other file."),
    "relationship-unknown": Fault(ADVICE, "Counts as other contact."),
    "court-order-blank": Fault(ADVICE, "Counts as no."),
    "court-order-unreadable": Fault(ERROR, "Everything is withheld from this contact until it can be read."),
    "priority-unreadable": Fault(ERROR, "Priority can decide whose home is the main home."),
    # the register of arrangements
    "arrangement-unknown": Fault(ERROR, "It may be a court order: withheld from the contact it names."),
    "arrangement-scope": Fault(ERROR, "Which messages it is about cannot be read."),
    "arrangement-contact-missing": Fault(ERROR, "It names nobody: everything but emergencies waits."),
    "arrangement-contact-unknown": Fault(ERROR, "It names nobody we know: everything but emergencies waits."),
    "arrangement-contact-gone": Fault(ADVICE, "Known from the record; the row stays in force."),
    "arrangement-pupil-unknown": Fault(ERROR, "A child we do not know: withheld from the contact it names."),
    "arrangement-pupil-gone": Fault(ADVICE, "Known from the record; the row stays in force."),
    "arrangement-twice": Fault(ADVICE, "Both stand; the order is lifted only when both rows carry ended_on."),
    "order-without-evidence": Fault(ADVICE, "In force, and the document has to be recorded."),
    "order-review-due": Fault(ADVICE, "In force after its last day too; somebody has to ask in time (H34)."),
    "agreement-without-evidence": Fault(ADVICE, "Not in force before its document is recorded (H36)."),
    "denial-without-link": Fault(ADVICE, "In force, and keeps this contact's addresses out."),
    "consent-without-evidence": Fault(ADVICE, "Has no effect before its document is recorded (H29)."),
    "consent-giver": Fault(ADVICE, "Has no effect: consent is given by another contact who signed."),
    # the folder against what was known before
    "mass-removal": Fault(HOLD, "More than 5 % of the pupils, contacts or links are gone."),
    "denial-recorded": Fault(ADVICE, "Stays in force from the record until a row carries ended_on."),
    "flag-recorded": Fault(ADVICE, "Stays in force from the record until families accept."),
    "accept-with-errors": Fault(ERROR, "Only a folder without errors can be accepted."),
}
"""Severity and reason by problem id; :mod:`notifier.directory.findings` knows no other ids."""
