"""End to end with a real relay: a private Postfix takes an edition over TLS and puts it into a mailbox."""

import email
import email.policy

import pytest

from digest.deliver.message import compile_mail, message_id
from digest.deliver.relay import SmtpRelay
from digest.model import DeliveryState, EditionMail


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
