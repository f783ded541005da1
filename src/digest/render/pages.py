"""The web pages: an edition, a publication (the HTML twin of its feeds), the site. No script, no pictures of ours."""

from __future__ import annotations

from collections.abc import Sequence

from digest.model import Edition, Site
from digest.render.characters import language_tag, line
from digest.render.places import SOURCES, site_url
from digest.render.templates import Templates
from digest.render.view import issue, past, spoken
from digest.render.words import direction, words


def edition_page(edition: Edition, templates: Templates) -> str:
    """Write the page of an edition; a story that has no page elsewhere is told in full."""
    return templates.render("web/edition.html", issue(edition).context())


def publication_page(editions: Sequence[Edition], templates: Templates) -> str:
    """Write the page of a publication from its editions, the newest first; there is at least one."""
    newest, *earlier = editions
    context = issue(newest).context(past=[past(edition) for edition in earlier])
    return templates.render("web/publication.html", context)


def site_page(site: Site, latest: Sequence[Edition], templates: Templates) -> str:
    """Write the page that lists the publications; `latest` holds the newest edition of each, in order."""
    language = words(site.language)
    context = {
        **spoken(language),
        "language": language_tag(site.language) or "en",
        "dir": direction(site.language),
        "site": line(site.title),
        "address": line(site.address),
        "site_url": site_url(site),
        "sources_url": site_url(site) + SOURCES,
        "issues": [issue(edition) for edition in latest],
    }
    return templates.render("web/site.html", context)
