"""A private Postfix on loopback as the queue: it takes what ``smtp-source`` gives it and hands it on to the sink."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.sink import free_port, reachable

MAIN = """
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = bench.example.org
mynetworks = 127.0.0.0/8
mydestination =
alias_maps =
local_recipient_maps =
smtpd_relay_restrictions = permit_mynetworks, reject
default_transport = smtp:[127.0.0.1]:{sink}
relay_transport = smtp:[127.0.0.1]:{sink}
disable_dns_lookups = yes
smtp_host_lookup = native
smtputf8_enable = no
maillog_file = {home}/log
maillog_file_prefixes = {home}
smtpd_client_connection_count_limit = 0
"""
MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


def missing() -> str:
    """Why Postfix cannot be measured here; empty where it can."""
    if not shutil.which("postfix"):
        return "Postfix is not there; on Debian or Ubuntu: apt install postfix"
    return "" if os.geteuid() == 0 else "Postfix as a queue can be started by root only"


@contextmanager
def postfix(sink: int) -> Iterator[int]:
    """Its port, for the time of the block. Everything of it lies in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="postfix-") as spare:
        home = Path(spare)
        home.chmod(0o755)
        port = free_port()
        for name in ("etc", "queue", "data"):
            (home / name).mkdir(mode=0o755)
        shutil.chown(home / "data", "postfix")
        (home / "etc" / "main.cf").write_text(MAIN.format(home=home, sink=sink))
        (home / "etc" / "master.cf").write_text(MASTER.format(port=port))
        run = ["postfix", "-c", str(home / "etc")]
        subprocess.run([*run, "start"], check=True, timeout=60, capture_output=True)
        try:
            reachable(port)
            yield port
        finally:
            subprocess.run([*run, "stop"], timeout=60, capture_output=True, check=False)
            time.sleep(0.2)
