"""When new items of a source are to be expected. Rule: what is learnt comes from its items alone, and is never sure.

Items are taken to come at random, at a rate (gamma-Poisson: the prior is one item in two days) times a profile of
the 24 hours of the day in UTC. The rate counts up to the present, so a source that falls silent is expected less
and less. What is needed of the past fits a row of the ledger, so a poll that brings nothing reads no entries.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import accumulate
from typing import Any, NamedTuple

from digest.model import Precision

MEMORY = 50
"""How many of its newest items a source is judged by."""

LATE = timedelta(hours=6)
"""An item that shows up this long after the time it names came at another one."""

_EARLY = timedelta(hours=1)  # so far a clock may be ahead, or a publisher's plan
_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_HOURS = 24
_MOMENT = timedelta(minutes=1)
_PRIOR_ITEMS, _PRIOR_DAYS = 1.0, 2.0
_FLAT_ITEMS = 6.0  # so many items, spread over the day, are added to those whose hour is known
_STILL_LIKELY = 5.0  # gaps of silence; at a steady rate a longer one comes once in 150 times (e**-5)
_TOLD_FROM, _TOLD_SHARE, _TOLD_WIDTH = 10, 0.8, 12  # items, the part of them, and the hours that deserve a word
_TIMED = frozenset({Precision.SECOND, Precision.MINUTE, Precision.HOUR})
_DATED = _TIMED | {Precision.DAY}


class Arrival(NamedTuple):
    """When an item came, as far as can be told; `timed` where the hour is known as well as the day."""

    at: datetime
    timed: bool


def arrival(published: datetime | None, precision: Precision, first_seen: datetime, *, backlog: bool) -> Arrival | None:
    """Tell when an entry came, or answer None where its source's first collection hides it (`backlog`, undated).

    Its own date counts unless it is refuted by when we saw it; then, and without a date, first sight counts.
    """
    timed = published is not None and precision in _TIMED
    if published is not None and backlog:
        return Arrival(published, timed) if precision in _DATED and published <= first_seen else None
    if published is not None and timed and -_EARLY <= first_seen - published <= LATE:
        return Arrival(min(published, first_seen), timed=True)
    return None if backlog else Arrival(first_seen, timed=False)


@dataclass(frozen=True)
class Rhythm:
    """What is known of how items come.

    `items` counts those remembered, since `began`: the oldest of them, or where there is none the start of the
    watch. `newest` is the last one's arrival. `hours` counts the items of each hour of the day in UTC, as far as
    their hour is known.
    """

    items: int = 0
    began: datetime | None = None
    newest: datetime | None = None
    hours: tuple[int, ...] = (0,) * _HOURS

    @cached_property
    def profile(self) -> tuple[float, ...]:
        """How much likelier than on the average of the day an item is in each hour: 24 factors with the mean 1."""
        known = sum(self.hours)
        smooth = [
            self.hours[hour - 1] / 4 + self.hours[hour] / 2 + self.hours[(hour + 1) % _HOURS] / 4
            for hour in range(_HOURS)
        ]
        return tuple((_HOURS * part + _FLAT_ITEMS) / (known + _FLAT_ITEMS) for part in smooth)

    def per_day(self, now: datetime) -> float:
        """Expect so many items a day; a silence far beyond the usual gap says that the rhythm has changed."""
        watched = max(now - self.began, timedelta(0)) / _DAY if self.began else 0.0
        rate = (max(self.items - 1, 0) + _PRIOR_ITEMS) / (watched + _PRIOR_DAYS)
        silence = self.silence(now) / _DAY
        return min(rate, _STILL_LIKELY / silence) if silence else rate

    def gap(self, now: datetime) -> timedelta | None:
        """Tell the usual time from one item to the next, as it was; None where there are not two."""
        return None if self.began is None or self.items < 2 else max(now - self.began, _MOMENT) / (self.items - 1)

    def silence(self, now: datetime) -> timedelta:
        """Tell for how long nothing came."""
        last = self.newest or self.began
        return max(now - last, timedelta(0)) if last else timedelta(0)

    def wait(self, now: datetime, target: float, longest: timedelta) -> timedelta:
        """Wait from `now` until `target` new items are to be expected, but not longer than `longest`."""
        per_hour = self.per_day(now) / _HOURS
        moment = now.astimezone(UTC)
        end, missing = moment + longest, target
        while moment < end:
            full_hour = moment.replace(minute=0, second=0, microsecond=0) + _HOUR
            rate = per_hour * self.profile[moment.hour]
            expected = rate * ((full_hour - moment) / _HOUR)
            if expected >= missing:
                return min(moment + missing / rate * _HOUR, end) - now
            moment, missing = full_hour, missing - expected
        return longest

    def busy_hours(self) -> tuple[int, int] | None:
        """Name the shortest stretch of the day, from one full hour to another, that has most of the items.

        None where too few are known, or where they are spread over more than half of the day.
        """
        known = sum(self.hours)
        if known < _TOLD_FROM:
            return None
        until = list(accumulate(self.hours * 2, initial=0))
        for width in range(1, _TOLD_WIDTH + 1):
            stretches = [until[start + width] - until[start] for start in range(_HOURS)]
            most = max(stretches)
            if most >= _TOLD_SHARE * known:
                start = stretches.index(most)
                return start, (start + width) % _HOURS
        return None

    def as_row(self) -> dict[str, Any]:
        """Put it into JSON scalars, for the ledger."""
        return {
            "items": self.items,
            "began": self.began and self.began.isoformat(),
            "newest": self.newest and self.newest.isoformat(),
            "hours": list(self.hours),
        }

    @classmethod
    def from_row(cls, row: Mapping[str, Any] | None) -> Rhythm:
        """Read back what `as_row` wrote; None is a source of which nothing is known."""
        if row is None:
            return UNKNOWN
        began, newest = (row[name] and datetime.fromisoformat(row[name]) for name in ("began", "newest"))
        return cls(row["items"], began, newest, tuple(row["hours"]))


UNKNOWN = Rhythm()
"""The rhythm of a source that was never collected."""


def learn(arrivals: Iterable[Arrival | None], *, since: datetime) -> Rhythm:
    """Learn from the arrivals of a source's entries, in any order; `since` is when it was first collected."""
    known = sorted(each for each in arrivals if each is not None)[-MEMORY:]
    if not known:
        return Rhythm(began=since)
    hours = [0] * _HOURS
    for each in known:
        if each.timed:
            hours[each.at.astimezone(UTC).hour] += 1
    return Rhythm(len(known), known[0].at, known[-1].at, tuple(hours))
