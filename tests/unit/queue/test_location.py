"""A database is never kept on a network share."""

from pathlib import Path

import pytest

from notifier.clock import FixedClock
from notifier.queue import Store, StoreProblem
from notifier.queue.location import SHARED, file_system
from tests.unit.queue.plans import NOW

MOUNTS = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:40 / /mnt/office rw,relatime shared:2 - cifs //server/office rw
31 30 8:2 / /mnt/office/local\\040disk rw - xfs /dev/sdb1 rw
32 30 0:41 / /mnt/tab\\011stop rw - fuse.sshfs office:/ rw
33 22 8:3 / /srv/moved rw - ext4 /dev/sdc1 rw
34 33 0:42 / /srv/moved rw - nfs4 server:/export rw
35 22 0:43 / /media/disk rw - fuse.ntfs-3g /dev/sdd1 rw
a line that nobody understands
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/srv/school/state/notifier.db", "ext4"),
        ("/mnt/office/school/notifier.db", "cifs"),
        ("/mnt/office/local disk/notifier.db", "xfs"),
        ("/mnt/officer/notifier.db", "ext4"),
        ("/mnt/tab\tstop/notifier.db", "fuse.sshfs"),
        ("/srv/moved/notifier.db", "nfs4"),
    ],
)
def test_the_innermost_mount_decides(tmp_path: Path, path: str, kind: str) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTS)
    assert file_system(Path(path), mounts) == kind
    assert ("cifs" in SHARED, "ext4" in SHARED) == (True, False)


def test_a_system_that_does_not_say_is_trusted(tmp_path: Path) -> None:
    assert file_system(tmp_path, tmp_path / "nothing") == ""


@pytest.mark.parametrize(
    ("kind", "refused"),
    [
        *((kind, True) for kind in ("nfs", "nfs4", "cifs", "smb3", "9p", "virtiofs", "fuse.sshfs", "fuse.rclone")),
        *((kind, False) for kind in ("ext4", "xfs", "btrfs", "zfs", "overlay", "tmpfs", "fuse.ntfs-3g")),
    ],
)
async def test_a_database_on_a_share_is_refused_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, refused: bool
) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"1 1 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 0:40 / {tmp_path}/share rw - {kind} there rw\n")
    monkeypatch.setattr("notifier.queue.location.MOUNTS", mounts)
    (tmp_path / "share").mkdir()
    (tmp_path / "school").symlink_to(tmp_path / "share")  # a link into it is the share, too
    for root in (tmp_path / "share", tmp_path / "school"):
        opening = Store.open("sqlite:///state/notifier.db", root=root, create=True, clock=FixedClock(NOW))
        if refused:
            with pytest.raises(StoreProblem, match=r"network share.*this computer's own disk"):
                await opening
            assert not (root / "state").exists()
        else:
            await (await opening).close()
