"""When a source is looked at again. Rule: never sooner than the operator or the server wishes, nor all at once.

The longest of these waits wins, and the reason names it: the source's own rhythm, doubled with each
failure in a row; the server's max-age (RFC 9111 §5.2.2.1), the feed's ttl (RSS 2.0), Retry-After
(RFC 9110 §10.2.3). Then a tenth at most is added, always the same for one source, to spread the load.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from math import ceil

from digest.model import Reason

USUAL_EVERY = timedelta(minutes=60)
"""How often a source is looked at when nothing else is said."""

LONGEST_BACKOFF = timedelta(hours=24)
"""Failures stretch the wait up to here; a rhythm that is slower by itself stays as it is."""

LONGEST_HINT = timedelta(hours=24)
"""A max-age or ttl counts up to here: static hosts stamp a year on everything they serve."""

LONGEST_RETRY_AFTER = timedelta(days=7)
"""A Retry-After counts up to here, so that a slip of the server does not silence a source for good."""

JITTER = 0.1
"""The largest part of the wait that is added to it."""

_MOST_DOUBLINGS = 20  # beyond any cap, and short of an overflow


@dataclass(frozen=True, slots=True, kw_only=True)
class PollResult:
    """What one look at a source told about the next.

    `every` is the source's rhythm, `failures` counts failures in a row (0 after a success); `max_age` and
    `retry_after` are seconds, `ttl` is minutes, each None where the server said nothing.
    """

    source: str
    every: timedelta = USUAL_EVERY
    failures: int = 0
    max_age: int | None = None
    ttl: int | None = None
    retry_after: int | None = None


def next_check(result: PollResult, now: datetime) -> tuple[datetime, Reason]:
    """Answer the instant of the next look, in whole seconds, and the rule that set it."""
    code, wait = max(_waits(result), key=lambda rule: rule[1])
    args = {"minutes": -(-wait // timedelta(minutes=1))}
    if code == "poll.backoff":
        args["failures"] = result.failures
    seconds = ceil(wait.total_seconds() * (1 + JITTER * _share(result.source)))
    return now + timedelta(seconds=seconds), Reason(code, args)


def _waits(result: PollResult) -> list[tuple[str, timedelta]]:
    """List the rules that apply; on a tie the first is named."""
    waits = [("poll.every", result.every)]
    if result.failures > 0:
        doubled = result.every * 2 ** min(result.failures, _MOST_DOUBLINGS)
        waits.append(("poll.backoff", min(doubled, LONGEST_BACKOFF)))
    hints = (
        ("poll.max_age", result.max_age, 1, LONGEST_HINT),
        ("poll.ttl", result.ttl, 60, LONGEST_HINT),
        ("poll.retry_after", result.retry_after, 1, LONGEST_RETRY_AFTER),
    )
    for code, value, unit, longest in hints:
        if value is not None:
            seconds = min(value * unit, int(longest.total_seconds()))
            waits.append((code, timedelta(seconds=max(seconds, 0))))
    return waits


def _share(source: str) -> float:
    """Spread sources evenly from 0 to 1, always the same for one name."""
    return int.from_bytes(blake2b(source.encode(), digest_size=8).digest()) / 2**64
