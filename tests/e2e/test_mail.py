"""The digest as its readers get it: the real command, a real relay over TLS, the same words on both sides."""

import os
import subprocess
import sys
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from world_smtp import PASSWORD, USERNAME, good_relay

DIGEST = Path(sys.executable).with_name("digest")


@pytest.fixture
def site(world):
    world.source("alpha").publishes("Zwölf Monde über Lübeck", "Two")
    return world


def run(world, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
    world.configuration()
    return subprocess.run(
        [DIGEST, *arguments], cwd=world.folder, capture_output=True, text=True, check=False, timeout=120,
        env=os.environ | environment,
    )  # fmt: skip


def test_the_command_sends_over_starttls_with_a_login_from_the_environment(site, certificate):
    site.publication("daily", recipients=["anna@example.org", "bert@bücher.example"])
    with good_relay(certificate) as relay:
        site.relay(
            relay.port, host="localhost", security="starttls", username=USERNAME, ca_file=certificate.certificate
        )
        done = run(site, "run", "--now", DIGEST_RELAY__PASSWORD=PASSWORD)
        assert done.returncode == 0, done.stderr
        again = run(site, "run", "--now", DIGEST_RELAY__PASSWORD=PASSWORD)
        assert again.returncode == 0, again.stderr
    assert "2 sent" in done.stdout
    assert [mail.recipients for mail in relay.mails] == [("anna@example.org",), ("bert@xn--bcher-kva.example",)]
    assert all(mail.encrypted and mail.username == USERNAME for mail in relay.mails)
    message = message_from_bytes(relay.mails[0].data, policy=policy.SMTP)
    outbox = site.folder / "outbox/daily/1"
    html, text = message.get_body(("html",)).get_content(), message.get_body(("plain",)).get_content()
    assert html.replace("\r\n", "\n").strip() == (outbox / "digest.html").read_text().strip()
    assert text.replace("\r\n", "\n").strip() == (outbox / "digest.txt").read_text().strip()
    assert "Zwölf Monde über Lübeck" in html


def test_a_wrong_password_costs_nobody_the_edition_and_is_in_no_output(site, certificate):
    site.publication("daily", recipients=["anna@example.org"])
    with good_relay(certificate) as relay:
        site.relay(
            relay.port, host="localhost", security="starttls", username=USERNAME, ca_file=certificate.certificate
        )
        wrong = run(site, "run", "--now", DIGEST_RELAY__PASSWORD="hunter2-hunter2")
        assert wrong.returncode == 3
        assert "1 deferred" in wrong.stdout
        told = (
            run(site, "deliveries", "daily/1").stdout
            + run(site, "config", "show", DIGEST_RELAY__PASSWORD="hunter2-hunter2").stdout
        )
        assert "535" in told or "authentication" in told.lower()
        assert "hunter2" not in wrong.stdout + wrong.stderr + told
    assert b"hunter2" not in (site.folder / "digest.db").read_bytes()


def test_a_relay_whose_certificate_is_not_trusted_gets_no_password_and_no_mail(site, certificate):
    site.publication("daily", recipients=["anna@example.org"])
    with good_relay(certificate) as relay:
        site.relay(relay.port, host="localhost", security="starttls", username=USERNAME)
        done = run(site, "run", "--now", DIGEST_RELAY__PASSWORD=PASSWORD)
        assert done.returncode == 3
        assert relay.mails == []


def test_postfix_puts_the_edition_into_a_mailbox(site, postfix, certificate):
    site.publication("daily", recipients=["reader@example.net"])
    site.relay(postfix.port, security="starttls", ca_file=certificate.certificate)
    done = run(site, "run", "--now")
    assert done.returncode == 0, done.stdout + done.stderr
    postfix.wait_for("status=sent")
    (path,) = postfix.mailbox.iterdir()
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert message["To"] == "reader@example.net"
    assert message["List-Id"].endswith("<daily.digest.example>")
    expected = (site.folder / "outbox/daily/1/digest.txt").read_text()
    assert message.get_body(("plain",)).get_content().strip() == expected.strip()
