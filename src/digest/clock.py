"""The only place that asks the time. Everything else is handed `now`, or a `Clock` to ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Answers the present instant as an aware datetime in UTC."""


def system_clock() -> datetime:
    """Ask the machine; microseconds are dropped so that what is stored reads back equal."""
    return datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True, slots=True)
class FixedClock:
    """A clock that stands still at `at` (the `--at` option)."""

    at: datetime

    def __call__(self) -> datetime:
        """Answer `at`."""
        return self.at
