"""The fake world: sources that publish, fail and lie over real HTTP on loopback; a site in a folder; a clock to move.

world.source("alpha").publishes("One", "Two")
world.publication("daily", schedule="every day at 07:00")
world.at("2026-03-28T07:00+01:00").runs()
assert world.titles("daily/1") == ["Two", "One"]
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from xml.sax.saxutils import escape

from digest.config import load
from digest.flows.context import Context, open_context
from digest.flows.owner import OWNER
from digest.flows.run import Cycle, run
from digest.store import deliveries, editions, entries, sources

START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)


@dataclass
class Answer:
    """What the server says at a path. `behave` may write to the socket by itself."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    behave: Callable[[BaseHTTPRequestHandler], None] | None = None


@dataclass
class Seen:
    """A request that reached the server."""

    path: str
    headers: dict[str, str]
    at_once: int


class Server:
    """A web server on loopback whose pages are set by the test, and which remembers what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.seen: list[Seen] = []
        self._busy = 0
        self._lock = threading.Lock()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                with server._lock:
                    server._busy += 1
                    server.seen.append(Seen(self.path, dict(self.headers), server._busy))
                try:
                    server._answer(self)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True
                finally:
                    with server._lock:
                        server._busy -= 1

            def log_message(self, *_: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        answer = self.answers.get(request.path, Answer(404, b"not here"))
        if answer.behave is not None:
            answer.behave(request)
            return
        headers, status, body = dict(answer.headers), answer.status, answer.body
        if status == 200:
            etag = headers.setdefault("ETag", f'"{hash(body) & 0xFFFFFFFF:x}"')
            if request.headers.get("If-None-Match") == etag:
                status, body = 304, b""
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


def rss(name: str, items: list[dict[str, str]]) -> bytes:
    """Write a small RSS document. Keys of an item become elements."""
    told = "".join(
        "<item>" + "".join(f"<{key}>{escape(value)}</{key}>" for key, value in item.items()) + "</item>"
        for item in items
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>{escape(name)}</title><link>https://{name}.example/</link><description>d</description>{told}</channel></rss>'.encode()


class SourceOfWorld:
    """A feed on the fake web, told what to do in sentences."""

    def __init__(self, world: World, name: str) -> None:
        self.world, self.name = world, name
        self.items: list[dict[str, str]] = []
        self.path = f"/{name}.xml"
        self._serve()

    @property
    def url(self) -> str:
        return self.world.server.url + self.path

    def _serve(self) -> None:
        self.world.server.answers[self.path] = Answer(
            body=rss(self.name, self.items), headers={"Content-Type": "application/rss+xml"}
        )

    def publishes(self, *titles: str, at: datetime | None = None, **more: str) -> SourceOfWorld:
        """Put items on top of the feed, dated now or `at`."""
        for title in titles:
            slug = "".join(c if c.isalnum() else "-" for c in title.lower())
            item = {
                "title": title,
                "link": f"https://{self.name}.example/{slug}",
                "guid": f"{self.name}:{slug}",
                "pubDate": format_datetime(at or self.world.now),
                "description": f"About {title}.",
            } | more
            self.items.insert(0, item)
        self._serve()
        return self

    def edits(self, title: str, /, **changes: str) -> SourceOfWorld:
        next(item for item in self.items if item["title"] == title).update(changes)
        self._serve()
        return self

    def answers(self, status: int = 200, body: bytes | str = b"", **headers: str) -> SourceOfWorld:
        data = body.encode() if isinstance(body, str) else body
        self.world.server.answers[self.path] = Answer(
            status, data, {k.replace("_", "-"): v for k, v in headers.items()}
        )
        return self

    def is_well_again(self) -> SourceOfWorld:
        self._serve()
        return self

    def redirects_to(self, target: str, status: int = 302) -> SourceOfWorld:
        return self.answers(status, b"", Location=target)

    def hangs(self) -> SourceOfWorld:
        """Take the request and never answer."""
        self.world.server.answers[self.path] = Answer(behave=lambda _: self.world.released.wait(20))
        return self

    def never_ends(self) -> SourceOfWorld:
        """Send a chunk again and again, for ever."""

        def drip(request: BaseHTTPRequestHandler) -> None:
            request.send_response(200)
            request.send_header("Transfer-Encoding", "chunked")
            request.end_headers()
            with contextlib.suppress(OSError):
                while not self.world.released.is_set():
                    request.wfile.write(b"1000\r\n" + b"x" * 4096 + b"\r\n")
            request.close_connection = True

        self.world.server.answers[self.path] = Answer(behave=drip)
        return self

    def breaks_off(self) -> SourceOfWorld:
        """Promise more bytes than come, then hang up."""

        def stop_short(request: BaseHTTPRequestHandler) -> None:
            request.send_response(200)
            request.send_header("Content-Length", "1000")
            request.end_headers()
            request.wfile.write(b"<rss>")
            request.close_connection = True

        self.world.server.answers[self.path] = Answer(behave=stop_short)
        return self

    def is_a_gzip_bomb(self) -> SourceOfWorld:
        return self.answers(200, gzip.compress(b"<rss>" + b" " * 200_000_000), Content_Encoding="gzip")


class World:
    """A site and the web around it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = START
        self.server = Server()
        self.released = threading.Event()
        self._sources: dict[str, SourceOfWorld] = {}
        self._source_settings: dict[str, str] = {}
        self._publications: list[str] = []
        self._more = ""
        self.fetch = 'timeout = "5 s"\nmax_bytes = 2_000_000'

    # ── the web ──
    def source(self, name: str, **settings: object) -> SourceOfWorld:
        if name not in self._sources:
            self._sources[name] = SourceOfWorld(self, name)
            self._source_settings[name] = _toml(settings)
        return self._sources[name]

    # ── the site ──
    def publication(self, slug: str, schedule: str = "every day at 07:00", **settings: object) -> World:
        self._publications.append(
            f'[[publication]]\nslug = "{slug}"\ntitle = "The {slug}"\nschedule = "{schedule}"\n' + _toml(settings)
        )
        return self

    def relay(self, port: int, **settings: object) -> World:
        settings = {
            "host": "127.0.0.1",
            "port": port,
            "security": "none",
            "from": "Digest <digest@digest.example>",
            "timeout": "5 s",
        } | settings
        self._more += "[[relay]]\n" + _toml(settings)
        return self

    def configuration(self) -> Path:
        """Write config.toml as it stands now."""
        told = ['[site]\ntitle = "World"\nurl = "https://digest.example/"\ntimezone = "Europe/Paris"\n']
        told.append(f'[fetch]\nallow_private = ["127.0.0.0/8"]\n{self.fetch}\n')
        for name, source in self._sources.items():
            told.append(f'[[source]]\nname = "{name}"\nurl = "{source.url}"\n{self._source_settings[name]}')
        path = self.folder / "config.toml"
        path.write_text("\n".join([*told, *self._publications, self._more]), encoding="utf-8")
        return path

    # ── time ──
    def at(self, moment: str) -> World:
        self.now = datetime.fromisoformat(moment).astimezone(UTC)
        return self

    def later(self, **span: float) -> World:
        self.now += timedelta(**span)
        return self

    # ── doing ──
    @contextlib.contextmanager
    def context(self, reached: Callable[[str], None] = lambda _: None, owner: str = OWNER) -> Iterator[Context]:
        with open_context(load(self.configuration(), {}), lambda: self.now, reached) as context:
            yield replace(context, owner=owner)

    def runs(
        self,
        *,
        everything: bool = False,
        now: bool = False,
        reached: Callable[[str], None] = lambda _: None,
        owner: str = OWNER,
    ) -> Cycle:
        """Run one cycle; `owner` is another process's name where the test plays one."""
        with self.context(reached, owner) as context:
            return asyncio.run(run(context, everything=everything, now=now))

    # ── looking ──
    def titles(self, edition: str) -> list[str]:
        slug, number = edition.split("/")
        with self.context() as context, context.ledger.reading() as connection:
            row = editions.find(connection, slug, int(number))
            assert row is not None, f"there is no edition {edition}"
            return [story.title for story in editions.read(connection, row.id).stories]

    def editions(self, slug: str) -> list[editions.EditionRow]:
        with self.context() as context, context.ledger.reading() as connection:
            return editions.listed(connection, slug)

    def entries(self, source: str) -> list[str]:
        with self.context() as context, context.ledger.reading() as connection:
            row = sources.by_name(connection, source)
            assert row is not None
            return [entry.data.title for entry in entries.newest(connection, row.id, 1000)]

    def known(self, source: str) -> sources.Source:
        with self.context() as context, context.ledger.reading() as connection:
            row = sources.by_name(connection, source)
            assert row is not None
            return row

    def deliveries(self, edition: str) -> dict[str, str]:
        slug, number = edition.split("/")
        with self.context() as context, context.ledger.reading() as connection:
            row = editions.find(connection, slug, int(number))
            assert row is not None
            return {item.address: item.state.value for item in deliveries.of_edition(connection, row.id)}

    def files(self) -> dict[str, tuple[bytes, int]]:
        """Every published file with its bytes and modification time."""
        found = [path for root in ("feeds", "outbox") for path in (self.folder / root).rglob("*") if path.is_file()]
        return {str(path.relative_to(self.folder)): (path.read_bytes(), path.stat().st_mtime_ns) for path in found}

    def close(self) -> None:
        self.released.set()
        time.sleep(0)
        self.server.close()


def _toml(settings: dict[str, object]) -> str:
    def value(item: object) -> str:
        if isinstance(item, bool):
            return str(item).lower()
        if isinstance(item, list | tuple):
            return "[" + ", ".join(value(part) for part in item) + "]"
        return str(item) if isinstance(item, int | float) else '"' + str(item) + '"'

    return "".join(f"{key} = {value(item)}\n" for key, item in settings.items())
