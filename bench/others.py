"""Those we measure ourselves against, in a virtual environment of their own under ``build/``, pinned in peers.txt."""

import filecmp
import json
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from bench.composing import Composed
from bench.processes import ROOT

HOME = ROOT / "build" / "peers"
PINS = Path(__file__).with_name("peers.txt")


def python() -> Path:
    """The interpreter of their environment, which is made where it is not there or the pins have changed."""
    stamp, found = HOME / "peers.txt", HOME / "bin" / "python"
    if stamp.exists() and filecmp.cmp(stamp, PINS, shallow=False):
        return found
    venv.create(HOME, with_pip=True, clear=True)
    pip = [str(found), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(PINS)]
    subprocess.run(pip, check=True, timeout=600)
    shutil.copy(PINS, stamp)
    return found


def hand_out(composed: Composed, folder: Path) -> Path:
    """The same email for all: as bytes for whoever needs no more, as parts to be filled for the others."""
    folder.mkdir(parents=True)
    subject, html, plain = composed.parts
    (folder / "mail.eml").write_bytes(composed.first)
    (folder / "parts.json").write_text(json.dumps({"subject": subject, "html": html, "plain": plain}), "utf-8")
    return folder


def command(name: str, job: Path, port: int, count: int, interpreter: Path | None = None) -> list[str]:
    script = Path(__file__).with_name("peers") / f"{name}.py"
    return [str(interpreter or sys.executable), str(script), str(job), str(port), str(count)]
