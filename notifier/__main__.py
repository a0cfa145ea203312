"""The `notifier` command."""

import os
import sys
from pathlib import Path


def main(argv: list[str] | None = None) -> None:
    """Run a command and end the process with its exit code (DESIGN 3.3): never with a traceback."""
    _own_channels()
    from notifier.cli.app import run

    sys.exit(run(sys.argv[1:] if argv is None else argv))


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
