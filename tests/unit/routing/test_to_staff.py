"""What the program writes to staff reaches staff, and nobody else."""

from dataclasses import replace
from datetime import timedelta

from notifier.acceptance.staff import staff_message
from notifier.model.message import Mode
from notifier.model.plan import Send, Withhold
from notifier.model.staff import Role, Staff
from notifier.routing import recheck
from tests.unit.acceptance.school import WORLD
from tests.unit.routing.families import NOW, SCHOOL, WOODGRANGE
from tests.unit.routing.test_drill import generated_nobody

AUTHOR = Staff("m-clarke", "Moira Clarke", Role.HEAD, email="clarke@staff.example.org")
POLICY = replace(WOODGRANGE, staff=(AUTHOR,))
FAMILIES = generated_nobody()
ENTRY = staff_message("letter-1", "k1", [AUTHOR], "No issue yet", ["None waits."], replace(WORLD, policy=POLICY), NOW)
assert ENTRY is not None
MESSAGE, DELIVERY = ENTRY.message, ENTRY.plan.deliveries[0]


def test_a_reminder_to_a_member_of_staff_goes() -> None:
    assert recheck(MESSAGE, DELIVERY, FAMILIES, POLICY, NOW) == Send(DELIVERY)
    live = replace(MESSAGE, mode=Mode.LIVE)
    assert recheck(live, DELIVERY, FAMILIES, POLICY, NOW + timedelta(days=1)) == Send(DELIVERY)


def test_it_goes_to_the_address_as_it_is_now() -> None:
    moved = replace(POLICY, staff=(replace(AUTHOR, email="moira@staff.example.org"),))
    answer = recheck(MESSAGE, DELIVERY, FAMILIES, moved, NOW)
    assert isinstance(answer, Send)
    assert answer.delivery.addresses == {"email": "moira@staff.example.org"}


def test_it_goes_to_nobody_who_has_left_and_no_words_for_families_go_to_staff_nor_those_to_families() -> None:
    assert isinstance(recheck(MESSAGE, DELIVERY, FAMILIES, replace(POLICY, staff=()), NOW), Withhold)
    without = replace(POLICY, staff=(replace(AUTHOR, email=""),))
    assert isinstance(recheck(MESSAGE, DELIVERY, FAMILIES, without, NOW), Withhold)
    for wider in (
        replace(DELIVERY, contact_ids=("C1",)),
        replace(DELIVERY, pupil_ids=("P1",)),
        replace(DELIVERY, also_ring=("C1",)),
    ):
        assert isinstance(recheck(MESSAGE, wider, FAMILIES, POLICY, NOW), Withhold)
    families = replace(MESSAGE, audience=(SCHOOL,))
    assert isinstance(recheck(families, DELIVERY, FAMILIES, POLICY, NOW), Withhold)
