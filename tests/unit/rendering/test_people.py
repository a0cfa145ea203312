import pytest

from notifier.model.directory import Contact, Directory, Pupil
from notifier.model.plan import Basis, Delivery
from notifier.rendering.people import addressed_as, adults, children


@pytest.mark.parametrize(
    ("contact", "expected"),
    [
        (Contact("C", "Ms", "Sana", "Khan"), "Ms Khan"),
        (Contact("C", "", "Sana", "Khan"), "Sana Khan"),
        (Contact("C", "Ms", "Sana", "Khan", salutation="Dear Dr Khan,"), "Dr Khan"),
        (Contact("C", "Ms", "Sana", "Khan", salutation="Sana"), "Sana"),
        (Contact("C", surname="Newham Children's Services"), "Newham Children's Services"),
        (Contact("C", "Mr", "Ali"), "Mr Ali"),
    ],
)
def test_an_adult_is_addressed_as_they_wish(contact: Contact, expected: str) -> None:
    assert addressed_as(contact) == expected


def test_two_adults_with_one_salutation_are_named_once() -> None:
    directory = Directory(
        contacts={
            "A": Contact("A", salutation="Mr and Mrs Adeyemi"),
            "B": Contact("B", salutation="Mr and Mrs Adeyemi"),
            "C": Contact("C", "Ms", "", "Lee"),
        }
    )
    assert adults(("A", "B", "C", "gone"), directory) == ("Mr and Mrs Adeyemi", "Ms Lee")


def test_children_are_named_by_forename_and_by_surname_only_to_tell_them_apart() -> None:
    directory = Directory(
        pupils={
            "1": Pupil("1", "Ade", "Bello", "Oak"),
            "2": Pupil("2", "Ade", "Cole", "Elm"),
            "3": Pupil("3", "Mei", "Cole", "Elm"),
            "4": Pupil("4", "Other", "Home", "Elm"),
        }
    )
    delivery = Delivery("d", (), ("1", "2", "3"), "H", Basis.MAIN, ())
    assert [child.name for child in children(delivery, directory)] == ["Ade Bello", "Ade Cole", "Mei"]
