"""How many families of each case the two schools have."""

import random

from tools.example_schools import families as f
from tools.example_schools.records import School

WOODGRANGE_CLASSES = (
    ("Acorn", "N"), ("Conker", "N"),
    ("Beech", "R"), ("Hazel", "R"), ("Rowan", "R"),
    ("Ash", "1"), ("Elm", "1"), ("Maple", "1"),
    ("Oak", "2"), ("Cedar", "2"), ("Willow", "2"),
)  # fmt: skip
WOODGRANGE: dict[f.Case, int] = {
    f.together: 94,
    f.single: 34,
    f.two_mothers: 3,
    f.two_fathers: 2,
    f.no_email: 9,
    f.telephone_only: 2,
    f.unreachable: 1,
    f.apart_without_request: 16,
    f.apart_with_copy: 11,
    f.apart_with_copy_of_reports: 3,
    f.shared_care: 8,
    f.court_order: 2,
    f.court_order_for_one: 1,
    f.court_order_past: 1,
    f.court_order_unanswered: 1,
    f.injunction: 1,
    f.agreement: 1,
    f.welfare_hold: 1,
    f.site_ban: 2,
    f.step_parent: 7,
    f.consent: 2,
    f.fostered: 2,
    f.twins: 2,
    f.half_siblings: 2,
    f.paper: 11,
    f.large_print: 2,
    f.interpreter: 4,
    f.unsubscribed: 2,
    f.marketing: 3,
    f.new_baby_home: 1,
    f.prospective: 4,
    f.left: 4,
}
HYDE_PARK_CLASSES = (
    ("Kestrel", "R"), ("Robin", "R"), ("Heron", "1"), ("Wren", "1"), ("Swift", "2"), ("Falcon", "2"),
)  # fmt: skip
HYDE_PARK: dict[f.Case, int] = {
    f.together: 26,
    f.single: 8,
    f.two_mothers: 1,
    f.no_email: 2,
    f.telephone_only: 1,
    f.apart_without_request: 3,
    f.apart_with_copy: 2,
    f.only_one_signed: 4,
    f.consent_for_unsigned: 2,
    f.shared_care: 2,
    f.court_order: 1,
    f.agreement: 1,
    f.step_parent: 1,
    f.fostered: 1,
    f.twins: 1,
    f.half_siblings: 1,
    f.paper: 2,
    f.interpreter: 1,
    f.left: 1,
}


def made_up(cases: dict[f.Case, int], classes: tuple[tuple[str, str], ...], seed: int) -> School:
    """A school with its families in a mixed order, the same each time."""
    school = School(random.Random(seed), classes)  # noqa: S311  (names, not secrets)
    order = [case for case, count in cases.items() for _ in range(count)]
    school.random.shuffle(order)
    for case in order:
        case(school)
    return school


def woodgrange() -> School:
    return made_up(WOODGRANGE, WOODGRANGE_CLASSES, 20260901)


def hyde_park() -> School:
    return made_up(HYDE_PARK, HYDE_PARK_CLASSES, 20230901)
