import asyncio
import errno
import socket
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.fetch import HttpFetcher
from digest.collect.guard import PrivateAddressError, allowed, is_public, socket_factory
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


def ask(url: str, *allow: str):
    async def once():
        clock = lambda: datetime(2026, 3, 1, tzinfo=UTC)  # noqa: E731
        async with HttpFetcher(user_agent="test", clock=clock, timeout=3, allow_private=allow) as fetcher:
            return await fetcher.fetch(url)

    return asyncio.run(once())


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "LOCALHOST.", "0x7f.0.0.1", "0x7f000001", "2130706433", "0177.0.0.1", "127.1", "0",
     "0.0.0.0", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "127.0.0.1.", "user:secret@127.0.0.1"],
)  # fmt: skip
def test_no_spelling_of_loopback_is_dialled(listener, host):
    answer = ask(f"http://{host}:{listener.getsockname()[1]}/")
    assert isinstance(answer, Failed)
    with pytest.raises(BlockingIOError) as nobody:
        listener.accept()
    assert nobody.value.errno == errno.EAGAIN


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
