"""Runs commands, each in a process of its own forked from one that has loaded the program.

Loading takes longer than most commands. What a command does after that is all its own: its arguments,
environment, folder, files and exit code are those of a process that was started for it alone.

One JSON line a command on standard input; on standard output one JSON line for each that begins, with its process id,
and one for each that ends, with its exit code.
"""

import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import sys
import threading
import traceback
from typing import Any, NoReturn

import channels
import notifier
from notifier.calendar.bank import bank_holidays
from notifier.model.calendar import Nation
from notifier.rendering.theme import Theme

NOT_LOADED = ("notifier.queue.migrations.",)
"""Alembic runs these itself, one after another."""
LATER = (
    *("alembic.command", "alembic.config", "alembic.op", "alembic.runtime.migration", "babel.numbers", "icalendar"),
    *("jinja2.ext", "phonenumbers.data.region_GB", "pprint", "pygments.lexers", "uvloop"),
)
"""What a command loads while it is at work."""


def main() -> None:
    _load()
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


def _load() -> None:
    """All of the program, what it loads only once it is needed, and its templates: two thirds of a command's time."""
    for package in (notifier, channels):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.startswith(NOT_LOADED):
                importlib.import_module(module.name)
    for name in LATER:
        importlib.import_module(name)
    bank_holidays(Nation.ENGLAND, 2026)
    Theme()
    assert threading.active_count() == 1, "a fork takes one thread with it, and the locks of all"
    gc.collect()
    gc.freeze()


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
