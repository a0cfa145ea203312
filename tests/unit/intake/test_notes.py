"""A newer issue tells beside the earlier file what became of it."""

from pathlib import Path

from notifier.intake import answers
from notifier.intake.disk import Disk


def test_a_note_stands_above_the_earlier_answer_once(tmp_path: Path) -> None:
    answers.write(tmp_path, "news", "PLANNED: news\n", Disk(), bad=False)
    for _ in range(2):
        answers.add(tmp_path, "news", "Replaced: newer goes instead.\n", Disk())
    assert (tmp_path / "news.answer.txt").read_text() == "Replaced: newer goes instead.\n\nPLANNED: news\n"


def test_an_answer_that_somebody_deleted_is_not_made_again(tmp_path: Path) -> None:
    answers.add(tmp_path, "news", "Replaced.\n", Disk())
    assert not list(tmp_path.iterdir())


def test_two_pictures_of_one_stem_get_two_answers() -> None:
    assert answers.name_of("photo.png", folder=False) == "photo.png"
    assert answers.name_of("photo.jpg", folder=False) == "photo.jpg"
    assert answers.name_of("trip.md", folder=False) == "trip"
