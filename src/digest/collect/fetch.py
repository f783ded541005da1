"""Ask for a document once, politely, and never take more than was agreed.

One request at a time per host; validators are sent back exactly as they came (RFC 9110 §13.1); size and time
are bounded, and the size counts after decompression. Whatever goes wrong out there is a `Failed`, never an
exception.
"""

from __future__ import annotations

import asyncio
import os
import re
import zlib
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import aiohttp

from digest.collect import guard
from digest.model import Failed, Reason

MAX_REDIRECTS = 5
CONCURRENCY = 32
_MOST_SECONDS = 2**31  # what a larger max-age stands for (RFC 9111 §1.2.2)
_MOST_MEMBERS = 256  # of one gzip stream: each costs a copy of what follows it
_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, "
    "application/xml;q=0.9, text/html;q=0.8, */*;q=0.1"
)


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave to recognise its document by; one atomic set, opaque to us."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A document. `url` is where it was found in the end.

    `max_age` is in seconds (RFC 9111 §5.2.2.1), `expires` an instant; `moved_to` is where permanent redirects alone
    led (RFC 9110 §15.4.2, §15.4.9); `link` is the `Link:` header, its values joined by commas (RFC 8288 §3).
    """

    url: str | None
    body: bytes
    content_type: str = ""
    charset: str | None = None
    validators: Validators = Validators()
    max_age: int | None = None
    expires: datetime | None = None
    moved_to: str | None = None
    link: str = ""


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The document is the one we know (304); it may bear new hints all the same."""

    validators: Validators
    max_age: int | None = None
    expires: datetime | None = None
    moved_to: str | None = None


Answer = Fetched | Unchanged | Failed


@dataclass(slots=True)
class HttpFetcher:
    """Ask over HTTP(S). Use as an async context manager; `now` is asked for Retry-After dates."""

    user_agent: str
    clock: Callable[[], datetime]
    timeout: float = 20.0
    max_bytes: int = 15_000_000
    allow_private: tuple[str, ...] = ()
    _session: aiohttp.ClientSession | None = None
    _hosts: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    _places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(CONCURRENCY))

    async def __aenter__(self) -> Self:
        # The connector sets no limit of its own: waiting there would count as time spent on connecting.
        connector = aiohttp.TCPConnector(
            socket_factory=guard.socket_factory(self.allow_private), limit=0, happy_eyeballs_delay=None
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=self.timeout, connect=self.timeout / 2),
            headers={"User-Agent": self.user_agent, "Accept": _ACCEPT, "Accept-Encoding": "gzip, deflate"},
            requote_redirect_url=False,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def fetch(self, url: str, validators: Validators = Validators()) -> Answer:
        """Ask for `url`, unless it is still what `validators` recognise."""
        host = _host_of(url)
        if host is None:
            return Failed(Reason("fetch.bad_url", {"url": url}))
        async with self._hosts[host], self._places:
            try:
                return await self._ask(url, validators)
            except _TooLargeError:
                return Failed(Reason("fetch.too_large", {"limit": self.max_bytes}))
            except zlib.error:
                return Failed(Reason("fetch.bad_encoding"))
            except TimeoutError:
                return Failed(Reason("fetch.timeout", {"seconds": round(self.timeout)}))
            except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError) as error:  # maybe one that a redirect named
                return Failed(Reason("fetch.bad_url", {"url": str(error.args[0])}))
            except UnicodeError:
                return Failed(Reason("fetch.bad_url", {"url": url}))
            except aiohttp.TooManyRedirects:
                return Failed(Reason("fetch.redirects", {"limit": MAX_REDIRECTS}))
            except (aiohttp.ClientError, OSError, ValueError) as error:
                return Failed(_connection_reason(error))

    async def _ask(self, url: str, validators: Validators) -> Answer:
        assert self._session is not None, "use HttpFetcher as an async context manager"
        headers = {}
        if validators.etag:
            headers["If-None-Match"] = validators.etag
        if validators.last_modified:
            headers["If-Modified-Since"] = validators.last_modified
        async with self._session.get(url, headers=headers, max_redirects=MAX_REDIRECTS) as response:
            max_age, expires, moved_to = _max_age(response.headers), _expires(response.headers), _moved_to(response)
            if response.status == 304 and headers:
                known = _renewed(validators, _validators(response.headers))
                return Unchanged(known, max_age, expires, moved_to)
            if response.status != 200:
                wait = _retry_after(response.headers, self.clock())
                return Failed(Reason("fetch.status", {"status": response.status}), wait)
            body = await self._read(response)
            return Fetched(
                url=str(response.url),
                body=body,
                content_type=response.content_type,
                charset=response.charset,
                validators=_validators(response.headers),
                max_age=max_age,
                expires=expires,
                moved_to=moved_to,
                link=", ".join(response.headers.getall("Link", [])),
            )

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        """Read and decompress; neither form may be larger than `max_bytes`."""
        raw = bytearray()
        async for chunk in response.content.iter_chunked(65536):
            raw += chunk
            if len(raw) > self.max_bytes:
                raise _TooLargeError
        return _inflated(bytes(raw), response.headers.get("Content-Encoding", "").strip().lower(), self.max_bytes)


class _TooLargeError(Exception):
    """The document grew past the limit."""


def _host_of(url: str) -> str | None:
    """Name the host that a web address leads to, or None where it is none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return parts.hostname if parts.scheme in ("http", "https") else None


def _inflated(raw: bytes, coding: str, limit: int) -> bytes:
    """Undo a content coding (RFC 9110 §8.4.1).

    Raises:
        zlib.error: the coding is unknown, or the stream is broken or ends early.
        _TooLargeError: what comes out is larger than `limit` bytes.
    """
    if not raw or coding in ("", "identity"):
        return raw
    if coding in ("gzip", "x-gzip"):
        window = 31
    elif coding == "deflate":
        # Many servers leave out the zlib header that the name means (RFC 1950 §2.2 tells one from chance).
        window = 15 if raw[0] & 0x0F == 8 and int.from_bytes(raw[:2], "big") % 31 == 0 else -15
    else:
        raise zlib.error(f"unknown content coding {coding[:40]}")
    body = bytearray()
    for _ in range(_MOST_MEMBERS):
        stream = zlib.decompressobj(window)
        body += stream.decompress(raw, limit + 1 - len(body))
        if len(body) > limit:
            raise _TooLargeError
        if not stream.eof:
            raise zlib.error("the stream ends early")
        raw = stream.unused_data
        if window != 31 or not raw.startswith(b"\x1f\x8b"):
            return bytes(body)
    raise zlib.error("too many gzip members")


def read_file(path: Path, validators: Validators, max_bytes: int) -> Answer:
    """Read a local document. Its size and modification time serve as its validator."""
    try:
        with path.open("rb") as file:
            facts = os.fstat(file.fileno())
            known = Validators(etag=f"{facts.st_size}-{facts.st_mtime_ns}")
            if known == validators:
                return Unchanged(known)
            body = file.read(max_bytes + 1)
    except OSError as error:
        return Failed(Reason("fetch.file", {"path": str(path), "error": error.strerror or str(error)}))
    if len(body) > max_bytes:
        return Failed(Reason("fetch.too_large", {"limit": max_bytes}))
    return Fetched(url=None, body=body, validators=known)


def _connection_reason(error: BaseException) -> Reason:
    """Find what stopped a connection: the guard's refusal hides below aiohttp's own errors."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, guard.PrivateAddressError):
            return Reason("fetch.private", {"error": str(cause)})
        cause = getattr(cause, "os_error", None) or cause.__cause__ or cause.__context__
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return Reason("fetch.no_such_host", {"host": error.host})
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientSSLError):
        return Reason("fetch.tls", {"error": _plain(error)})
    if isinstance(error, aiohttp.ClientConnectorError):
        return Reason("fetch.unreachable", {"error": error.strerror or _plain(error)})
    return Reason("fetch.broken", {"error": _plain(error)})


def _plain(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__


def _validators(headers: Mapping[str, str]) -> Validators:
    """Take the validators of an answer; one whose bytes are no text could be neither kept nor echoed."""

    def told(name: str) -> str | None:
        value = headers.get(name, "")
        return value if value and not re.search("[\ud800-\udfff]", value) else None

    return Validators(told("ETag"), told("Last-Modified"))


def _renewed(known: Validators, given: Validators) -> Validators:
    """Keep the known set while a 304 confirms it; one that names anything new replaces it as a whole."""
    confirmed = given.etag in (None, known.etag) and given.last_modified in (None, known.last_modified)
    return known if confirmed else given


def _seconds(text: str) -> int | None:
    """Read a number of seconds (RFC 9111 §1.2.2)."""
    if not re.fullmatch("[0-9]+", text):
        return None
    return min(int(text), _MOST_SECONDS) if len(text) < 12 else _MOST_SECONDS


def _max_age(headers: Mapping[str, str]) -> int | None:
    for part in headers.get("Cache-Control", "").split(","):
        name, _, value = part.strip().partition("=")
        if name.lower() == "max-age":
            return _seconds(value.strip('"'))
    return None


def _expires(headers: Mapping[str, str]) -> datetime | None:
    """Read Expires; a date that is none means "already expired" (RFC 9111 §5.3), which tells us nothing."""
    try:
        moment = parsedate_to_datetime(headers.get("Expires", ""))
    except (TypeError, ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else None


def _moved_to(response: aiohttp.ClientResponse) -> str | None:
    hops = [hop.status for hop in response.history]
    return str(response.url) if hops and all(status in (301, 308) for status in hops) else None


def _retry_after(headers: Mapping[str, str], now: datetime) -> int | None:
    """Read Retry-After as seconds from `now`, whether it is a number or a date (RFC 9110 §10.2.3)."""
    value = headers.get("Retry-After", "").strip()
    seconds = _seconds(value)
    if seconds is not None:
        return seconds
    try:
        return max(0, round((parsedate_to_datetime(value) - now).total_seconds()))
    except (TypeError, ValueError, OverflowError):
        return None
