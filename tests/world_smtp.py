"""Relays of the fake world: a well-behaved one with STARTTLS and login, and one that follows a script of bad manners.

    with good_relay(certificate) as relay: …          relay.port, relay.mails
    with ScriptedRelay(Manners(rcpt="550 no")) as r:  r.port, r.heard, r.bodies

Both listen on a free port of 127.0.0.1 only and stop with the `with` block.
"""

import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "127.0.0.1"
USERNAME = "paper-boy"
PASSWORD = "geheim ☂ wörd"  # beyond ASCII, and with blanks


# ── a certificate ────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Certificate:
    """A self-signed certificate for `names`: PEM files, the certificate being its own authority."""

    certificate: Path
    key: Path

    def server_context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context


def make_certificate(folder: Path, *names: str) -> Certificate:
    """Write a certificate that is valid around now for host names and addresses."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([_alternative(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    made = Certificate(folder / "certificate.pem", folder / "key.pem")
    made.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    made.key.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return made


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


# ── the good relay ───────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Mail:
    """A message as it arrived: envelope, bytes, and how its sender was connected."""

    sender: str
    recipients: tuple[str, ...]
    data: bytes
    encrypted: bool
    username: str | None


@dataclass
class GoodRelay:
    """A relay that takes everything from whoever knows the password; `mails` in order of arrival."""

    port: int = 0
    mails: list[Mail] = field(default_factory=list)
    connections: int = 0

    async def handle_DATA(self, server, session, envelope) -> str:
        self.mails.append(
            Mail(
                envelope.mail_from,
                tuple(envelope.rcpt_tos),
                envelope.original_content,
                server.transport.get_extra_info("ssl_object") is not None,
                session.auth_data,
            )
        )
        return f"250 2.0.0 Ok: queued as {len(self.mails)}"


def _authenticate(server, session, envelope, mechanism, data) -> AuthResult:
    known = data.login == USERNAME.encode() and data.password == PASSWORD.encode()
    if not known:
        return AuthResult(success=False, handled=False)
    return AuthResult(success=True, auth_data=data.login.decode())


class _Listener(Controller):
    """aiosmtpd's controller, which can only say after the start on which port it listens."""

    def __init__(self, relay: GoodRelay, **options) -> None:
        super().__init__(relay, hostname=HOST, port=0, **options)

    def factory(self) -> SMTP:
        self.handler.connections += 1
        return super().factory()

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def good_relay(
    certificate: Certificate,
    *,
    implicit_tls: bool = False,
    login: bool = True,
    methods: tuple[str, ...] = ("PLAIN", "LOGIN"),
) -> Iterator[GoodRelay]:
    """Listen as a relay that demands STARTTLS, or TLS at once, and knows a login unless `login` is false."""
    relay = GoodRelay()
    context = certificate.server_context()
    options = {"ssl_context": context} if implicit_tls else {"tls_context": context, "require_starttls": True}
    if login:
        options |= {
            "authenticator": _authenticate,
            # aiosmtpd does not count TLS at once as TLS, and warns of a login demanded without it.
            "auth_required": not implicit_tls,
            "auth_require_tls": not implicit_tls,
            "auth_exclude_mechanism": {"PLAIN", "LOGIN"} - set(methods),
        }
    listener = _Listener(relay, **options)
    listener.start()
    relay.port, relay.connections = listener.port, 0  # the controller's own first call is not counted
    try:
        yield relay
    finally:
        listener.stop()


# ── the relay with bad manners ───────────────────────────────────────────────────────────────────
DROP = object()
"""Hang up instead of replying."""
HANG = object()
"""Neither read nor say anything until the test is over."""


@dataclass(frozen=True, kw_only=True)
class Manners:
    """What a scripted relay replies at each point: words, DROP or HANG; a tuple is used up turn by turn.

    Words may hold several lines. `body` is what it does once DATA was granted, before it has read the message:
    None reads it.
    """

    greeting: object = "220 scripted.example ESMTP"
    ehlo: object = "250-scripted.example\n250 8BITMIME"
    auth: object = "235 2.7.0 welcome"
    mail: object = "250 2.1.0 ok"
    rcpt: object = "250 2.1.5 ok"
    data: object = "354 go ahead"
    body: object = None
    dot: object = "250 2.0.0 Ok: queued"
    rset: object = "250 2.0.0 ok"
    quit: object = "221 2.0.0 bye"
    other: object = "502 5.5.1 what?"


class ScriptedRelay:
    """A relay in clear: the n-th connection is treated with the n-th manners, later ones with the last.

    `heard` has a list of command lines per connection, `bodies` the messages between 354 and the dot, as on the wire.
    """

    def __init__(self, *manners: Manners) -> None:
        self._manners = manners or (Manners(),)
        self._listener = socket.create_server((HOST, 0))
        self._threads: list[threading.Thread] = []
        self._open: list[socket.socket] = []
        self._over = threading.Event()
        self.port: int = self._listener.getsockname()[1]
        self.heard: list[list[str]] = []
        self.bodies: list[bytes] = []

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_) -> None:
        self._over.set()
        # Closing a listening socket does not wake the thread that waits on it; shutting it down does.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()

    def _start(self, task, *arguments) -> None:
        thread = threading.Thread(target=task, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            turn = len(self.heard)
            self.heard.append([])
            self._open.append(connection)
            manners = self._manners[min(turn, len(self._manners) - 1)]
            self._start(self._converse, connection, manners, self.heard[turn])

    def _converse(self, connection: socket.socket, manners: Manners, heard: list[str]) -> None:
        with connection, connection.makefile("rb") as lines, suppress(OSError):
            _Conversation(connection, lines, manners, heard, self.bodies, self._over).run()


class _HangUp(Exception):
    """The conversation is over."""


class _Conversation:
    def __init__(self, connection, lines, manners: Manners, heard, bodies, over: threading.Event) -> None:
        self._connection, self._lines, self._manners = connection, lines, manners
        self._heard, self._bodies, self._over = heard, bodies, over
        self._turns: dict[str, int] = {}

    def run(self) -> None:
        with suppress(_HangUp):
            self._act("greeting")
            while line := self._lines.readline():
                self._heard.append(line.decode().rstrip("\r\n"))
                point = line.split()[0].decode().lower()
                replied = self._act(point if hasattr(self._manners, point) else "other")
                if point == "data" and replied.startswith("354"):
                    self._take_message()
                if point == "quit":
                    return

    def _take_message(self) -> None:
        if self._manners.body is not None:
            self._act("body")
        body = b""
        while (line := self._lines.readline()) != b".\r\n":
            if not line:
                raise _HangUp
            body += line
        self._bodies.append(body)
        self._act("dot")

    def _act(self, point: str) -> str:
        wish = getattr(self._manners, point)
        if isinstance(wish, tuple):
            turn = self._turns.get(point, 0)
            self._turns[point] = turn + 1
            wish = wish[min(turn, len(wish) - 1)]
        if wish is DROP:
            raise _HangUp
        if wish is HANG:
            self._over.wait()
            raise _HangUp
        self._connection.sendall(wish.replace("\n", "\r\n").encode() + b"\r\n")
        return wish
