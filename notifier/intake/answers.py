"""The answer beside the file: ``NAME.answer.txt``, or ``NAME.problem.txt`` where a person must do something."""

from collections.abc import Sequence
from pathlib import Path

from notifier.intake.disk import Disk
from notifier.intake.names import ANSWER, PROBLEM, is_document, stem
from notifier.model.answer import Answer, Outcome

_LONGEST = 180
_LONGEST_ANSWER = 1_000_000
_BAD = frozenset({Outcome.REFUSED, Outcome.FAULT})


def name_of(main: str, *, folder: bool) -> str:
    """What an answer to this file or folder is called, without its ending; cut so that every file system takes it.

    A picture or anything else that is no message keeps its whole name: two of one stem get two answers.
    """
    name = main if folder or not is_document(main) else stem(main)
    while len(name.encode("utf-8", "surrogateescape")) > _LONGEST:
        name = name[:-1]
    return name


def is_bad(answers: Sequence[Answer]) -> bool:
    return any(answer.outcome in _BAD for answer in answers)


def in_words(answers: Sequence[Answer], sources: Sequence[str]) -> str:
    """All answers to one file; where it held several messages, each under its own line."""
    if len(answers) == 1:
        return answers[0].text.rstrip() + "\n"
    parts = [
        f"{source}\n{'-' * len(source)}\n{answer.text.rstrip()}\n"
        for source, answer in zip(sources, answers, strict=True)
    ]
    if is_bad(answers) and not all(answer.outcome in _BAD for answer in answers):
        parts.append("What was accepted need not be dropped again: take it out of the file and keep the rest.\n")
    return "\n".join(parts)


def write(folder: Path, name: str, text: str, disk: Disk, *, bad: bool) -> None:
    """Write the answer and take away an older one of the other sort. May raise OSError (a full disk)."""
    disk.write(folder / (name + (PROBLEM if bad else ANSWER)), text)
    disk.remove(folder / (name + (ANSWER if bad else PROBLEM)))


def add(folder: Path, name: str, note: str, disk: Disk) -> None:
    """Put a note above an answer that still lies there. May raise OSError."""
    answer = folder / (name + ANSWER)
    if not answer.is_file():
        return
    said = disk.read(answer, _LONGEST_ANSWER).decode("utf-8", "replace").replace("\r\n", "\n")
    if note not in said:
        disk.write(answer, f"{note}\n{said}")


def forget(folder: Path, name: str, disk: Disk) -> None:
    """Take away what was said about an earlier file of that name."""
    disk.remove(folder / (name + ANSWER))
    disk.remove(folder / (name + PROBLEM))
