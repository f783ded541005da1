"""End to end with a real relay: a private Postfix takes an edition over TLS and puts it into a mailbox."""

import email
import email.policy
import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest

import world_smtp
from digest.deliver.message import compile_mail, message_id
from digest.deliver.relay import SmtpRelay
from digest.model import DeliveryState, EditionMail

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


@pytest.fixture(scope="module")
def postfix(require_tool, certificate):
    program = require_tool("postfix")
    if os.geteuid() != 0:
        if os.environ.get("DIGEST_REQUIRE_ALL") == "1":
            pytest.fail("Postfix can be started by root alone and DIGEST_REQUIRE_ALL=1")
        pytest.skip("Postfix can be started by root alone")
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


@pytest.fixture
def relay(postfix, settings, certificate):
    with SmtpRelay(settings(postfix.port, security="starttls", ca_file=certificate.certificate)) as relay:
        yield relay


def test_an_edition_reaches_the_mailbox_as_it_was_compiled(postfix, relay, compiled):
    identity = message_id("e1", "reader@example.net", "example.org")
    message = compiled.message("reader@example.net", identity)
    outcome = relay.send("bounces@example.org", "reader@example.net", message)
    assert (outcome.state, outcome.code, outcome.enhanced) == (DeliveryState.SENT, 250, "2.0.0")
    assert outcome.words.startswith("2.0.0 Ok: queued as ")

    assert "status=sent (delivered to maildir)" in postfix.wait_for("status=")
    (delivered,) = postfix.mailbox.iterdir()
    stored = delivered.read_bytes().replace(b"\n", b"\r\n")
    assert stored.endswith(message)
    parsed = email.message_from_bytes(stored, policy=email.policy.default)
    assert parsed["Return-Path"] == "<bounces@example.org>"
    assert "with ESMTPS id" in parsed["Received"]
    assert parsed["Message-ID"] == identity
    assert parsed["List-Id"] == "Morning Paper <morgen.example.org>"
    assert parsed["Subject"].startswith("Grüße aus Köln")
    assert [part.get_content_type() for part in parsed.iter_parts()] == ["text/plain", "text/html"]
    assert parsed.get_body(("plain",)).get_content().startswith(".Ein Punkt am Anfang")


def test_a_reader_it_does_not_know_fails_and_the_next_one_does_not(relay, compiled):
    unknown = relay.send("bounces@example.org", "nobody@example.net", compiled.message("nobody@example.net", "<1@x>"))
    assert (unknown.state, unknown.code, unknown.enhanced) == (DeliveryState.FAILED, 550, "5.1.1")
    assert "nobody@example.net" in unknown.words
    known = relay.send("bounces@example.org", "reader@example.net", compiled.message("reader@example.net", "<2@x>"))
    assert known.state is DeliveryState.SENT


def test_a_message_over_its_limit_fails_with_its_words(relay, letterhead):
    huge = compile_mail(EditionMail("s", "<p>" + "x" * 200_000, "t"), letterhead=letterhead)
    outcome = relay.send("bounces@example.org", "reader@example.net", huge.message("reader@example.net", "<3@x>"))
    assert (outcome.state, outcome.code) == (DeliveryState.FAILED, 552)
    assert "5.3.4" in outcome.words


def test_a_talk_without_tls_is_refused_by_it_and_costs_no_reader(postfix, settings, compiled):
    with SmtpRelay(settings(postfix.port)) as relay:
        outcome = relay.send(
            "bounces@example.org", "reader@example.net", compiled.message("reader@example.net", "<4@x>")
        )
    assert (outcome.state, outcome.code) == (DeliveryState.DEFERRED, 530)
    assert "STARTTLS" in outcome.words
