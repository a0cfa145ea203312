"""A bug in words that may stand in a log: where it happened, never what it was about (DESIGN 5.8).

An exception's own message may hold an address, a number or a body, so only its
type and the places of its traceback are taken.
"""

import traceback
from pathlib import PurePath


def kind(error: BaseException) -> str:
    return type(error).__name__


def places(error: BaseException) -> tuple[str, ...]:
    """``recorder.py:41 in flush``, outermost first, causes after a line that names them."""
    found = [
        f"{PurePath(frame.filename).name}:{frame.lineno} in {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        found += [f"because of {kind(cause)}:", *places(cause)]
    return tuple(found)
