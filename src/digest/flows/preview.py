"""Preview: the next edition as its readers would see it, made in memory; the newest one where nothing is new."""

from __future__ import annotations

from dataclasses import replace

from digest.errors import UsageError
from digest.flows.compose import imagined
from digest.flows.context import Context
from digest.flows.publish import outbox_documents
from digest.model import Document, Edition
from digest.reasons import word
from digest.render.templates import load_templates
from digest.store import editions


def preview_documents(context: Context, slug: str) -> tuple[Document, ...]:
    """Make the HTML, text and message of a publication's next edition, with templates as they are on disk now.

    Raises:
        UsageError: there is neither anything new nor an edition.
    """
    settings = next(item for item in context.publications if item.slug == slug)
    edition = imagined(context, settings)
    if not isinstance(edition, Edition):
        with context.ledger.reading() as connection:
            newest = editions.released(connection, slug, 1)
        if not newest:
            raise UsageError(f"There is nothing to show yet: {word(edition)}. Run `digest collect` first.")
        edition = newest[0]
    fresh = replace(
        context, templates=load_templates(context.configuration.folder / context.configuration.settings.paths.templates)
    )
    return tuple(
        Document(f"{slug}/preview/{document.path.rpartition('/')[2]}", document.data)
        for document in outbox_documents(fresh, edition, edition.made_at)
    )
