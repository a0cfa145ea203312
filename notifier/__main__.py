"""The `notifier` command."""

import os
import sys
from pathlib import Path


def main(argv: list[str] | None = None) -> None:
    """Run a command and end the process with its exit code (DESIGN 3.3): never with a traceback."""
    _own_channels()
    _arm()
    from notifier.cli.app import run

    sys.exit(run(sys.argv[1:] if argv is None else argv))


def _arm() -> None:
    """A test may have this process end at a named point; nobody shall do so unawares."""
    from notifier import faultpoints

    try:
        fault = faultpoints.arm(os.environ)
    except ValueError:
        sys.exit(f"{faultpoints.VARIABLE} is for tests: NAME or NAME:PASSAGE. Take it out of the environment.")
    if fault is not None:
        print(  # noqa: T201 - before there is a log
            f"{faultpoints.VARIABLE} is set, for tests: this process kills itself at “{fault.name}”.", file=sys.stderr
        )


def _own_channels() -> None:
    """Django Channels has the same import name: with it in our place nothing could be sent."""
    import channels

    here = Path(__file__).resolve().parent
    found = Path(channels.__file__ or os.devnull).resolve().parent
    if found != here.parent / "channels":
        sys.exit(
            "Another program's package called “channels” stands in the way. "
            "Install notifier in an environment of its own, for example with: pipx install school-notifier"
        )


if __name__ == "__main__":
    main()
