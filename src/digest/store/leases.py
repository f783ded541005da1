"""Who holds what, and until when. A lease is the only kind of lock; it expires by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from digest.store.tables import lease


@dataclass(frozen=True, slots=True)
class Lease:
    """A name held by an owner (`host/pid`) until an instant."""

    name: str
    owner: str
    since: datetime
    until: datetime


def read(connection: Connection, name: str) -> Lease | None:
    """Tell who holds a name, expired or not."""
    row = connection.execute(select(lease).where(lease.c.name == name)).one_or_none()
    return None if row is None else Lease(row.name, row.owner, row.since, row.until)


def take(connection: Connection, name: str, owner: str, now: datetime, until: datetime) -> None:
    """Hold a name; the caller has looked in the same transaction that nobody else does."""
    connection.execute(delete(lease).where(lease.c.name == name))
    connection.execute(insert(lease).values(name=name, owner=owner, since=now, until=until))


def renew(connection: Connection, name: str, owner: str, until: datetime) -> bool:
    """Hold on to a name; False when it has been taken over."""
    renewed = connection.execute(update(lease).where(lease.c.name == name, lease.c.owner == owner).values(until=until))
    return renewed.rowcount == 1


def release(connection: Connection, name: str, owner: str) -> None:
    """Let go of a name, if it is still ours."""
    connection.execute(delete(lease).where(lease.c.name == name, lease.c.owner == owner))
