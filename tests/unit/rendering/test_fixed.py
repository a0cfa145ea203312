"""What is made of a message once, for all its families."""

from copy import deepcopy
from dataclasses import replace

from notifier.rendering.fixed import Fixed
from tests.unit.rendering.school_life import LETTER, NEWSLETTER


def test_what_was_made_is_handed_out_again_also_for_the_same_message_read_anew() -> None:
    fixed: Fixed[object] = Fixed()
    made = fixed.get(LETTER, "en", object)
    read = deepcopy(LETTER)
    assert read is not LETTER
    assert fixed.get(read, "en", object) is made
    assert fixed.get(read, "en", object) is made
    assert fixed.get(LETTER, "en", object) is made
    assert fixed.get(LETTER, "ur", object) is not made


def test_a_message_that_has_changed_under_its_id_is_made_anew() -> None:
    fixed: Fixed[object] = Fixed()
    made = fixed.get(LETTER, "en", object)
    changed = replace(LETTER, reply_to="class@meadowbank.example.org")
    anew = fixed.get(changed, "en", object)
    assert anew is not made
    assert fixed.get(changed, "en", object) is anew


def test_only_the_last_few_are_kept_and_what_is_asked_for_stays() -> None:
    fixed: Fixed[object] = Fixed(keep=2)
    letter, news = fixed.get(LETTER, "en", object), fixed.get(NEWSLETTER, "en", object)
    assert fixed.get(LETTER, "en", object) is letter
    fixed.get(LETTER, "ur", object)
    assert fixed.get(LETTER, "en", object) is letter
    assert fixed.get(NEWSLETTER, "en", object) is not news
