"""Ask for a document once, politely, and never take more than was agreed.

Each request, each redirect too, waits for the turn at its host; addresses and validators go out exactly as they
were given (RFC 9110 §13.1); a password goes to nobody but the host it was written for. Size and time are bounded, and
the size counts after decompression. Whatever goes wrong out there is a `Failed`, never an exception.
"""

from __future__ import annotations

import asyncio
import os
import re
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import aiohttp

from digest.collect import guard
from digest.collect.addresses import Address, redirect_target, web_address, without_userinfo
from digest.collect.hosts import Hosts, NoSuchHostError
from digest.collect.walls import LARGEST, wall_of
from digest.model import Failed, Reason

MAX_REDIRECTS = 5
CONCURRENCY = 32
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_WALLED = frozenset({401, 403, 429, 503})  # what a wall is served with, beside 200
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
    """Ask over HTTP(S), for one round of looking. Use as an async context manager.

    `clock` is asked for Retry-After dates, `hosts` for turns; what a host asked for is forgotten with the round.
    """

    user_agent: str
    clock: Callable[[], datetime]
    timeout: float = 20.0
    max_bytes: int = 15_000_000
    allow_private: tuple[str, ...] = ()
    hosts: Hosts = field(default_factory=Hosts)
    _session: aiohttp.ClientSession | None = None
    _places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(CONCURRENCY))

    async def __aenter__(self) -> Self:
        # The connector sets no limit of its own: waiting there would count as time spent on connecting.
        connector = aiohttp.TCPConnector(
            socket_factory=guard.socket_factory(self.allow_private), limit=0, happy_eyeballs_delay=None,
            resolver=self.hosts.names, use_dns_cache=False,
        )  # fmt: skip
        self._session = aiohttp.ClientSession(
            connector=connector,
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": self.user_agent, "Accept": _ACCEPT, "Accept-Encoding": "gzip, deflate"},
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def fetch(self, url: str, validators: Validators = Validators()) -> Answer:
        """Ask for `url`, unless it is still what `validators` recognise."""
        address = web_address(url)
        if isinstance(address, Failed):
            return address
        try:
            return await self._follow(address, validators)
        except _TooLargeError:
            return Failed(Reason("fetch.too_large", {"limit": self.max_bytes}))
        except zlib.error:
            return Failed(Reason("fetch.bad_encoding"))
        except TimeoutError:
            return Failed(Reason("fetch.timeout", {"seconds": round(self.timeout)}))
        except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError, UnicodeError):
            return Failed(Reason("fetch.bad_url", {"url": without_userinfo(url)}))
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return Failed(_connection_reason(error))

    async def _follow(self, address: Address, validators: Validators) -> Answer:
        """Ask, and go where redirects lead, within the time and number that are allowed."""
        first, left, for_good = address, self.timeout, True
        for hop in range(MAX_REDIRECTS + 1):
            async with self.hosts.turn(address.host, address.port, left) as place:
                if wait := place.patience():
                    return Failed(Reason("fetch.host_asked_for_patience", {"host": address.host}), wait)
                async with self._places:
                    begun = asyncio.get_running_loop().time()
                    answer = await self._ask(address, first, validators, left)
                    left -= asyncio.get_running_loop().time() - begun
                if isinstance(answer, Failed) and answer.retry_after and _wants_patience(answer):
                    self.hosts.silence(place, answer.retry_after)
            if not isinstance(answer, _Redirect):
                # Where a password was given, a new address would be one without it.
                if isinstance(answer, Failed) or hop == 0 or not for_good or first.userinfo:
                    return answer
                return replace(answer, moved_to=address.text)
            for_good = for_good and answer.status in (301, 308)
            target = redirect_target(address, answer.location)
            if isinstance(target, Failed):
                return target
            address = target
        return Failed(Reason("fetch.redirects", {"limit": MAX_REDIRECTS}))

    async def _ask(
        self, address: Address, first: Address, validators: Validators, seconds: float
    ) -> Answer | _Redirect:
        assert self._session is not None, "use HttpFetcher as an async context manager"
        headers = _conditions(validators) | first.credentials_for(address)
        limits = aiohttp.ClientTimeout(total=seconds, connect=min(seconds, self.timeout / 2))
        async with self._session.get(
            address.url, headers=headers, allow_redirects=False, timeout=limits
        ) as response:  # fmt: skip
            location = response.headers.get("Location", "").strip()
            if response.status in _REDIRECTS and location:
                return _Redirect(response.status, location)
            max_age, expires = _max_age(response.headers), _expires(response.headers)
            if response.status == 304 and _known(validators):
                return Unchanged(_renewed(validators, _validators(response.headers)), max_age, expires)
            # 226 is the part of a feed that is new since (RFC 3229 §10.4.1): what it leaves out stays as it was.
            if response.status != 200 and not (response.status == 226 and _known(validators)):
                return await self._refused(response)
            body = await self._read(response, self.max_bytes)
            wall = wall_of(response.status, response.headers, body)
            # A page for scripts may yet announce its feed in robots.txt; what stands in it is not judged here.
            if wall is not None and wall.code != "wall.script":
                return Failed(wall)
            return Fetched(
                url=address.text,
                body=body,
                content_type=response.content_type,
                charset=response.charset,
                validators=_validators(response.headers),
                max_age=max_age,
                expires=expires,
                link=", ".join(response.headers.getall("Link", [])),
            )

    async def _refused(self, response: aiohttp.ClientResponse) -> Failed:
        """Say why there is no document; a wall has a better name than its status."""
        wait = _retry_after(response.headers, self.clock())
        body = b""
        if response.status in _WALLED:
            # What does not arrive or cannot be read says nothing; the status and Retry-After stand.
            with suppress(_TooLargeError, zlib.error, TimeoutError, aiohttp.ClientError):
                body = await self._read(response, min(self.max_bytes, LARGEST))
            wall = wall_of(response.status, response.headers, body)
            if wall is not None:
                return Failed(wall, wait)
        return Failed(Reason("fetch.status", {"status": response.status}), wait)

    async def _read(self, response: aiohttp.ClientResponse, limit: int) -> bytes:
        """Read and decompress; neither form may be larger than `limit` bytes."""
        raw = bytearray()
        async for chunk in response.content.iter_chunked(65536):
            raw += chunk
            if len(raw) > limit:
                raise _TooLargeError
        return _inflated(bytes(raw), response.headers.get("Content-Encoding", "").strip().lower(), limit)


class _TooLargeError(Exception):
    """The document grew past the limit."""


@dataclass(frozen=True, slots=True)
class _Redirect:
    """An answer that names another address."""

    status: int
    location: str


def _wants_patience(answer: Failed) -> bool:
    return answer.reason.args.get("status") in (403, 429, 503)


def _known(validators: Validators) -> bool:
    return bool(validators.etag or validators.last_modified)


def _conditions(validators: Validators) -> dict[str, str]:
    """Echo the validators; with them alone, a part of a feed will do (RFC 3229 §10.5.3)."""
    headers = {}
    if validators.etag:
        headers["If-None-Match"] = validators.etag
    if validators.last_modified:
        headers["If-Modified-Since"] = validators.last_modified
    return headers | {"A-IM": "feed"} if headers else headers


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
    if isinstance(error, NoSuchHostError):
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
