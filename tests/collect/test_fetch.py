import asyncio
import base64
import gzip
import socket
import zlib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.collect.addresses import redirect_target, web_address
from digest.collect.fetch import (
    Fetched,
    HttpFetcher,
    Unchanged,
    Validators,
    _inflated,
    _TooLargeError,
    read_file,
)
from digest.collect.hosts import GAP, Hosts, is_near
from digest.model import Failed, Reason
from world import Answer

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
UNKNOWN = Validators()
LOOPBACK = ("127.0.0.0/8", "::1/128")


def fetcher(**wished):
    return HttpFetcher(
        **{"user_agent": "digest/test", "clock": lambda: NOW, "timeout": 5.0, "allow_private": LOOPBACK} | wished
    )


def ask(url, validators=UNKNOWN, **wished):
    async def once():
        async with fetcher(**wished) as asking:
            return await asking.fetch(url, validators)

    return asyncio.run(once())


# ── what is asked ──
def test_a_request_is_honest_and_carries_nothing_personal(world):
    source = world.source("a").answers(200, b"x", Set_Cookie="id=1")
    world.source("b").redirects_to(source.url)
    ask(world.source("b").url)
    ask(source.url)
    for seen in world.server.seen:
        assert seen.headers["User-Agent"] == "digest/test"
        assert not {"Cookie", "Referer", "Authorization", "If-None-Match"} & set(seen.headers)


@pytest.mark.parametrize(
    ("etag", "modified"),
    [('"a"', "Mon, 02 Mar 2026 06:00:00 GMT"), ('W/"weak"', None), ("unquoted", None), (None, "not a date at all"),
     ('"caf\u00e9"', None), ('"a, b"', "Mon, 02 Mar 2026 06:00:00 GMT")],
)  # fmt: skip
def test_validators_go_back_exactly_as_they_came(world, etag, modified):
    headers = {
        name: value.encode().decode("latin-1") for name, value in (("ETag", etag), ("Last-Modified", modified)) if value
    }

    def tell(request):
        request.send_response(200)
        for name, value in headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", "1")
        request.end_headers()
        request.wfile.write(b"x")

    url = world.source("a").url
    world.server.answers["/a.xml"] = Answer(behave=tell)
    first = ask(url)
    assert first.validators == Validators(etag, modified)
    ask(url, first.validators)
    told = world.server.seen[-1].headers
    assert told.get("If-None-Match") == headers.get("ETag")
    assert told.get("If-Modified-Since") == headers.get("Last-Modified")


def test_a_validator_of_bytes_that_are_no_text_is_not_kept(world):
    url = world.source("a").answers(200, b"x", ETag='"\xff\xfe"').url
    first = ask(url)
    assert first.validators.etag is None
    assert isinstance(ask(url, first.validators), Fetched)


def test_an_unchanged_document_keeps_its_validators_when_the_server_repeats_none(world):
    known = Validators('"a"', "Mon, 02 Mar 2026 06:00:00 GMT")
    answer = ask(world.source("a").answers(304).url, known)
    assert answer == Unchanged(known)


@pytest.mark.parametrize(
    ("told", "kept"),
    [({"ETag": '"a"'}, Validators('"a"', "old")), ({"ETag": '"b"'}, Validators('"b"', None)),
     ({"Last_Modified": "new"}, Validators(None, "new")), ({"ETag": '"a"', "Last_Modified": "new"}, Validators('"a"', "new"))],
)  # fmt: skip
def test_the_validators_of_a_304_are_one_set(world, told, kept):
    answer = ask(world.source("a").answers(304, b"", **told).url, Validators('"a"', "old"))
    assert answer.validators == kept


def test_a_304_that_nobody_asked_for_is_a_failure(world):
    assert ask(world.source("a").answers(304).url).reason.args == {"status": 304}


# ── what is answered ──
def test_a_document_comes_with_what_the_server_said_of_it(world):
    source = world.source("a").answers(
        200, "é".encode(), Content_Type="text/xml; charset=UTF-8", Cache_Control='public, Max-Age="60"', ETag='"1"'
    )
    assert ask(source.url) == Fetched(
        url=source.url,
        body="é".encode(),
        content_type="text/xml",
        charset="UTF-8",
        validators=Validators('"1"'),
        max_age=60,
    )


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("max-age=0", 0), ("no-cache", None), ("max-age=", None), ("max-age=-5", None), ("max-age=²", None),
     ("max-age=" + "9" * 5000, 2**31), ("s-maxage=5", None)],
)  # fmt: skip
def test_max_age_is_read_whatever_the_server_makes_of_it(world, said, seconds):
    assert (
        ask(world.source("a").answers(200, b"x", Cache_Control=said.encode().decode("latin-1")).url).max_age == seconds
    )


@pytest.mark.parametrize("status", [204, 206, 400, 403, 404, 410, 429, 500, 503])
def test_any_other_status_is_a_failure_that_names_it(world, status):
    answer = ask(world.source("a").answers(status).url)
    assert (answer.reason.code, answer.reason.args, answer.retry_after) == ("fetch.status", {"status": status}, None)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("120", 120), (" 5 ", 5), (format_datetime(NOW + timedelta(minutes=2), usegmt=True), 120),
     (format_datetime(NOW - timedelta(days=1), usegmt=True), 0), ("soon", None), ("-5", None), ("1.5", None),
     ("9" * 5000, 2**31), ("Fri, 31 Dec 99999 23:59:59 GMT", None), ("", None)],
)  # fmt: skip
def test_retry_after_is_read_as_seconds_or_as_a_date(world, said, seconds):
    assert ask(world.source("a").answers(429, b"", Retry_After=said).url).retry_after == seconds


# ── redirects and addresses ──
def test_a_redirect_is_followed_and_the_last_address_told(world):
    there = world.source("there").answers(200, b"x")
    assert ask(world.source("here").redirects_to("/there.xml", 301).url).url == there.url


def test_a_redirect_loop_ends(world):
    assert ask(world.source("loop").redirects_to("/loop.xml").url).reason.code == "fetch.redirects"
    assert len(world.server.seen) <= 6


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://a.example/x", "gopher://a.example/", "javascript:alert(1)"]
)
def test_a_redirect_leads_nowhere_but_to_the_web(world, target):
    answer = ask(world.source("a").redirects_to(target).url)
    assert answer.reason.code == "fetch.bad_url"
    assert answer.reason.args["url"] == target


@pytest.mark.parametrize(
    "url",
    ["", "x", "http://", "http://[::1", "file:///etc/passwd", "ftp://a.example/", "http://a:99999/", "//a.example/"],
)
def test_a_bad_address_is_a_failure_and_no_exception(url):
    assert ask(url).reason.code == "fetch.bad_url"


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=40))
def test_no_text_at_all_makes_the_fetcher_raise(text):
    assert isinstance(ask("http://[" + text), Failed)


# ── limits ──
def test_a_server_that_never_answers_is_left_in_time(world):
    assert ask(world.source("a").hangs().url, timeout=0.3).reason.code == "fetch.timeout"


def test_an_endless_document_is_left_at_the_limit(world):
    assert ask(world.source("a").never_ends().url, max_bytes=100_000).reason.args == {"limit": 100_000}


def test_the_limit_is_exact(world):
    url = world.source("a").answers(200, b"x" * 1000).url
    assert len(ask(url, max_bytes=1000).body) == 1000
    assert ask(url, max_bytes=999).reason.code == "fetch.too_large"


def test_a_gzip_bomb_is_stopped_at_the_limit(world):
    assert ask(world.source("a").is_a_gzip_bomb().url, max_bytes=1_000_000).reason.code == "fetch.too_large"


def test_a_connection_that_breaks_off_is_no_document(world):
    assert ask(world.source("a").breaks_off().url).reason.code == "fetch.broken"


@pytest.mark.parametrize("headers", [{f"X-{i}": "x" for i in range(5000)}, {"X": "x" * 100_000}])
def test_too_many_headers_are_a_broken_connection(world, headers):
    assert ask(world.source("a").answers(200, b"x", **headers).url).reason.code == "fetch.broken"


# ── compression ──
def raw_deflate(data: bytes) -> bytes:
    return zlib.compress(data, wbits=-15)


@pytest.mark.parametrize(
    ("coding", "pack"),
    [("gzip", gzip.compress), ("X-GZIP", gzip.compress), ("deflate", zlib.compress), ("deflate", raw_deflate),
     ("identity", bytes), ("gzip", lambda data: gzip.compress(data[:9]) + gzip.compress(data[9:])),
     ("gzip", lambda data: gzip.compress(data) + b"\0\0")],
)  # fmt: skip
def test_compressed_documents_are_read(world, coding, pack):
    body = b"<rss>" + b"a" * 5000
    assert ask(world.source("a").answers(200, pack(body), Content_Encoding=coding).url).body == body


@pytest.mark.parametrize(
    ("coding", "data"),
    [("gzip", gzip.compress(b"a" * 5000)[:-12]), ("gzip", gzip.compress(b"a" * 5000)[:-4]), ("gzip", b"<rss>"),
     ("gzip", gzip.compress(b"a")[:5]), ("deflate", zlib.compress(b"a" * 5000)[:-3]), ("deflate", b"\xff\xff\xff"),
     ("br", b"\x0b\x02\x80abc\x03"), ("gzip, gzip", gzip.compress(gzip.compress(b"a"))), ("zstd", b"x"),
     ("gzip", gzip.compress(b"a") * 300), ("gzip", gzip.compress(b"abc")[:-8] + b"\0" * 8)],
)  # fmt: skip
def test_a_stream_that_is_cut_broken_or_unknown_is_no_document(world, coding, data):
    assert ask(world.source("a").answers(200, data, Content_Encoding=coding).url).reason.code == "fetch.bad_encoding"


@given(st.binary(max_size=2000), st.sampled_from(["gzip", "deflate", "raw"]), st.integers(0, 2100))
def test_a_stream_comes_out_whole_or_not_at_all(data, coding, cut):
    packed = {"gzip": gzip.compress, "deflate": zlib.compress, "raw": raw_deflate}[coding](data)
    name = "gzip" if coding == "gzip" else "deflate"
    assert _inflated(packed, name, 2000) == data
    if 0 < cut < len(packed):
        with pytest.raises((zlib.error, _TooLargeError)):
            _inflated(packed[:cut], name, 2000)


# ── manners ──
def test_one_host_is_asked_one_thing_at_a_time(world):
    urls = [world.source(f"s{i}").publishes("x").url for i in range(12)]

    async def all_of_them():
        async with fetcher() as asking:
            return await asyncio.gather(*(asking.fetch(url) for url in urls))

    assert all(isinstance(answer, Fetched) for answer in asyncio.run(all_of_them()))
    assert {seen.at_once for seen in world.server.seen} == {1}


def test_different_hosts_are_asked_side_by_side(world):
    world.source("slow").hangs()
    world.source("quick").publishes("x")
    quick = world.source("quick").url.replace("127.0.0.1", "localhost")

    async def both():
        async with fetcher(timeout=3) as asking:
            slow = asyncio.create_task(asking.fetch(world.source("slow").url))
            answer = await asking.fetch(quick)
            waiting = not slow.done()
            world.released.set()
            await slow
            return answer, waiting

    answer, waiting = asyncio.run(both())
    assert isinstance(answer, Fetched)
    assert waiting


def test_a_host_that_hangs_does_not_use_up_the_time_of_those_who_wait(world):
    world.source("slow").hangs()
    world.source("good").publishes("x")

    async def one_after_the_other():
        async with fetcher(timeout=0.5) as asking:
            return await asyncio.gather(*(asking.fetch(world.source(n).url) for n in ("slow", "slow", "slow", "good")))

    *slow, good = asyncio.run(one_after_the_other())
    assert {answer.reason.code for answer in slow} == {"fetch.timeout"}
    assert isinstance(good, Fetched)


def test_a_crowd_of_hanging_hosts_does_not_time_out_a_well_one(world, monkeypatch):
    world.source("slow").hangs()
    world.source("good").publishes("x")
    port = world.server.url.rpartition(":")[2]
    here = lambda _host, port, *_, **__: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]  # noqa: E731
    monkeypatch.setattr(socket, "getaddrinfo", here)

    async def crowd():
        async with fetcher(timeout=1) as asking:
            hanging = [asyncio.create_task(asking.fetch(f"http://h{i}.example:{port}/slow.xml")) for i in range(40)]
            await asyncio.sleep(0)
            answer = await asking.fetch(world.source("good").url)
            return answer, await asyncio.gather(*hanging)

    answer, hung = asyncio.run(crowd())
    assert isinstance(answer, Fetched)
    assert {failed.reason.code for failed in hung} == {"fetch.timeout"}


# ── whose turn it is ──
def ask_in_one_round(*urls, near=False, **wished):
    """Ask one after the other; answer the answers and the pauses, which nobody sleeps through."""
    pauses = []

    async def pause(seconds):
        pauses.append(seconds)

    async def one_after_the_other():
        async with fetcher(hosts=Hosts(pause=pause, near=lambda _: near), **wished) as asking:
            return [await asking.fetch(url) for url in urls]

    return asyncio.run(one_after_the_other()), pauses


def test_a_public_host_gets_a_pause_after_each_request(world):
    urls = [world.source(name).publishes("x").url for name in "abc"]
    answers, pauses = ask_in_one_round(*urls)
    assert all(isinstance(answer, Fetched) for answer in answers)
    assert len(pauses) == 2
    assert all(0 < seconds <= GAP for seconds in pauses)


def test_a_host_on_an_allowed_private_network_gets_none(world):
    urls = [world.source(name).publishes("x").url for name in "abc"]
    assert ask_in_one_round(*urls, near=True)[1] == []
    assert is_near("127.0.0.1")
    assert is_near("fe80::1%25eth0")
    assert not is_near("8.8.8.8")


def test_a_redirect_waits_for_its_turn_like_anybody_else(world):
    there = world.source("there").publishes("x").url
    here = world.source("here").redirects_to(there.replace("127.0.0.1", "localhost")).url
    _, pauses = ask_in_one_round(here, there.replace("127.0.0.1", "localhost"))
    assert len(pauses) == 1  # two hosts: the second request to localhost alone had to wait


def test_a_redirect_is_followed_while_its_host_is_busy_only_afterwards(world):
    there = world.source("there").publishes("x").url.replace("127.0.0.1", "localhost")
    here = world.source("here").redirects_to(there).url

    async def play():
        async with fetcher() as asking:
            async with asking.hosts.turn("localhost", 80, 5):
                following = asyncio.create_task(asking.fetch(here))
                while not world.server.seen:
                    await asyncio.sleep(0.005)
                for _ in range(20):
                    await asyncio.sleep(0.005)
                early = [seen.path for seen in world.server.seen]
            return early, await following

    early, answer = asyncio.run(play())
    assert early == ["/here.xml"]
    assert isinstance(answer, Fetched)


@pytest.mark.parametrize("status", [403, 429, 503])
def test_a_host_that_asks_for_patience_is_not_asked_again_in_this_round(world, status):
    first = world.source("a").answers(status, b"", Retry_After="600").url
    (refused, spared), _ = ask_in_one_round(first, world.source("b").publishes("x").url)
    assert refused.reason.code == "fetch.status"
    assert spared.reason.code == "fetch.host_asked_for_patience"
    assert 595 <= spared.retry_after <= 600
    assert len(world.server.seen) == 1


@pytest.mark.parametrize("answer", [(500, {"Retry_After": "600"}), (429, {}), (429, {"Retry_After": "0"})])
def test_other_failures_are_of_one_source_alone(world, answer):
    status, headers = answer
    first = world.source("a").answers(status, b"", **headers).url
    assert isinstance(ask_in_one_round(first, world.source("b").publishes("x").url)[0][1], Fetched)


def test_the_paths_of_a_private_host_answer_for_themselves(world):
    first = world.source("a").answers(429, b"", Retry_After="600").url
    assert isinstance(ask_in_one_round(first, world.source("b").publishes("x").url, near=True)[0][1], Fetched)


def test_patience_holds_for_a_redirect_too(world):
    first = world.source("a").answers(429, b"", Retry_After="600").url
    second = world.source("b").redirects_to(first).url.replace("127.0.0.1", "localhost")
    answers, _ = ask_in_one_round(first, second)
    assert answers[1].reason.code == "fetch.host_asked_for_patience"


# ── the part of a feed that is new (RFC 3229) ──
def test_a_part_of_a_feed_is_asked_for_only_with_validators(world):
    source = world.source("a").answers(200, b"x")
    ask(source.url)
    ask(source.url, Validators('"a"'))
    assert [seen.headers.get("A-IM") for seen in world.server.seen] == [None, "feed"]


def test_a_part_of_a_feed_is_a_document_with_validators_of_its_own(world):
    answer = ask(world.source("a").answers(226, b"<rss/>", ETag='"b"', IM="feed").url, Validators('"a"'))
    assert (answer.body, answer.validators) == (b"<rss/>", Validators('"b"'))


def test_a_part_that_nobody_asked_for_is_a_failure(world):
    assert ask(world.source("a").answers(226, b"x").url).reason.args == {"status": 226}


# ── addresses and passwords ──
@pytest.mark.parametrize("port", [0, 1, 22, 25, 110, 143, 465, 587, 993, 6000, 6667, 10080])
def test_a_port_of_another_service_is_never_asked(world, port):
    assert ask(f"http://127.0.0.1:{port}/").reason == Reason("fetch.bad_port", {"port": port})
    answer = ask(world.source("sly").redirects_to(f"http://127.0.0.1:{port}/").url)
    assert answer.reason == Reason("fetch.bad_port", {"port": port})


def test_a_password_is_sent_to_nobody_in_the_clear(world):
    url = world.source("a").publishes("x").url.replace("//", "//me:hunter2@")
    answer = ask(url)
    assert isinstance(answer, Fetched)
    assert "Authorization" not in world.server.seen[0].headers
    assert "hunter2" not in answer.url


@pytest.mark.parametrize(
    ("to", "sent"),
    [("https://a.example/other", True), ("https://a.example:8443/", False), ("http://a.example/", False),
     ("https://b.example/", False), ("https://www.a.example/", False)],
)  # fmt: skip
def test_a_password_goes_to_its_own_host_alone(to, sent):
    address = web_address("https://me:p%40ss@a.example/feed")
    told = address.credentials_for(web_address(to))
    assert told == ({"Authorization": "Basic " + base64.b64encode(b"me:p@ss").decode()} if sent else {})
    assert "p@ss" not in repr(address)
    assert "p%40ss" not in address.text


def test_a_redirect_gives_no_password(world):
    there = redirect_target(web_address("https://a.example/"), "//me:secret@a.example/")
    assert (there.text, there.userinfo) == ("https://a.example/", None)


def test_a_redirect_to_no_address_at_all_is_a_bad_address(world):
    assert ask(world.source("a").redirects_to("http://[::1").url).reason.code == "fetch.bad_url"


@pytest.mark.parametrize("url", ["http://me:hunter2@[::1", "ftp://me:hunter2@a.example/", "http://me:hunter2@a:99999/"])
def test_no_reason_shows_a_password(url):
    assert "hunter2" not in str(ask(url))


@pytest.mark.parametrize("path", ["/a%7e/../b?x=%7E&y=%zz", "/?", "/x?b=2&a=1&b=1", "/a//b/./c;d?e=f%2Fg", "/a+b?c+d"])
def test_an_address_is_asked_for_as_it_was_written(world, path):
    ask(world.server.url + path)
    assert world.server.seen[0].path == (path if path != "/?" else "/")


# ── files ──
def test_a_file_is_its_own_validator(tmp_path):
    path = tmp_path / "a.xml"
    path.write_bytes(b"one")
    first = read_file(path, Validators(), 1000)
    assert first.body == b"one"
    assert read_file(path, first.validators, 1000) == Unchanged(first.validators)
    path.write_bytes(b"other")
    assert read_file(path, first.validators, 1000).body == b"other"


def test_a_file_that_cannot_be_read_says_why(tmp_path):
    assert read_file(tmp_path / "none", Validators(), 10).reason.args["error"] == "No such file or directory"
    assert read_file(tmp_path, Validators(), 10).reason.code == "fetch.file"
    (tmp_path / "big").write_bytes(b"x" * 11)
    assert read_file(tmp_path / "big", Validators(), 10).reason.code == "fetch.too_large"
