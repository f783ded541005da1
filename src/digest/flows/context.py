"""What a flow works with: the settings in force, the ledger, the clock, the templates; and who it is.

Opening a context also tells the ledger what the configuration wants, so that every flow finds both agreed.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_hex
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from digest import __version__
from digest.clock import Clock
from digest.compose.select import Rules
from digest.config import Configuration, PublicationSettings
from digest.model import Publication, Site
from digest.render.templates import Templates, load_templates
from digest.store import publications, sources
from digest.store.ledger import Ledger, open_ledger
from digest.store.sources import SourceSpec

OWNER = f"{socket.gethostname()}/{os.getpid()}/{token_hex(4)}"
"""This process in leases: host, pid, and a token since pids come again (in a container always the same)."""


def _nothing(point: str) -> None:
    """Be reached; tests put a kill in this place."""


@dataclass(frozen=True, slots=True)
class Context:
    """Everything a flow needs. `owner` names this process in leases."""

    configuration: Configuration
    ledger: Ledger
    clock: Clock
    templates: Templates
    owner: str = OWNER
    reached: Callable[[str], None] = _nothing

    @property
    def site(self) -> Site:
        """The site as documents show it."""
        site = self.configuration.settings.site
        return Site(
            title=site.title, url=site.url, language=site.language, timezone=site.timezone,
            owner=site.owner, address=site.address,
        )  # fmt: skip

    @property
    def feeds(self) -> Path:
        """The folder that is published."""
        return self.configuration.folder / self.configuration.settings.paths.feeds

    @property
    def outbox(self) -> Path:
        """The folder of editions as mail."""
        return self.configuration.folder / self.configuration.settings.paths.outbox

    @property
    def user_agent(self) -> str:
        """How we introduce ourselves: name, version, and where to read about us (FRB 080-083)."""
        given = self.configuration.settings.fetch.user_agent
        return given or f"digest/{__version__} (+{self.configuration.settings.site.url})"

    @property
    def publications(self) -> tuple[PublicationSettings, ...]:
        """The publications of the configuration, in its order."""
        return self.configuration.settings.publication

    def local_path(self, url: str) -> Path | None:
        """Answer the file or folder that a source's `url` means, or None where it is on the web."""
        return None if urlsplit(url).scheme in ("http", "https") else self.configuration.folder / url

    def zone_of(self, settings: PublicationSettings) -> ZoneInfo:
        """The zone a publication lives in."""
        return ZoneInfo(self.configuration.zone_of(settings))

    def publication_of(self, settings: PublicationSettings) -> Publication:
        """A publication as readers see it."""
        return Publication(
            slug=settings.slug, title=settings.title, description=settings.description,
            language=settings.language or self.configuration.settings.site.language,
            timezone=self.configuration.zone_of(settings), topics=settings.topics,
        )  # fmt: skip


def rules_of(settings: PublicationSettings) -> Rules:
    """What a publication wants in an edition."""
    return Rules(
        sources=settings.sources, topics=settings.topics, include=settings.include, exclude=settings.exclude,
        min_items=settings.min_items, max_items=settings.max_items, per_source=settings.per_source,
    )  # fmt: skip


@contextmanager
def open_context(
    configuration: Configuration, clock: Clock, reached: Callable[[str], None] = _nothing
) -> Iterator[Context]:
    """Open the ledger and agree it with the configuration.

    Raises:
        LedgerError: the ledger cannot be used as it is.
    """
    settings = configuration.settings
    ledger = open_ledger(settings.database.url, configuration.folder)
    try:
        templates = load_templates(configuration.folder / settings.paths.templates)
        context = Context(configuration, ledger, clock, templates, reached=reached)
        agree(context)
        yield context
    finally:
        ledger.close()


def agree(context: Context) -> None:
    """Make the ledger's sources and publications those of the configuration."""
    settings = context.configuration.settings
    specs = [
        SourceSpec(
            name=source.name, url=source.url, kind=source.kind, topics=source.topics, language=source.language,
            weight=source.weight, every=source.every,
        )
        for source in settings.source
    ]  # fmt: skip
    with context.ledger.writing() as connection:
        sources.sync(connection, specs)
        for item in settings.publication:
            publications.sync(
                connection, item.slug, item.schedule, context.configuration.zone_of(item), context.clock()
            )


def holder_is_gone(owner: str) -> bool:
    """Tell for certain that the process behind a lease of this machine has ended; False where that cannot be known."""
    host, pid, _ = owner.rsplit("/", 2)
    if host != socket.gethostname() or not pid.isdigit() or owner == OWNER:
        return False
    if int(pid) == os.getpid():
        return True
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def may_take(owner: str, until: datetime, now: datetime) -> bool:
    """Tell whether a lease may be taken over: it has run out, or its holder surely is no more."""
    return until <= now or holder_is_gone(owner)


LEASE = timedelta(minutes=10)
"""How long work may take before another may think it abandoned; longer than any single time-out."""
