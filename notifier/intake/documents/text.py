"""Bytes of a text file as text, whatever Notepad made of it."""

import re

from notifier.model.problem import Problem, advice, error

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def decode(content: bytes, name: str) -> tuple[str, list[Problem]]:
    """Text with ``\\n`` line ends: UTF-8, UTF-16 with its byte-order mark, else Windows-1252 with advice."""
    problems: list[Problem] = []
    try:
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            text = content.decode("utf-16")
        else:
            text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("cp1252")
        except UnicodeDecodeError:
            return "", [not_text(name)]
        problems.append(
            advice(
                "text-encoding",
                f"{name} is not saved as UTF-8; I read it as Windows text. Look whether £ and accents are right.",
                name,
            )
        )
    if "\x00" in text:
        return "", [not_text(name)]
    return text.replace("\r\n", "\n").replace("\r", "\n"), problems


def printable(text: str) -> str:
    """Without control characters, for a body: there they mean nothing and no mail program shows them."""
    return _CONTROL.sub("", text)


def not_text(name: str) -> Problem:
    return error("not-text", f"{name} is not a text file, whatever its name says. Save it as .docx or .txt.", name)
