"""A small families folder that a test changes in one place and reads."""

import csv
from io import StringIO
from pathlib import Path

from notifier.directory import Reading, TakeUp, read, take_up
from notifier.model.directory import Directory

PUPILS = """\
pupil_id,forename,surname,class,year,groups,admitted_on,left_on
P0001,Amina,Okafor,Oak,2,Choir;Art,2024-09-01,
P0002,Tomasz,Nowak,Elm,1,,01/09/2025,
"""
CONTACTS = """\
contact_id,title,forename,surname,salutation,email,mobile,phone,address_1,address_2,address_3,town,postcode,household,language
C0001,Mrs,Ngozi,Okafor,Mrs Okafor,ngozi@example.org,07700 900001,020 7946 0001,1 High Road,,,London,e79ab,,en
C0002,Mr,Emeka,Okafor,,emeka@example.org,07700 900002,,2 Low Road,,,London,E7 9AC,,
C0003,Ms,Zofia,Nowak,,zofia@example.org,07700 900003,,3 Mill Lane,,,London,E7 9AD,,pl
"""
LINKS = """\
pupil_id,contact_id,relationship,priority,lives_with,parental_responsibility,contract_signatory,court_order,emergency_contact
P0001,C0001,PAM,1,yes,yes,yes,no,yes
P0001,C0002,father,2,no,yes,no,no,no
P0002,C0003,mother,1,yes,yes,yes,no,yes
"""
ARRANGEMENTS = "arrangement,contact_id,pupil_id,scope,value,from,until,ended_on,evidence,recorded_by\n"


class Folder:
    """``families`` with four good files; a large school is made with ``crowd``."""

    def __init__(self, root: Path) -> None:
        self.path = root / "families"
        self.path.mkdir()
        self.write("pupils.csv", PUPILS)
        self.write("contacts.csv", CONTACTS)
        self.write("links.csv", LINKS)
        self.write("arrangements.csv", ARRANGEMENTS)

    def write(self, file: str, text: str) -> None:
        (self.path / file).write_bytes(text.encode())

    def text(self, file: str) -> str:
        return (self.path / file).read_bytes().decode()

    def add(self, file: str, row: str) -> None:
        """Append a row, given as it stands in the file."""
        self.write(file, f"{self.text(file)}{row}\n")

    def drop(self, file: str, beginning: str) -> None:
        """Delete every row that begins so."""
        lines = self.text(file).splitlines(keepends=True)
        self.write(file, "".join(line for line in lines if not line.startswith(beginning)))

    def change(self, file: str, old: str, new: str) -> None:
        text = self.text(file)
        assert old in text, f"{old} is not in {file}"
        self.write(file, text.replace(old, new))

    def cell(self, file: str, line: int, column: str, value: str) -> str:
        """Set one cell; the answer is its place as problems name it."""
        rows = list(csv.reader(StringIO(self.text(file), newline="")))
        place = rows[0].index(column)
        rows[line - 1][place] = value
        written = StringIO(newline="")
        csv.writer(written).writerows(rows)
        self.write(file, written.getvalue())
        return f"families/{file}:{line}:{place + 1}"

    def crowd(self, size: int = 40) -> None:
        """Families P1000, C1000 and on, so that one removal is far below 5 %."""
        for number in range(1000, 1000 + size):
            self.add("pupils.csv", f"P{number},Mina,Rahman,Ash,1,,,")
            self.add("contacts.csv", f"C{number},,Farid,Rahman,,,,,{number} Long Road,,,London,E7 9AD,,")
            self.add("links.csv", f"P{number},C{number},father,1,yes,yes,yes,no,yes")

    def read(self) -> Reading:
        return read(self.path)

    def taken(self, before: Directory | None = None) -> TakeUp:
        return take_up(self.read(), before)

    def directory(self, before: Directory | None = None) -> Directory:
        """The directory in force after taking the folder up."""
        directory = self.taken(before).directory
        assert directory is not None
        return directory


def ids(reading: Reading | TakeUp) -> list[str]:
    return [problem.id for problem in reading.problems]
