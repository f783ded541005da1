"""Addresses: what we are willing to mail to, in the one form that fits every server.

A domain is carried as A-labels (IDNA 2008, RFC 5891), so `ß` and `ss` stay two domains. A local part is an
RFC 5321 Dot-string: quoted ones are held by almost nobody and open holes. One beyond ASCII needs SMTPUTF8
(RFC 6531), which we do not speak.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import idna

from digest.model import Reason

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
_LOCAL_OCTETS = 64  # RFC 5321 §4.5.3.1.1
_DOMAIN_OCTETS = 253  # RFC 1035 §2.3.4, without the root's dot
_LABEL_OCTETS = 63


@dataclass(frozen=True, slots=True)
class Address:
    """A mail address in ASCII; `domain` is in lower case, `local` is as its owner writes it."""

    local: str
    domain: str

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}"


def parse_address(text: str) -> Address | Reason:
    """Read a bare address such as `reader@example.org`; say why it cannot be mailed to otherwise.

    Reasons are `address.malformed` and `address.smtputf8`, both with `address`. Blanks around it are forgiven.
    """
    local, at, host = text.strip().rpartition("@")
    domain = ascii_domain(host)
    if not at or domain is None:
        return Reason("address.malformed", {"address": text})
    if not local.isascii():
        return Reason("address.smtputf8", {"address": text})
    if len(local) > _LOCAL_OCTETS or not _LOCAL.fullmatch(local):
        return Reason("address.malformed", {"address": text})
    return Address(local, domain)


def parse_mailbox(text: str) -> tuple[str, Address] | Reason:
    """Read `Name <reader@example.org>` or a bare address as (name, address); the name may be empty."""
    name, angle, rest = text.strip().rpartition("<")
    address = parse_address(rest.removesuffix(">") if angle else rest)
    return (name.strip().strip('"').strip(), address) if isinstance(address, Address) else address


def ascii_domain(domain: str) -> str | None:
    """Put a domain into lower-case A-labels, or answer None if it is no host name (RFC 1123 §2.1)."""
    name = domain.lower() if domain.isascii() else _a_labels(domain)
    labels = name.split(".")
    fits = len(name) <= _DOMAIN_OCTETS and all(len(label) <= _LABEL_OCTETS for label in labels)
    return name if fits and all(_LABEL.fullmatch(label) for label in labels) else None


def _a_labels(domain: str) -> str:
    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError:
        return ""
