"""Messages: an edition's mail is compiled once; what a reader gets is a join of its bytes.

A compiled mail is a row of fragments, already encoded for the wire, with slots between them for what is personal.
Every line ends in CRLF, is at most 76 characters in the bodies, and none begins with a dot, so that dot-stuffing
(RFC 5321 §4.5.2) finds nothing to do. The same mail and letterhead give the same bytes.
"""

from __future__ import annotations

import re
from base64 import encodebytes
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from enum import Enum
from hashlib import sha256
from urllib.parse import quote

from digest.deliver import headers
from digest.deliver.address import Address, ascii_domain
from digest.model import EditionMail

_LINE = 76  # RFC 2045 §6.7 (5) and §6.8
_QP = [bytes([octet]) if 0x20 <= octet <= 0x7E and octet != 0x3D else b"=%02X" % octet for octet in range(256)]
_QP[0x09] = b"\t"
_URL_SAFE = "%/:=&?~#+!$,;'@()*[]"
_BREAK = re.compile(r"\r\n|\r|\n")


class Slot(Enum):
    """What differs from reader to reader."""

    TO = "to"
    MESSAGE_ID = "message-id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """What stands above an edition's mail beside its subject, the same for all of its readers.

    `date` is the edition's, aware and in the publication's zone; `list_id` comes from `list_id()`, `language` is a
    BCP 47 tag; `archive_url` is where the edition can be read on the web.
    """

    sender: Address
    sender_name: str
    date: datetime
    language: str
    list_id: str
    archive_url: str | None = None
    reply_to: Address | None = None


@dataclass(frozen=True, slots=True)
class CompiledMail:
    """An edition's mail as it goes over the wire, but for its slots."""

    fragments: tuple[bytes | Slot, ...]

    def message(self, to: str, message_id: str) -> bytes:
        """Join the message for one reader: RFC 5322 in CRLF lines, not dot-stuffed.

        `to` is an address in ASCII (`str` of an `Address`), `message_id` comes from `message_id()`. A
        `UnicodeEncodeError` tells of an address that has not been through `parse_address`.
        """
        values = {Slot.TO: _personal(to), Slot.MESSAGE_ID: _personal(message_id)}
        return b"".join([values[part] if isinstance(part, Slot) else part for part in self.fragments])


def compile_mail(mail: EditionMail, *, letterhead: Letterhead) -> CompiledMail:
    """Compile the mail of an edition: multipart/alternative, the text first, each part in its shorter encoding."""
    parts = (_part("text/plain", mail.text), _part("text/html", mail.html))
    # "=_" can stand neither in quoted-printable nor in base64 (RFC 2045 §6.7), so the boundary cannot either.
    boundary = "=_" + sha256(b"\0".join(parts)).hexdigest()[:24]
    delimiter = f"--{boundary}\r\n".encode()
    return CompiledMail(
        (
            headers.mailbox("From", letterhead.sender_name, str(letterhead.sender)) + b"To: ",
            Slot.TO,
            b"\r\n"
            + headers.text("Subject", mail.subject)
            + headers.plain("Date", format_datetime(letterhead.date))
            + b"Message-ID: ",
            Slot.MESSAGE_ID,
            b"\r\n"
            + _shared_headers(letterhead)
            + headers.plain("MIME-Version", "1.0")
            + headers.plain("Content-Type", f'multipart/alternative; boundary="{boundary}"')
            + b"\r\n"
            + b"".join(delimiter + part for part in parts)
            + f"--{boundary}--\r\n".encode(),
        )
    )


def message_id(edition_uid: str, address: str, domain: str) -> str:
    """Name one message (RFC 5322 §3.6.4): the same for the same edition and address, so a resend can be recognised.

    The address cannot be read from it.
    """
    name = sha256(f"{edition_uid}\0{address}".encode("utf-8", "replace")).hexdigest()[:32]
    return f"<{name}@{_dot_atom(domain)}>"


def list_id(slug: str, domain: str, title: str) -> str:
    """Name a publication for mail programs (RFC 2919 §2): the id in ASCII, the title before it if it is ASCII too."""
    name = f"<{_dot_atom(slug)}.{_dot_atom(domain)}>"
    line = headers.clean(title)
    return f"{headers.phrase(line)} {name}" if line and headers.speaks_ascii(line) else name


def _shared_headers(letterhead: Letterhead) -> bytes:
    lines = []
    if letterhead.reply_to:
        lines.append(headers.plain("Reply-To", str(letterhead.reply_to)))
    lines.append(headers.plain("List-Id", letterhead.list_id))
    if letterhead.archive_url:
        url = quote(letterhead.archive_url, safe=_URL_SAFE, errors="replace")
        lines.append(headers.plain("List-Archive", f"<{url}>"))
    lines += [
        headers.plain("Precedence", "list"),
        headers.plain("Auto-Submitted", "auto-generated"),  # RFC 3834 §5
        headers.plain("X-Auto-Response-Suppress", "All"),  # [MS-OXCMAIL]: the same for Exchange
        headers.plain("Content-Language", letterhead.language),
    ]
    return b"".join(lines)


def _personal(value: str) -> bytes:
    return headers.clean(value).encode("ascii")


def _dot_atom(name: str) -> str:
    """Make an RFC 5322 dot-atom of a host name or slug; one that is neither keeps its letters and digits."""
    return ascii_domain(name) or re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-") or "unnamed"


def _part(media_type: str, body: str) -> bytes:
    octets = _BREAK.sub("\r\n", body).encode("utf-8", "replace")
    quoted, packed = _quoted_printable(octets), b"\r\n".join(encodebytes(octets).split())
    encoding, encoded = ("base64", packed) if len(packed) < len(quoted) else ("quoted-printable", quoted)
    return (
        headers.plain("Content-Type", f'{media_type}; charset="utf-8"')
        + headers.plain("Content-Transfer-Encoding", encoding)
        + b"\r\n"
        + encoded
        + b"\r\n"  # belongs to the boundary that follows (RFC 2046 §5.1.1)
    )


def _quoted_printable(octets: bytes) -> bytes:
    """Encode CRLF lines (RFC 2045 §6.7); the standard library's encoder lets lines begin with a dot or `From `."""
    lines = octets.split(b"\r\n")
    return b"\r\n".join(piece for line in lines for piece in _soft_lines(line))


def _soft_lines(line: bytes) -> Iterator[bytes]:
    """Cut one line at soft breaks so that no piece is over 76 octets nor needs care further along the way."""
    encoded = b"".join([_QP[octet] for octet in line])
    if encoded.endswith((b" ", b"\t")):
        encoded = encoded[:-1] + b"=%02X" % encoded[-1]
    start = 0
    while True:
        # A dot would need stuffing, and `From ` is altered where mail is kept in mbox files.
        escaped = b"=%02X" % encoded[start] if encoded.startswith((b".", b"From "), start) else b""
        body = start + bool(escaped)
        end = body + _LINE - len(escaped)
        if end >= len(encoded):
            yield escaped + encoded[body:]
            return
        end -= 1  # the soft break's "="
        end -= next((back for back in (1, 2) if encoded[end - back] == 0x3D), 0)
        yield escaped + encoded[body:end] + b"="
        start = end
