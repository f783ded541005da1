"""A real relay for the fake world: a private Postfix with a queue, a mailbox and a port of its own.

with running_postfix(program, certificate) as server: …    server.port, server.mailbox, server.wait_for("status=sent")
"""

import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import world_smtp

MAIN = """
compatibility_level = 3.6
command_directory = {commands}
queue_directory = {home}/queue
data_directory = {home}/data
maillog_file = /dev/stdout
myhostname = relay.example.org
mydestination =
alias_maps =
inet_interfaces = {host}
inet_protocols = ipv4
mynetworks = {host}/32
smtpd_tls_security_level = encrypt
smtpd_tls_cert_file = {certificate}
smtpd_tls_key_file = {key}
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions = reject_unlisted_recipient, permit_mynetworks
virtual_mailbox_domains = example.net
virtual_mailbox_base = {home}/mail
virtual_mailbox_maps = inline:{{ reader@example.net=reader/ }}
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
message_size_limit = 100000
"""

MASTER = """
{host}:{port} inet n - n - - smtpd
cleanup   unix  n - n -    0 cleanup
qmgr      unix  n - n 300  1 qmgr
tlsmgr    unix  - - n 1000 1 tlsmgr
rewrite   unix  - - n -    - trivial-rewrite
bounce    unix  - - n -    0 bounce
defer     unix  - - n -    0 bounce
trace     unix  - - n -    0 bounce
proxymap  unix  - - n -    - proxymap
error     unix  - - n -    - error
retry     unix  - - n -    - error
virtual   unix  - n n -    - virtual
anvil     unix  - - n -    1 anvil
postlog   unix-dgram n - n - 1 postlogd
"""


class Postfix:
    """A Postfix in the foreground; what it logs is read line by line, so that nothing has to be polled."""

    def __init__(self, program: str, home: Path, port: int) -> None:
        self.port, self.mailbox = port, home / "mail/reader/new"
        self._stop = [program, "-c", str(home / "etc"), "stop"]
        self._log: list[str] = []
        self._process = subprocess.Popen(
            [program, "-c", str(home / "etc"), "start-fg"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def wait_for(self, words: str) -> str:
        for line in self._process.stdout:
            self._log.append(line)
            if words in line:
                return line
        pytest.fail(f"Postfix ended without saying {words!r}:\n" + "".join(self._log))

    def stop(self) -> None:
        subprocess.run(self._stop, check=False, capture_output=True)
        try:
            self._process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()


def _free_port() -> int:
    with socket.create_server((world_smtp.HOST, 0)) as taken:
        return taken.getsockname()[1]


@contextmanager
def running_postfix(program: str, certificate: world_smtp.Certificate) -> Iterator[Postfix]:
    """Run a Postfix that takes mail for reader@example.net over TLS, until the `with` block ends."""
    # Its daemons run as other users, who cannot enter pytest's own folders.
    home = Path(tempfile.mkdtemp(prefix="postfix-"))
    home.chmod(0o755)
    for name in ("etc", "queue", "data", "mail"):
        (home / name).mkdir()
    shutil.chown(home / "data", "postfix")
    shutil.chown(home / "mail", "nobody", "nogroup")
    owner, port = (home / "mail").stat(), _free_port()
    known = {
        "home": home,
        "host": world_smtp.HOST,
        "port": port,
        "uid": owner.st_uid,
        "gid": owner.st_gid,
        "commands": Path(program).parent,
        "certificate": certificate.certificate,
        "key": certificate.key,
    }
    (home / "etc/main.cf").write_text(MAIN.format_map(known))
    (home / "etc/master.cf").write_text(MASTER.format_map(known))
    server = Postfix(program, home, port)
    try:
        server.wait_for("daemon started")
        yield server
    finally:
        server.stop()
        shutil.rmtree(home)
