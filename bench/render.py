"""What it costs to make what families get: an email in its parts, and a letter on paper with its print run.

A letter is sent through the channel itself. What counts is the processor's time of this process and of the press's,
and the most memory either ever held; beside the time on the clock, which others on the machine disturb.
"""

import asyncio
import resource
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bench import memory
from bench.composing import compose, with_pdf
from bench.figures import Figure, say
from bench.folder import make
from channels.base import Outgoing, Surroundings
from channels.letter import Letter, LetterSettings
from notifier.model.payload import PaperPayload

FEW, MANY = 500, 5_000
HOMES = (1_000, 10_000)
"""Families for whom emails are composed, to see whether one costs more where there are more."""
WORDS = (
    '<div class="writing" lang="en" dir="ltr"><p class="writing-date">Friday 27 November 2026</p>'
    "<p>Dear Ms Khan and Mr Khan,</p>"
    '<h1 class="writing-title" lang="en" dir="ltr">Year 2 visit the city farm</h1>'
    '<p class="writing-about">For {name} (Oak)</p><div lang="en" dir="ltr">'
    + "<p>On <strong>Thursday 17 December 2026</strong> all Year 2 classes visit the city farm. The children wash "
    "their hands after every animal, and each group of six has an adult with it. Please send a warm coat.</p>"
    * 4
    + "<ul><li>a packed lunch and a drink</li><li>wellingtons</li></ul>"
    "<table><tr><td>We leave school</td><td>9:30</td></tr><tr><td>We are back</td><td>14:45</td></tr></table></div>"
    '<div class="writing-foot"><p>If you have a question, ring us on 020 7946 0000.</p></div></div>'
)


@dataclass(frozen=True, slots=True)
class Printed:
    """``seconds`` on the clock and of the processor, for ``letters`` and their run; megabytes of the press."""

    letters: int
    seconds: float
    processor: float
    run_seconds: float
    press: float


def payloads(count: int) -> Iterable[PaperPayload]:
    for number in range(count):
        address = (f"Ms Khan-{number}", f"{number} Woodgrange Road", "London", "E7 8AA")
        yield PaperPayload("Farm", address, WORDS.replace("{name}", f"Amira-{number}"), "en", f"Class {number % 18}")


def _processor() -> float:
    mine, press = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return mine.ru_utime + mine.ru_stime + press.ru_utime + press.ru_stime


async def printed(count: int) -> Printed:
    with tempfile.TemporaryDirectory() as spare:
        own = Surroundings(Path(spare) / "outbox", "Oak Lane Primary", "020 7946 0000", "", trial=False)
        letter = Letter(LetterSettings(envelope="dl_uk"), own)
        began, before = time.perf_counter(), _processor()

        async def some(which: Iterable[tuple[int, PaperPayload]]) -> None:
            for number, payload in which:
                await letter.send(Outgoing("a", "", "", payload, (), "en", None, "x", "m", f"i{number:05}"))

        shared = iter(enumerate(payloads(count)))
        await asyncio.gather(*(some(shared) for _ in range(letter.parallelism)))
        half = time.perf_counter()
        await asyncio.to_thread(letter.collate, "m")
        ended = time.perf_counter()
        await letter.close()
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / 1e6
    return Printed(count, ended - began, _processor() - before, ended - half, peak)


def figures(many: int = MANY) -> list[Figure]:
    few = asyncio.run(printed(FEW))
    mine = memory.high_water()
    lots = asyncio.run(printed(many))
    grown = max(memory.high_water() - mine, lots.press - few.press)
    for one in (few, lots):
        say(
            f"{one.letters:,} letters and their print run: {one.seconds:.1f} s on the clock ({one.run_seconds:.1f} s "
            f"of it the run), {one.processor / one.letters * 1e3:.1f} ms of the processor a letter, "
            f"the press at most {one.press:.0f} MB"
        )
    each, later = few.processor / few.letters, lots.processor / lots.letters
    return [
        Figure(f"processor for {FEW} letters, with 2 cores for 10 s", few.processor, 20, 10, " s", "less", 1),
        Figure(f"{FEW} letters on paper and their print run", few.seconds, 10, 5, " s", "less", 1),
        Figure("the same, peak memory of both processes", mine + few.press, 400, 250, " MB", "less", 0),
        Figure(f"memory of {many:,} letters beyond that of {FEW}", grown, 60, 20, " MB", "less", 0),
        Figure(f"processor a letter of {many:,}, of that of {FEW}", later / each, 1.3, 1.1, " times", "less"),
    ]


def composing() -> list[Figure]:
    with tempfile.TemporaryDirectory() as spare:
        few, many = (make(Path(spare) / f"school{homes}", homes, mail=25) for homes in HOMES)
        letter = few.letter("one")
        bare = asyncio.run(compose(few, letter))
        heavy = asyncio.run(compose(few, with_pdf(few, letter)))
        later = asyncio.run(compose(many, many.letter("one")))
    say(
        f"composing one email: {bare.microseconds:.0f} µs, of it {bare.rendering:.0f} µs its words, the rest the mail "
        f"around them; with the PDF {heavy.microseconds:.0f} µs; of {HOMES[1]:,} instead of {HOMES[0]:,} "
        f"{later.microseconds:.0f} µs"
    )
    ratio, growth = heavy.microseconds / bare.microseconds, later.microseconds / bare.microseconds
    return [
        Figure("composing with a shared PDF of 100 KB, of that without", ratio, 2, 1.2, " times", "less"),
        Figure(f"composing an email for {HOMES[1]:,}, of that for {HOMES[0]:,}", growth, 1.3, 1.1, " times", "less"),
    ]
