"""Where nothing is on file a plan is made by shorter ways; they come to what the long ways come to.

A register of which no row holds any more, and a stranger who is barred and shares no address, change nothing for
anybody. But about whom there is a row, and where anybody is kept out, the shorter ways are not taken: so the plan of a
school with both is the one that the long ways make.
"""

from dataclasses import fields, replace
from datetime import timedelta

from hypothesis import event, given
from hypothesis import strategies as st

from notifier.model.directory import Arrangement, Directory
from notifier.model.message import Message
from notifier.model.plan import Plan
from notifier.model.policy import Policy
from notifier.routing import plan
from notifier.routing.ladder import wanted, ways
from notifier.routing.plan import languages
from notifier.routing.standing import Standing
from tests.unit.routing.families import NOW, TODAY, row
from tests.unit.routing.generated import ADULTS, cases, directories, many, quiet

LONG_AGO = TODAY - timedelta(days=900)


def on_file(directory: Directory, *, stranger: bool) -> Directory:
    """The same school with a row about everybody that ended long ago, and a stranger who is barred about everything."""
    everybody = {*directory.contacts, *(link.contact_id for link in directory.links)}
    over: list[Arrangement] = [row("paper", one, ended_on=LONG_AGO) for one in sorted(everybody)]
    over += [row("paper", "WHO-LEFT", pupil_id, ended_on=LONG_AGO) for pupil_id in directory.pupils]
    barred = [row("court-order", "NOBODY-KNOWS")] if stranger else []
    return replace(directory, arrangements=(*directory.arrangements, *over, *barred))


wishes = st.builds(row, st.sampled_from(["paper", "paper", "large-print", "interpreter"]), st.sampled_from(ADULTS))


@many
@given(cases(st.one_of(quiet(), quiet(), directories())), st.booleans())
def test_a_plan_by_the_short_ways_is_the_plan_by_the_long_ways(
    case: tuple[Directory, Message, Policy], stranger: bool
) -> None:
    directory, about, policy = case
    long_way = on_file(directory, stranger=stranger)
    assert long_way.remarkable >= directory.pupils.keys()
    assert bool(Standing(about, long_way, policy, NOW).kept_out(())) >= stranger
    short, long = plan(about, directory, policy, NOW), plan(about, long_way, policy, NOW)
    event(f"{len(directory.pupils.keys() - directory.remarkable)} children about whom nothing is on file")
    for one in fields(Plan):
        assert getattr(short, one.name) == getattr(long, one.name), one.name


@many
@given(cases(st.one_of(quiet(), directories())), st.lists(wishes, max_size=3))
def test_what_a_plan_keeps_from_one_family_to_the_next_changes_nothing_for_the_next(
    case: tuple[Directory, Message, Policy], asked_for: list[Arrangement]
) -> None:
    """Each delivery is what it would be if it were the first that anybody asked about."""
    directory, about, policy = case
    directory = replace(directory, arrangements=(*directory.arrangements, *asked_for))
    for delivery in plan(about, directory, policy, NOW).deliveries:
        contact_ids, pupil_ids = delivery.contact_ids, delivery.pupil_ids
        alone = Standing(about, replace(directory), policy, NOW)
        reached = ways(alone, contact_ids, pupil_ids, wanted(alone, contact_ids, pupil_ids))
        assert (delivery.ladder, delivery.routes) == (reached.ladder, reached.routes)
        if not contact_ids:
            continue
        assert (delivery.language, delivery.text_language) == languages(
            alone, contact_ids, reached.ladder, reached.routes
        )
        answers = [
            Standing(about, replace(directory), policy, NOW).hears(link)
            for contact_id in contact_ids
            for pupil_id in pupil_ids
            for link in directory.links_of_pupil[pupil_id]
            if link.contact_id == contact_id
        ]
        entitling = [answer.rule for answer in answers]
        assert delivery.rules == tuple(dict.fromkeys((*entitling, *policy.kinds[about.kind].rules, *reached.rules)))
