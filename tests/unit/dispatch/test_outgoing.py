"""What a channel gets: stable names, the right files, and nothing held for long."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from notifier.dispatch import faults
from notifier.dispatch.blobs import Blobs, Missing
from notifier.dispatch.outgoing import family as said
from notifier.dispatch.outgoing import stem
from notifier.model.message import Attachment
from tests.unit.dispatch.school import delivery, directory_of, family


def attachment(content: bytes) -> Attachment:
    return Attachment("trip.pdf", "application/pdf", hashlib.sha256(content).hexdigest(), len(content))


def cellar(*contents: bytes) -> tuple[Callable[[str], Awaitable[bytes | None]], list[str]]:
    lying = {hashlib.sha256(content).hexdigest(): content for content in contents}
    fetched: list[str] = []

    async def fetch(digest: str) -> bytes | None:
        fetched.append(digest)
        return lying.get(digest)

    return fetch, fetched


def test_a_name_is_letters_and_digits_and_says_nothing() -> None:
    name = stem("m1.0.0.post.0")
    assert name == stem("m1.0.0.post.0") != stem("m1.1.0.post.0")
    assert name.isalnum()
    assert len(name) == 24


def test_the_family_is_named_for_staff_by_whoever_is_still_there() -> None:
    directory = directory_of([family(0)])
    whole = replace(delivery(0), contact_ids=("C0a", "gone"))
    assert said(whole, directory) == "Ngozi Okafor: Ada (Oak)"


async def test_the_same_file_is_fetched_once_and_handed_out_as_the_same_object() -> None:
    fetch, fetched = cellar(b"one")
    blobs = Blobs(fetch)
    [first] = await blobs.enclosures((attachment(b"one"),))
    [second] = await blobs.enclosures((attachment(b"one"),))
    assert first is second
    assert first.content == b"one"
    assert len(fetched) == 1


async def test_only_the_last_few_files_are_kept() -> None:
    contents = [bytes([number]) * 100 for number in range(5)]
    fetch, fetched = cellar(*contents)
    blobs = Blobs(fetch, most_bytes=250)
    for content in [*contents, contents[-1], contents[0]]:
        await blobs.enclosures((attachment(content),))
    assert len(fetched) == 6


async def test_a_file_that_is_not_there_is_an_error_without_its_name() -> None:
    fetch, _ = cellar()
    with pytest.raises(Missing) as raised:
        await Blobs(fetch).enclosures((attachment(b"lost"),))
    assert "trip" not in str(raised.value)


def test_a_fault_is_told_by_type_and_place_alone() -> None:
    try:
        try:
            raise KeyError("07700 900001")
        except KeyError as error:
            raise ValueError("ngozi@example.org") from error
    except ValueError as error:
        told = " ".join((faults.kind(error), *faults.places(error)))
    assert "ValueError" in told
    assert "because of KeyError" in told
    assert "test_outgoing.py" in told
    assert "@" not in told
    assert "07700" not in told
