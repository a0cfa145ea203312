"""Steps 2 to 5: what one adult may hear about one pupil, and under which rule (DESIGN 3.5)."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, TypeAlias, TypeVar

from notifier.model.arrangements import holds, in_force
from notifier.model.directory import (
    ANSWERS_FLAG,
    BARRING,
    Arrangement,
    Directory,
    Link,
    LivesWith,
    Responsibility,
    Sort,
)
from notifier.model.message import Kind, Message
from notifier.model.plan import Basis
from notifier.model.policy import ChannelFacts, Copies, Policy, Rung
from notifier.routing import rules
from notifier.routing.consent import consented
from notifier.routing.findings import Allowed, Findings, Refused, allowed, refused, together
from notifier.routing.namesakes import point_out

T = TypeVar("T", bound=tuple[Any, ...])
Answers: TypeAlias = tuple[Allowed | Refused, ...]
_NOBODY: Mapping[str, Refused] = MappingProxyType({})


class Standing:
    """Answers for one message at one moment. Answers are remembered: a school asks the same pair often."""

    def __init__(self, message: Message, directory: Directory, policy: Policy, now: datetime) -> None:
        self.message = message
        self.directory = directory
        self.policy = policy
        self.kind: Kind = message.kind
        self.day: date = now.astimezone(policy.timezone).date()
        self.copies = Copies.ALWAYS if self.kind is Kind.EMERGENCY else policy.kinds[self.kind].copies
        self.found = Findings()
        # Plain dicts: a cache around a bound method would keep each of these alive until the collector comes round.
        self._barred: dict[str, Mapping[str, Refused]] = {}
        # Only the last answer: whoever asks goes from pupil to pupil.
        self._homes: tuple[str | None, tuple[str, ...]] = (None, ())
        self._kept_out = directory.silenced | {
            row.contact_id for row in directory.barred_unlinked if row.covers(self.kind) and holds(row, self.day)
        }
        self._same: dict[Any, Any] = {}
        self._cited: dict[tuple[tuple[str, ...], tuple[str, ...]], tuple[str, ...]] = {}
        self._heard: dict[int, Allowed | Refused] = {}
        self.by_links = self.kind is not Kind.EMERGENCY and not message.marketing
        self.known: dict[str, Answers] = directory.worked_out.setdefault(("usual", self.copies), {})
        """By pupil what ``usual`` has found so far."""
        self.ladders: dict[bool, tuple[Rung, ...]] = {}
        """By whether paper comes first: the ladder of this message before addresses."""
        self.along: dict[tuple[Rung, ...], tuple[tuple[str, ChannelFacts], ...]] = {}
        """By ladder: its channels with what is known of them, in order."""
        self.kept: dict[tuple[Any, ...], tuple[tuple[Rung, ...], bool]] = {}
        """By ladder and the channels that can be used: what is left of it, and whether it begins on paper."""
        self.languages: dict[str, tuple[str, str]] = {}
        """By what an adult speaks: their language, and that of the words they get."""

    def bars(self, pupil_id: str) -> Mapping[str, Refused]:
        """Every adult, linked or not, whom something bars from this message about this pupil."""
        if pupil_id not in self.directory.remarkable:
            return _NOBODY
        found = self._barred.get(pupil_id)
        if found is None:
            found = self._barred[pupil_id] = self._bars(pupil_id) or _NOBODY
        return found

    def main_homes(self, pupil_id: str) -> tuple[str, ...]:
        """The homes in which a pupil lives; where nobody recorded one, the first adult's with responsibility."""
        if self._homes[0] != pupil_id:
            self._homes = pupil_id, self._main_homes(pupil_id)
        return self._homes[1]

    def same(self, value: T) -> T:
        """An equal value that is there already, where one is: thousands of deliveries share a few ladders and rules."""
        found: T = self._same.setdefault(value, value)
        return found

    def cited(self, entitling: tuple[str, ...], reaching: tuple[str, ...]) -> tuple[str, ...]:
        """The rules of a delivery: what let its adults in, what the kind carries out, and what led to its addresses."""
        found = self._cited.get((entitling, reaching))
        if found is None:
            cited = dict.fromkeys((*entitling, *self.policy.kinds[self.kind].rules, *reaching))
            found = self._cited[entitling, reaching] = self.same(tuple(cited))
        return found

    def hears(self, link: Link) -> Allowed | Refused:
        """What the adult of a link of this directory may hear about its pupil."""
        found = self._heard.get(id(link))  # the directory keeps its links, so none takes another's place
        if found is None:
            found = self._heard[id(link)] = self._hears(link)
        return found

    def hear(self, pupil_id: str) -> Iterator[tuple[Link, Allowed | Refused]]:
        """Each adult of a pupil, and what they may hear about it."""
        links = self.directory.links_of_pupil.get(pupil_id, ())
        if answers := self.usual(pupil_id):
            for link, answer in zip(links, answers, strict=True):
                self.found.steps.say(answer.said, link.contact_id, pupil_id)
                yield link, answer
        else:
            for link in links:
                if link.contact_id in self.directory.contacts:
                    yield link, self.hears(link)

    def usual(self, pupil_id: str) -> Answers:
        """The answers for a pupil's links, in their order, where they follow from the links and the school's
        ``copies`` alone and ask nothing of anybody: the same for every message, so asked once of a directory.

        Empty where anything is on file, where there is something to ask, or where the message is of a sort of its
        own: an emergency has its own rule, and who gets advertising has agreed to it.
        """
        if not self.by_links:
            return ()
        found = self.known.get(pupil_id)
        if found is None:
            found = self.known[pupil_id] = self._asked(pupil_id)
        return found

    def _asked(self, pupil_id: str) -> Answers:
        links = self.directory.links_of_pupil.get(pupil_id, ())
        contact_ids = {link.contact_id for link in links}
        if (
            pupil_id in self.directory.remarkable
            or len(contact_ids) != len(links)
            or not contact_ids <= self.directory.contacts.keys()
        ):
            return ()
        tasks, self.found.tasks = self.found.tasks, {}
        answers = together(*[self._decide(link) for link in links])
        asks, self.found.tasks = self.found.tasks, tasks
        tasks.update(asks)
        return () if asks else answers

    # Step 3 -------------------------------------------------------------------------------------------------

    def _bars(self, pupil_id: str) -> dict[str, Refused]:
        barred: dict[str, Refused] = {}
        answered: set[str] = set()
        for row in self.directory.denials_about.get(pupil_id, ()):
            if row.sort not in BARRING or not self._in_force(row, pupil_id):
                continue
            if row.sort in ANSWERS_FLAG:
                answered.add(row.contact_id)
            if row.covers(self.kind):
                rule = rules.HOLD if row.sort is Sort.WELFARE_HOLD else rules.ORDER
                if rule == rules.ORDER or row.contact_id not in barred:  # the same, whatever the rows' order
                    barred[row.contact_id] = refused(rule, denied=True)
        links = self.directory.links_of_pupil.get(pupil_id, ())
        # A snapshot keeps the flags apart from the links; where the two differ, the stricter one counts.
        flagged = {link.contact_id for link in links if link.court_order}
        flagged |= self.directory.flagged_about.get(pupil_id, frozenset())
        for contact_id in sorted(flagged - answered):
            barred[contact_id] = refused(rules.FLAG, denied=True)
            self.found.task(
                "Record what the court order says for this adult and this child in families/arrangements.csv.",
                (contact_id, pupil_id),
                rules.FLAG,
            )
        for link in links:
            if link.contact_id in self.directory.silenced:
                barred[link.contact_id] = refused(rules.UNREADABLE, denied=True)
        if barred:
            point_out(barred.keys(), links, self.directory, self.found)
        return barred

    def kept_out(self, pupil_ids: Sequence[str]) -> AbstractSet[str]:
        """Whose addresses may not be used for a message about these pupils (step 7).

        A bar on *all their pupils* of a contact whose links are gone names no child any more: it counts for each.
        So does a row that cannot be read: nobody knows which child it is about.
        """
        barred = self._kept_out
        for pupil_id in pupil_ids:
            if bars := self.bars(pupil_id):
                barred = barred | bars.keys()
        return barred

    def _in_force(self, row: Arrangement, pupil_id: str) -> bool:
        """Whether a barring row holds today; what is doubtful about it becomes a task (DESIGN 3.1, H34, H36)."""
        about = (row.contact_id, pupil_id)
        if not in_force(row, self.day):
            return False
        if row.sort is Sort.AGREEMENT and not row.evidence:
            self.found.task(
                "An agreement without evidence is not followed. Ask for it in writing and record where it is kept.",
                about,
                rules.AGREEMENT,
            )
            return False
        if row.sort in (Sort.COURT_ORDER, Sort.INJUNCTION) and not row.evidence:
            self.found.task(
                "An order is followed, but no evidence is recorded. Ask to see it and record where it is kept.",
                about,
                rules.FLAG,
            )
        if row.sort is Sort.WELFARE_HOLD and row.recorded_by not in self.policy.head:
            self.found.task("A welfare hold was not recorded by the head. Ask the head about it.", about, rules.HOLD)
        if row.until is not None and row.until < self.day:
            self.found.task(
                "The end date of an order has passed, and it is still followed. Check it, then write ended_on.",
                about,
                rules.FLAG,
            )
        return True

    # Homes --------------------------------------------------------------------------------------------------

    def _main_homes(self, pupil_id: str) -> tuple[str, ...]:
        links = self.directory.links_of_pupil.get(pupil_id, ())
        home_of = self.directory.home_of
        living = {
            home_of[link.contact_id]
            for link in links
            if link.lives_with in (LivesWith.YES, LivesWith.SHARED) and link.contact_id in home_of
        }
        if living:
            return tuple(living)
        barred = self.bars(pupil_id)
        able = [
            link
            for link in links
            if link.responsibility is Responsibility.YES
            and link.contact_id not in barred
            and link.contact_id in home_of
            and not link.organisation
        ]
        if able:
            first = min(_rank(link) for link in able)
            self.found.task("Record with whom this child lives (lives_with in links.csv).", (pupil_id,), rules.HOME)
            return tuple({home_of[link.contact_id] for link in able if _rank(link) == first})
        return ()

    def lives_apart(self, link: Link) -> bool:
        if self.directory.home_of[link.contact_id] not in self.main_homes(link.pupil_id):
            return True
        return link.lives_with is LivesWith.NO and any(
            other.contact_id != link.contact_id and other.lives_with in (LivesWith.YES, LivesWith.SHARED)
            for other in self.directory.links_of_pupil[link.pupil_id]
        )

    # Steps 3 to 5 for one link ------------------------------------------------------------------------------

    def _hears(self, link: Link) -> Allowed | Refused:
        answer = self._decide(link)
        self.found.steps.say(answer.said, link.contact_id, link.pupil_id)
        return answer

    def _decide(self, link: Link) -> Allowed | Refused:
        barred = self.bars(link.pupil_id).get(link.contact_id)
        if barred is not None:
            return barred
        if self._banned(link):
            return refused(rules.SITE_BAN, denied=True)
        own_right = self._own_right(link)
        consent = not own_right and self.consent(link)
        if not own_right and not consent:
            if link.responsibility is Responsibility.UNKNOWN:
                self.found.task(
                    "Record whether this adult has parental responsibility for this child (links.csv).",
                    (link.contact_id, link.pupil_id),
                    rules.RESPONSIBILITY,
                )
            return refused(rules.RESPONSIBILITY, denied=False)
        answer = self._copy(link, own_right)
        if isinstance(answer, Refused):
            return answer
        return self._wanted(link) or answer

    def _own_right(self, link: Link) -> str:
        """The rule that entitles without a row, empty where none does."""
        if link.responsibility is Responsibility.YES:
            return rules.CORPORATE if link.organisation else rules.RESPONSIBILITY
        if link.lives_with in (LivesWith.YES, LivesWith.SHARED):
            return rules.CARE
        return ""

    def _copy(self, link: Link, own_right: str) -> Allowed | Refused:
        """Whether an entitled adult who lives apart gets an additional copy."""
        if link.organisation:
            return allowed(Basis.EQUAL, own_right or rules.CONSENT)
        if not self.lives_apart(link):
            return allowed(Basis.MAIN, own_right or rules.CONSENT)
        if not own_right:  # only consent let them in, and it counts as the request too
            return allowed(Basis.CONSENT, rules.CONSENT)
        match self.copies:
            case Copies.ALWAYS:
                return allowed(Basis.EQUAL, rules.EMERGENCY if self.kind is Kind.EMERGENCY else rules.EQUAL)
            case Copies.ON_REQUEST:
                if self._rows(Sort.COPY, link):
                    return allowed(Basis.COPY, rules.REQUEST)
                if self.consent(link):
                    return allowed(Basis.CONSENT, rules.CONSENT)
                return refused(rules.REQUEST, denied=False)
            case Copies.SIGNATORY_OR_CONSENT:
                if link.contract_signatory:
                    return allowed(Basis.EQUAL, rules.SIGNATORY)
                if self.consent(link):
                    return allowed(Basis.CONSENT, rules.CONSENT)
                if self._rows(Sort.COPY, link):
                    self.found.task(
                        "This adult asked for copies and did not sign the parent contract. Ask a parent who signed to "
                        "agree in writing, then record a consent; if they do not, end the request with ended_on.",
                        (link.contact_id, link.pupil_id),
                        rules.CONSENT,
                    )
                return refused(rules.SIGNATORY, denied=False)

    def _wanted(self, link: Link) -> Refused | None:
        """Step 5: advertising, such as the PTA's (W32), only with consent; no newsletter for who unsubscribed, whatever
        pupil and scope say."""
        rows = self.directory.arrangements_of.get(link.contact_id)
        if (
            rows
            and self.kind is Kind.NEWSLETTER
            and any(row.sort is Sort.UNSUBSCRIBE and in_force(row, self.day) for row in rows)
        ):
            return refused(rules.UNSUBSCRIBED, denied=True)
        if self.message.marketing and not self._rows(Sort.MARKETING_CONSENT, link):
            return refused(rules.MARKETING, denied=False)
        return None

    def _banned(self, link: Link) -> bool:
        if self.kind not in (Kind.LETTER, Kind.NOTICE) or not self._invites(link.pupil_id):
            return False
        for row in self.directory.denials_about.get(link.pupil_id, ()):
            if row.sort is Sort.SITE_BAN and row.contact_id == link.contact_id and row.covers(self.kind):
                if not in_force(row, self.day):
                    continue
                self.found.task(
                    "This invites on site an adult who may not come on site. The head decides how to word it for them.",
                    (link.contact_id, link.pupil_id),
                    rules.SITE_BAN,
                )
                return True
        return False

    def _invites(self, pupil_id: str) -> bool:
        """Whether it names something on site for this child's family; what is not known to be elsewhere counts."""
        event = self.message.event
        if event is not None:
            return event.on_site is not False
        return any(one.event.on_site is not False and one.concerns((pupil_id,)) for one in self.message.diary)

    def _rows(self, sort: Sort, link: Link) -> list[Arrangement]:
        """The rows of this sort that hold today for this adult, this child and this kind."""
        return [
            row
            for row in self.directory.arrangements_of.get(link.contact_id, ())
            if row.sort is sort
            and row.pupil_id in (None, link.pupil_id)
            and row.covers(self.kind)
            and in_force(row, self.day)
        ]

    def consent(self, link: Link) -> bool:
        """Whether a contracting parent's written consent informs this adult (H28, H29)."""
        rows = self._rows(Sort.CONSENT, link)
        return bool(rows) and consented(link, rows, self.directory, self._barred_at_all(link.pupil_id), self.found)

    def _barred_at_all(self, pupil_id: str) -> set[str]:
        """Who is barred about a pupil from anything, whatever the scope: such an adult's consent counts for nothing."""
        return set(self.bars(pupil_id)) | {
            row.contact_id
            for row in self.directory.denials_about.get(pupil_id, ())
            if row.sort in BARRING and holds(row, self.day)
        }


def _rank(link: Link) -> float:
    return float("inf") if link.priority is None else link.priority
