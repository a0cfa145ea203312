"""Take the picture in the README again: ``python -m tools.take_picture`` (needs Chromium).

It runs the demonstration in a temporary folder, opens its outbox page at one
family's letter, and writes docs/pictures/outbox.png.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tools import browser

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "pictures" / "outbox.png"
SUBJECT, FAMILY = "Year 2 visit the city farm", "Sava"
LARGEST = 250 * 1024


def letter(page: Path) -> str:
    """The place on the outbox page of this family's copy: ``email/ITEM``."""
    found = re.search(r'id="data"[^>]*>(.*?)</script>', page.read_text(encoding="utf-8"), re.DOTALL)
    items = json.loads(found[1])["items"] if found else []
    for item in items:
        if item["channel"] == "email" and item["title"] == SUBJECT and FAMILY in item["family"]:
            return f"email/{item['item']}"
    raise SystemExit("The demonstration has no such letter any more: change SUBJECT or FAMILY above.")


def main() -> None:
    with tempfile.TemporaryDirectory() as spare:
        school = Path(spare) / "school"
        subprocess.run([sys.executable, "-m", "notifier", "demo", str(school)], check=True, cwd=ROOT)  # noqa: S603
        page = school / "outbox" / "index.html"
        PICTURE.parent.mkdir(parents=True, exist_ok=True)
        browser.picture(f"{page.as_uri()}#{letter(page)}", PICTURE, width=1280, height=860)
    if PICTURE.stat().st_size > LARGEST:
        raise SystemExit(f"{PICTURE} is too large for a README: make the window smaller.")


if __name__ == "__main__":
    main()
