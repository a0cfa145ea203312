"""The repository's pages, as the tests of them read them."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
_HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
_FENCE = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def without_code(text: str) -> str:
    return _FENCE.sub("", text)


def headings(text: str) -> list[str]:
    """As written, without the marks for code."""
    return [found.replace("`", "") for found in _HEADING.findall(without_code(text))]


def anchors(text: str) -> set[str]:
    """What a link may name after its ``#``."""
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings(text)}


def cells(text: str) -> set[str]:
    """Every `word` that stands alone in the first or second cell of a table's row."""
    return set(re.findall(r"^\|(?: [^|`]* \|)? `([^`]+)` \|", text, re.MULTILINE))


def tracked() -> list[Path]:
    """The files of the repository: those git knows, else (in a copy without git) all but what is made."""
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
        names = [name for name in listed.stdout.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        names = []
    made = {".venv", "dist", "build", ".git", "__pycache__", "demo"}
    found = [ROOT / name for name in names] or [
        path for path in ROOT.rglob("*") if not made.intersection(path.relative_to(ROOT).parts)
    ]
    return [path for path in found if path.is_file()]
