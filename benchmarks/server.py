"""A web server on loopback that is never what is measured: every answer is made before the first request comes.

Each document has an ETag and a Last-Modified; a request that brings the ETag back is answered 304 (RFC 9110 §13.1.2).

    python server.py FOLDER        prints its port, serves FOLDER/NAME as /NAME until its standard input ends
"""

from __future__ import annotations

import asyncio
import hashlib
import sys
from dataclasses import dataclass
from pathlib import Path

_LAST_MODIFIED = "Mon, 05 Jan 2026 08:00:00 GMT"
_MEDIA_TYPES = {".xml": "application/xml", ".json": "application/feed+json"}
_NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Page:
    """A document as bytes for the wire, whole and as "not modified"."""

    etag: str
    whole: bytes
    unchanged: bytes


def page_of(body: bytes, media_type: str) -> Page:
    etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    known = f"ETag: {etag}\r\nLast-Modified: {_LAST_MODIFIED}\r\n"
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\nContent-Length: {len(body)}\r\n{known}\r\n"
    return Page(etag, head.encode() + body, f"HTTP/1.1 304 Not Modified\r\n{known}\r\n".encode())


def answer(pages: dict[str, Page], request: bytes) -> bytes:
    """Answer one request, its headers complete."""
    first, *lines = request.decode("latin-1").split("\r\n")
    page = pages.get(first.split(" ")[1])
    if page is None:
        return _NOT_FOUND
    given = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return page.unchanged if given.get("if-none-match") == page.etag else page.whole


class _Talk(asyncio.Protocol):
    """One connection, kept open from request to request."""

    def __init__(self, pages: dict[str, Page]) -> None:
        self._pages = pages
        self._said = b""
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        assert self._transport is not None
        *requests, self._said = (self._said + data).split(b"\r\n\r\n")
        for request in requests:
            self._transport.write(answer(self._pages, request))


def pages_of(folder: Path) -> dict[str, Page]:
    return {f"/{path.name}": page_of(path.read_bytes(), _MEDIA_TYPES[path.suffix]) for path in folder.iterdir()}


async def serve(pages: dict[str, Page]) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Talk(pages), "127.0.0.1", 0)
    async with server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(pages_of(Path(sys.argv[1]))))
