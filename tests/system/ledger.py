"""What must be true of a school after whatever happened to it: nobody lost, nothing settled twice (DESIGN 5).

Told from the outside: who is entitled comes from ``notifier preview``, what arrived from the servers and from the
files for people. The database is asked only what it takes for settled.
"""

import json
import sys
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from notifier.dispatch.outgoing import stem
from tests.servers.twilio import Twilio
from tests.system.post import Post
from tests.system.school import LEGS, SchoolFolder

CONNECTIONS = 4
AT_FIRST = 2
"""So many of them does a daemon open before its mail server has shown that it bears more."""
WINDOW = 60
"""Messages that may arrive within a commit window and while it is being written."""

_ENTITLED: dict[tuple[str, str], Counter[tuple[str, ...]]] = {}
"""What ``preview`` said of a text, by the families: the same schools are used over and over."""

Adults = tuple[str, ...]
DELIVERIES = (
    "SELECT delivery.id, delivery.state, delivery.value, message.subject FROM delivery"
    " JOIN message ON message.id = delivery.message_id WHERE NOT delivery.public"
)


@dataclass
class Dropped:
    file: Path
    subject: str
    entitled: Counter[Adults]


@dataclass
class Ledger:
    school: SchoolFolder
    post: Post
    twilio: Twilio | None = None
    dropped: list[Dropped] = field(default_factory=list)
    deaths: int = 0
    settled: dict[str, int] = field(default_factory=dict)
    """How often each email had arrived when it stood in the database as sent; it may never be more."""

    async def know(self, text: str, name: str) -> Counter[Adults]:
        """Who is entitled to a message with this text, as ``preview`` has it."""
        files = sorted((self.school.path / "families").glob("*.csv"))
        key = (sha256(b"".join(file.read_bytes() for file in files)).hexdigest(), text)
        if key not in _ENTITLED:
            aside = self.school.processes.folder / name
            aside.write_text(text, "utf-8")
            said = await self.school("preview", str(aside), "--json")
            assert said.code in (0, 1), said.text
            _ENTITLED[key] = Counter(tuple(sorted(one["contact_ids"])) for one in said.json["deliveries"])
        return _ENTITLED[key]

    async def drop(self, name: str, text: str, folder: str = "office") -> None:
        """A file for the school, once it is known who is entitled to it."""
        entitled = await self.know(text, name)
        subject = next(line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("subject:"))
        self.dropped.append(Dropped(self.school.drop(name, text, folder), subject, entitled))

    def died(self) -> None:
        """The power went: what stands as settled from now on may not arrive again."""
        self.deaths += 1
        if not self.school.left_behind("SELECT name FROM sqlite_master WHERE name = 'leg'"):
            return  # before there was a database
        ids = self.post.ids
        for leg in self.school.left_behind(f"{LEGS} WHERE leg.channel = 'email' AND leg.state = 'sent'"):
            arrived = self.settled.setdefault(stem(leg["id"]), ids[stem(leg["id"])])
            assert arrived >= 1, f"{leg['id']} stands as sent and never arrived"

    def done(self) -> bool:
        """Every file is answered and put away, and nothing is left that goes by itself."""
        put_away = all((one.file.parent / "accepted" / one.file.name).exists() for one in self.dropped)
        open_legs = self.school.rows("SELECT id FROM leg WHERE state IN ('due', 'started', 'unknown') LIMIT 1")
        return put_away and not open_legs and not self.school.rows("SELECT id FROM message WHERE state = 'waiting'")

    def check(self, what: str, *, in_doubt: Collection[str] = ()) -> None:
        """Print the counts, and hold them against what is promised.

        ``in_doubt``: emails that a server took without saying so, by Message-ID; they go again.
        """
        lost, reached = self._lost()
        ids = self.post.ids
        doubled = {id: times for id, times in ids.items() if times > 1}
        again = {id: (times, ids[id]) for id, times in self.settled.items() if ids[id] != times}
        texts = Counter((one["to"], one["body"]) for one in self.twilio.messages) if self.twilio else Counter()
        twice = {to: times for to, times in texts.items() if times > 1}
        parked = self.school.rows("SELECT id FROM leg WHERE state = 'technical_failure'")
        sys.stdout.write(
            f"{what}: {len(self.dropped)} messages, {reached} families reached, {sum(ids.values())} emails and"
            f" {sum(texts.values())} texts arrived; lost {lost.total()}, doubled {len(doubled)} emails (of these"
            f" {len(again)} settled) and {len(twice)} texts, by {self.deaths} deaths; {len(parked)} left to a person\n"
        )
        assert not lost, lost
        assert not again, again
        assert not twice, twice
        by_death = doubled.keys() - set(in_doubt)
        assert len(by_death) <= self.deaths * (CONNECTIONS + WINDOW)
        assert all(doubled[id] <= 1 + self.deaths for id in by_death), doubled
        tasks = self.school.rows("SELECT about FROM task WHERE done_at IS NULL")
        assert all(any(leg["id"] in task["about"] for task in tasks) for leg in parked), parked
        self._answered_once()

    def _lost(self) -> tuple[Counter[Adults], int]:
        """Families entitled and not reached, by their adults; and how many were reached."""
        arrived = set(self.post.ids)
        reached: dict[str, Counter[Adults]] = {one.subject: Counter() for one in self.dropped}
        legs: dict[str, list[tuple[str, str, str]]] = {}
        for leg in self.school.rows("SELECT id, delivery_id, channel, contact_id FROM leg WHERE state = 'sent'"):
            legs.setdefault(leg["delivery_id"], []).append((leg["id"], leg["channel"], leg["contact_id"]))
        files = {path.stem for path in (self.school.path / "outbox").rglob("*.json")}
        for delivery in self.school.rows(DELIVERIES):
            ways = [
                channel == "text" or stem(id) in (arrived if channel == "email" else files)
                for id, channel, _ in legs.get(delivery["id"], [])
            ]
            if delivery["subject"] in reached and ways and all(ways):
                adults = tuple(sorted(json.loads(delivery["value"])["contact_ids"]))
                reached[delivery["subject"]][adults] += 1
        lost: Counter[Adults] = Counter()
        for one in self.dropped:
            assert one.entitled.total() > 10
            lost += one.entitled - reached[one.subject]
            assert not reached[one.subject] - one.entitled, "somebody got what they are not entitled to"
        if self.twilio is not None:
            states = Counter(leg["state"] for leg in self.school.rows("SELECT state FROM leg WHERE channel = 'text'"))
            # One that three processes died of is parked, and a person asks: Twilio may have taken it.
            left = len(self.twilio.messages) - states["sent"]
            assert 0 <= left <= states["technical_failure"], "what stands as texted is not what Twilio took"
        return lost, sum(one.total() for one in reached.values())

    def _answered_once(self) -> None:
        subjects = Counter(row["subject"] for row in self.school.rows("SELECT subject FROM message"))
        for one in self.dropped:
            assert subjects[one.subject] == 1, subjects
            folder = one.file.parent
            answers = [path.name for path in folder.iterdir() if path.name.startswith(f"{one.file.stem}.")]
            assert answers == [f"{one.file.stem}.answer.txt"], answers
            answer = (folder / answers[0]).read_text("utf-8")
            assert answer.startswith(("ACCEPTED", "PLANNED")), answer
            assert [path.name for path in (folder / "accepted").iterdir()].count(one.file.name) == 1
            assert not list((folder / "processing").iterdir())
            assert not list(folder.glob(".*.part"))
