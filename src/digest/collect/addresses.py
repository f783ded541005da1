"""What a web address leads to. Rule: it is asked for as it was written, or not at all.

Its path and query go out byte for byte (FRB 062, 066), the part after # and the userinfo never. A password is for the
host it was written for, and for a secure connection (RFC 7617 §4). Ports of other services are not asked: a request
could be read there as a command.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field, replace
from urllib.parse import urljoin, urlsplit

from yarl import URL

from digest.model import Failed, Reason

BAD_PORTS = frozenset({
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109,
    110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531,
    532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060,
    5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
})  # fmt: skip
"""Ports of services that are not the web (WHATWG Fetch §2.9)."""

_PLAIN = re.compile("[!-~]*")  # what may stand in a request line as it is


@dataclass(frozen=True, slots=True)
class Address:
    """An address that may be asked. `url` and `text` are free of userinfo, which is kept apart as user, password."""

    url: URL
    userinfo: tuple[str, str] | None = field(default=None, repr=False)

    @property
    def text(self) -> str:
        """The address as it may be shown and kept."""
        return str(self.url)

    @property
    def host(self) -> str:
        """The host to connect to: a name in its ASCII form, without the dot that may end it, or a numeric address."""
        return (self.url.raw_host or "").rstrip(".")

    @property
    def port(self) -> int:
        """The port to connect to."""
        return self.url.port or 0

    def credentials_for(self, other: Address) -> dict[str, str]:
        """Tell the Authorization header that may go to `other`: the same host and port, over https."""
        if self.userinfo is None or other.url.scheme != "https" or other.url.origin() != self.url.origin():
            return {}
        return {"Authorization": "Basic " + base64.b64encode(":".join(self.userinfo).encode()).decode()}


def web_address(text: str) -> Address | Failed:
    """Read an address as its operator or a document wrote it."""
    bad = Failed(Reason("fetch.bad_url", {"url": without_userinfo(text)}))
    try:
        url, parts = URL(text), urlsplit(text)
        host = url.raw_host
    except (ValueError, UnicodeError):
        return bad
    if url.scheme not in ("http", "https") or not host or not re.fullmatch(r"[^\s\x00-\x20/\\@]+", host):
        return bad
    if url.port in BAD_PORTS:
        return Failed(Reason("fetch.bad_port", {"port": url.port}))
    userinfo = None if url.user is None else (url.user, url.password or "")
    exact = _PLAIN.fullmatch(text) is not None
    path, query = (parts.path or "/", parts.query) if exact else (url.raw_path, url.raw_query_string)
    named = f"[{host}]" if ":" in host else host
    clean = URL.build(
        scheme=url.scheme, host=named, port=url.explicit_port, path=path, query_string=query, encoded=True
    )  # fmt: skip
    return Address(clean, userinfo)


def redirect_target(base: Address, location: str) -> Address | Failed:
    """Read where a redirect leads; userinfo in it is the word of the redirecting host and counts nothing."""
    try:
        target = web_address(urljoin(base.text, location))
    except ValueError:
        return Failed(Reason("fetch.bad_url", {"url": without_userinfo(location)}))
    return target if isinstance(target, Failed) else replace(target, userinfo=None)


def without_userinfo(text: str) -> str:
    """Leave the userinfo out of what may be an address, so that no reason ever shows a password."""
    return re.sub(r"(?<=//)[^/?#\s]*@", "", text)
