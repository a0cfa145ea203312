"""One folder in which staff drop what they want to say, and in whose name it speaks."""

from dataclasses import dataclass
from pathlib import Path

from notifier.model.message import Kind
from notifier.model.staff import Authority


@dataclass(frozen=True, slots=True)
class IntakeFolder:
    """``name`` is the folder as config says it (``drop/letters``).

    ``kind`` and ``to`` stand in where a header is silent.
    ``language`` is the school's own: what a message is written in if nothing says otherwise.
    """

    path: Path
    name: str
    authority: Authority
    kind: Kind | None = None
    to: tuple[str, ...] = ()
    template: str = ""
    newsletter: str = ""
    language: str = "en"
