"""Debian's own Postfix and Dovecot in directories of their own on loopback: a real queue, real bounces, real IMAP."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

MAIN = """compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.school.example
mydestination =
virtual_mailbox_domains = school.example
virtual_mailbox_base = {home}/mail
virtual_mailbox_maps = static:bounces/
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
default_transport = smtp:[127.0.0.1]:{onward}
recipient_delimiter = +
disable_dns_lookups = yes
smtp_host_lookup = native
smtpd_recipient_restrictions = permit_mynetworks, reject
mynetworks = 127.0.0.0/8
maillog_file = {home}/log
maillog_file_prefixes = {home}
"""
SERVICES = """127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
proxymap unix - - n - - proxymap
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
"""
DOVECOT = """base_dir = {home}/run
log_path = {home}/dovecot.log
protocols = imap
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{home}/mail/bounces
first_valid_uid = 0
first_valid_gid = 0
default_login_user = nobody
default_internal_user = nobody
default_internal_group = nogroup
service imap-login {{
  chroot =
  inet_listener imap {{
    address = 127.0.0.1
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
passdb {{
  driver = static
  args = password=right
}}
userdb {{
  driver = static
  args = uid=65534 gid=65534 home={home}/mail
}}
"""


@dataclass(frozen=True)
class MailHub:
    """``port`` takes mail; what comes for school.example lies in ``maildir``."""

    home: Path
    port: int

    @property
    def maildir(self) -> Path:
        return self.home / "mail" / "bounces"

    @property
    def log(self) -> Path:
        return self.home / "log"


def _needs(*programs: str) -> None:
    if os.geteuid() != 0:
        pytest.skip("Postfix and Dovecot start as root only")
    for program in programs:
        if shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin") is None:
            pytest.skip(f"{program} is not installed")


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _run(*words: str, check: bool = True) -> None:
    path = f"{os.environ.get('PATH', '')}:/usr/sbin"
    quiet = subprocess.DEVNULL  # what it starts keeps its output open
    subprocess.run(words, check=check, timeout=60, stdout=quiet, stderr=quiet, env={**os.environ, "PATH": path})


def _listens(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail(f"nothing listens on {port}")


@contextmanager
def postfix(home: Path, onward: int) -> Iterator[MailHub]:
    """Mail for anybody else goes ``onward`` to that port; what is refused there comes back as a real report."""
    _needs("postfix", "postconf")
    port = free_port()
    for folder in ("config", "queue", "data", "mail/bounces"):
        (home / folder).mkdir(parents=True)
    for above in (home, *home.parents):
        if above == Path("/tmp") or not str(above).startswith("/tmp"):
            break
        above.chmod(0o755)
    (home / "config" / "main.cf").write_text(MAIN.format(home=home, onward=onward))
    (home / "config" / "master.cf").write_text(SERVICES.format(port=port))
    shutil.chown(home / "data", "postfix")
    for folder in ("mail", "mail/bounces"):
        os.chown(home / folder, 65534, 65534)
    config = str(home / "config")
    _run("postfix", "-c", config, "start")
    try:
        _listens(port)
        yield MailHub(home, port)
    finally:
        _run("postfix", "-c", config, "stop", check=False)


@contextmanager
def dovecot(hub: MailHub) -> Iterator[int]:
    """IMAP over the hub's maildir: any name with the password ``right``. Its port."""
    _needs("dovecot")
    port = free_port()
    config = hub.home / "dovecot.conf"
    config.write_text(DOVECOT.format(home=hub.home, port=port))
    _run("dovecot", "-c", str(config))
    try:
        _listens(port)
        yield port
    finally:
        _run("doveadm", "-c", str(config), "stop", check=False)
