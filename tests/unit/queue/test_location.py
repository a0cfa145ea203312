"""A database is never kept on a network share."""

from pathlib import Path

import pytest

from notifier.queue.location import SHARED, file_system

MOUNTS = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:40 / /mnt/office rw,relatime shared:2 - cifs //server/office rw
31 30 8:2 / /mnt/office/local\\040disk rw - xfs /dev/sdb1 rw
a line that nobody understands
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/srv/school/state/notifier.db", "ext4"),
        ("/mnt/office/school/notifier.db", "cifs"),
        ("/mnt/office/local disk/notifier.db", "xfs"),
        ("/mnt/officer/notifier.db", "ext4"),
    ],
)
def test_the_innermost_mount_decides(tmp_path: Path, path: str, kind: str) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTS)
    assert file_system(Path(path), mounts) == kind
    assert ("cifs" in SHARED, "ext4" in SHARED) == (True, False)


def test_a_system_that_does_not_say_is_trusted(tmp_path: Path) -> None:
    assert file_system(tmp_path, tmp_path / "nothing") == ""
