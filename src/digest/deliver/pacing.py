"""Pacing: when a deferred message is tried again, and when it is given up (RFC 5321 §4.5.4.1)."""

from __future__ import annotations

from datetime import datetime, timedelta

_WAITS = (
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=2),
    timedelta(hours=4),
    timedelta(hours=8),
)
_PATIENCE = timedelta(hours=48)


def next_attempt(attempts: int, first_tried: datetime, now: datetime) -> datetime | None:
    """Answer when to try again after `attempts` (1 or more) that were all deferred, the last of them just now.

    The waits grow from five minutes to eight hours. The last attempt falls on the 48th hour after `first_tried`;
    None says that this hour has passed and the message has failed.
    """
    deadline = first_tried + _PATIENCE
    if now >= deadline:
        return None
    return min(now + _WAITS[min(attempts, len(_WAITS)) - 1], deadline)
