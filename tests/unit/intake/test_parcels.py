from notifier.intake.parcels import Parcel, Sort, sort


def sorted_(*names: str, wants: dict[str, tuple[str, ...]] | None = None) -> dict[str, Parcel]:
    lying = {name.rstrip("/"): name.endswith("/") for name in names}
    return {one.main: one for one in sort(lying, lambda name: (wants or {}).get(name, ()))}


def test_files_of_one_stem_are_one_parcel_the_message_last() -> None:
    found = sorted_("trip.md", "trip.ur.md", "trip.pl.docx", "trip.pdf", "other.docx")
    assert list(found) == ["other.docx", "trip.md"]
    assert found["trip.md"].translations == {"pl": "trip.pl.docx", "ur": "trip.ur.md"}
    assert found["trip.md"].members == ("trip.pdf", "trip.pl.docx", "trip.ur.md", "trip.md")


def test_what_is_never_taken_is_in_no_parcel() -> None:
    names = (".x.md", "~$trip.docx", "a.part", "a.tmp", "Thumbs.db", "desktop.ini", "a.answer.txt", "a.problem.txt")
    assert not sorted_(*names, "processing/", "accepted/", "refused/")


def test_a_document_that_another_attaches_is_no_message_of_its_own() -> None:
    found = sorted_("trip.md", "form.docx", wants={"trip.md": ("Form.DOCX", "map.pdf")})
    assert list(found) == ["trip.md"]
    assert found["trip.md"].enclosed == ("form.docx",)
    assert found["trip.md"].missing == ("map.pdf",)
    assert not found["trip.md"].complete


def test_two_that_attach_each_other_are_one() -> None:
    assert list(sorted_("a.md", "b.md", wants={"a.md": ("b.md",), "b.md": ("a.md",)})) == ["a.md"]


def test_a_file_that_two_messages_attach_is_copied_for_the_first() -> None:
    found = sorted_("a.md", "b.md", "f.pdf", wants={"a.md": ("f.pdf",), "b.md": ("f.pdf",)})
    assert found["a.md"].shared == {"f.pdf"}
    assert not found["b.md"].shared


def test_the_file_of_a_toml_brings_its_translations() -> None:
    found = sorted_("letters.toml", "trip.md", "trip.ur.md", wants={"letters.toml": ("trip.md",)})
    assert found["letters.toml"].members == ("trip.md", "trip.ur.md", "letters.toml")


def test_two_messages_of_one_name_are_rivals() -> None:
    found = sorted_("trip.docx", "trip.md", "trip.ur.md", "trip.UR.docx")
    assert list(found) == ["trip.docx"]
    assert set(found["trip.docx"].rivals) == {"trip.md", "trip.ur.md"}


def test_a_translation_without_its_message_and_a_stranger_are_said_so() -> None:
    found = sorted_("trip.ur.md", "photo.jpg", "news/", "St. Mary.md")
    assert {name: one.sort for name, one in found.items()} == {
        "trip.ur.md": Sort.TRANSLATION,
        "photo.jpg": Sort.STRANGER,
        "news": Sort.FOLDER,
        "St. Mary.md": Sort.MESSAGE,
    }
