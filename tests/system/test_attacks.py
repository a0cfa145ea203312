"""Messages that mean harm, from the drop folder to all that families get: none comes of it, and the answer says why."""

import email
import io
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from email.policy import default
from pathlib import Path

import pytest
from PIL import Image

from notifier.config.start import start
from tests import pdf
from tests.system.school import QUICK
from tests.unit.intake.desk import png, word, zipped

HEADER = "---\nto: whole school\nalso: website, letter, noticeboard\n---\n"
INSIDE = "<p>To: whole school<br>Also: website, letter</p><p></p><h1>{name}</h1><p>Come to the fair.</p>"
PIXEL = '<img src="https://evil.example.org/pixel.png" alt="a tent">'
SCRIPT = (
    '<script>alert("HARM")</script><p onclick="alert(1)">Bring a coat.</p>'
    '<iframe src="https://evil.example.org"></iframe>'
)
TYPST = '#read("/etc/passwd") #{panic("HARM")} $x^2$ ")))) #panic()'
JINJA = "{% for x in range(9) %}HARM{% endfor %} {# hidden #}"


FOLDED = "Fair\\r\\nBcc: evil@example.org\n  Bcc: evil@example.org"
HIDDEN = "Fair\u2028Bcc: evil@example.org\x0bBcc: evil@example.org"


def saved(html: str) -> bytes:
    mail = email.message.EmailMessage()
    mail["From"], mail["Subject"] = "office@school.example.org", "FW"
    mail["Bcc"] = "evil@example.org"
    mail.set_content(html, subtype="html")
    return mail.as_bytes()


def huge() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (8000, 5000), "teal").save(made, "PNG")
    return made.getvalue()


ATTACKS: dict[str, bytes | str] = {
    "template.md": f"{HEADER}# template\n\nAll: {{{{ config.password }}}} {{{{ 7*7 }}}}\n",
    "jinja.md": f"{HEADER}# jinja\n\nNothing runs: {JINJA}\n",
    "script.eml": saved(INSIDE.format(name="script") + SCRIPT),
    "remote.eml": saved(INSIDE.format(name="remote") + PIXEL),
    "typst.md": f"{HEADER}# typst\n\n{TYPST}\n",
    "header.md": HEADER.replace("also:", f"subject: {FOLDED}\nalso:") + "# header\n\nCome.\n",
    "hidden.md": HEADER.replace("also:", f"subject: {HIDDEN}\nalso:") + "# hidden\n\nCome.\n",
    "answer.md": HEADER.replace("also:", "reply_to: a@example.org, b@example.org\nalso:") + "# answer\n\nCome.\n",
    "picture.md": f"{HEADER}# picture\n\n![A tent](tent.png)\n",
    "bomb.md": f"{HEADER}# bomb\n\nLook: ![A tent](bomb.png)\n",
    "macro.docx": zipped(word__document_xml=b"<a/>", word__vbaProject_bin=b"x"),
    "plain.docx": word("To: whole school", "Also: website, letter", "", "# plain", "Come to the fair."),
}


@dataclass(frozen=True)
class Outcome:
    """What became of one file: the answer, and all that was made of it, as people read it."""

    refused: bool
    answer: str
    mails: tuple[str, ...]
    sources: tuple[str, ...]
    letters: tuple[str, ...]
    pages: tuple[str, ...]

    @property
    def everything(self) -> str:
        return "\n".join([*self.mails, *self.sources, *self.letters, *self.pages])


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("attacks") / "school"
    start(folder, today=date.today())  # noqa: DTZ011 - as init does
    with (folder / "config.toml").open("a", encoding="utf-8") as config:
        config.write(QUICK)
    for name, content in {**ATTACKS, "tent.png": huge(), "bomb.png": png(30_000, 30_000)}.items():
        target = folder / "drop" / "head" / name
        target.write_bytes(content.encode() if isinstance(content, str) else content)
    command = [sys.executable, "-m", "notifier", "--config", str(folder), "run", "--until-idle"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, env={**os.environ})
    assert done.returncode in (0, 1), done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    return folder


def outcome(school: Path, name: str) -> Outcome:
    drop, trial, stem = school / "drop" / "head", school / "outbox" / "trial", Path(name).stem
    bad = drop / f"{stem}.problem.txt"
    answer = bad if bad.exists() else drop / f"{stem}.answer.txt"
    message = re.search(r"notifier status (\S+)", answer.read_text("utf-8"))
    mails, sources = [], []
    for file in sorted(trial.glob("email/*.eml")):
        mail = email.message_from_bytes(file.read_bytes(), policy=default)
        html = mail.get_body(("html",))
        assert html is not None
        if f">{stem}<" in html.get_content():
            mails.append(html.get_content())
            sources.append(file.read_text("utf-8"))
    letters = trial / "letters" / message[1] if message else trial / "none"
    return Outcome(
        bad.exists(),
        answer.read_text("utf-8"),
        tuple(mails),
        tuple(sources),
        tuple(pdf.words(one.read_bytes()) for one in sorted(letters.glob("letter-*.pdf"))),
        tuple(one.read_text("utf-8") for one in sorted(trial.glob(f"website/*-{stem}-*.html"))),
    )


@dataclass(frozen=True)
class Look:
    school: Path

    def __call__(self, name: str) -> Outcome:
        return outcome(self.school, name)


@pytest.fixture
def of(school: Path) -> Look:
    return Look(school)


def test_what_means_no_harm_reaches_every_place(of: Look) -> None:
    plain = of("plain.docx")
    assert not plain.refused
    assert plain.mails
    assert plain.letters
    assert plain.pages
    assert all("Come to the fair." in one for one in (*plain.mails, *plain.letters, *plain.pages))


def test_a_template_injection_is_refused_with_the_field_that_it_names(of: Look) -> None:
    found = of("template.md")
    assert found.refused
    assert "config.password" in found.answer
    assert not found.everything


def test_a_program_for_templates_is_shown_as_it_stands(of: Look) -> None:
    found = of("jinja.md")
    assert not found.refused
    assert found.mails
    assert found.letters
    assert all(JINJA in one for one in (*found.mails, *found.letters, *found.pages))


def test_a_script_goes_nowhere_and_the_answer_says_so(of: Look) -> None:
    found = of("script.eml")
    assert found.mails
    assert found.pages
    assert "I left out something that does more than be read" in found.answer
    assert not re.search(r"<script|HARM|onclick|<iframe|evil", found.everything)
    assert all("Bring a coat." in one for one in (*found.mails, *found.letters, *found.pages))


def test_a_picture_from_the_internet_tells_nobody_who_opened_it(of: Look) -> None:
    found = of("remote.eml")
    assert found.mails
    assert "I left out a picture from the internet" in found.answer
    assert "evil.example.org" not in found.everything
    assert all("[a tent]" in one for one in (*found.mails, *found.letters, *found.pages))


def test_a_program_for_the_printer_is_printed_as_it_stands(of: Look) -> None:
    found = of("typst.md")
    assert found.letters
    for sheet in found.letters:
        assert '#read("/etc/passwd") #{panic("HARM")} $x^2$' in sheet
        assert "root:" not in sheet


def test_a_header_cannot_be_smuggled_in(of: Look) -> None:
    found = of("header.md")
    assert found.sources
    for source in found.sources:
        mail = email.message_from_string(source, policy=default)
        assert mail["Bcc"] is None
        assert len(mail.get_all("Subject", [])) == 1
        assert "evil@example.org" in str(mail["Subject"]), "shown as it was written"
        assert not re.search(r"(?im)^bcc:", source)


def test_invisible_signs_in_a_header_are_refused(of: Look) -> None:
    found = of("hidden.md")
    assert found.refused
    assert "Type that line anew." in found.answer


def test_two_addresses_to_answer_to_are_refused(of: Look) -> None:
    found = of("answer.md")
    assert found.refused
    assert not found.everything


def test_forty_million_dots_become_a_light_picture(of: Look) -> None:
    found = of("picture.md")
    assert found.sources
    for source in found.sources:
        assert len(source) < 100_000
        (picture,) = [
            part
            for part in email.message_from_string(source, policy=default).walk()
            if part.get_content_maintype() == "image"
        ]
        assert Image.open(io.BytesIO(picture.get_content())).size == (1200, 750)


def test_a_picture_that_nobody_could_open_is_left_out_and_said(of: Look) -> None:
    found = of("bomb.md")
    assert found.mails
    assert "30000 by 30000 dots" in found.answer
    assert all("A tent" in one for one in found.letters)
    assert "cid:" not in found.everything


def test_a_word_file_with_a_program_is_refused_with_what_to_do(of: Look) -> None:
    found = of("macro.docx")
    assert found.refused
    assert "holds macros (a program). Save it as a plain .docx." in found.answer
