"""Bringing in pupils and adults from another program (OneRoster 1.1 and 1.2, or a report and its mapping).

brought = bring(source, families, today, before)    writes families/import/, changes nothing else
put_in_place(draft folder, families, stamp)         the draft becomes the families' files
"""

from notifier.directory.importing.bringing import DRAFT, Brought, bring
from notifier.directory.importing.draft import put_in_place
from notifier.directory.importing.parcel import BadSource

__all__ = ["DRAFT", "BadSource", "Brought", "bring", "put_in_place"]
