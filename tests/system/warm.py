"""Runs commands, each in a process of its own forked from one that has loaded the program.

Loading takes longer than most commands. What a command does after that is all its own: its arguments,
environment, folder, files and exit code are those of a process that was started for it alone.

One JSON line a command on standard input; on standard output one JSON line for each that begins, with its process id,
and one for each that ends, with its exit code.
"""

import json
import os
import select
import signal
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

    ends, noticed = os.pipe()
    os.set_blocking(noticed, False)
    signal.set_wakeup_fd(noticed, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    jobs: dict[int, int] = {}
    rest = b""
    while True:
        ready, _, _ = select.select([0, ends], [], [])
        if ends in ready:
            os.read(ends, 4096)
            _reap(jobs)
        if 0 in ready:
            said = os.read(0, 65536)
            if not said:
                return
            *lines, rest = (rest + said).split(b"\n")
            for line in lines:
                _begin(json.loads(line), jobs, (ends, noticed))


def _begin(job: dict[str, Any], jobs: dict[int, int], pipe: tuple[int, int]) -> None:
    process = os.fork()
    if process == 0:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for end in pipe:
            os.close(end)
        _carry_out(job)
    jobs[process] = job["number"]
    _say({"began": job["number"], "pid": process})


def _reap(jobs: dict[int, int]) -> None:
    while jobs:
        process, status = os.waitpid(-1, os.WNOHANG)
        if not process:
            return
        _say({"ended": jobs.pop(process), "code": os.waitstatus_to_exitcode(status)})


def _say(news: dict[str, int]) -> None:
    os.write(1, json.dumps(news).encode() + b"\n")


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
