"""Runs commands one after another, each in a process of its own forked from one that has loaded the program.

Loading takes longer than most commands. What a command does after that is all its own: its arguments,
environment, folder, files and exit code are those of a process that was started for it alone.

One JSON line a command on standard input; its process id and then its exit code on standard output.
"""

import json
import os
import sys
import traceback
from typing import Any, NoReturn


def main() -> None:
    import notifier.cli.acts
    import notifier.cli.app
    import notifier.cli.families
    import notifier.cli.messages
    import notifier.cli.progress
    import notifier.cli.running
    import notifier.cli.staff
    import notifier.cli.start
    import notifier.cli.tasks  # noqa: F401 - loaded here so that no command has to

    while line := os.fdopen(os.dup(0), "rb", buffering=0).readline():
        process = os.fork()
        if process == 0:
            _carry_out(json.loads(line))
        _say(process)
        _, status = os.waitpid(process, 0)
        _say(os.waitstatus_to_exitcode(status))


def _say(number: int) -> None:
    os.write(1, f"{number}\n".encode())


def _carry_out(job: dict[str, Any]) -> NoReturn:
    from notifier.__main__ import main as notifier

    os.chdir(job["cwd"])
    os.environ.clear()
    os.environ.update(job["env"])
    for number, (name, flags) in enumerate(
        ((job["stdin"], os.O_RDONLY), (job["stdout"], os.O_WRONLY), (job["stderr"], os.O_WRONLY))
    ):
        os.dup2(os.open(name, flags), number)
    sys.stdin = os.fdopen(0, encoding="utf-8")
    code = 0
    try:
        notifier(job["argv"])
    except SystemExit as end:
        if isinstance(end.code, str):
            sys.stderr.write(f"{end.code}\n")
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
