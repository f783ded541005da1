"""All files of an edition, of a publication and of the site: what flows hand to `deliver.files`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from digest.model import Document, Edition, Kind, Publication, Site, SourceRef, Story
from digest.render.feeds import atom, channel, rss
from digest.render.jsonfeed import json_feed
from digest.render.opml import opml
from digest.render.pages import edition_page, publication_page, site_page
from digest.render.places import ATOM, JSON, PAGE, RSS, SOURCES, edition_path, file_path
from digest.render.stories import placed
from digest.render.templates import Templates

ITEMS = 100
"""Stories in a feed at most."""

BYTES = 1_000_000
"""Bytes of text in a feed at most, about; the newest story is kept whatever its length."""


def edition_documents(edition: Edition, templates: Templates) -> tuple[Document, ...]:
    """Write the page of an edition."""
    return (Document(edition_path(edition), edition_page(edition, templates).encode()),)


def publication_documents(
    site: Site,
    publication: Publication,
    editions: Sequence[Edition],
    templates: Templates,
    *,
    limit: int = ITEMS,
    hub: str | None = None,
) -> tuple[Document, ...]:
    """Write the feeds and the page of a publication from its editions, the newest first; none, nothing.

    The items are the stories of the newest editions, each once, at most `limit`. Site and publication are as
    they are now, so that a new title reaches the feeds at once.
    """
    if not editions:
        return ()
    current = [replace(edition, site=site, publication=publication) for edition in editions]
    about = channel(site, publication, editions[0].made_at, hub)
    stories = _items(current, limit)
    return (
        Document(file_path(publication, RSS), rss(about, stories)),
        Document(file_path(publication, ATOM), atom(about, stories)),
        Document(file_path(publication, JSON), json_feed(about, stories)),
        Document(file_path(publication, PAGE), publication_page(current, templates).encode()),
    )


def site_documents(
    site: Site, latest: Sequence[Edition], sources: Iterable[tuple[SourceRef, Kind]], templates: Templates
) -> tuple[Document, ...]:
    """Write the list of sources, and the page of the site once a publication has an edition.

    `latest` holds the newest edition of each publication, in the order to show them.
    """
    following = Document(SOURCES, opml(site, sources))
    if not latest:
        return (following,)
    return (following, Document(PAGE, site_page(site, latest, templates).encode()))


def _items(editions: Iterable[Edition], limit: int) -> tuple[Story, ...]:
    """Gather stories, newest edition first and in its order, each once, within the limits of a feed."""
    chosen: dict[str, Story] = {}
    size = 0
    for edition in editions:
        for place in placed(edition):
            if place.story.tag in chosen:
                continue
            size += len(place.story.content.encode()) + len(place.story.summary.encode())
            if len(chosen) == limit or (chosen and size > BYTES):
                return tuple(chosen.values())
            chosen[place.story.tag] = place.story
    return tuple(chosen.values())
