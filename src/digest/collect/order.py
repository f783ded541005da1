"""In which order entries came, whatever their dates say.

The rule owned here: what a source says of a date is kept, and what it is worth is decided apart from it. A date that
is yet to come does not push an entry before all others: it counts from when it was first seen. A day without a time
hides no news: on the day it was first seen, an entry counts from then. What has no date takes its place from its
neighbours, or from its place in the document; never the same instant for all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import Final

from digest.model import Dating, Precision

_APART: Final = timedelta(minutes=1)
"""Between neighbours whose distance nobody knows."""
_NEXT: Final = timedelta(seconds=1)
_EXACT: Final = frozenset({Precision.SECOND, Precision.MINUTE, Precision.HOUR})


@dataclass(frozen=True, slots=True)
class Settled:
    """A date as it was told, and the instant that its entry is ordered by, which is never later than first seen."""

    dating: Dating
    at: datetime


def settled(datings: Sequence[Dating], *, first_seen: datetime, first_look: bool) -> tuple[Settled, ...]:
    """Settle the order of entries that stand in one document, in document order.

    `first_seen` is the instant of this look; `first_look` tells that nothing of this source was known before it, so
    that what is undated may be of any age. On a later look, what is undated is as new as the look.
    """
    told = [_midnight_is_a_day(dating) for dating in datings]
    rising = _is_rising(told)
    placed = told[::-1] if rising else told
    at = [_told_at(dating, place, first_seen) for place, dating in enumerate(placed)]
    filled = _filled(at, first_seen) if first_look else _as_new(at, first_seen)
    whole = [Settled(dating, instant) for dating, instant in zip(placed, filled, strict=True)]
    return tuple(whole[::-1] if rising else whole)


def _midnight_is_a_day(dating: Dating) -> Dating:
    """Believe no time of exactly midnight: it is what a day is filled up with."""
    if dating.at is not None and dating.precision in _EXACT and dating.at.time() == time():
        return replace(dating, precision=Precision.DAY)
    return dating


def _is_rising(datings: Sequence[Dating]) -> bool:
    """Tell a document that has its oldest entry first."""
    instants = [dating.at for dating in datings if dating.at is not None]
    pairs = list(pairwise(instants))
    return sum(older < newer for older, newer in pairs) > sum(older > newer for older, newer in pairs)


def _told_at(dating: Dating, place: int, first_seen: datetime) -> datetime | None:
    """Answer what a date is worth; of two of the same instant or day, the one further up the document is the newer."""
    if dating.at is None:
        return None
    if dating.at > first_seen:
        return first_seen - place * _NEXT
    if dating.precision is Precision.DAY:
        local = first_seen.astimezone(dating.at.tzinfo)
        if dating.at.date() == local.date():
            return first_seen - place * _NEXT
    return dating.at - place * timedelta(microseconds=1)


def _as_new(at: Sequence[datetime | None], first_seen: datetime) -> list[datetime]:
    return [first_seen - place * _NEXT if instant is None else instant for place, instant in enumerate(at)]


def _filled(at: Sequence[datetime | None], first_seen: datetime) -> list[datetime]:
    """Spread what is undated evenly between its dated neighbours, and backwards where there is none on one side."""
    filled: list[datetime] = []
    for place, instant in enumerate(at):
        if instant is not None:
            filled.append(instant)
            continue
        newer = filled[-1] if filled else first_seen + _APART
        after = next(((there, one) for there, one in enumerate(at[place:]) if one is not None), None)
        if after is None:
            filled.append(newer - _APART)
        elif not filled:
            filled.append(min(first_seen, after[1] + after[0] * _APART))
        else:
            filled.append(newer - max((newer - after[1]) / (after[0] + 1), timedelta()))
    return filled
