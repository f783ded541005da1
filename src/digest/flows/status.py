"""Status: how the site stands, read from the ledger alone, as facts that a terminal, JSON or a page can show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from digest.compose import schedule
from digest.flows.context import Context
from digest.model import DeliveryState, EditionState, Reason
from digest.store import deliveries, editions, leases, publications, sources
from digest.store.editions import EditionRow
from digest.store.leases import Lease
from digest.store.sources import Source

DAEMON = "daemon"
"""The name of the lease that a daemon holds."""


@dataclass(frozen=True, slots=True)
class PublicationStatus:
    """A publication: its newest edition, how its mail went, and when the next one is due."""

    slug: str
    title: str
    schedule: str
    next_due: datetime
    latest: EditionRow | None
    deliveries: dict[DeliveryState, int]


@dataclass(frozen=True, slots=True)
class Status:
    """The whole site at one instant. `daemon` is the lease of a running daemon, if there is one."""

    at: datetime
    sources: tuple[Source, ...]
    publications: tuple[PublicationStatus, ...]
    drafts: tuple[EditionRow, ...]
    daemon: Lease | None

    @property
    def failing(self) -> tuple[Source, ...]:
        """The sources whose last look failed."""
        return tuple(source for source in self.sources if source.failures)


def status(context: Context) -> Status:
    """Read how everything stands."""
    now = context.clock()
    shown = []
    with context.ledger.reading() as connection:
        for settings in context.publications:
            row = publications.by_slug(connection, settings.slug)
            assert row is not None, "the context has agreed the ledger with the configuration"
            plan = schedule.parse(settings.schedule, context.configuration.zone_of(settings))
            latest = next(
                (e for e in editions.listed(connection, settings.slug) if e.state is not EditionState.SKIPPED), None
            )
            counts = deliveries.counts(connection, latest.id) if latest else {}
            since = max(now, row.scheduled_since, row.last_due or now)
            shown.append(
                PublicationStatus(
                    settings.slug,
                    settings.title,
                    settings.schedule,
                    schedule.next_occurrence(plan, since),
                    latest,
                    counts,
                )
            )
        lease = leases.read(connection, DAEMON)
        return Status(
            at=now,
            sources=tuple(sources.every(connection)),
            publications=tuple(shown),
            drafts=tuple(editions.in_state(connection, EditionState.DRAFT)),
            daemon=lease if lease and lease.until > now else None,
        )


def how_it_went(source: Source) -> Reason:
    """Say in one reason how the last look at a source went."""
    if source.state == "paused":
        return Reason("source.paused")
    if source.checked is None:
        return Reason("source.unseen")
    if source.reason is not None and source.failures:
        return source.reason
    return Reason("source.fine", {"entries": source.entries})
