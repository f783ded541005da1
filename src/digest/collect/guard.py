"""No request leaves for a private address. The check is made on the address that is about to be dialled.

Checking a name before connecting leaves a hole: the name may resolve anew (DNS rebinding), a redirect may
lead elsewhere, and 0x7f.1 is a host too. So the guard sits in the socket factory: after DNS, before connect.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

Network = IPv4Network | IPv6Network
AddrInfo = tuple[int | socket.AddressFamily, int | socket.SocketKind, int, str, tuple[Any, ...]]

# Prefixes that carry an IPv4 address inside (RFC 6052, RFC 3056, RFC 4291 §2.5.5): judged by what they carry.
_NAT64 = ip_network("64:ff9b::/96")
_SIX_TO_FOUR = ip_network("2002::/16")
# All other public IPv6 lies here (RFC 4291 §2.4), but for the part kept for documentation (RFC 9637). What Python
# calls global is wider: it holds fec0::/10, the site-local addresses of old.
_GLOBAL_UNICAST = ip_network("2000::/3")
_DOCUMENTATION = ip_network("3fff::/20")


class PrivateAddressError(OSError):
    """The address is not on the public internet and no setting allows it."""


def _carried(address: IPv6Address) -> IPv4Address | None:
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    if address in _SIX_TO_FOUR:
        return IPv4Address((int(address) >> 80) & 0xFFFFFFFF)
    return None


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Tell whether an address is on the public internet, by what it carries where it carries another."""
    if isinstance(address, IPv6Address):
        inner = _carried(address)
        if inner is not None:
            return is_public(inner)
        if address not in _GLOBAL_UNICAST or address in _DOCUMENTATION:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def allowed(host: str, networks: Sequence[Network]) -> bool:
    """Tell whether a numeric host may be dialled: public, or inside one of `networks`."""
    address = ip_address(host.partition("%")[0])
    if any(address.version == network.version and address in network for network in networks):
        return True
    return is_public(address)


def socket_factory(allow_private: Sequence[str]) -> Callable[[AddrInfo], socket.socket]:
    """Make a factory for `aiohttp.TCPConnector` that refuses private addresses.

    The sockets it makes raise `PrivateAddressError` in place of being created.
    """
    networks = tuple(ip_network(text, strict=False) for text in allow_private)

    def make(info: AddrInfo) -> socket.socket:
        family, kind, protocol, _, address = info
        if not allowed(str(address[0]), networks):
            raise PrivateAddressError(f"{address[0]} is a private address")
        made = socket.socket(family, kind, protocol)
        made.setblocking(False)
        return made

    return make
