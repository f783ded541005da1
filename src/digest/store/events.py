"""What happened, in order: one row per thing worth knowing, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from digest.model import Reason
from digest.store.tables import event


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to `subject` (`source:3`, `edition:7`)."""

    at: datetime
    subject: str
    reason: Reason


def record(connection: Connection, at: datetime, subject: str, reason: Reason) -> None:
    """Write an event down."""
    connection.execute(
        insert(event).values(at=at, subject=subject, reason_code=reason.code, reason_args=dict(reason.args))
    )


def latest(connection: Connection, subject: str, limit: int = 10) -> list[Event]:
    """Read the newest events of a subject, newest first."""
    rows = connection.execute(select(event).where(event.c.subject == subject).order_by(event.c.id.desc()).limit(limit))
    return [Event(row.at, row.subject, Reason(row.reason_code, row.reason_args)) for row in rows]
