"""Where each document stands: its path below the published folder, and its URL. Nothing else knows either."""

from __future__ import annotations

from digest.model import Edition, Publication, Site

RSS = "rss.xml"
ATOM = "atom.xml"
JSON = "feed.json"
PAGE = "index.html"
SOURCES = "sources.opml"

FEED_TYPES = {RSS: "application/rss+xml", ATOM: "application/atom+xml", JSON: "application/feed+json"}
"""The media type of each feed, in the order to offer them."""


def file_path(publication: Publication, name: str) -> str:
    """Answer the path of one of a publication's files."""
    return f"{publication.slug}/{name}"


def edition_path(edition: Edition) -> str:
    """Answer the path of an edition's page."""
    return f"{edition.publication.slug}/editions/{edition.number}/{PAGE}"


def site_url(site: Site) -> str:
    """Answer the URL of the page that lists the publications."""
    return f"{site.url}feeds/"


def publication_url(site: Site, publication: Publication) -> str:
    """Answer the URL of a publication's page, the HTML twin of its feeds."""
    return f"{site.url}feeds/{publication.slug}/"


def file_url(site: Site, publication: Publication, name: str) -> str:
    """Answer the URL of one of a publication's files."""
    return publication_url(site, publication) + name


def edition_url(edition: Edition) -> str:
    """Answer the URL of an edition's page."""
    return f"{publication_url(edition.site, edition.publication)}editions/{edition.number}/"


def story_url(edition: Edition, position: int) -> str:
    """Answer the URL of a story within its edition's page; `position` counts from 1."""
    return f"{edition_url(edition)}#s{position}"
