import json
import os
from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import pytest

from notifier.directory import DamagedDirectory, decode, encode, load, save
from notifier.directory.snapshot import FILE
from notifier.model.directory import Arrangement, Contact, Directory, Link, LivesWith, Pupil, Responsibility, Sort
from notifier.model.message import Kind

FULL = Directory(
    version=7,
    pupils={"P1": Pupil("P1", "Chloé", "Đặng", "Oak", "2", ("Choir",), date(2024, 9, 1), date(2026, 7, 18))},
    contacts={
        "C1": Contact(
            "C1", "Mrs", "نور", "Khan", "Mrs Khan", "n@example.org", "+447700900001", "+442079460001",
            ("1 High Road", "London"), "E7 9AB", "H1", "ur",
        )
    },
    links=(Link("P1", "C1", "PAM", 1, LivesWith.SHARED, Responsibility.NO, True, True, True),),
    arrangements=(
        Arrangement(
            Sort.COURT_ORDER, "C1", "P1", frozenset({Kind.LETTER, Kind.REPORT}), "x",
            date(2025, 1, 1), date(2026, 1, 1), date(2027, 1, 1), "scan 7", "head", True,
        ),
        Arrangement(Sort.PAPER, "C1"),
    ),
    flags=frozenset({("C1", "P1")}),
    silenced=frozenset({"C1"}),
    held="Held.",
    refuses="Refused.",
)  # fmt: skip


def test_a_directory_comes_back_as_it_was() -> None:
    assert decode(encode(FULL)) == FULL
    assert decode(encode(Directory())) == Directory()


def test_every_field_of_the_example_differs_from_its_default() -> None:
    plain = {Pupil: Pupil("", "", "", ""), Contact: Contact(""), Link: Link("", ""), Directory: Directory()}
    for kind, record in ((Pupil, FULL.pupils["P1"]), (Contact, FULL.contacts["C1"]), (Link, FULL.links[0])):
        for field in fields(kind):
            assert getattr(record, field.name) != getattr(plain[kind], field.name)
    for field in fields(Directory):
        assert getattr(FULL, field.name) != getattr(plain[Directory], field.name)


def test_the_same_directory_gives_the_same_bytes() -> None:
    assert encode(decode(encode(FULL))) == encode(FULL)


def test_columns_of_an_earlier_writer_may_stand_in_another_order() -> None:
    whole = json.loads(encode(FULL))
    for name in ("pupils", "links"):
        table = whole[name]
        table["columns"].reverse()
        for row in table["rows"]:
            row.reverse()
    assert decode(json.dumps(whole).encode()) == FULL


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b"null", b"\xff", b'{"format": 1}', encode(FULL)[:-9], encode(FULL).replace(b'"PAM",', b"")],
)
def test_damaged_bytes_are_one_sentence(data: bytes) -> None:
    with pytest.raises(DamagedDirectory, match="Restore the folder state from a backup"):
        decode(data)


def test_another_format_is_told_from_damage() -> None:
    with pytest.raises(DamagedDirectory, match="another version of this program"):
        decode(encode(FULL).replace(b'"format":1', b'"format":2'))


def test_nothing_was_saved_yet(tmp_path: Path) -> None:
    assert load(tmp_path / "state") is None


def test_saving_replaces_the_copy_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    state = tmp_path / "state"
    save(encode(FULL), state)
    save(encode(replace(FULL, version=8)), state)
    found = load(state)
    assert found is not None
    assert found.version == 8
    assert os.listdir(state) == [FILE]
    assert (state / FILE).stat().st_mode & 0o077 == 0


def test_a_save_that_was_cut_off_does_not_touch_the_copy(tmp_path: Path) -> None:
    save(encode(FULL), tmp_path)
    (tmp_path / f"{FILE}.part").write_bytes(b"{")
    assert load(tmp_path) == FULL
    save(encode(FULL), tmp_path)
    assert os.listdir(tmp_path) == [FILE]


def test_a_copy_that_cannot_be_opened_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.raises(DamagedDirectory, match="cannot be opened"):
        load(tmp_path)
