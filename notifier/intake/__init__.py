"""A file in a drop folder becomes a Submission, and gets its answer beside it (DESIGN 3.2)."""

from notifier.intake.disk import Disk, Unreadable
from notifier.intake.dropfolder import DropFolder
from notifier.intake.folder import IntakeFolder
from notifier.intake.reading import read, read_messages_file
from notifier.intake.submitting import NotSubmitted

__all__ = ["Disk", "DropFolder", "IntakeFolder", "NotSubmitted", "Unreadable", "read", "read_messages_file"]
