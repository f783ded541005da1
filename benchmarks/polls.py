"""How many sources one process polls in a second, when nearly all of them answer that nothing has changed.

    .venv/bin/python benchmarks/polls.py [--sources 10000] [--hosts 500] [--rounds 3] [--entries 1000000] [--json FILE]

Each host is a loopback address of its own, so that it has its own queue; one server process plays them all. One source
in a hundred sends its whole document each time. The rounds go through `flows.collect`, with the ledger on disk written
as ever; the same again with that many entries more in the ledger. Beside it `reader` on a smaller sample of the same
sources, its own start taken off.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

from collecting import HERE, PEER, _peer_python, _peer_version
from corpus import made_up_feed
from measure import cost_of
from server import Page, _Talk, page_of

WHOLE_EACH = 100
"""One source in so many sends its whole document each time."""
_OWN = ("id", "uid", "tag", "content")  # what a copied entry does not take over
PEER_SOURCES, PEER_HOSTS = 200, 10
BAR_RATE, BAR_RATIO, BAR_GROWTH, BAR_MEMORY = 1500.0, 10.0, 1.2, 1.1


@dataclass(frozen=True, slots=True)
class Round:
    """One poll of all sources: seconds of wall, user and system time; resident megabytes after it."""

    seconds: float
    user: float
    system: float
    megabytes: float
    polls: int
    failed: int


@dataclass(frozen=True, slots=True)
class Rounds:
    """What a process did with a ledger: its start and agreeing it with the sources, then the rounds."""

    entries: int
    opening: float
    rounds: list[Round]

    @property
    def each(self) -> float:
        """The median cost of one poll, in seconds."""
        return median(item.seconds / item.polls for item in self.rounds)


# ── the hosts ────────────────────────────────────────────────────────────────────────────────────
def addresses(hosts: int) -> list[str]:
    """Name as many loopback addresses (RFC 1122 §3.2.1.3), from 127.0.1.1 on."""
    return [f"127.0.{1 + number // 250}.{1 + number % 250}" for number in range(hosts)]


def pages(sources: int) -> dict[str, Page]:
    """Make each source's document; those that come whole each time have validators that nobody can know."""
    made = {}
    for number in range(sources):
        page = page_of(made_up_feed(number, items=1).encode(), "application/rss+xml")
        made[f"/{number}.xml"] = page if number % WHOLE_EACH else Page("", page.whole, page.whole)
    return made


async def serve(sources: int, hosts: int) -> None:
    """Play the hosts, all at one port, until standard input ends; print the port."""
    loop, documents = asyncio.get_running_loop(), pages(sources)
    first, *others = addresses(hosts)
    server = await loop.create_server(lambda: _Talk(documents), first, 0)
    port = server.sockets[0].getsockname()[1]
    more = await loop.create_server(lambda: _Talk(documents), others, port) if others else server
    async with server, more:
        print(port, flush=True)
        await asyncio.to_thread(sys.stdin.read)


@contextmanager
def playing(sources: int, hosts: int) -> Iterator[list[str]]:
    """Serve from a process of its own; yields the sources' addresses."""
    command = [sys.executable, str(HERE / "polls.py"), "serve", str(sources), str(hosts)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        port, names = int(server.stdout.readline()), addresses(hosts)
        try:
            yield [f"http://{names[number % hosts]}:{port}/{number}.xml" for number in range(sources)]
        finally:
            server.stdin.close()


# ── polling ──────────────────────────────────────────────────────────────────────────────────────
async def poll(site: Path, rounds: int) -> Rounds:
    """Poll all sources of a site again and again, an hour of its clock apart; the first round ever is not counted."""
    from digest.clock import system_clock
    from digest.config import load
    from digest.flows.collect import collect
    from digest.flows.context import open_context
    from digest.store import sources

    begun, now, done = time.perf_counter(), system_clock(), []
    with open_context(load(site / "config.toml"), lambda: now) as context:
        opening = time.perf_counter() - begun
        with context.ledger.reading() as connection:
            known = sources.every(connection)
        ids, entries = [item.id for item in known], sum(item.entries for item in known)
        fresh = any(item.checked is None for item in known)
        del known
        for number in range(-1 if fresh else 0, rounds):
            now += timedelta(hours=1)
            before, start = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
            collected = await collect(context, ids)
            seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF)
            if number >= 0:
                failed = sum(item.failed is not None for item in collected)
                user, system = after.ru_utime - before.ru_utime, after.ru_stime - before.ru_stime
                done.append(Round(seconds, user, system, _resident(), len(collected), failed))
    return Rounds(entries, opening, done)


def _resident() -> float:
    pages_held = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages_held * resource.getpagesize() / 2**20


def polled(site: Path, rounds: int) -> Rounds:
    """Poll in a process of its own."""
    command = [sys.executable, str(HERE / "polls.py"), "poll", str(site), str(rounds)]
    told = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    return Rounds(told["entries"], told["opening"], [Round(**item) for item in told["rounds"]])


def site_of(folder: Path, urls: Sequence[str]) -> Path:
    """Write a site that collects from the addresses."""
    folder.mkdir()
    about = '[site]\ntitle = "Polls"\nurl = "https://polls.example/"\n[fetch]\nallow_private = ["127.0.0.0/8"]\n'
    told = "".join(f'[[source]]\nname = "s{n}"\nurl = "{url}"\nkind = "feed"\n' for n, url in enumerate(urls))
    (folder / "config.toml").write_text(about + told, encoding="utf-8")
    return folder


def fill(site: Path, entries: int) -> None:
    """Put that many entries more into a ledger, as many for each source: copies of one that it has, without text."""
    with closing(sqlite3.connect(site / "digest.db")) as ledger, ledger:
        (sources,) = ledger.execute("SELECT count(*) FROM source").fetchone()
        columns = [row[1] for row in ledger.execute("PRAGMA table_info(entry)") if row[1] not in _OWN]
        ledger.execute(
            f"""
            WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)
            INSERT INTO entry (uid, tag, content, {", ".join(columns)})
            SELECT uid || '/' || n, tag || '/' || n, '', {", ".join(columns)} FROM entry CROSS JOIN numbers
            """,
            (max(1, entries // sources),),
        )
        ledger.execute(
            "INSERT OR IGNORE INTO entry_key (source_id, key, entry_id) SELECT source_id, uid, id FROM entry"
        )


# ── the peer ─────────────────────────────────────────────────────────────────────────────────────
def peer_each(folder: Path, urls: Sequence[str]) -> tuple[float, int]:
    """Measure the peer's cost of one poll in seconds, and with how many workers it was cheapest."""
    found = {}
    for workers in (1, 2, 8):
        run = [str(_peer_python()), str(HERE / "peer.py")]
        full, empty, log = (folder / f"{name}-{workers}" for name in ("full", "empty", "log"))
        cost_of([*run, str(full), str(workers), "first", *urls], folder=folder, log=log)
        cost_of([*run, str(empty), str(workers), "first"], folder=folder, log=log)
        whole = [cost_of([*run, str(full), str(workers), "again"], folder=folder, log=log).seconds for _ in range(2)]
        start = [cost_of([*run, str(empty), str(workers), "again"], folder=folder, log=log).seconds for _ in range(2)]
        found[workers] = (min(whole) - min(start)) / len(urls)
    workers = min(found, key=lambda each: found[each])
    return found[workers], workers


# ── telling ──────────────────────────────────────────────────────────────────────────────────────
def told_rounds(found: Rounds) -> str:
    """Lay out the rounds with one ledger."""
    lines = [f"{found.entries} entries in the ledger; opened in {found.opening:.1f} s"]
    lines += [
        f"  {item.polls} polls in {item.seconds:5.2f} s: {item.polls / item.seconds:6.0f} a second; "
        f"user {item.user:5.2f} s, system {item.system:5.2f} s; {item.megabytes:.0f} MB after it; {item.failed} failed"
        for item in found.rounds
    ]
    return "\n".join(lines)


def told_bars(few: Rounds, many: Rounds, peer: float | None) -> list[str]:
    """Say of each bar whether it was met."""
    lines = []
    for what, value, sign, bar in bars(few, many, peer):
        met = value >= bar if sign == "≥" else value <= bar
        lines.append(f"  {what}: {value:.3g} ({sign} {bar:g}) {'met' if met else 'MISSED'}")
    return lines


def bars(few: Rounds, many: Rounds, peer: float | None) -> list[tuple[str, float, str, float]]:
    """Name what was promised: measured, and the bar."""
    growth = few.rounds[-1].megabytes / few.rounds[0].megabytes
    found = [
        ("polls per second", 1 / few.each, "≥", BAR_RATE),
        ("a poll with all entries, in polls without", many.each / few.each, "≤", BAR_GROWTH),
        ("memory after the last round, in memory after the first", growth, "≤", BAR_MEMORY),
    ]
    return found if peer is None else [*found, (f"times cheaper than {PEER}", peer / few.each, "≥", BAR_RATIO)]


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description="Measure how many unchanged sources are polled in a second.")
    parser.add_argument("--sources", type=int, default=10_000)
    parser.add_argument("--hosts", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--without-peer", action="store_true", help=f"leave {PEER} out")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all numbers there too")
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before", flush=True)
    peer: float | None = None
    with tempfile.TemporaryDirectory(prefix="digest-polls-") as made:
        with playing(options.sources, options.hosts) as urls:
            site = site_of(Path(made) / "site", urls)
            few = polled(site, options.rounds)
            print(told_rounds(few), flush=True)
            fill(site, options.entries)
            many = polled(site, options.rounds)
            print(told_rounds(many), flush=True)
        if not options.without_peer:
            with playing(PEER_SOURCES, PEER_HOSTS) as urls:
                peer, workers = peer_each(Path(made), urls)
            named = f"{PEER} {_peer_version(_peer_python())}, {workers} workers"
            print(f"{named}: {1 / peer:.0f} polls a second of {PEER_SOURCES} sources", flush=True)
    print("\n".join(told_bars(few, many, peer)))
    if options.json:
        numbers: dict[str, Any] = {"few": asdict(few), "many": asdict(many), "peer": peer}
        options.json.write_text(json.dumps(numbers, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        asyncio.run(serve(int(sys.argv[2]), int(sys.argv[3])))
    elif sys.argv[1:2] == ["poll"]:
        print(json.dumps(asdict(asyncio.run(poll(Path(sys.argv[2]), int(sys.argv[3]))))))
    else:
        main()
