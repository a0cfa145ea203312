"""django-post_office: SQLite in WAL mode with full sync, templates of its own, five threads (its default).

``python django_queue.py FOLDER PORT COUNT``; FOLDER holds parts.json. It says when it is ready, and begins at a line.
"""

import json
import sys
import time
from pathlib import Path

import django
from django.conf import settings

FOLDER, PORT, COUNT = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])

settings.configure(
    INSTALLED_APPS=["django.contrib.contenttypes", "post_office"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(FOLDER / "post_office.db"),
            "OPTIONS": {
                "timeout": 30,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL",
            },
        }
    },
    EMAIL_HOST="127.0.0.1",
    EMAIL_PORT=PORT,
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
    CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    USE_TZ=True,
    LOGGING_CONFIG=None,
    SECRET_KEY="for a measurement only",  # noqa: S106
    POST_OFFICE={"DEFAULT_PRIORITY": "medium", "LOG_LEVEL": 1},
)
django.setup()

from django.core.management import call_command  # noqa: E402 - only once it is set up
from post_office import mail  # noqa: E402
from post_office.models import EmailTemplate  # noqa: E402


def main() -> None:
    call_command("migrate", verbosity=0)
    parts = {
        key: text.replace("{name}", "{{ name }}")
        for key, text in json.loads((FOLDER / "parts.json").read_text()).items()
    }
    template = EmailTemplate.objects.create(
        name="news", subject=parts["subject"], content=parts["plain"], html_content=parts["html"]
    )
    print(json.dumps({"ready": True}), flush=True)  # noqa: T201
    sys.stdin.readline()
    cpu = time.process_time()
    mail.send_many(
        [
            {
                "sender": "office@school.example.org",
                "recipients": [f"c{number:06}@example.org"],
                "template": template,
                "context": {"name": f"Amira {number}"},
            }
            for number in range(COUNT)
        ]
    )
    while sum(mail.send_queued()):
        pass
    print(json.dumps({"cpu": time.process_time() - cpu}), flush=True)  # noqa: T201


main()
