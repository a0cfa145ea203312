"""A bare aiosmtplib loop over bytes made beforehand: eight connections, no queue, no rendering, nothing written down.

``python bare.py FOLDER PORT COUNT``; FOLDER holds mail.eml. It says when it is ready, and begins at a line.
"""

import asyncio
import json
import sys
import time
from pathlib import Path

import aiosmtplib

FOLDER, PORT, COUNT = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
CONNECTIONS = 8


async def main() -> None:
    content = (FOLDER / "mail.eml").read_bytes()
    lines = [
        aiosmtplib.SMTP(hostname="127.0.0.1", port=PORT, use_tls=False, start_tls=False) for _ in range(CONNECTIONS)
    ]
    for line in lines:
        await line.connect()
        await line.ehlo()
    print(json.dumps({"ready": True}), flush=True)  # noqa: T201
    await asyncio.to_thread(sys.stdin.readline)
    cpu, numbers = time.process_time(), iter(range(COUNT))

    async def work(line: aiosmtplib.SMTP) -> None:
        for number in numbers:
            await line.sendmail("office@school.example.org", [f"c{number:06}@example.org"], content)

    await asyncio.gather(*(work(line) for line in lines))
    print(json.dumps({"cpu": time.process_time() - cpu}), flush=True)  # noqa: T201
    for line in lines:
        await line.quit()


asyncio.run(main())
