import asyncio
import contextlib
import socket
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.fetch import HttpFetcher
from digest.collect.guard import PrivateAddressError, allowed, is_public, socket_factory
from digest.collect.hosts import Names
from digest.model import Failed

PRIVATE = [
    "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1",
    "192.0.2.1", "192.168.1.1", "198.18.0.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::127.0.0.1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::127.0.0.1",
    "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2002:c0a8:101::1", "100::1", "2001:db8::1", "2001::1",
    "3fff::1", "5f00::1", "fc00::1", "fd12::1", "fe80::1", "fec0::1", "ff02::1", "ff0e::1",
]  # fmt: skip
PUBLIC = ["8.8.8.8", "93.184.215.14", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1"]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_off_the_public_internet_is_refused(address):
    assert not is_public(ip_address(address))
    assert not allowed(address, ())


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_on_the_public_internet_is_let_through(address):
    assert is_public(ip_address(address))


@given(st.ip_addresses(v=4))
def test_an_address_that_carries_another_is_judged_by_it(inner: IPv4Address):
    mapped = IPv6Address(f"::ffff:{inner}")
    translated = IPv6Address(int(IPv6Address("64:ff9b::")) + int(inner))
    tunnelled = IPv6Address((0x2002 << 112) + (int(inner) << 80))
    assert {is_public(mapped), is_public(translated), is_public(tunnelled)} == {is_public(inner)}


@given(st.ip_addresses())
def test_what_python_calls_private_or_multicast_is_never_public(address):
    if address.is_private or address.is_multicast or address.is_loopback or address.is_link_local:
        carried = isinstance(address, IPv6Address) and address.ipv4_mapped is not None
        assert carried or not is_public(address)


@given(st.ip_addresses(v=4), st.integers(8, 32))
def test_a_listed_network_lets_exactly_itself_through(address, length):
    network = ip_network(f"10.20.30.40/{length}", strict=False)
    assert allowed(str(address), (network,)) == (address in network or is_public(address))


def test_a_listed_network_says_nothing_about_the_other_family():
    assert not allowed("::ffff:127.0.0.1", (ip_network("127.0.0.0/8"),))
    assert not allowed("127.0.0.1", (ip_network("::/0"),))


def test_a_scope_does_not_hide_a_link_local_address():
    assert not allowed("fe80::1%eth0", ())


def test_the_factory_makes_no_socket_for_a_private_address():
    make = socket_factory(())
    with pytest.raises(PrivateAddressError, match=r"127\.0\.0\.1 is a private address"):
        make((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", 80)))


def test_the_factory_makes_a_socket_that_does_not_block():
    with socket_factory(["127.0.0.0/8"])((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", 80))) as made:
        assert made.gettimeout() == 0


@pytest.fixture
def listener():
    """A port nobody may knock at."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def ask(url: str, *allow: str, timeout: float = 3):
    async def once():
        clock = lambda: datetime(2026, 3, 1, tzinfo=UTC)  # noqa: E731
        async with HttpFetcher(user_agent="test", clock=clock, timeout=timeout, allow_private=allow) as fetcher:
            return await fetcher.fetch(url)

    return asyncio.run(once())


SPELLINGS = [
    "127.0.0.1", "127.0.0.1.", "127.1", "127.0.1", "127.255.255.254", "0", "0.0.0.0", "0x0", "00",
    "2130706433", "017700000001", "0x7f000001", "0X7F000001", "0x7f.1", "0x7f.0.1", "0x7f.0.0.1", "0177.0.0.1",
    "0177.0.0.01", "0177.1", "127.0.0.0x1", "127.0x0.0.1", "00000177.0.0.1", "0x0000007f.0.0.1",
    "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[0000:0000:0000:0000:0000:0000:0000:0001]", "[::0001]",
    "[::127.0.0.1]", "[::7f00:1]",  # IPv4-compatible
    "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::FFFF:7F00:0001]", "[0:0:0:0:0:ffff:127.0.0.1]", "[::ffff:0.0.0.0]",
    "[64:ff9b::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::7f00:1]",  # NAT64
    "[2002:7f00:1::]", "[2002:7f00:0001::1]", "[2002:a9fe:a9fe::]", "[2002:a00:1::]",  # 6to4
    "[2001:0:7f00:1::1]", "[fc00::1]", "[fd00::7f00:1]", "[fe80::1]", "[fe80::1%25lo]", "[fe80::1%lo]", "[fec0::1]",
    "[::1%25lo]", "[ff02::1]", "[ff01::1]", "[2001:db8::1]", "[100::1]",
    "localhost", "LOCALHOST", "localhost.", "LocalHost.", "user@127.0.0.1", "user:secret@127.0.0.1",
    "example.com@127.0.0.1", "example.com:80@127.0.0.1", "example.com%2F@127.0.0.1", "%65xample.com@localhost",
    "example.com%23@127.0.0.1", "１２７.0.0.1", "１２７．０．０．１", "127。0。0。1", "127｡0｡0｡1", "127．0．0．1",
    "①②⑦.0.0.1", "①②⑦.①", "ｌｏｃａｌｈｏｓｔ", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ", "ℓocalhost", "loca\u00adlhost", "xn--localhost-", "%6cocalhost",
    "127.0.0.1%2eexample", "127.0.0.1%00.example", "0x7f.0.0.1.", "10.0.0.1", "169.254.169.254", "0xa9fea9fe",
    "2852039166", "0251.0376.0251.0376", "192.168.1.1", "100.64.0.1", "224.0.0.1", "255.255.255.255",
]  # fmt: skip
MANGLED = [
    "http:///127.0.0.1:{port}/", "http:127.0.0.1:{port}/", "http:/\\127.0.0.1:{port}/", "http:\\\\127.0.0.1:{port}\\",
    "http://127.0.0.1:{port}\\@example.com/", "http://example.com\\@127.0.0.1:{port}/", "HTTP://127.0.0.1:{port}/",
    " http://127.0.0.1:{port}/", "http://127.0.0.1:{port}", "http://127.0.0.1:{port}?x", "http://127.0.0.1:{port}#x",
    "http://127.0.0.1:0{port}/", "http://127.0.0.1:{port}@127.0.0.1:{port}/", "ht\ntp://127.0.0.1:{port}/",
    "http://127.0.0.1\t:{port}/", "http://127.0.0.1\r\n:{port}/", "https://127.0.0.1:{port}/",
    "ws://127.0.0.1:{port}/", "gopher://127.0.0.1:{port}/", "//127.0.0.1:{port}/", "file://127.0.0.1:{port}/",
    "http://[::ffff:127.0.0.1:{port}/", "http://[127.0.0.1]:{port}/", "http://[v1.127.0.0.1]:{port}/",
]  # fmt: skip
REDIRECTED = [
    "127.0.0.1",
    "0x7f.1",
    "[::ffff:127.0.0.1]",
    "localhost",
    "a@127.0.0.1",
    "127。0。0。1",
    "[64:ff9b::7f00:1]",
]
REDIRECTS = [301, 302, 303, 307, 308]


def knocked(listener) -> bool:
    """Tell whether anybody opened a connection."""
    try:
        listener.accept()[0].close()
    except BlockingIOError:
        return False
    return True


def test_at_least_sixty_tricks_with_addresses_are_played():
    assert len(set(SPELLINGS)) >= 60
    assert len(set(SPELLINGS)) + len(set(MANGLED)) + len(REDIRECTED) * len(REDIRECTS) >= 140


def test_the_listener_would_notice(listener):
    ask(f"http://127.0.0.1:{listener.getsockname()[1]}/", "127.0.0.0/8", timeout=0.2)
    assert knocked(listener)


@pytest.mark.parametrize("host", SPELLINGS)
def test_no_spelling_of_a_private_address_is_dialled(listener, host):
    answer = ask(f"http://{host}:{listener.getsockname()[1]}/")
    assert isinstance(answer, Failed)
    assert answer.reason.code in {"fetch.private", "fetch.no_such_host", "fetch.bad_url"}
    assert not knocked(listener)


@pytest.mark.parametrize("shape", MANGLED)
def test_no_shape_of_an_address_is_dialled(listener, shape):
    answer = ask(shape.format(port=listener.getsockname()[1]))
    assert isinstance(answer, Failed)
    assert answer.reason.code in {"fetch.private", "fetch.no_such_host", "fetch.bad_url"}
    assert not knocked(listener)


@pytest.mark.parametrize("status", REDIRECTS)
@pytest.mark.parametrize("host", REDIRECTED)
def test_no_redirect_leads_to_a_private_address(world, listener, host, status):
    """The server is on 127.0.0.2, which is allowed; the listener's address is not."""
    target = f"http://{host}:{listener.getsockname()[1]}/".encode().decode("latin-1")
    with one_redirect("127.0.0.2", status, target) as here:
        answer = ask(here, "127.0.0.2/32")
    assert answer.reason.code in {"fetch.private", "fetch.bad_url", "fetch.no_such_host"}
    assert not knocked(listener)


@pytest.mark.parametrize(
    "location", ["//127.0.0.1:{port}/", "\\\\127.0.0.1:{port}/", "http:\\\\127.0.0.1:{port}", "/\\127.0.0.1:{port}/"]
)
def test_no_relative_redirect_leads_to_a_private_address(listener, location):
    with one_redirect("127.0.0.2", 302, location.format(port=listener.getsockname()[1])) as here:
        assert isinstance(ask(here, "127.0.0.2/32"), Failed)
    assert not knocked(listener)


@contextlib.contextmanager
def one_redirect(host: str, status: int, location: str):
    """Serve one redirect, and 404 to whoever comes again."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status if self.path == "/first" else 404)
            self.send_header("Location", location)
            self.end_headers()

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer((host, 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield f"http://{host}:{server.server_port}/first"
        finally:
            server.shutdown()


def resolving(monkeypatch, *turns):
    """Let a name resolve to other addresses at each look-up; the last ones stay."""
    left = list(turns)

    def lookup(_host, port, *_, **__):
        addresses = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)


@pytest.mark.parametrize(
    "turns", [[["127.0.0.1"]], [["127.0.0.1", "10.0.0.1"]], [["0.0.0.0"]], [["127.0.0.1"], ["127.0.0.2"]]]
)
def test_a_name_that_means_a_private_address_is_not_dialled(listener, monkeypatch, turns):
    resolving(monkeypatch, *turns)
    assert ask(f"http://news.example:{listener.getsockname()[1]}/").reason.code == "fetch.private"
    assert not knocked(listener)


def test_a_name_that_changes_between_look_ups_is_judged_each_time(listener, monkeypatch):
    with one_redirect("127.0.0.2", 302, "/second") as here:
        resolving(monkeypatch, ["127.0.0.2"], ["127.0.0.1"])
        port = int(here.split(":")[2].split("/")[0])
        first = ask(f"http://news.example:{port}/first", "127.0.0.2/32")
        second = ask(f"http://news.example:{listener.getsockname()[1]}/", "127.0.0.2/32")
    assert first.reason.args == {"status": 404}
    assert second.reason.code == "fetch.private"
    assert not knocked(listener)


def test_what_is_dialled_is_judged_even_if_the_look_up_before_it_told_another_address(listener, monkeypatch):
    """A look-up that says 127.0.0.2 to whoever asks first, and 127.0.0.1 to the one who dials."""
    told = iter([["127.0.0.2"], ["127.0.0.1"]])

    async def resolve(_self, host, port=0, family=socket.AF_UNSPEC):
        return [
            {"hostname": host, "host": address, "port": port, "family": socket.AF_INET, "proto": 6, "flags": 0}
            for address in next(told)
        ]

    monkeypatch.setattr(Names, "resolve", resolve)
    answer = ask(f"http://news.example:{listener.getsockname()[1]}/", "127.0.0.2/32")
    assert answer.reason.code == "fetch.private"
    assert not knocked(listener)


@pytest.mark.parametrize("host", ["127.0.0.1", "169.254.169.254", "[::1]", "10.0.0.1", "localhost"])
def test_the_refusal_names_the_address_and_the_setting(host):
    answer = ask(f"http://{host}/latest/meta-data/")
    assert answer.reason.code == "fetch.private"
    assert "private address" in answer.reason.args["error"]


def test_a_redirect_to_a_private_address_is_refused(world, listener):
    target = f"http://127.0.0.2:{listener.getsockname()[1]}/"
    world.source("sly").redirects_to(target)
    assert ask(world.source("sly").url, "127.0.0.1/32").reason.code == "fetch.private"
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_a_name_of_several_private_addresses_is_refused_as_private(monkeypatch):
    def lookup(host, port, *_, **__):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in ("10.0.0.1", "192.168.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    assert ask("http://intranet.example/").reason.code == "fetch.private"
