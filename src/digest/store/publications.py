"""Rows of publications: since when each exists and follows its present schedule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from digest.store.tables import edition, publication


@dataclass(frozen=True, slots=True)
class PublicationRow:
    """A publication's memory.

    `last_due` is its newest occurrence that was dealt with, `last_made` the freezing of its newest edition
    that was not skipped.
    """

    id: int
    slug: str
    scheduled_since: datetime
    last_due: datetime | None
    last_made: datetime | None


def sync(connection: Connection, slug: str, schedule: str, timezone: str, now: datetime) -> None:
    """Know a publication. A changed schedule counts from now on: what it would have yielded before is not due."""
    row = connection.execute(select(publication).where(publication.c.slug == slug)).one_or_none()
    if row is None:
        connection.execute(
            insert(publication).values(
                slug=slug, schedule=schedule, timezone=timezone, scheduled_since=now, created_at=now
            )
        )
    elif (row.schedule, row.timezone) != (schedule, timezone):
        connection.execute(
            update(publication)
            .where(publication.c.id == row.id)
            .values(schedule=schedule, timezone=timezone, scheduled_since=now)
        )


def by_slug(connection: Connection, slug: str) -> PublicationRow | None:
    """Find a publication by its slug."""
    mine = edition.c.publication_id == publication.c.id
    row = connection.execute(
        select(
            publication,
            select(func.max(edition.c.due_at)).where(mine).scalar_subquery().label("last_due"),
            select(func.max(edition.c.made_at))
            .where(mine, edition.c.number.is_not(None))
            .scalar_subquery()
            .label("last_made"),
        ).where(publication.c.slug == slug)
    ).one_or_none()
    return None if row is None else PublicationRow(row.id, row.slug, row.scheduled_since, row.last_due, row.last_made)
