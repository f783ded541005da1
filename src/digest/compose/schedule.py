"""When an edition is due. Rule: each nominal local time of a schedule yields one occurrence, whatever the clocks do.

A time that the clocks jump over comes right after the jump; a time that comes twice is taken the first
time (Debian cron's rule, as cronsim computes it). "Every hour" alone follows real time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from heapq import merge
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from cronsim import CronSim

from digest.compose.phrases import ScheduleError, crons_of

__all__ = ["SKIP_GRACE", "CatchUp", "Schedule", "ScheduleError", "due", "next_occurrence", "occurrences", "parse"]

CatchUp = Literal["latest", "all", "skip"]
"""What to do with occurrences that were missed: make the latest, all of them, or none."""

SKIP_GRACE = timedelta(minutes=5)
"""With `skip`, how late an occurrence may be noticed and still count as on time."""

_FIRST_REACH = timedelta(hours=1)
_FARTHEST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Schedule:
    """A rhythm in a zone. `text` is what was written, `crons` what it means, `zone` an IANA name."""

    text: str
    crons: tuple[str, ...]
    zone: str

    @property
    def cron(self) -> str:
        """The meaning as one line; times that differ in their minutes need several cron texts."""
        return "; ".join(self.crons)


def parse(text: str, zone: str) -> Schedule:
    """Read a schedule from plain words (`phrases.FORMS`) or a cron text of five fields.

    In a cron text Sunday is 0 or 7, and names (MON, JAN), `L` and `#` are understood.

    Raises:
        ScheduleError: the text or the zone is wrong; the message names the nearest that is right.
    """
    return Schedule(text=text, crons=crons_of(text), zone=_zone(zone))


def occurrences(schedule: Schedule, after: datetime, until: datetime) -> Iterator[datetime]:
    """Yield the occurrences strictly after `after` and up to and including `until`, in UTC, increasing."""
    zone = ZoneInfo(schedule.zone)
    last = after
    for instant in merge(*(_walk(cron, after.astimezone(zone)) for cron in schedule.crons)):
        if instant > until:
            return
        if instant > last:  # two nominal times may meet after a jump; a start in a repeated hour looks back
            last = instant
            yield instant


def next_occurrence(schedule: Schedule, after: datetime) -> datetime:
    """Answer the first occurrence strictly after `after`, in UTC."""
    return next(occurrences(schedule, after, _FARTHEST))


def due(schedule: Schedule, since: datetime, now: datetime, catch_up: CatchUp) -> tuple[datetime, ...]:
    """Answer the occurrences to act on at `now`, when all up to `since` have been dealt with; oldest first.

    `latest` gives the last one, `all` each one, `skip` the last one if it is no older than SKIP_GRACE.
    """
    if catch_up == "all":
        return tuple(occurrences(schedule, since, now))
    if catch_up == "skip":
        return _latest(schedule, max(since, now - SKIP_GRACE), now)
    return _latest(schedule, since, now)


def _latest(schedule: Schedule, since: datetime, now: datetime) -> tuple[datetime, ...]:
    """Look back by ever longer steps: an hourly schedule is not walked through years of neglect."""
    reach = _FIRST_REACH
    while since < now:
        start = max(since, now - min(reach, now - since))
        found = tuple(deque(occurrences(schedule, start, now), maxlen=1))
        if found or start == since:
            return found
        reach *= 8
    return ()


def _walk(cron: str, local: datetime) -> Iterator[datetime]:
    for occurrence in CronSim(cron, local):
        yield occurrence.astimezone(UTC)


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ScheduleError(f'"{name}" is not a time zone; the nearest that is: "{_nearest_zone(name)}".') from None


def _nearest_zone(name: str) -> str:
    """Find the zone by its spelling, or by its city alone."""
    names = sorted(available_timezones(), key=lambda zone: (-zone.count("/"), zone))
    known = {zone.rpartition("/")[2].lower(): zone for zone in names} | {zone.lower(): zone for zone in names}
    (closest,) = get_close_matches(name.strip().lower().replace(" ", "_"), known, n=1, cutoff=0)
    return known[closest]
