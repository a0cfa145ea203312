"""Pictures laid beside the sheets that show them, named by what they hold."""

from collections.abc import Iterable
from pathlib import Path

from channels import _files
from notifier.model.message import Enclosure

_SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}


def lay(folder: Path, html: str, enclosures: Iterable[Enclosure]) -> dict[str, str]:
    """Write those that ``html`` shows and no sheet was found unable to print; ``src`` to file name from ``folder``."""
    laid = {}
    for one in enclosures:
        digest, suffix = one.attachment.digest, _SUFFIXES.get(one.attachment.media_type)
        if suffix and f"cid:{digest}" in html and not unprintable(folder, digest).exists():
            name = f"pictures/{digest}.{suffix}"
            _files.write(folder / name, one.content)
            laid[f"cid:{digest}"] = name
    return laid


def lying(folder: Path) -> dict[str, str]:
    """The pictures that were laid there: ``src`` to file name from ``folder``."""
    return {f"cid:{path.stem}": f"pictures/{path.name}" for path in folder.glob("pictures/[!.]*.*")}


def unprintable(folder: Path, digest: str) -> Path:
    """The mark of a file that the press cannot print."""
    return folder / "pictures" / f".{digest}.unprintable"
