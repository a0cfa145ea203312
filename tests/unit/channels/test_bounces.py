"""Five hundred mails that came back, each of them taken for what it is."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels._bounces import Sort, Verdict, sort_mail, words
from tests.unit.channels.returned import DOMAIN, OURS, Returned, letter, many, report

ID = "0123456789abcdef01234567"
ALL = list(many())


def test_a_mailbox_of_five_hundred_is_sorted_with_every_one_accounted_for() -> None:
    wrong = [(one.name, one.sort, sort_mail(one.raw, OURS)) for one in ALL if not _right(one, sort_mail(one.raw, OURS))]
    assert wrong == []
    counted = Counter(sort_mail(one.raw, OURS).sort for one in ALL)
    assert sum(counted.values()) == len(ALL) == 500
    assert set(counted) == set(Sort)
    assert counted == Counter(one.sort for one in ALL)


def _right(one: Returned, found: Verdict) -> bool:
    if found.sort is not one.sort:
        return False
    if one.sort in (Sort.JUNK, Sort.AUTOMATIC):
        return True
    same = (found.id, found.address) == (one.id, one.address)
    return same and (one.sort is not Sort.FAILED or found.status == one.status)


def test_of_several_recipients_the_one_that_failed_counts() -> None:
    mixed = report(ID, "a@example.org", action="delivered", status="2.0.0").decode()
    block = "\n\nFinal-Recipient: rfc822; b@example.org\nAction: failed\nStatus: 5.1.1\n"
    head, mark, tail = mixed.partition("Diagnostic-Code: smtp; 550 2.0.0")
    found = sort_mail(f"{head}{mark}{block}{tail}".encode(), OURS)
    assert (found.sort, found.address) == (Sort.FAILED, "b@example.org")


@pytest.mark.parametrize("said", ["no", "No"])
def test_auto_submitted_no_is_a_persons_own_mail(said: str) -> None:
    raw = letter("a@example.org", "Re: Trip", "Yes", In_Reply_To=f"<{ID}@{DOMAIN}>", Auto_Submitted=said)
    assert sort_mail(raw, OURS).sort is Sort.REPLY


def test_an_id_of_somebody_elses_mail_is_not_taken_for_ours() -> None:
    raw = report(ID, "a@example.org", envid=False).replace(ID.encode(), b"CAF-xyz")
    found = sort_mail(raw, OURS)
    assert (found.sort, found.id) == (Sort.FAILED, "")


def test_the_words_of_an_answer_are_without_what_it_quotes() -> None:
    raw = letter("a@example.org", "Re: Trip", "Thank you,\nwe will.\n\nOn Friday the office wrote:\n> Bring a coat.\n")
    assert words(raw) == "Thank you, we will."


def test_reasons_for_staff_hold_no_address() -> None:
    for one in ALL:
        assert "@" not in sort_mail(one.raw, OURS).reason


@given(st.binary(max_size=2000))
def test_nothing_that_comes_makes_it_fail(raw: bytes) -> None:
    assert sort_mail(raw, OURS).sort in Sort


@given(st.sampled_from(ALL), st.integers(0, 3000), st.binary(max_size=5))
def test_nor_a_report_with_a_hole_in_it(one: Returned, at: int, noise: bytes) -> None:
    assert sort_mail(one.raw[:at] + noise + one.raw[at + 7 :], OURS).sort in Sort
