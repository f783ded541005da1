"""The relay: one SMTP conversation after the other, each message's fate told as an `Outcome`.

Nothing the network does is an exception here. The final dot is sent apart from the message, so that a loss before it
and a loss after it are never confused. A password crosses the network only inside TLS that has been verified, and is
struck out of whatever a relay says.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from digest.deliver.address import Address, parse_address
from digest.deliver.outcome import Phase, clean_words, from_loss, from_reply
from digest.model import DeliveryState, Outcome
from digest.reasons import word

_FIRST_CODE = 100  # `smtplib` says -1 where a reply has no code
_UNINTELLIGIBLE = "the relay's reply is no SMTP reply"
_PATIENCE = 3  # time-outs a whole reply may take
_CLOSING = 421  # RFC 5321 §3.8: the relay hangs up after saying this

Security = Literal["starttls", "tls", "none"]
"""STARTTLS (RFC 3207, usually port 587), TLS from the first byte (RFC 8314, port 465), or in clear."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayAccess:
    """A relay to hand mail to.

    `timeout` is in seconds and holds for each wait; `helo` is the name we give ourselves; `per_connection` is after
    how many messages to dial anew; `ca_file` is a PEM file trusted instead of the system's authorities. An empty
    `username` means no login.
    """

    name: str
    host: str
    port: int
    helo: str
    security: Security = "starttls"
    username: str = ""
    password: str = field(default="", repr=False)
    timeout: float = 30.0
    per_connection: int = 100
    ca_file: Path | None = None


class SmtpRelay:
    """A connection to a relay, dialled when the first message is sent and closed on leaving the `with` block.

    A session that cannot be opened (refused, no TLS, wrong login) is not tried again within the block: every further
    message gets the same answer at once, and `down` tells the caller to stop asking.
    """

    def __init__(self, settings: RelayAccess) -> None:
        self._settings = settings
        self._smtp: smtplib.SMTP | None = None
        self._messages = 0
        self._in_transaction = False
        self.down: Outcome | None = None

    def __repr__(self) -> str:
        return f"SmtpRelay({self._settings!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close(politely=True)

    def send(self, sender: str, recipient: str, message: bytes) -> Outcome:
        """Hand over one message for one recipient and tell what became of it; network trouble never raises.

        `sender` is the envelope's (empty for none), `message` is in CRLF lines, not dot-stuffed.
        """
        reverse = parse_address(sender) if sender else ""
        forward = parse_address(recipient)
        if not isinstance(forward, Address):
            outcome = Outcome(DeliveryState.FAILED, clean_words(word(forward)))
        elif not isinstance(reverse, Address | str):
            outcome = Outcome(DeliveryState.DEFERRED, clean_words(word(reverse)))
        else:
            outcome = self.down or self._begin(f"FROM:<{reverse}>") or self._convey(f"TO:<{forward}>", message)
            if _is_over(outcome):
                self._close(politely=False)
        return replace(outcome, relay=self._settings.name)

    def _begin(self, sender: str) -> Outcome | None:
        """Open a mail transaction; an idle connection that was closed meanwhile is no event, so dial once more."""
        if self._messages >= self._settings.per_connection:
            self._close(politely=True)
        if self._smtp is not None and self._in_transaction and self._ask(Phase.MAIL, "RSET"):
            self._close(politely=False)
        if self._smtp is not None:
            refused = self._ask(Phase.MAIL, "MAIL", sender)
            if refused is None or not _is_over(refused):
                return refused
            self._close(politely=False)
        self.down = self._dial()
        return self.down or self._ask(Phase.MAIL, "MAIL", sender)

    def _convey(self, recipient: str, message: bytes) -> Outcome:
        """Name the recipient and hand over the message, the final dot apart."""
        self._messages += 1
        self._in_transaction = True
        refused = self._ask(Phase.RCPT, "RCPT", recipient) or self._ask(Phase.DATA, "DATA", wanted=3)
        if refused is not None:
            return refused
        lost = self._write(Phase.DATA, _stuffed(message))
        receipt = lost or self._write(Phase.DOT, b".\r\n") or self._hear(Phase.DOT)
        self._in_transaction = receipt.state is not DeliveryState.SENT
        return receipt

    # ── the session ──────────────────────────────────────────────────────────────────────────────
    def _dial(self) -> Outcome | None:
        """Connect, greet, start TLS and log in; answer why not if one of these fails."""
        settings = self._settings
        if settings.username and settings.security == "none" and not _is_loopback(settings.host):
            return from_loss(
                Phase.AUTH,
                f"the password for {settings.host} would cross the network in clear; set security to starttls or tls",
            )
        refused = self._connect() or self._greet() or self._start_tls() or self._log_in()
        if refused is not None:
            self._close(politely=not _is_over(refused))
        return refused

    def _connect(self) -> Outcome | None:
        settings = self._settings
        try:
            if settings.security == "tls":
                smtp: smtplib.SMTP = _BoundedTls(
                    settings.host, settings.port, settings.helo, timeout=settings.timeout, context=self._tls
                )
            else:
                smtp = _Bounded(settings.host, settings.port, settings.helo, timeout=settings.timeout)
        except smtplib.SMTPConnectError as error:
            return self._judge(Phase.CONNECT, error.smtp_code, error.smtp_error)
        except (OSError, UnicodeError) as error:
            return from_loss(Phase.CONNECT, _tell(error))
        self._smtp = smtp
        if smtp.sock is not None:
            # The dot is a small packet of its own, which Nagle's algorithm would hold back.
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return None

    def _greet(self) -> Outcome | None:
        try:
            code, words = self._session.ehlo()
        except OSError as error:
            return from_loss(Phase.EHLO, _tell(error))
        return None if 200 <= code <= 299 else self._judge(Phase.EHLO, code, words)

    def _start_tls(self) -> Outcome | None:
        if self._settings.security != "starttls":
            return None
        if not self._session.has_extn("starttls"):
            return from_loss(
                Phase.TLS, f"{self._settings.host} offers no STARTTLS; set security to tls, or ask its host"
            )
        try:
            self._session.starttls(context=self._tls)
        except smtplib.SMTPResponseException as error:
            return self._judge(Phase.TLS, error.smtp_code, error.smtp_error)
        except OSError as error:
            return from_loss(Phase.TLS, _tell(error))
        return self._greet()

    def _log_in(self) -> Outcome | None:
        """Log in with PLAIN (RFC 4616) or else LOGIN, both in UTF-8, which `smtplib`'s own login cannot."""
        settings = self._settings
        if not settings.username:
            return None
        offered = self._session.esmtp_features.get("auth", "").upper().split()
        if "PLAIN" in offered:
            return self._ask(Phase.AUTH, "AUTH", f"PLAIN {_plain(settings)}")
        if "LOGIN" in offered:
            return (
                self._ask(Phase.AUTH, "AUTH", "LOGIN", wanted=3)
                or self._ask(Phase.AUTH, _base64(settings.username), wanted=3)
                or self._ask(Phase.AUTH, _base64(settings.password))
            )
        return from_loss(Phase.AUTH, f"{settings.host} offers neither PLAIN nor LOGIN to log in with")

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """Certificates and host names are verified; a `ca_file` that cannot be used is an OSError."""
        try:
            return ssl.create_default_context(cafile=self._settings.ca_file)
        except OSError as error:
            raise OSError(f"{self._settings.ca_file} cannot be used as ca_file: {error.strerror}") from error

    def _close(self, *, politely: bool) -> None:
        """Hang up, with QUIT if the other side still listens."""
        smtp, self._smtp = self._smtp, None
        self._messages, self._in_transaction = 0, False
        if smtp is not None:
            if politely:
                with suppress(OSError):
                    smtp.quit()
            smtp.close()

    # ── the words ────────────────────────────────────────────────────────────────────────────────
    @property
    def _session(self) -> smtplib.SMTP:
        assert self._smtp is not None
        return self._smtp

    def _ask(self, phase: Phase, command: str, arguments: str = "", *, wanted: int = 2) -> Outcome | None:
        """Give a command; None says that the reply is of the `wanted` class and the conversation goes on."""
        try:
            code, words = self._session.docmd(command, arguments)
        except OSError as error:
            return from_loss(phase, _tell(error))
        return None if code // 100 == wanted else self._judge(phase, code, words)

    def _write(self, phase: Phase, data: bytes) -> Outcome | None:
        try:
            self._session.send(data)
        except OSError as error:
            return from_loss(phase, _tell(error))
        return None

    def _hear(self, phase: Phase) -> Outcome:
        try:
            return self._judge(phase, *self._session.getreply())
        except OSError as error:
            return from_loss(phase, _tell(error))

    def _judge(self, phase: Phase, code: int, words: bytes | str) -> Outcome:
        """Judge a reply; what has no reply code means that the two sides no longer understand each other."""
        told = words if isinstance(words, str) else words.decode("utf-8", "replace")
        if phase is Phase.AUTH:
            told = _strike(told, self._settings)
        return from_reply(phase, code, told) if code >= _FIRST_CODE else from_loss(phase, f"{_UNINTELLIGIBLE}: {told}")


class _Bounded(smtplib.SMTP):
    """A session whose every reply has an end: a relay that drips a line at a time would renew the time-out for ever."""

    def getreply(self) -> tuple[int, bytes]:
        """Read a reply; when it takes several time-outs, hang up, which ends the reading."""
        sock = self.sock
        assert sock is not None
        watch = threading.Timer(_PATIENCE * (sock.gettimeout() or _PATIENCE), _hang_up, [sock])
        watch.daemon = True
        watch.start()
        try:
            return super().getreply()
        finally:
            watch.cancel()


class _BoundedTls(_Bounded, smtplib.SMTP_SSL):
    """The same over TLS from the first byte."""


def _hang_up(sock: socket.socket) -> None:
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


def _stuffed(message: bytes) -> bytes:
    """Double each dot that begins a line (RFC 5321 §4.5.2), also after a bare LF, and end the last line."""
    stuffed = message.replace(b"\n.", b"\n..")
    lead = b"." if message.startswith(b".") else b""
    return lead + stuffed if message.endswith(b"\r\n") else lead + stuffed + b"\r\n"


def _is_over(outcome: Outcome) -> bool:
    """Tell whether the connection was lost or is being closed by the relay."""
    return outcome.code in {None, _CLOSING}


def _plain(settings: RelayAccess) -> str:
    return _base64(f"\0{settings.username}\0{settings.password}")


def _strike(told: str, settings: RelayAccess) -> str:
    """Strike the password out of a reply that quotes what we said."""
    for secret in (_plain(settings), _base64(settings.password), settings.password):
        told = told.replace(secret, "…") if secret else told
    return told


def _tell(error: BaseException) -> str:
    """Find the sentence in an error of the network; `smtplib` hides the real one as the context of its own."""
    if isinstance(error, smtplib.SMTPServerDisconnected) and isinstance(error.__context__, OSError):
        return _tell(error.__context__)
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate cannot be trusted: {error.verify_message}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _base64(text: str) -> str:
    return b64encode(text.encode("utf-8", "replace")).decode("ascii")
