"""A server on loopback with over fifty ways of being pedantic or hostile, one per path; it remembers every request.

Each behaviour is a function of the number of the visit (from 1) and the request's headers. It answers a `Reply`, or
writes to the socket by itself and answers None.
"""

from __future__ import annotations

import contextlib
import gzip
import threading
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from world import rss

FEED = rss("hostile", [{"title": "One", "link": "https://hostile.example/1", "guid": "1", "description": "First."}])
LATER = rss("hostile", [{"title": "Two", "link": "https://hostile.example/2", "guid": "2", "description": "Second."}])
MODIFIED, LATER_MODIFIED = "Mon, 02 Mar 2026 05:00:00 GMT", "Mon, 02 Mar 2026 05:30:00 GMT"
SOON = "Mon, 02 Mar 2026 09:00:00 GMT"
CHANNEL = b"<description>d</description>"


@dataclass
class Reply:
    status: int = 200
    body: bytes = FEED
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str]


Behaviour = Callable[[int, BaseHTTPRequestHandler], "Reply | None"]
BEHAVIOURS: dict[str, Behaviour] = {}


def behaviour(made: Behaviour) -> Behaviour:
    BEHAVIOURS[made.__name__] = made
    return made


def always(name: str, status: int = 200, body: bytes = FEED, **headers: str) -> None:
    told = {key.replace("_", "-"): value for key, value in headers.items()}
    BEHAVIOURS[name] = lambda _visit, _request: Reply(status, body, told)


def once(name: str, first: Reply, then: Reply) -> None:
    BEHAVIOURS[name] = lambda visit, _request: first if visit == 1 else then


def recognised(name: str, **validators: str) -> None:
    """Answer 304 to whoever sends every validator back byte for byte, and 400 to whoever invents one."""
    told = {key.replace("_", "-"): value for key, value in validators.items()}
    pairs = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}

    def answer(_visit: int, request: BaseHTTPRequestHandler) -> Reply:
        sent = {name: request.headers.get(asked) for name, asked in pairs.items()}
        if all(value is None for value in sent.values()):
            return Reply(headers=told)
        return Reply(304, b"") if sent == {name: told.get(name) for name in pairs} else Reply(400, b"not mine")

    BEHAVIOURS[name] = answer


# ── validators ──
always("plain")
recognised("etag", ETag='"a"')
recognised("last_modified", Last_Modified=MODIFIED)
recognised("both", ETag='"a"', Last_Modified=MODIFIED)
recognised("weak_etag", ETag='W/"a-gzip"')
recognised("odd_etag", ETag='un quoted, "twice"')
recognised("odd_date", Last_Modified="2026-03-02 5 o'clock")
once("set_shrinks", Reply(headers={"ETag": '"a"', "Last-Modified": MODIFIED}), Reply(headers={"Last-Modified": LATER_MODIFIED}))  # fmt: skip
once("set_vanishes", Reply(headers={"ETag": '"a"'}), Reply())
once("renews_with_304", Reply(headers={"ETag": '"a"'}), Reply(304, b"", {"ETag": '"b"'}))
once("patience_in_between", Reply(headers={"ETag": '"a"'}), Reply(429, b"", {"Retry-After": "7200"}))
always("unasked_304", 304, b"")


@behaviour
def stuck_304(visit: int, request: BaseHTTPRequestHandler) -> Reply:
    return Reply(304, b"") if "If-None-Match" in request.headers else Reply(headers={"ETag": '"stuck"'})


@behaviour
def delta(_visit: int, request: BaseHTTPRequestHandler) -> Reply:
    known = "If-None-Match" in request.headers
    if known and request.headers.get("A-IM") == "feed":
        return Reply(226, LATER, {"ETag": '"b"', "IM": "feed"})
    return Reply(400, b"") if known or "A-IM" in request.headers else Reply(headers={"ETag": '"a"'})


# ── refusals ──
always("retry_seconds", 429, b"", Retry_After="7200")
always("retry_date", 429, b"", Retry_After=SOON)
always("retry_503", 503, b"", Retry_After="7200")
always("retry_403", 403, b"", Retry_After="7200")
always("too_often", 429, b"")
always("forbidden", 403, b"")
always("missing", 404, b"")
always("gone", 410, b"")
always("broken", 500, b"")
always("bad_gateway", 502, b"")
always("unauthorised", 401, b"", WWW_Authenticate='Basic realm="x"')
always("teapot", 418, b"")
once("missing_once", Reply(404, b""), Reply())
once("dies", Reply(headers={"ETag": '"a"'}), Reply(410, b""))
once("becomes_html", Reply(), Reply(200, b"<!doctype html><html><body><p>We moved.</p></body></html>"))

# ── what it says of its document ──
always("max_age", Cache_Control="public, max-age=21600")
always("expires", Expires="Mon, 02 Mar 2026 12:00:00 GMT")
once("max_age_on_304", Reply(headers={"ETag": '"a"'}), Reply(304, b"", {"Cache-Control": "max-age=21600"}))
always("ttl", body=FEED.replace(CHANNEL, CHANNEL + b"<ttl>360</ttl>"))
always("skip_hours", body=FEED.replace(CHANNEL, CHANNEL + b"<skipHours>" + b"".join(b"<hour>%d</hour>" % hour for hour in range(6, 13)) + b"</skipHours>"))  # fmt: skip
always("skip_days", body=FEED.replace(CHANNEL, CHANNEL + b"<skipDays><day>Monday</day></skipDays>"))
always("update_period", body=FEED.replace(b"<rss ", b'<rss xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" ').replace(CHANNEL, b"<sy:updatePeriod>daily</sy:updatePeriod>" + CHANNEL))  # fmt: skip
always("cookie", Set_Cookie="visitor=1; Path=/")

# ── other addresses ──
always("moved", 301, b"", Location="/both")
always("moved_308", 308, b"", Location="/both")
always("found", 302, b"", Location="/both")
always("see_other", 303, b"", Location="/both")
always("temporary", 307, b"", Location="/both")
always("circle", 301, b"", Location="/circle")
always("to_file", 301, b"", Location="file:///etc/passwd")
always("to_mail_port", 302, b"", Location="http://127.0.0.1:25/")
always("to_private", 302, b"", Location="http://10.0.0.1/")
always("to_nowhere", 301, b"")
always("query", headers_seen="1")

# ── pages ──
always("announces", body=b'<!doctype html><html><head><title>Blog</title><link rel="alternate" type="application/rss+xml" href="/etag"></head><body><p>Hello.</p></body></html>', Content_Type="text/html")  # fmt: skip
always("announces_impatient", body=b'<!doctype html><html><head><title>Blog</title><link rel="alternate" type="application/rss+xml" href="/patience_in_between"></head><body><p>Hello.</p></body></html>', Content_Type="text/html")  # fmt: skip
always("no_feed", body=b"<!doctype html><html><body><p>Nothing to see.</p></body></html>", Content_Type="text/html")
always("picture", body=b"\x89PNG\r\n\x1a\n" + bytes(64), Content_Type="image/png")
always("challenge", 403, b"<html><head><title>Just a moment...</title></head><body></body></html>", CF_Mitigated="challenge", Content_Type="text/html")  # fmt: skip
always("empty", body=b"")
always("pictured", body=rss("hostile", [{"title": "One", "link": "/never_asked", "guid": "1", "description": '<img src="/never_asked">'}]).replace(b"</item>", b'<enclosure url="/never_asked" type="audio/mpeg" length="1"/></item>'))  # fmt: skip

# ── the wire ──
always("gzipped", body=gzip.compress(FEED), Content_Encoding="gzip")
always("deflated", body=zlib.compress(FEED), Content_Encoding="deflate")
always("unknown_coding", body=b"\x0b\x02\x80abc\x03", Content_Encoding="br")
always("bomb", body=gzip.compress(b"<rss>" + b" " * 20_000_000), Content_Encoding="gzip")
always("many_headers", **{f"X_{number}": "x" for number in range(500)})


@behaviour
def breaks_off(_visit: int, request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<rss>")
    request.close_connection = True


@behaviour
def says_nothing(_visit: int, request: BaseHTTPRequestHandler) -> None:
    request.close_connection = True


@behaviour
def speaks_nonsense(_visit: int, request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"220 mail.example ESMTP\r\n")
    request.close_connection = True


@behaviour
def never_ends(_visit: int, request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    with contextlib.suppress(OSError):
        while True:
            request.wfile.write(b"1000\r\n" + b"x" * 4096 + b"\r\n")


class Hostile:
    """The server. `seen` holds every request in its order, whatever its method."""

    def __init__(self) -> None:
        self.seen: list[Request] = []
        self.answers: dict[str, object] = {}  # where the world's sources leave theirs; nothing here reads it
        self._visits: Counter[str] = Counter()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_any(self) -> None:
                server.seen.append(Request(self.command, self.path, dict(self.headers)))
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    server._answer(self)

            do_GET = do_HEAD = do_POST = do_PUT = do_OPTIONS = do_any

            def log_message(self, *_: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        name = request.path.partition("?")[0].strip("/")
        self._visits[name] += 1
        behave = BEHAVIOURS.get(name)
        reply = Reply(404, b"") if behave is None else behave(self._visits[name], request)
        if reply is None:
            request.close_connection = True
            return
        request.send_response(reply.status)
        for key, value in reply.headers.items():
            request.send_header(key, value)
        request.send_header("Content-Length", str(len(reply.body)))
        request.end_headers()
        request.wfile.write(reply.body)

    def asked(self, name: str) -> list[Request]:
        """The requests for one behaviour."""
        return [request for request in self.seen if request.path.partition("?")[0] == f"/{name}"]

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
