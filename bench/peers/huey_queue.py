"""Huey: one task a family in SQLite with full sync, four worker threads, each with a connection that it keeps.

``python huey_queue.py FOLDER PORT COUNT``; FOLDER holds parts.json. It says when it is ready, and begins at a line.
"""

import json
import smtplib
import sys
import threading
import time
from email.message import EmailMessage
from pathlib import Path

from huey import SqliteHuey
from jinja2 import Environment

FOLDER, PORT, COUNT = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
PARTS = json.loads((FOLDER / "parts.json").read_text())
ENVIRONMENT = Environment(autoescape=True)
HTML = ENVIRONMENT.from_string(PARTS["html"].replace("{name}", "{{ name }}"))
PLAIN = Environment(autoescape=False).from_string(PARTS["plain"].replace("{name}", "{{ name }}"))  # noqa: S701 - text

queue = SqliteHuey(filename=str(FOLDER / "huey.db"), fsync=True, results=False)
mine = threading.local()
left = threading.Semaphore(0)


def deliver(number: int) -> None:
    if not hasattr(mine, "smtp"):
        mine.smtp = smtplib.SMTP("127.0.0.1", PORT)
    name = f"Amira {number}"
    mail = EmailMessage()
    mail["Subject"], mail["From"] = PARTS["subject"], "office@school.example.org"
    mail["To"] = f"c{number:06}@example.org"
    mail.set_content(PLAIN.render(name=name))
    mail.add_alternative(HTML.render(name=name), subtype="html")
    mine.smtp.send_message(mail)
    left.release()


send = queue.task(retries=2)(deliver)


def main() -> None:
    consumer = queue.create_consumer(workers=4, worker_type="thread", initial_delay=0.01, max_delay=0.1, backoff=1.1)
    consumer.start()
    print(json.dumps({"ready": True}), flush=True)  # noqa: T201
    sys.stdin.readline()
    cpu = time.process_time()
    for number in range(COUNT):
        send(number)
    for _ in range(COUNT):
        left.acquire()
    print(json.dumps({"cpu": time.process_time() - cpu}), flush=True)  # noqa: T201
    consumer.stop(graceful=True)


main()
