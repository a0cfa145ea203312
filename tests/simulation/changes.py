"""What the office writes into its files in the course of a year: one change at a time, by seed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from notifier.model.directory import BARRING, DENYING, Arrangement, Link, LivesWith, Responsibility, Sort
from notifier.model.message import Kind
from tests.simulation.school import Pair, Register, Settlers

Changed = tuple[str, frozenset[int]]
"""What was done, in ids alone, and the families whose entitlements it touches: none where it is only an address."""

SCOPES = (frozenset[Kind](), frozenset[Kind](), frozenset({Kind.LETTER}), frozenset({Kind.NEWSLETTER, Kind.NOTICE}))


class Changes:
    def __init__(self, register: Register, settlers: Settlers, random: Random) -> None:
        self.register = register
        self.random = random
        self._settlers = settlers
        self._kinds: list[tuple[int, Callable[[date], Changed | None]]] = [
            (6, self._denial_comes),
            (4, self._denial_ends),
            (2, self._row_is_forgotten),
            (4, self._grant_comes),
            (3, self._grant_ends),
            (3, self._unsubscribes),
            (6, self._address_changes),
            (3, self._moves),
            (3, self._flag),
            (3, self._link_changes),
            (1, self._link_goes),
            (2, self._pupil_leaves),
            (2, self._family_joins),
            (1, self._register_goes),
        ]

    def change(self, day: date) -> Changed:
        """Something changes in the register; the files are for the caller to write."""
        if self.register.register_gone:
            self.register.register_gone = False
            return "arrangements.csv is back", self._everybody()
        weights = [weight for weight, _ in self._kinds]
        while True:
            ((_, kind),) = self.random.choices(self._kinds, weights)
            done = kind(day)
            if done is not None:
                return done

    # Arrangements -------------------------------------------------------------------------------------------

    def _denial_comes(self, day: date) -> Changed | None:
        pupil, contact = self._pair()
        sort = self.random.choice([*sorted(BARRING), Sort.SITE_BAN])
        begins = self.random.choice((None, day, day, day + timedelta(days=1)))
        one = self.random.choice((pupil, pupil, None))
        return self._recorded(
            Arrangement(
                sort,
                contact,
                one,
                self.random.choice(SCOPES),
                from_=begins,
                evidence=f"file {self.random.randint(1, 99)}",
                recorded_by="head",
            )
        )

    def _grant_comes(self, day: date) -> Changed | None:
        pupil, contact = self._pair()
        sort = self.random.choice((Sort.COPY, Sort.CONSENT, Sort.PAPER, Sort.MARKETING_CONSENT, Sort.INTERPRETER))
        value = ""
        if sort is Sort.CONSENT:
            signed = [c for (p, c), link in self.register.links.items() if p == pupil and link.contract_signatory]
            if not signed:
                return None
            value = self.random.choice(signed)
        ends = self.random.choice((None, None, day + timedelta(days=self.random.randint(1, 60))))
        one = self.random.choice((pupil, None))
        return self._recorded(
            Arrangement(sort, contact, one, value=value, from_=day, until=ends, evidence="letter", recorded_by="office")
        )

    def _unsubscribes(self, day: date) -> Changed | None:
        _, contact = self._pair()
        return self._recorded(Arrangement(Sort.UNSUBSCRIBE, contact, from_=day, recorded_by="office"))

    def _recorded(self, row: Arrangement) -> Changed | None:
        if row.key in self.register.rows:
            return None
        self.register.record(row)
        return f"{row.sort.value} for {row.contact_id} about {row.pupil_id or 'all'}", self._families(row.contact_id)

    def _denial_ends(self, day: date) -> Changed | None:
        return self._ends(day, [row for row in self._open() if row.sort in DENYING])

    def _grant_ends(self, day: date) -> Changed | None:
        return self._ends(day, [row for row in self._open() if row.sort not in DENYING])

    def _ends(self, day: date, rows: list[Arrangement]) -> Changed | None:
        if not rows:
            return None
        row = self.random.choice(rows)
        last = max(day + timedelta(days=self.random.randint(0, 1)), row.from_ or day)
        self.register.record(replace(row, ended_on=last))
        return f"{row.sort.value} for {row.contact_id} ends on {last}", self._families(row.contact_id)

    def _row_is_forgotten(self, day: date) -> Changed | None:
        rows = [row for row in self._open() if row.key not in self.register.forgotten]
        if not rows:
            return None
        row = self.random.choice(rows)
        self.register.forget(row)
        return f"the line of {row.sort.value} for {row.contact_id} vanishes", self._families(row.contact_id)

    def _open(self) -> list[Arrangement]:
        return [row for row in self.register.rows.values() if row.ended_on is None]

    def _register_goes(self, day: date) -> Changed | None:
        self.register.register_gone = True
        return "arrangements.csv is missing", self._everybody()

    # Addresses ----------------------------------------------------------------------------------------------

    def _address_changes(self, day: date) -> Changed | None:
        _, id = self._pair()
        contact, other = self.register.contacts[id], self.register.contacts[self._relative(id)]
        what = self.random.choice(("email", "email", "mobile", "mobile", "shared", "none"))
        match what:
            case "email":
                contact = replace(contact, email=f"{id.lower()}.{self.random.randint(1, 999)}@example.org")
            case "mobile":
                contact = replace(contact, mobile=f"+447700900{self.random.randint(0, 999):03}")
            case "shared":
                contact = replace(contact, email=other.email.upper().replace("@EXAMPLE.ORG", "@example.org"))
            case "none":
                contact = replace(contact, mobile="")
        self.register.contacts[id] = contact
        return f"{id} has another address ({what})", frozenset()

    def _moves(self, day: date) -> Changed | None:
        _, id = self._pair()
        street, code = f"{self.random.randint(100, 9999)} Capel Road", f"E7 {self.random.randint(0, 9)}NQ"
        household = self.random.choice(("", self.register.contacts[self._relative(id)].household))
        self.register.contacts[id] = replace(
            self.register.contacts[id], address=(street, "London"), postcode=code, household=household
        )
        return f"{id} moves", self._families(id)

    # Links and pupils ---------------------------------------------------------------------------------------

    def _flag(self, day: date) -> Changed | None:
        pair = self._pair()
        yes = not self.register.links[pair].court_order
        self.register.flag(pair, yes=yes)
        return f"court_order of {pair[1]} for {pair[0]}: {'yes' if yes else 'no'}", self._families(pair[1])

    def _link_changes(self, day: date) -> Changed | None:
        pair = self._pair()
        link: Link = self.register.links[pair]
        match self.random.choice(("pr", "lives", "signs")):
            case "pr":
                link = replace(link, responsibility=self.random.choice(tuple(Responsibility)))
            case "lives":
                link = replace(link, lives_with=self.random.choice(tuple(LivesWith)))
            case _:
                link = replace(link, contract_signatory=not link.contract_signatory)
        self.register.links[pair] = link
        return f"the link of {pair[1]} to {pair[0]} changes", self._families(pair[1])

    def _link_goes(self, day: date) -> Changed | None:
        pair = self._pair()
        families = self._families(pair[1])
        self.register.unlink(pair)
        return f"the link of {pair[1]} to {pair[0]} goes", families

    def _pupil_leaves(self, day: date) -> Changed | None:
        here = [one for one in self.register.pupils.values() if one.left_on is None]
        if len(here) < 10:
            return None
        pupil = self.random.choice(here)
        last = max(day + timedelta(days=self.random.choice((-1, 0, 5))), pupil.admitted_on or date.min)
        self.register.pupils[pupil.id] = replace(pupil, left_on=last)
        return f"{pupil.id} leaves on {last}", self._families(pupil.id)

    def _family_joins(self, day: date) -> Changed | None:
        number = self._settlers.settle(day + timedelta(days=self.random.choice((0, 1, 7))))
        return f"family {number} joins", frozenset({number})

    # Whom ---------------------------------------------------------------------------------------------------

    def _pair(self) -> Pair:
        """A pupil and an adult, one of those who are linked."""
        return self.random.choice([*self.register.links])

    def _relative(self, contact: str) -> str:
        number = self.register.family_of[contact]
        return self.random.choice([one for one in self.register.families()[number][1] if one != contact] or [contact])

    def _families(self, id: str) -> frozenset[int]:
        return frozenset({self.register.family_of[id]})

    def _everybody(self) -> frozenset[int]:
        return frozenset(self.register.family_of.values())
