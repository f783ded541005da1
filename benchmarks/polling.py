"""How soon new items are found, and at how many requests: learnt polling beside the formulas of known readers.

    .venv/bin/python benchmarks/polling.py [--days 30] [--json FILE]

The feeds with at least three dated items are polled in play through the last 30 days before the newest item of all.
A policy knows only what stands in the document at the poll: the items published until then. Nothing is known of
items that have left a document since, so the past of a busy feed is empty at first: that is counted against all alike.
A delay runs from an item's publication to the next poll. Hints of servers are not played: they only lengthen.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from math import ceil
from pathlib import Path
from statistics import fmean, median

from corpus import feeds_into

from digest.collect.feeds import read_feed
from digest.compose.polling import PollResult, next_check
from digest.compose.rhythm import Rhythm, arrival, learn
from digest.model import Dating, Failed

LEAST_ITEMS = 3
BAR_DELAY, BAR_REQUESTS = 15.0, 5.2
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

Feeds = Mapping[str, Sequence[Dating]]
"""The dates of each feed's items, oldest first."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a policy may know at a poll: the items in the document, and at which poll each was seen first."""

    feed: str
    items: Sequence[Dating]
    first_seen: Sequence[datetime]
    since: datetime
    new: int


Policy = Callable[[Seen, datetime], timedelta]
"""Answers how long to wait after a poll."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a policy costs and brings; delays in minutes."""

    policy: str
    items: int
    requests_per_feed_day: float
    useful: float
    mean: float
    median: float
    p90: float


# ── the policies ─────────────────────────────────────────────────────────────────────────────────
def fixed(wait: timedelta) -> Policy:
    """Poll in equal steps."""
    return lambda _seen, _now: wait


def miniflux(factor: int) -> Policy:
    """Follow Miniflux' `entry_frequency`: a week divided by the week's items, between 5 minutes and a day."""

    def wait(seen: Seen, now: datetime) -> timedelta:
        week = [moment for moment in _instants(seen) if moment > now - 7 * DAY]
        if len(week) < 2 or week[-1] == week[0]:
            return DAY
        weekly = ceil(7 * DAY / ((week[-1] - week[0]) / (len(week) - 1)))
        return min(max(7 * DAY / (weekly * factor), 5 * MINUTE), DAY)

    return wait


def commafeed(shortest: timedelta, longest: timedelta) -> Policy:
    """Follow CommaFeed: by the age of the newest item, or else half of the mean gap between items."""

    def wait(seen: Seen, now: datetime) -> timedelta:
        moments = _instants(seen)
        if not moments:
            return longest
        silence = now - moments[-1]
        for days, part in ((30, 1), (14, 2), (7, 4)):
            if silence >= days * DAY:
                return longest / part
        gap = (moments[-1] - moments[0]) / (len(moments) - 1) if len(moments) > 1 else longest
        return min(max(gap / 2, shortest), max(longest / 4, shortest))

    return wait


def digest() -> Policy:
    """Follow `next_check`; what is learnt of a feed is kept until it brings something, as the ledger does."""
    learnt: dict[str, Rhythm] = {}

    def wait(seen: Seen, now: datetime) -> timedelta:
        if seen.new or seen.feed not in learnt:
            arrivals = (
                arrival(item.at, item.precision, first, backlog=first == seen.since)
                for item, first in zip(seen.items, seen.first_seen, strict=True)
            )
            learnt[seen.feed] = learn(arrivals, since=seen.since)
        at, _reason = next_check(PollResult(source=seen.feed, rhythm=learnt[seen.feed]), now)
        assert at is not None
        return at - now

    return wait


POLICIES: dict[str, Callable[[], Policy]] = {
    "fixed 15 min": lambda: fixed(15 * MINUTE),
    "fixed 60 min (Miniflux, reader, FreshRSS)": lambda: fixed(60 * MINUTE),
    "Miniflux entry_frequency, factor 1": lambda: miniflux(1),
    "Miniflux entry_frequency, factor 4": lambda: miniflux(4),
    "CommaFeed, 5 min to 4 h": lambda: commafeed(5 * MINUTE, 4 * HOUR),
    "CommaFeed, 15 min to 24 h": lambda: commafeed(15 * MINUTE, DAY),
    "digest": digest,
}


def _instants(seen: Seen) -> list[datetime]:
    return [item.at for item in seen.items if item.at is not None]


# ── playing ──────────────────────────────────────────────────────────────────────────────────────
def play(name: str, feeds: Feeds, start: datetime, end: datetime) -> Result:
    """Poll all feeds from `start` to `end`; items that came before `start` are there at the first poll."""
    policy = POLICIES[name]()
    polls, useful, delays = 0, 0, list[float]()
    for feed, items in feeds.items():
        for now, found in _polls(policy, feed, items, start, end):
            polls += now <= end
            useful += bool(found) and now <= end
            delays += [(now - moment) / MINUTE for moment in found]
    delays.sort()
    return Result(
        policy=name,
        items=len(delays),
        requests_per_feed_day=polls / (len(feeds) * ((end - start) / DAY)),
        useful=useful / polls,
        mean=fmean(delays),
        median=median(delays),
        p90=delays[ceil(0.9 * len(delays)) - 1],
    )


def _polls(
    policy: Policy, feed: str, items: Sequence[Dating], start: datetime, end: datetime
) -> list[tuple[datetime, list[datetime]]]:
    """Answer each poll of one feed with the instants of the items it found, until all until `end` are found."""
    instants = [item.at for item in items if item.at is not None]
    last = bisect_right(instants, end)
    share = int.from_bytes(blake2b(f"start {feed}".encode(), digest_size=8).digest()) / 2**64
    since = now = start + HOUR * share  # or else steps of an hour would all fall on the same minute
    first_seen: list[datetime] = []
    polls = []
    while now <= end or len(first_seen) < last:
        known, here = len(first_seen), bisect_right(instants, now)
        first_seen += [now] * (here - known)
        polls.append((now, [moment for moment in instants[known:here] if start < moment <= end]))
        now += policy(Seen(feed, items[:here], tuple(first_seen), since, here - known), now)
    return polls


# ── the feeds ────────────────────────────────────────────────────────────────────────────────────
def dated_feeds(folder: Path) -> Feeds:
    """Read the dates of the feeds in a folder, those with at least three."""
    feeds = {}
    for path in sorted(folder.iterdir()):
        read = read_feed(path.read_bytes(), url=None)
        entries = () if isinstance(read, Failed) else read.entries
        told = [(entry.dating.at, entry.dating) for entry in entries if entry.dating.at is not None]
        if len(told) >= LEAST_ITEMS:
            feeds[path.name] = [dating for _at, dating in sorted(told, key=lambda each: each[0])]
    return feeds


def halves(feeds: Feeds) -> dict[str, Feeds]:
    """Split the feeds in two by the order of their names, which are as good as chance."""
    names = sorted(feeds)
    return {
        which: {name: feeds[name] for name in chosen}
        for which, chosen in (("first half", names[::2]), ("second half", names[1::2]))
    }


# ── telling ──────────────────────────────────────────────────────────────────────────────────────
def told(result: Result) -> str:
    return (
        f"  {result.policy:<42} {result.requests_per_feed_day:>8.2f} {result.useful:>7.1%}"
        f" {result.mean:>8.1f} {result.median:>8.1f} {result.p90:>8.1f}"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Play polling policies on the dates of real feeds.")
    parser.add_argument("--days", type=int, default=30, help="days to play (default: 30)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all numbers there too")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="digest-bench-") as made:
        about = feeds_into(Path(made))
        feeds = dated_feeds(Path(made))
    end = max(items[-1].at for items in feeds.values() if items[-1].at is not None)
    start = end - options.days * DAY
    rows = {"all": [play(name, feeds, start, end) for name in POLICIES]}
    rows |= {which: [play("digest", half, start, end)] for which, half in halves(feeds).items()}
    print(
        f"POLLING {about}; {len(feeds)} of them with {LEAST_ITEMS} dated items or more, {options.days} days until {end}"
    )
    print(f"  {'':<42} {'requests':>8} {'useful':>7} {'mean':>8} {'median':>8} {'p90':>8}")
    print(f"  {'':<42} {'/feed/d':>8} {'':>7} {'min':>8} {'min':>8} {'min':>8}")
    for which, results in rows.items():
        print(f"  {which}: {results[0].items} items")
        print("\n".join(map(told, results)))
    ours = rows["all"][-1]
    met = ours.median <= BAR_DELAY and ours.requests_per_feed_day <= BAR_REQUESTS
    print(
        f"THE BAR: median delay <= {BAR_DELAY:g} min at <= {BAR_REQUESTS:g} requests per feed and day: "
        f"{ours.median:.1f} min at {ours.requests_per_feed_day:.2f}: {'met' if met else 'MISSED'}"
    )
    if options.json:
        numbers = {which: [asdict(result) for result in results] for which, results in rows.items()}
        options.json.write_text(json.dumps(numbers, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
