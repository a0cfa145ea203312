"""Take the picture in the README again: ``python -m tools.take_picture`` (needs Chromium).

It runs the demonstration in a temporary folder, opens its outbox page at one
family's letter, and writes docs/pictures/outbox.png.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "pictures" / "outbox.png"
SUBJECT, FAMILY = "Year 2 visit the city farm", "Sava"
LARGEST = 250 * 1024
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIETLY = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--virtual-time-budget=4000",
    "--window-size=1280,860",
)


def letter(page: Path) -> str:
    """The place on the outbox page of this family's copy: ``email/ITEM``."""
    found = re.search(r'id="data"[^>]*>(.*?)</script>', page.read_text(encoding="utf-8"), re.DOTALL)
    items = json.loads(found[1])["items"] if found else []
    for item in items:
        if item["channel"] == "email" and item["title"] == SUBJECT and FAMILY in item["family"]:
            return f"email/{item['item']}"
    raise SystemExit("The demonstration has no such letter any more: change SUBJECT or FAMILY above.")


def main() -> None:
    browser = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if browser is None:
        raise SystemExit("No Chromium found. Install one first.")
    with tempfile.TemporaryDirectory() as spare:
        school = Path(spare) / "school"
        subprocess.run([sys.executable, "-m", "notifier", "demo", str(school)], check=True, cwd=ROOT)  # noqa: S603
        page = school / "outbox" / "index.html"
        PICTURE.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(  # noqa: S603
            [
                browser,
                *QUIETLY,
                f"--user-data-dir={spare}/browser",
                f"--screenshot={PICTURE}",
                f"{page.as_uri()}#{letter(page)}",
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )
    if PICTURE.stat().st_size > LARGEST:
        raise SystemExit(f"{PICTURE} is too large for a README: make the window smaller.")


if __name__ == "__main__":
    main()
