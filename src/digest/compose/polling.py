"""When a source is looked at again. Rule: never sooner than the operator or the server wishes, nor all at once.

The longest of these waits wins, and the reason names it: the operator's rhythm, or else the one that was learnt from
the source's items; its doubling with each failure in a row; what the server says of its document (max-age and Expires,
RFC 9111 §5.2.2.1, §5.3; the feed's ttl, RSS 2.0; sy:updatePeriod, RSS 1.0 Syndication); Retry-After (RFC 9110
§10.2.3). Then a tenth at most is added, always the same for one source, to spread the load, and an instant in an hour
or on a day that the feed wants skipped is put off until after it. Only 410 Gone ends the looking.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from math import ceil
from types import MappingProxyType
from typing import Any, NamedTuple

from digest.compose.rhythm import UNKNOWN, Rhythm
from digest.model import Reason

TARGET = 0.05
"""So many new items must be to expect before a source is asked whose rhythm is learnt."""

FLOOR, CEILING = timedelta(minutes=15), timedelta(hours=6)
"""A learnt rhythm stays between these."""

DEAD_AFTER, DEAD_CEILING = timedelta(days=365), timedelta(hours=24)
"""A source without a new item for so long is asked once a day."""

WHOLE_FLOOR = timedelta(minutes=60)
"""A learnt rhythm is no quicker where the server gives no validator: each look costs it the whole document."""

LONGEST_BACKOFF = timedelta(days=7)
"""Failures stretch the wait up to here, and no further: what comes back is found again."""

LONGEST_HINT = timedelta(hours=24)
"""What a document says of itself counts up to here: static hosts stamp a year on everything they serve."""

LONGEST_RETRY_AFTER = timedelta(days=7)
"""A Retry-After counts up to here, so that a slip of the server does not silence a source for good."""

JITTER, LONGEST_JITTER = 0.1, timedelta(minutes=30)
"""The largest part of the wait that is added to it, and the most in all."""

_BACKOFF_FROM = timedelta(hours=1)  # a slow source is not made slower by its first failures: one 404 is no death
_REFUSALS = frozenset({403, 429, 503})  # statuses that say "too often", with or without a Retry-After
_GONE = 410
_MOST_DOUBLINGS = 20  # beyond any cap, and short of an overflow
_HOUR = timedelta(hours=1)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True, kw_only=True)
class PollResult:
    """What one look at a source told about the next.

    `every` is the rhythm its operator set, None where it is learnt: then `rhythm` counts. `conditional` is False
    where the server gave no validator. `failures` counts failures in a row (0 after a success), `status` is the
    HTTP status of the last one. `max_age` and `retry_after` are seconds, `ttl` and `update_every` (sy:updatePeriod
    divided by sy:updateFrequency) minutes, `expires` an instant, each None where nothing was said. `skip_hours` are
    0 to 23 (24 is 0, as in RSS 0.91) and `skip_days` English names, in GMT.
    """

    source: str
    every: timedelta | None = None
    rhythm: Rhythm = UNKNOWN
    conditional: bool = True
    failures: int = 0
    status: int | None = None
    max_age: int | None = None
    expires: datetime | None = None
    ttl: int | None = None
    update_every: int | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[str, ...] = ()
    retry_after: int | None = None


def next_check(result: PollResult, now: datetime) -> tuple[datetime | None, Reason]:
    """Answer the instant of the next look, in whole seconds, and the rule that set it; None after a 410: never."""
    if result.failures > 0 and result.status == _GONE:
        return None, Reason("poll.gone")
    wait, code, args = max(_waits(result, now), key=lambda rule: rule.span)
    share = _share(result.source)
    at = now + timedelta(seconds=ceil((wait + min(wait * JITTER, LONGEST_JITTER) * share).total_seconds()))
    allowed = _after_skipped(at, _hours(result), _days(result), share)
    if allowed == at:
        return at, Reason(code, {**args, "minutes": _minutes(wait)})
    return allowed, _skipping(result, at, _minutes(allowed - now))


def syndication_minutes(period: str | None, frequency: int | None) -> int | None:
    """Read sy:updatePeriod and sy:updateFrequency (RSS 1.0 Syndication) as minutes between two updates.

    Their defaults are daily and 1; None where neither is told or the period is unknown.
    """
    if period is None and frequency is None:
        return None
    days = {"hourly": 1 / 24, "daily": 1, "weekly": 7, "monthly": 30, "yearly": 365}
    told = days.get((period or "daily").strip().lower())
    return None if told is None else max(round(told * 1440 / max(frequency or 1, 1)), 1)


# ── the waits ────────────────────────────────────────────────────────────────────────────────────
class _Wait(NamedTuple):
    """How long a rule wants to wait, its code, and what its sentence needs beside the minutes."""

    span: timedelta
    code: str
    args: Mapping[str, Any] = MappingProxyType({})


def _waits(result: PollResult, now: datetime) -> list[_Wait]:
    """List the rules that apply; on a tie the first is named."""
    rhythm = _learnt(result.rhythm, now) if result.every is None else _Wait(result.every, "poll.every")
    waits = [rhythm]
    if result.failures > 0:
        base = _BACKOFF_FROM if result.status in _REFUSALS else min(rhythm.span, _BACKOFF_FROM)
        doubled = base * 2 ** min(result.failures, _MOST_DOUBLINGS)
        waits.append(_Wait(min(doubled, LONGEST_BACKOFF), "poll.backoff", {"failures": result.failures}))
    if result.every is None and not result.conditional:
        waits.append(_Wait(WHOLE_FLOOR, "poll.whole"))
    expires = None if result.expires is None or result.max_age is not None else result.expires - now
    hints = (
        ("poll.max_age", _span(result.max_age, 1), LONGEST_HINT),
        ("poll.expires", expires, LONGEST_HINT),
        ("poll.ttl", _span(result.ttl, 60), LONGEST_HINT),
        ("poll.update_period", _span(result.update_every, 60), LONGEST_HINT),
        ("poll.retry_after", _span(result.retry_after, 1), LONGEST_RETRY_AFTER),
    )
    waits += [_Wait(min(told, longest), code) for code, told, longest in hints if told is not None]
    return waits


def _learnt(rhythm: Rhythm, now: datetime) -> _Wait:
    """Wait until new items are to be expected, and say what is known of their coming."""
    silence = rhythm.silence(now)
    dead = silence > DEAD_AFTER
    wait = max(rhythm.wait(now, TARGET, DEAD_CEILING if dead else CEILING), FLOOR)
    if dead:
        return _Wait(wait, "poll.dead", {"days": silence.days})
    gap = rhythm.gap(now)
    if gap is None:
        return _Wait(wait, "poll.unknown")
    busy = rhythm.busy_hours()
    if busy is None:
        return _Wait(wait, "poll.learnt", {"gap": _told(gap)})
    return _Wait(wait, "poll.learnt_hours", {"gap": _told(gap), "start": busy[0], "end": busy[1]})


def _told(gap: timedelta) -> str:
    """Tell a span of time in the unit that fits it; the signs of the units are those of every language."""
    for sign, unit in (("d", timedelta(days=1)), ("h", _HOUR)):
        if gap >= 2 * unit:
            return f"{round(gap / unit)} {sign}"
    return f"{round(gap / timedelta(minutes=1))} min"


def _span(told: int | None, seconds: int) -> timedelta | None:
    """Read a number that a server told as a span of time; what is beyond any cap, or below zero, is cut there."""
    longest = int(LONGEST_RETRY_AFTER.total_seconds())
    return None if told is None else timedelta(seconds=min(max(told * seconds, 0), longest))


def _minutes(span: timedelta) -> int:
    return -(-span // timedelta(minutes=1))


def _share(source: str) -> float:
    """Spread sources evenly from 0 to 1, always the same for one name."""
    return int.from_bytes(blake2b(source.encode(), digest_size=8).digest()) / 2**64


# ── skipHours and skipDays ───────────────────────────────────────────────────────────────────────
def _hours(result: PollResult) -> frozenset[int]:
    """Name the hours to skip; a feed that names all of them wants none skipped."""
    hours = frozenset(hour % 24 for hour in result.skip_hours if 0 <= hour <= 24)
    return hours if len(hours) < 24 else frozenset()


def _days(result: PollResult) -> frozenset[int]:
    """Name the days of the week to skip, Monday as 0; again not all of them."""
    told = {day.strip().capitalize() for day in result.skip_days}
    days = frozenset(number for number, name in enumerate(_DAYS) if name in told)
    return days if len(days) < 7 else frozenset()


def _after_skipped(at: datetime, hours: frozenset[int], days: frozenset[int], share: float) -> datetime:
    """Put an instant off until a full hour that is not skipped, and there a few minutes, not all sources at once."""
    allowed = at.astimezone(UTC)
    while allowed.hour in hours or allowed.weekday() in days:
        allowed = allowed.replace(minute=0, second=0, microsecond=0) + _HOUR
    return at if allowed == at else allowed + timedelta(seconds=ceil(JITTER * share * _HOUR.total_seconds()))


def _skipping(result: PollResult, at: datetime, minutes: int) -> Reason:
    days = _days(result)
    if at.astimezone(UTC).weekday() in days:
        return Reason("poll.skip_days", {"days": ", ".join(_DAYS[day] for day in sorted(days)), "minutes": minutes})
    hours = ", ".join(str(hour) for hour in sorted(_hours(result)))
    return Reason("poll.skip_hours", {"hours": hours, "minutes": minutes})
