"""From a file or folder to Submissions: the way in for the drop folder and for ``preview`` alike."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from notifier.intake.bundle import Bundle
from notifier.intake.composing import Moment, compose, refused
from notifier.intake.disk import Disk
from notifier.intake.folder import IntakeFolder
from notifier.intake.folders import from_folder
from notifier.intake.names import is_report, stem, suffix
from notifier.intake.parcels import Parcel, Sort, sort
from notifier.intake.refusals import why_not
from notifier.intake.scripts import parts_of, related, script_of, wants
from notifier.intake.tomlfile import from_toml
from notifier.model.message import Submission


def read(
    path: Path, intake: IntakeFolder, now: datetime, tz: ZoneInfo, disk: Disk | None = None
) -> tuple[Submission, ...]:
    """What the file or folder says, with its translations and attachments lying beside it. Blocks: call it in a thread.

    ``now`` is the moment at which it was claimed. Problems are inside each
    Submission; raises only Unreadable, for a file that cannot be opened just now,
    and FileNotFoundError. A ``.toml`` gives several.
    """
    disk = disk or Disk()
    bundle = Bundle(path.parent, disk)
    if path.name not in bundle.lying:
        raise FileNotFoundError(path)
    at = Moment(now, tz)
    found = sort(related(path.name, bundle), wants(bundle))
    parcel = next((one for one in found if path.name in one.members), Parcel(path.name, Sort.STRANGER))
    return open_parcel(parcel, bundle, intake, at, disk)


def read_messages_file(
    path: Path, intake: IntakeFolder, now: datetime, tz: ZoneInfo, disk: Disk | None = None
) -> tuple[Submission, ...]:
    """``messages.toml``: each message is known by its content alone, on whatever day (DESIGN 3.2)."""
    bundle = Bundle(path.parent, disk or Disk())
    if path.name not in bundle.lying:
        raise FileNotFoundError(path)
    return from_toml(path.name, bundle, intake, Moment(now, tz), for_ever=True)


def open_parcel(parcel: Parcel, bundle: Bundle, intake: IntakeFolder, at: Moment, disk: Disk) -> tuple[Submission, ...]:
    if parcel.sort is Sort.FOLDER:
        return from_folder(parcel.main, bundle, intake, at, disk)
    if parcel.sort is Sort.MESSAGE and not parcel.rivals:
        if suffix(parcel.main) == ".toml":
            return from_toml(parcel.main, bundle, intake, at)
        script = script_of(parcel, bundle, parcel.enclosed, parcel.main, stem(parcel.main))
        return (compose(script, bundle, intake, at),)
    if parcel.sort is Sort.STRANGER and suffix(parcel.main) == ".pdf" and not is_report(parcel.main):
        script = script_of(parcel, bundle, (), parcel.main, stem(parcel.main))
        return (compose(script, bundle, intake, at),)
    return (refused(parcel.main, parts_of(parcel.members, bundle), why_not(parcel, bundle), intake, at),)
