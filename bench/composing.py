"""What it costs to render and compose one email, with and without a PDF of 100 KB that all share.

The deliveries come from a real plan for a real folder; nothing is queued or sent.
"""

import gc
import random
import shutil
import time
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path

from bench.folder import Folder
from channels.base import Composes
from notifier.clock import SystemClock
from notifier.config import load
from notifier.daemon import School
from notifier.dispatch.blobs import Blobs
from notifier.dispatch.outgoing import Packer
from notifier.fittings import channel_settings
from notifier.intake import read

PDF_BYTES = 100 * 1024


@dataclass(frozen=True, slots=True)
class Composed:
    """``microseconds`` of the processor an email, the best of several rounds; and the first email's own bytes."""

    microseconds: float
    rendering: float
    """What of it goes into the family's words; the rest is the mail around them."""
    first: bytes
    child: str
    """The name in it that is another one for each family."""

    @property
    def parts(self) -> tuple[str, str, str]:
        """Subject, HTML and plain text, with ``{name}`` where each family's own child is named."""
        mail = message_from_bytes(self.first, policy=policy.default)
        html, plain = mail.get_body(("html",)), mail.get_body(("plain",))
        assert html is not None
        assert plain is not None
        return (
            str(mail["Subject"]),
            html.get_content().replace(self.child, "{name}"),
            plain.get_content().replace(self.child, "{name}"),
        )


async def compose(folder: Folder, letter: Path, rounds: int = 5) -> Composed:
    config = load(folder.config, channel_settings(), {"BENCH_TOKEN": "x"}, pins_required=False)
    async with School.opened(config, SystemClock(), create=True) as school:
        await school.families.refresh(school.clock.now(), settled=True)
        directory = school.families.current
        assert directory is not None
        intake = next(one for one in school.folders if one.name == "drop/office")
        now = school.clock.now()
        (submission,) = read(letter, intake, now, config.school.timezone)
        considered = school.acceptance.preview(submission, None)
        message = considered.message
        assert message is not None
        contents = {one.attachment.digest: one.content for one in submission.enclosures}

        async def content(digest: str) -> bytes | None:
            return contents[digest]

        packer = Packer(school.renderer, Blobs(content))
        channel = school.channels()["email"]
        assert isinstance(channel, Composes)
        first, best, words = b"", float("inf"), float("inf")
        for _ in range(rounds):
            gc.collect()
            began = time.process_time()
            for number, delivery in enumerate(considered.plan.deliveries):
                address = delivery.routes["email"][0]
                await packer.pack(channel, f"leg.{number}", "1", message, delivery, address, directory, now)
            words = min(words, (time.process_time() - began) / len(considered.plan.deliveries))
            began = time.process_time()
            for number, delivery in enumerate(considered.plan.deliveries):
                address = delivery.routes["email"][0]
                outgoing = await packer.pack(
                    channel, f"leg.{number}", f"leg.{number}.1", message, delivery, address, directory, now
                )
                made = channel.as_file(outgoing).content
                first = first or made
            best = min(best, (time.process_time() - began) / len(considered.plan.deliveries))
        await channel.close()
        child = directory.pupils[considered.plan.deliveries[0].pupil_ids[0]].forename
        return Composed(best * 1e6, words * 1e6, first, child)


def with_pdf(folder: Folder, letter: Path) -> Path:
    """The same letter as a folder with a file beside it. No real PDF: what is in it is nobody's business here."""
    target = folder.path / f"{letter.stem}-with-pdf"
    target.mkdir()
    shutil.copy(letter, target / letter.name)
    (target / "map.pdf").write_bytes(b"%PDF-1.7\n" + random.Random(7).randbytes(PDF_BYTES - 9))  # noqa: S311
    return target
