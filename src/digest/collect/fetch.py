"""Ask for a document once, politely, and never take more than was agreed.

One request at a time per host; validators are sent back exactly as they came (RFC 9110 §13.1); size and time
are bounded, and the size counts after decompression. Whatever goes wrong out there is a `Failed`, never an
exception.
"""

from __future__ import annotations

import asyncio
import os
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
_ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, text/html;q=0.8, */*;q=0.1"


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave to recognise its document by; one atomic set, opaque to us."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A document. `url` is where it was found in the end; `max_age` in seconds (RFC 9111 §5.2.2.1)."""

    url: str | None
    body: bytes
    content_type: str = ""
    charset: str | None = None
    validators: Validators = Validators()
    max_age: int | None = None


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The document is the one we know (304)."""

    validators: Validators
    max_age: int | None = None


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

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(
            socket_factory=guard.socket_factory(self.allow_private), limit=CONCURRENCY, happy_eyeballs_delay=None
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

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._session is not None:
            await self._session.close()

    async def fetch(self, url: str, validators: Validators = Validators()) -> Answer:  # noqa: B008 - frozen, shared
        """Ask for `url`, unless it is still what `validators` recognise."""
        async with self._hosts[urlsplit(url).netloc.lower()]:
            try:
                return await self._ask(url, validators)
            except _TooLargeError:
                return Failed(Reason("fetch.too_large", {"limit": self.max_bytes}))
            except zlib.error:
                return Failed(Reason("fetch.bad_encoding"))
            except TimeoutError:
                return Failed(Reason("fetch.timeout", {"seconds": round(self.timeout)}))
            except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError, UnicodeError):
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
            max_age = _max_age(response.headers)
            if response.status == 304:
                return Unchanged(_renewed(validators, response.headers), max_age)
            if response.status != 200:
                wait = _retry_after(response.headers, self.clock())
                return Failed(Reason("fetch.status", {"status": response.status}), wait)
            body = await self._read(response)
            return Fetched(
                url=str(response.url),
                body=body,
                content_type=response.content_type,
                charset=response.charset,
                validators=Validators(response.headers.get("ETag"), response.headers.get("Last-Modified")),
                max_age=max_age,
            )

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        """Read and decompress, holding at most `max_bytes` at any moment."""
        encoding = response.headers.get("Content-Encoding", "").strip().lower()
        inflate = zlib.decompressobj(wbits=47) if encoding in ("gzip", "x-gzip", "deflate") else None
        body = bytearray()
        raw = 0
        async for chunk in response.content.iter_chunked(65536):
            raw += len(chunk)
            body += inflate.decompress(chunk, self.max_bytes + 1 - len(body)) if inflate else chunk
            if len(body) > self.max_bytes or raw > self.max_bytes:
                raise _TooLargeError
        return bytes(body)


class _TooLargeError(Exception):
    """The document grew past the limit."""


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


def _renewed(validators: Validators, headers: Mapping[str, str]) -> Validators:
    """Take the validators of a 304 as one set, or keep the old ones where it gives none (RFC 9110 §15.4.5)."""
    etag, last_modified = headers.get("ETag"), headers.get("Last-Modified")
    if etag is None and last_modified is None:
        return validators
    return Validators(etag or validators.etag, last_modified or validators.last_modified)


def _max_age(headers: Mapping[str, str]) -> int | None:
    for part in headers.get("Cache-Control", "").split(","):
        name, _, value = part.strip().partition("=")
        if name.lower() == "max-age" and value.strip('"').isdigit():
            return int(value.strip('"'))
    return None


def _retry_after(headers: Mapping[str, str], now: datetime) -> int | None:
    """Read Retry-After as seconds from `now`, whether it is a number or a date (RFC 9110 §10.2.3)."""
    value = headers.get("Retry-After", "").strip()
    if value.isdigit():
        return int(value)
    try:
        return max(0, round((parsedate_to_datetime(value) - now).total_seconds()))
    except (TypeError, ValueError):
        return None
