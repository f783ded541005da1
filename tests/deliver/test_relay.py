import base64
import smtplib
import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import replace

import pytest

import world_smtp
from digest.deliver import relay as relay_module
from digest.deliver.message import message_id
from digest.deliver.relay import SmtpRelay
from digest.model import DeliveryState, Outcome
from world_smtp import DROP, HANG, HOST, PASSWORD, USERNAME, Manners, ScriptedRelay, good_relay

SENT, DEFERRED, FAILED, UNCERTAIN = (
    DeliveryState.SENT, DeliveryState.DEFERRED, DeliveryState.FAILED, DeliveryState.UNCERTAIN
)  # fmt: skip
SENDER = "bounces@example.org"
READER = "reader@example.net"
MESSAGE = b"Subject: hello\r\n\r\nhello\r\n"


@pytest.fixture
def secured(settings, certificate):
    """Return a function: the settings for the good relay, which wants STARTTLS and a login."""

    def make(port, **changes):
        known = {"security": "starttls", "username": USERNAME, "password": PASSWORD, "ca_file": certificate.certificate}
        return settings(port, **(known | changes))

    return make


@pytest.fixture
def impatient(settings):
    """Return a function: the settings for a scripted relay that is not waited for long."""
    return lambda port, **changes: settings(port, **({"timeout": 0.3} | changes))


def send_one(settings, message=MESSAGE):
    with SmtpRelay(settings) as relay:
        return relay.send(SENDER, READER, message)


# ── with a relay that behaves ────────────────────────────────────────────────────────────────────
def test_a_message_is_handed_over_encrypted_and_logged_in(smtp_server, secured):
    outcome = send_one(secured(smtp_server.port))
    assert outcome == Outcome(SENT, "2.0.0 Ok: queued as 1", 250, "2.0.0", "main")
    assert smtp_server.mails == [world_smtp.Mail(SENDER, (READER,), MESSAGE, True, USERNAME)]


def test_tls_at_once_works_as_well(certificate, secured):
    with good_relay(certificate, implicit_tls=True) as relay:
        assert send_one(secured(relay.port, security="tls")).state is SENT
        assert relay.mails[0].encrypted


def test_a_relay_that_only_knows_the_old_login_is_logged_in_to(certificate, secured):
    with good_relay(certificate, methods=("LOGIN",)) as relay:
        assert send_one(secured(relay.port)).state is SENT
        assert relay.mails[0].username == USERNAME


def test_a_relay_without_login_needs_none(certificate, secured):
    with good_relay(certificate, login=False) as relay:
        assert send_one(secured(relay.port, username="", password="")).state is SENT


def test_a_compiled_edition_arrives_as_it_was_made(smtp_server, secured, compiled):
    message = compiled.message(READER, message_id("e1", READER, "example.org"))
    assert send_one(secured(smtp_server.port), message).state is SENT
    assert smtp_server.mails[0].data == message


@pytest.mark.parametrize(
    "body",
    [
        b".\r\n",
        b"..\r\n",
        b".a\r\n..b\r\n...\r\n.\r\n",
        b"a\r\n.\r\nb\r\n",
        b"x" * 990 + b"\r\n",
        b"\r\n\r\n\r\n",
        b"." * 900 + b"\r\n",
        b"".join(b"." * (i % 4) + b"line %d\r\n" % i for i in range(5000)),
    ],
)
def test_bytes_arrive_unchanged(smtp_server, secured, body):
    message = b"Subject: bytes\r\n\r\n" + body
    assert send_one(secured(smtp_server.port), message).state is SENT
    assert smtp_server.mails[0].data == message


def test_a_message_without_a_last_line_end_is_given_one(smtp_server, secured):
    assert send_one(secured(smtp_server.port), b"Subject: x\r\n\r\nend").state is SENT
    assert smtp_server.mails[0].data == b"Subject: x\r\n\r\nend\r\n"


def test_many_messages_share_a_connection_up_to_the_agreed_number(smtp_server, secured):
    with SmtpRelay(secured(smtp_server.port, per_connection=3)) as relay:
        outcomes = [relay.send(SENDER, f"reader-{n}@example.net", MESSAGE) for n in range(7)]
    assert {outcome.state for outcome in outcomes} == {SENT}
    assert [mail.recipients for mail in smtp_server.mails] == [(f"reader-{n}@example.net",) for n in range(7)]
    assert smtp_server.connections == 3


def test_a_message_without_a_sender_is_possible(smtp_server, secured):
    with SmtpRelay(secured(smtp_server.port)) as relay:
        assert relay.send("", READER, MESSAGE).state is SENT
    assert smtp_server.mails[0].sender == "<>"


def test_a_domain_of_other_letters_goes_out_in_ascii(smtp_server, secured):
    with SmtpRelay(secured(smtp_server.port)) as relay:
        assert relay.send(SENDER, "leser@bücher.example", MESSAGE).state is SENT
    assert smtp_server.mails[0].recipients == ("leser@xn--bcher-kva.example",)


# ── login and TLS ────────────────────────────────────────────────────────────────────────────────
def test_a_wrong_password_defers_with_the_words_of_the_relay_and_is_not_tried_again(smtp_server, secured):
    with SmtpRelay(secured(smtp_server.port, password="wrong")) as relay:
        outcome = relay.send(SENDER, READER, MESSAGE)
        assert (outcome.state, outcome.code, outcome.enhanced) == (DEFERRED, 535, "5.7.8")
        assert outcome.words == "5.7.8 Authentication credentials invalid"
        assert replace(relay.down, relay="main") == outcome
        assert relay.send(SENDER, "other@example.net", MESSAGE) == outcome
    assert smtp_server.connections == 1
    assert smtp_server.mails == []


def test_a_certificate_of_unknown_authority_is_not_trusted(smtp_server, secured):
    outcome = send_one(secured(smtp_server.port, ca_file=None))
    assert outcome.state is DEFERRED
    assert outcome.words == "starting TLS: the certificate cannot be trusted: self-signed certificate"
    assert smtp_server.mails == []


def test_a_certificate_for_another_host_is_not_trusted(tmp_path, secured):
    other = world_smtp.make_certificate(tmp_path, "mail.example.com")
    with good_relay(other) as relay:
        outcome = send_one(secured(relay.port, ca_file=other.certificate))
    assert outcome.state is DEFERRED
    assert "IP address mismatch" in outcome.words


def test_tls_at_once_is_verified_too(certificate, secured):
    with good_relay(certificate, implicit_tls=True) as relay:
        outcome = send_one(secured(relay.port, security="tls", ca_file=None))
    assert outcome.words == "connecting: the certificate cannot be trusted: self-signed certificate"


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_ca_file_that_cannot_be_read_is_named(smtp_server, secured, tmp_path, security):
    outcome = send_one(secured(smtp_server.port, ca_file=tmp_path / "gone.pem", security=security))
    assert outcome.state is DEFERRED
    assert outcome.words.endswith(f"{tmp_path / 'gone.pem'} cannot be used as ca_file: No such file or directory")


def test_a_relay_without_starttls_is_left_before_anything_is_said(settings):
    with ScriptedRelay() as relay:
        outcome = send_one(settings(relay.port, security="starttls", username=USERNAME, password=PASSWORD))
        assert outcome.state is DEFERRED
        assert "offers no STARTTLS" in outcome.words
        assert relay.heard == [["ehlo news.example.org"]]


def test_a_relay_that_refuses_starttls_after_offering_it_is_left(settings):
    with ScriptedRelay(Manners(ehlo="250-x\n250 STARTTLS", other="554 5.7.0 not today")) as relay:
        outcome = send_one(settings(relay.port, security="starttls"))
        assert outcome == Outcome(DEFERRED, "5.7.0 not today", 554, "5.7.0", "main")


def test_a_password_never_crosses_the_network_in_clear(settings, monkeypatch):
    def dial(*_):
        raise AssertionError("dialled")

    monkeypatch.setattr(relay_module.smtplib, "SMTP", dial)
    outcome = send_one(settings(25, host="mail.example.org", username=USERNAME, password=PASSWORD))
    assert outcome.state is DEFERRED
    assert outcome.words == (
        "logging in: the password for mail.example.org would cross the network in clear; set security to starttls or tls"
    )


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_login_in_clear_on_the_same_machine_is_fine(settings, host):
    with ScriptedRelay(Manners(ehlo="250-x\n250 AUTH PLAIN LOGIN")) as relay:
        assert send_one(settings(relay.port, host=host, username=USERNAME, password=PASSWORD)).state is SENT
        plain = base64.b64encode(f"\0{USERNAME}\0{PASSWORD}".encode()).decode()
        assert f"AUTH PLAIN {plain}" in relay.heard[0]


def test_a_relay_without_a_login_we_know_is_told(settings):
    with ScriptedRelay(Manners(ehlo="250-x\n250 AUTH CRAM-MD5")) as relay:
        outcome = send_one(settings(relay.port, username=USERNAME, password=PASSWORD))
    assert outcome.words == "logging in: 127.0.0.1 offers neither PLAIN nor LOGIN to log in with"


@pytest.mark.parametrize("methods", ["PLAIN", "LOGIN"])
def test_the_password_is_struck_out_of_all_that_is_said_or_shown(settings, methods):
    plain = base64.b64encode(f"\0{USERNAME}\0{PASSWORD}".encode()).decode()
    login = base64.b64encode(PASSWORD.encode()).decode()
    echo = f"535 5.7.8 what is {PASSWORD} and {plain} and {login}?"
    manners = Manners(
        ehlo=f"250-x\n250 AUTH {methods}",
        auth="334 VXNlcm5hbWU6" if methods == "LOGIN" else echo,
        other=("334 UGFzc3dvcmQ6", echo),
    )
    with ScriptedRelay(manners) as relay:
        known = settings(relay.port, username=USERNAME, password=PASSWORD)
        with SmtpRelay(known) as session:
            outcome = session.send(SENDER, READER, MESSAGE)
            shown = [repr(known), str(known), repr(session), str(session), repr(outcome), repr(session.down)]
    assert outcome.words == "5.7.8 what is … and … and …?"
    assert not [text for text in shown for secret in (PASSWORD, plain, login) if secret in text]


# ── with a relay of bad manners ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("manners", "expected"),
    [
        (Manners(greeting="421 4.3.2 too busy"), Outcome(DEFERRED, "4.3.2 too busy", 421, "4.3.2", "main")),
        (Manners(greeting="554 5.7.1 go away"), Outcome(DEFERRED, "5.7.1 go away", 554, "5.7.1", "main")),
        (Manners(ehlo="502 5.5.1 what?"), Outcome(DEFERRED, "5.5.1 what?", 502, "5.5.1", "main")),
        (Manners(mail="550 5.7.1 not you"), Outcome(DEFERRED, "5.7.1 not you", 550, "5.7.1", "main")),
        (Manners(mail="530 5.7.0 log in"), Outcome(DEFERRED, "5.7.0 log in", 530, "5.7.0", "main")),
        (Manners(rcpt="451 4.2.0 later"), Outcome(DEFERRED, "4.2.0 later", 451, "4.2.0", "main")),
        (Manners(rcpt="421 closing"), Outcome(DEFERRED, "closing", 421, None, "main")),
        (Manners(rcpt="550 5.1.1 who?"), Outcome(FAILED, "5.1.1 who?", 550, "5.1.1", "main")),
        (
            Manners(rcpt="550-5.1.1 no such\n550-5.1.1 person\n550 5.1.1 here"),
            Outcome(FAILED, "5.1.1 no such 5.1.1 person 5.1.1 here", 550, "5.1.1", "main"),
        ),
        (Manners(rcpt="530 5.7.0 log in"), Outcome(DEFERRED, "5.7.0 log in", 530, "5.7.0", "main")),
        (Manners(data="451 4.3.0 disk"), Outcome(DEFERRED, "4.3.0 disk", 451, "4.3.0", "main")),
        (Manners(data="554 5.5.1 none"), Outcome(FAILED, "5.5.1 none", 554, "5.5.1", "main")),
        (Manners(data="250 eh"), Outcome(DEFERRED, "eh", 250, None, "main")),
        (Manners(dot="552 5.3.4 too big"), Outcome(FAILED, "5.3.4 too big", 552, "5.3.4", "main")),
        (Manners(dot="451 4.7.1 greylisted"), Outcome(DEFERRED, "4.7.1 greylisted", 451, "4.7.1", "main")),
        (Manners(dot="421 4.3.0 sorry"), Outcome(DEFERRED, "4.3.0 sorry", 421, "4.3.0", "main")),
        (Manners(rcpt="252 2.1.5 perhaps"), Outcome(SENT, "2.0.0 Ok: queued", 250, "2.0.0", "main")),
        (Manners(dot="250-2.0.0 taken\n250 2.0.0 as 7"), Outcome(SENT, "2.0.0 taken 2.0.0 as 7", 250, "2.0.0", "main")),
    ],
)
def test_a_reply_decides_what_becomes_of_the_message(impatient, manners, expected):
    with ScriptedRelay(manners) as relay:
        assert send_one(impatient(relay.port)) == expected


@pytest.mark.parametrize(
    ("point", "manner"),
    [
        *((point, DROP) for point in ("greeting", "ehlo", "mail", "rcpt", "data", "body", "dot")),
        *((point, HANG) for point in ("greeting", "ehlo", "mail", "rcpt", "data", "body", "dot")),
        *((point, "what?") for point in ("greeting", "ehlo", "mail", "rcpt", "data", "dot")),
    ],
)
def test_a_loss_is_deferred_before_the_final_dot_and_uncertain_after_it(impatient, point, manner):
    # So large that it cannot lie in the buffers between us: who hangs up early is noticed before the dot.
    message = MESSAGE + b"x" * 70 + b"\r\n" * 8_000_000 if point == "body" else MESSAGE
    with ScriptedRelay(Manners(**{point: manner})) as relay:
        outcome = send_one(impatient(relay.port), message)
    assert outcome.state is (UNCERTAIN if point == "dot" else DEFERRED)
    assert outcome.code is None
    assert outcome.words


@pytest.mark.parametrize(
    ("manners", "words"),
    [
        (Manners(greeting=HANG), "connecting: timed out"),
        (Manners(dot=HANG), "waiting for the receipt: timed out"),
        (Manners(dot="what?"), "waiting for the receipt: the relay's reply is no SMTP reply: ?"),
        (Manners(mail="x" * 10_000), "naming the sender: "),
    ],
)
def test_a_loss_says_what_was_being_done(impatient, manners, words):
    with ScriptedRelay(manners) as relay:
        assert send_one(impatient(relay.port)).words.startswith(words)


def test_a_final_dot_that_may_have_gone_out_is_uncertain_even_if_writing_it_fails(settings, monkeypatch):
    write = smtplib.SMTP.send

    def write_but_fail_at_the_dot(self, data):
        write(self, data)
        if data == b".\r\n":
            raise BrokenPipeError(32, "Broken pipe")

    monkeypatch.setattr(smtplib.SMTP, "send", write_but_fail_at_the_dot)
    with ScriptedRelay() as scripted:
        assert send_one(settings(scripted.port)) == Outcome(
            UNCERTAIN, "waiting for the receipt: Broken pipe", relay="main"
        )


def test_the_dot_is_not_held_back_by_the_system(settings):
    with ScriptedRelay() as scripted, SmtpRelay(settings(scripted.port)) as relay:
        relay.send(SENDER, READER, MESSAGE)
        assert relay._smtp.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_nobody_listening_is_deferred(settings):
    with socket.create_server((world_smtp.HOST, 0)) as taken:
        port = taken.getsockname()[1]
    assert send_one(settings(port)) == Outcome(DEFERRED, "connecting: Connection refused", relay="main")


@pytest.mark.parametrize("host", ["relay.invalid", "a..b", "x" * 70 + ".invalid"])
def test_a_name_that_is_nobodys_is_deferred(settings, host):
    outcome = send_one(settings(25, host=host))
    assert outcome.state is DEFERRED
    assert outcome.words.startswith("connecting: ")


def test_a_relay_that_cannot_be_reached_is_asked_once(impatient):
    with ScriptedRelay(Manners(greeting="421 too busy")) as scripted, SmtpRelay(impatient(scripted.port)) as relay:
        assert relay.down is None
        assert {relay.send(SENDER, READER, MESSAGE).words for _ in range(5)} == {"too busy"}
        assert relay.down is not None
        assert len(scripted.heard) == 1


def test_a_failure_of_one_reader_does_not_touch_the_next(settings):
    manners = Manners(rcpt=("250 ok", "550 5.1.1 who?", "250 ok"), dot=("250 1", "552 too big", "250 3"))
    with ScriptedRelay(manners) as scripted:
        with SmtpRelay(settings(scripted.port)) as relay:
            states = [relay.send(SENDER, READER, MESSAGE).state for _ in range(4)]
        assert states == [SENT, FAILED, FAILED, SENT]
        assert [line.split()[0].lower() for line in scripted.heard[0]] == [
            *("ehlo", "mail", "rcpt", "data"),
            *("mail", "rcpt"),
            *("rset", "mail", "rcpt", "data"),
            *("rset", "mail", "rcpt", "data"),
            "quit",
        ]


def test_a_relay_that_will_not_start_over_is_dialled_anew(settings):
    with ScriptedRelay(Manners(rcpt="550 who?", rset="500 what?"), Manners()) as scripted:
        with SmtpRelay(settings(scripted.port)) as relay:
            assert [relay.send(SENDER, READER, MESSAGE).state for _ in range(2)] == [FAILED, SENT]
        assert len(scripted.heard) == 2


@pytest.mark.parametrize("manner", [DROP, "421 4.4.2 idle for too long"])
def test_a_connection_closed_between_two_messages_is_dialled_anew_unnoticed(impatient, manner):
    with ScriptedRelay(Manners(mail=("250 ok", manner)), Manners()) as scripted:
        with SmtpRelay(impatient(scripted.port)) as relay:
            assert [relay.send(SENDER, READER, MESSAGE).state for _ in range(3)] == [SENT, SENT, SENT]
        assert len(scripted.heard) == 2
        assert len(scripted.bodies) == 3


def test_a_connection_lost_in_a_message_is_dialled_anew_for_the_next_and_the_message_is_not_sent_twice(impatient):
    with ScriptedRelay(Manners(dot=DROP), Manners()) as scripted:
        with SmtpRelay(impatient(scripted.port)) as relay:
            assert [relay.send(SENDER, READER, MESSAGE).state for _ in range(2)] == [UNCERTAIN, SENT]
        assert len(scripted.heard) == 2
        assert scripted.bodies == [MESSAGE, MESSAGE]


def test_each_dot_that_begins_a_line_is_doubled_on_the_wire(settings):
    with ScriptedRelay() as scripted:
        send_one(settings(scripted.port), b".x\r\n.\r\n..a\r\n\n.b\r\n")
        assert scripted.bodies == [b"..x\r\n..\r\n...a\r\n\n..b\r\n"]


@pytest.mark.parametrize(
    "recipient", ["nobody", "a@b@c", "x@example.org>\r\nRCPT TO:<y@example.org", "jürgen@example.org"]
)
def test_what_is_no_address_fails_without_a_word_to_the_relay(settings, recipient):
    with ScriptedRelay() as scripted:
        with SmtpRelay(settings(scripted.port)) as relay:
            outcome = relay.send(SENDER, recipient, MESSAGE)
        assert (outcome.state, outcome.relay) == (FAILED, "main")
        assert outcome.words.isprintable()
        assert scripted.heard == []


def test_a_sender_that_is_no_address_costs_no_reader(settings):
    with SmtpRelay(settings(25)) as relay:
        assert relay.send("nobody", READER, MESSAGE).state is DEFERRED


def test_the_context_verifies_by_default(settings):
    context = SmtpRelay(settings(25, security="tls"))._tls
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


def test_a_relay_that_drips_its_reply_for_ever_is_left(settings):
    listener = socket.create_server((HOST, 0))
    over = threading.Event()

    def drip():
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            while not over.wait(0.05):
                connection.sendall(b"220-and another line\r\n")

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    try:
        with SmtpRelay(settings(listener.getsockname()[1], timeout=0.2)) as relay:
            outcome = relay.send("news@example.org", "reader@example.net", b"Subject: x\r\n\r\nx\r\n")
        assert outcome.state is DEFERRED
    finally:
        over.set()
        thread.join()
        listener.close()
