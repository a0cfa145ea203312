"""How fast prebuilt messages leave through the pool, beside Postfix's own smtp-source: ``python -m bench.smtp``.

Needs Postfix's smtp-sink and smtp-source (Debian: postfix). All take the same sink on loopback, in turns, so that
what disturbs one disturbs the others. CPU is this process's alone, without the sink's.
"""

import asyncio
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from channels._smtp import Account, Pool
from channels._smtp_session import Progress
from notifier.cli.looping import fast

MESSAGES, SIZE, WORKERS, ROUNDS = 5_000, 10_240, 8, 5
WAYS = [(loop, pipelining) for loop in ("asyncio", "uvloop") for pipelining in (True, False)]


def tool(name: str) -> str:
    found = shutil.which(name, path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    if found is None:
        sys.exit(f"There is no {name} here; it comes with Postfix.")
    return found


@contextmanager
def sink() -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    command = [tool("smtp-sink"), "-u", "nobody", f"127.0.0.1:{port}", "1000"]
    with subprocess.Popen(command) as running:
        try:
            for _ in range(100):
                with socket.socket() as tried:
                    if tried.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.05)
            yield port
        finally:
            running.terminate()


def source(port: int) -> float:
    """Messages a second by smtp-source with twenty kept connections."""
    command = [tool("smtp-source"), "-d", "-s", "20", "-m", str(MESSAGES), "-l", str(SIZE), f"127.0.0.1:{port}"]
    begun = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return MESSAGES / (time.perf_counter() - begun)


async def pooled(port: int, pipelining: bool) -> None:
    content = b"Subject: Trip\r\n\r\n" + (b"x" * 74 + b"\r\n") * (SIZE // 76)
    pool = Pool(Account("127.0.0.1", port, "none", "", str, "school.example.org"), WORKERS, pipelining=pipelining)
    numbers = iter(range(MESSAGES))

    async def worker() -> None:
        for number in numbers:
            await pool.deliver("office@example.org", f"p{number}@example.org", content, f"id{number}", Progress())

    await asyncio.gather(*(worker() for _ in range(WORKERS)))
    await pool.close()


def measured(port: int, loop: str, pipelining: bool) -> tuple[float, float]:
    """Messages a second, and the processor's microseconds for each."""
    begun, spent = time.perf_counter(), time.process_time()
    with asyncio.Runner(loop_factory=fast() if loop == "uvloop" else None) as runner:
        runner.run(pooled(port, pipelining))
    return MESSAGES / (time.perf_counter() - begun), (time.process_time() - spent) / MESSAGES * 1e6


def main() -> None:
    ways = [way for way in WAYS if way[0] == "asyncio" or fast() is not None]
    anchors: list[float] = []
    found: dict[tuple[str, bool], list[tuple[float, float]]] = {way: [] for way in ways}
    with sink() as port:
        for _ in range(ROUNDS):
            anchors.append(source(port))
            for way, results in found.items():
                results.append(measured(port, *way))
    anchor = statistics.median(anchors)
    out = [f"{MESSAGES} x {SIZE // 1024} KB, {WORKERS} connections, medians of {ROUNDS}", ""]
    out += ["| way | messages/s | share of smtp-source | CPU µs a message |", "|---|---:|---:|---:|"]
    out += [f"| smtp-source -d -s 20 | {anchor:,.0f} | 1.00 | |"]
    for (loop, pipelining), results in found.items():
        rate = statistics.median(rate for rate, _ in results)
        spent = statistics.median(spent for _, spent in results)
        name = f"{loop}, {'pipelined' if pipelining else 'one by one'}"
        out.append(f"| {name} | {rate:,.0f} | {rate / anchor:.2f} | {spent:.0f} |")
    sys.stdout.write("\n".join(out) + "\n")


if __name__ == "__main__":
    main()
