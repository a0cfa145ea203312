"""The families: four CSV files become one immutable directory (DESIGN 3.1).

reading = read(config.families)          every problem at once, nothing decided
taken = take_up(reading, before)         what is in force now
accept(reading, before)                  a person has confirmed what disappears
preview(reading, before)                 the folder as if accepted; nothing recorded
differences(before, after)               in words, without any address
arrangement_changes(before, after)       for the audit: what, by whom, about whom
reviews(rows, today)                     orders whose last day is near or past
save(encoded, state) / load(state)       a whole copy, by atomic rename
"""

from notifier.directory.differences import arrangement_changes, differences
from notifier.directory.forgetting import Erased, without_contact, without_ended, without_pupil
from notifier.directory.reading import Reading, read
from notifier.directory.relationships import name_of
from notifier.directory.reviews import reviews
from notifier.directory.snapshot import DamagedDirectory, decode, encode, load, save
from notifier.directory.takeup import TakeUp, accept, preview, take_up

__all__ = [
    "DamagedDirectory",
    "Erased",
    "Reading",
    "TakeUp",
    "accept",
    "arrangement_changes",
    "decode",
    "differences",
    "encode",
    "load",
    "name_of",
    "preview",
    "read",
    "reviews",
    "save",
    "take_up",
    "without_contact",
    "without_ended",
    "without_pupil",
]
