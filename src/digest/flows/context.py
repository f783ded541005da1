"""What a flow works with: the settings in force, the ledger, the clock, the templates; and who it is.

Opening a context also tells the ledger what the configuration wants, so that every flow finds both agreed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote

from digest import __version__
from digest.clock import Clock
from digest.compose.select import Rules
from digest.config import Configuration, PublicationSettings
from digest.deliver.address import Address, parse_address
from digest.errors import ConfigError, Problem
from digest.flows.owner import OWNER
from digest.model import Publication, Site
from digest.render.templates import Templates, load_templates
from digest.store import publications, sources
from digest.store.ledger import Ledger, open_ledger
from digest.store.sources import SourceSpec


def _nothing(point: str) -> None:
    """Be reached; tests put a kill in this place."""


Readers = Mapping[str, Mapping[str, Address]]
"""Who gets which publication: by slug, then by the address in lower case, so that each reader counts once."""


@dataclass(frozen=True, slots=True)
class Context:
    """Everything a flow needs. `owner` names this process in leases."""

    configuration: Configuration
    ledger: Ledger
    clock: Clock
    templates: Templates
    readers: Readers
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
        scheme, _, rest = url.partition("://")
        if not rest:
            return self.configuration.folder / url
        return Path(unquote(rest)) if scheme == "maildir" else None

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
    configuration: Configuration,
    clock: Clock,
    reached: Callable[[str], None] = _nothing,
    *,
    agreed_by: Clock | None = None,
) -> Iterator[Context]:
    """Open the ledger and agree it with the configuration.

    `agreed_by` is the clock by which schedules are seen for the first time: the machine's, where `clock` is `--at`.

    Raises:
        LedgerError: the ledger cannot be used as it is.
    """
    ledger = open_ledger(configuration.settings.database.url, configuration.folder)
    try:
        context = _context(configuration, ledger, clock, reached)
        agree(context, (agreed_by or clock)())
        yield context
    finally:
        ledger.close()


def renewed(context: Context, configuration: Configuration) -> Context:
    """Go on with the same ledger under a changed configuration.

    Raises:
        ConfigError: the ledger is another one; that takes a restart.
    """
    if configuration.settings.database != context.configuration.settings.database:
        told = Problem(str(configuration.file), None, "database.url", "it has changed.", "Restart the daemon.")
        raise ConfigError([told])
    fresh = _context(configuration, context.ledger, context.clock, context.reached)
    agree(fresh, context.clock())
    return fresh


def _context(configuration: Configuration, ledger: Ledger, clock: Clock, reached: Callable[[str], None]) -> Context:
    templates = load_templates(configuration.folder / configuration.settings.paths.templates)
    readers = {item.slug: _readers(item) for item in configuration.settings.publication}
    return Context(configuration, ledger, clock, templates, readers, reached=reached)


def _readers(settings: PublicationSettings) -> dict[str, Address]:
    found: dict[str, Address] = {}
    for text in settings.recipients:
        address = parse_address(text)
        assert isinstance(address, Address), "the configuration has checked the recipients"
        found.setdefault(str(address).lower(), address)
    return found


def agree(context: Context, now: datetime) -> None:
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
            publications.sync(connection, item.slug, item.schedule, context.configuration.zone_of(item), now)
