"""A barred adult who comes back under a new id is pointed out."""

from notifier.routing import rules
from tests.unit.routing.families import adult, child, families, link, message, planned, row

PEOPLE = (child("P1"), adult("DAD", forename="Emeka"), adult("DAD2", forename="EMEKA", email="new@example.org"))
ORDER = row("court-order", "DAD", "P1")


def test_a_linked_adult_with_the_name_of_a_barred_one_whose_link_is_gone_raises_a_task() -> None:
    plan = planned(families(*PEOPLE, link("P1", "DAD2", lives="yes"), ORDER), message())
    assert (("DAD2", "P1"), rules.FLAG) in [(task.about, task.rule) for task in plan.tasks]
    assert [delivery.contact_ids for delivery in plan.deliveries] == [("DAD2",)]


def test_two_adults_of_one_name_who_are_both_linked_are_two_adults() -> None:
    both = families(*PEOPLE, link("P1", "DAD2", lives="yes"), link("P1", "DAD", 2), ORDER)
    assert not planned(both, message()).tasks
