"""Whose turn it is to ask a host. Rule: one request at a time, then a pause, and silence once the host asked for it.

All sources of a host share its queue, a redirect to another host waits there like anybody else, and the sites of one
public address are asked a few at a time (FRB 033, 034, 035). A host on a private network that the operator allowed is
their own: it is asked one thing at a time, but without pauses, and each of its paths answers for itself.
"""

from __future__ import annotations

import asyncio
import math
import socket
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import ip_address

from aiohttp import ThreadedResolver
from aiohttp.abc import AbstractResolver, ResolveResult

from digest.collect import guard

GAP = 1.0
"""Seconds from the end of one request to a public host until the next begins."""
PER_ADDRESS = 4
"""So many sites of one public address are asked side by side."""


class NoSuchHostError(OSError):
    """Nobody knows a host of this name."""

    def __init__(self, host: str) -> None:
        super().__init__(f"no host {host}")
        self.host = host


def is_near(address: str) -> bool:
    """Tell whether a numeric address is on a private network."""
    return not guard.is_public(ip_address(address.partition("%")[0]))


class Names(AbstractResolver):
    """Look each name up once a round. What is dialled is judged by the guard all the same."""

    def __init__(self) -> None:
        self._resolver: ThreadedResolver | None = None
        self._known: dict[tuple[str, int, int], list[ResolveResult]] = {}

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Find the addresses of a name.

        Raises:
            OSError: there is none.
        """
        key = (host, port, family)
        if key not in self._known:
            self._resolver = self._resolver or ThreadedResolver()
            self._known[key] = await self._resolver.resolve(host, port, family)
        return self._known[key]

    async def close(self) -> None:
        """Forget what was found."""
        self._known.clear()


@dataclass(slots=True)
class Place:
    """Where one host stands. Instants are those of the event loop's clock; `near` is None until it was looked up."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    near: bool | None = None
    free_at: float = 0.0
    silent_until: float = 0.0

    def patience(self) -> int:
        """Tell for how many seconds the host still wants to be left alone."""
        return max(0, math.ceil(self.silent_until - asyncio.get_running_loop().time()))


@dataclass(slots=True)
class Hosts:
    """The queues of a round. `pause` waits for seconds; `near` tells private addresses from public ones."""

    pause: Callable[[float], Awaitable[object]] = asyncio.sleep
    near: Callable[[str], bool] = is_near
    names: Names = field(default_factory=Names)
    _places: defaultdict[str, Place] = field(default_factory=lambda: defaultdict(Place))
    _addresses: defaultdict[str, asyncio.Semaphore] = field(
        default_factory=lambda: defaultdict(lambda: asyncio.Semaphore(PER_ADDRESS))
    )

    @asynccontextmanager
    async def turn(self, host: str, port: int, seconds: float) -> AsyncIterator[Place]:
        """Wait for the turn to ask a host; whoever gets it asks once, unless the host wants patience.

        Raises:
            TimeoutError: its name could not be looked up within `seconds`.
            NoSuchHostError: there is none.
        """
        place = self._places[host]
        async with place.lock:
            if place.patience():
                yield place
                return
            wait = place.free_at - asyncio.get_running_loop().time()
            if wait > 0:
                await self.pause(wait)
            addresses = await asyncio.wait_for(self._numbers(host, port), seconds)
            place.near = all(self.near(address) for address in addresses)
            try:
                if place.near:
                    yield place
                else:
                    async with self._addresses[addresses[0]]:
                        yield place
            finally:
                place.free_at = 0.0 if place.near else asyncio.get_running_loop().time() + GAP

    def silence(self, place: Place, seconds: int) -> None:
        """Leave a host alone that asked for it (Retry-After); paths of a private one answer for themselves."""
        if not place.near:
            place.silent_until = asyncio.get_running_loop().time() + seconds

    async def _numbers(self, host: str, port: int) -> list[str]:
        with suppress(ValueError):
            return [str(ip_address(host.partition("%")[0]))]
        try:
            return [found["host"] for found in await self.names.resolve(host, port)]
        except OSError as error:
            raise NoSuchHostError(host) from error
