"""Every sort of page that notifier makes, from one small school that speaks six languages."""

import email
import os
import re
import shutil
import subprocess
import sys
from datetime import date, timedelta
from email.policy import default
from pathlib import Path

from notifier.config.start import start
from tests.system.school import QUICK
from tests.unit.intake.desk import png

GOLDEN = Path(__file__).parents[1] / "golden"
LANGUAGES = {"C003": "pl", "C005": "bn", "C006": "ro", "C009": "ar", "C012": "pl", "C014": "ur", "C015": "ur"}
TRIP = {
    "en": "We visit the farm",
    "ur": "ہم فارم دیکھنے جائیں گے",
    "ar": "سنزور المزرعة",
    "bn": "আমরা খামার দেখতে যাব",
    "pl": "Jedziemy na farmę",
    "ro": "Vizităm ferma",
}
BODY = """# {title}

Dear families, {title}: **020 7946 0100**, {{{{ event_date }}}}.

![{title}](cow.png)

## {title}

- {title}
- [{title}](https://www.school.example.org/farm)

| {title} | 9:30 |
| --- | --- |
| {title} | 14:45 |

> {title}
"""


def make(folder: Path) -> dict[str, str]:
    """Name and words of each page, all with what they show beside them in ``folder``."""
    school = folder / "school"
    start(school, today=date.today())  # noqa: DTZ011 - as init does
    config = school / "config.toml"
    said = config.read_text("utf-8").replace('at = "15:30"', 'at = "15:30"\nupcoming_days = 60')
    use = ", ".join(f'"{one}"' for one in sorted({"en", *LANGUAGES.values()}))
    config.write_text(f"{said}{QUICK}\n[languages]\nuse = [{use}]\n", "utf-8")
    _speak(school / "families" / "contacts.csv")
    day = date.today() + timedelta(days=40)  # noqa: DTZ011
    header = f"---\nkind: letter\nto: whole school\nalso: website, noticeboard\nevent: {day}\n---\n"
    trip = school / "drop" / "head" / "trip"
    trip.mkdir(parents=True)
    for language, title in TRIP.items():
        name = "trip.md" if language == "en" else f"trip.{language}.md"
        (trip / name).write_text((header if language == "en" else "") + BODY.format(title=title), "utf-8")
    (trip / "cow.png").write_bytes(png(40, 30))
    (trip / "map.pdf").write_bytes(b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n")
    urgent = (
        "---\nkind: emergency\nto: whole school\nalso: website\nexpires: {day}\n---\n# Closed today\n\nNo heating.\n"
    )
    (school / "drop" / "head" / "closed.md").write_text(urgent.format(day=day), "utf-8")
    news = "---\nkind: newsletter\nto: whole school\nalso: website\n---\n# News\n\n" + BODY.format(
        title="Welcome"
    ).replace(", {{ event_date }}", "")
    (school / "drop" / "head" / "news.md").write_text(news.replace("![Welcome](cow.png)", ""), "utf-8")
    shutil.copytree(trip, folder / "preview-trip")
    _say(school, "run", "--until-idle")
    coming = folder / "coming.md"
    coming.write_text("# News\n\nWelcome back.\n", "utf-8")
    _say(school, "preview", str(coming), "--intake", "drop/newsletter", "--open")  # with dates for the diary
    (school / "outbox" / "preview").rename(school / "outbox" / "preview-news")
    _say(school, "preview", str(folder / "preview-trip"), "--open")
    return _collected(school / "outbox", folder / "pages")


def _speak(contacts: Path) -> None:
    head, *rows = contacts.read_text("utf-8").splitlines()
    at = head.split(",").index("language")
    said = [head]
    for row in rows:
        cells = row.split(",")
        cells[at] = LANGUAGES.get(cells[0], cells[at])
        said.append(",".join(cells))
    contacts.write_text("\n".join(said) + "\n", "utf-8")


def _say(school: Path, *argv: str) -> None:
    command = [sys.executable, "-m", "notifier", "--config", str(school), *argv]
    env = {**os.environ, "BROWSER": "true", "DISPLAY": ""}
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, env=env)
    assert done.returncode in (0, 1), done.stdout + done.stderr


def _collected(outbox: Path, pages: Path) -> dict[str, str]:
    pages.mkdir()
    found: dict[str, str] = {}
    for file in sorted(outbox.glob("trial/email/*.eml")):
        mail = email.message_from_bytes(file.read_bytes(), policy=default)
        body = mail.get_body(("html",))
        assert body is not None
        slug = re.sub(r"[^a-z]+", "-", str(mail["Subject"]).lower()).strip("-") or "trip"
        found.setdefault(f"mail-{mail['Content-Language']}-{slug[:20]}.html", body.get_content())
    for file in sorted(GOLDEN.glob("*-??.html")):  # drills, sessions, dates for the diary
        found[f"mail-agreed-{file.name}"] = file.read_text("utf-8")
    for name, content in found.items():
        (pages / name).write_text(content, "utf-8")
    for place in ("trial/website", "index", "preview", "preview-news"):
        shutil.copytree(outbox / place, pages / place)
    shutil.copy(outbox / "index.html", pages / "outbox.html")
    seen: set[str] = set()
    for file in [pages / "outbox.html", *sorted(pages.glob("*/**/*.html"))]:
        name = str(file.relative_to(pages))
        sort = re.sub(r"[0-9a-f]{24}", "x", name)
        if sort not in seen and file.name != "banner.html":
            seen.add(sort)
            found[name] = file.read_text("utf-8")
    for number, file in enumerate(sorted(outbox.glob("trial/call-sheets/*/*.html"))):
        shutil.copy(file, pages / f"calls-{number}.html")
        found[f"calls-{number}.html"] = file.read_text("utf-8")
    banner = (outbox / "trial/website/banner.html").read_text("utf-8")
    around = '<!DOCTYPE html>\n<html lang="en"><head><title>School</title></head><body><main><h1>School</h1>'
    found["banner.html"] = f"{around}{banner}</main></body></html>"
    (pages / "banner.html").write_text(found["banner.html"], "utf-8")
    return found
