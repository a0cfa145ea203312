"""python -m tools.example_schools: writes the families, calendars and files of examples/ anew."""

from datetime import date
from pathlib import Path

from notifier.config.start import write_calendar
from tools.example_schools.documents import form, newsletter
from tools.example_schools.schools import hyde_park, woodgrange

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
TODAY = date(2026, 11, 23)


def write(examples: Path) -> None:
    """What is drawn or computed; config.toml and the texts are written by hand and not touched."""
    for name, school in (("woodgrange", woodgrange()), ("hyde-park", hyde_park())):
        school.write(examples / name / "families")
        write_calendar(examples / name / "calendar", TODAY)
    messages = examples / "woodgrange" / "messages"
    for path, content in (
        (messages / "newsletter" / "school-news.docx", newsletter()),
        (messages / "office" / "farm-visit" / "reply-slip.pdf", form()),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


if __name__ == "__main__":
    write(EXAMPLES)
