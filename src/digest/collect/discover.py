"""From a document to the way it is read: its bytes decide, then what the operator said it is.

A document whose kind is `auto` is a feed when its bytes are one, a sitemap or a list of posts likewise, else a page.
From an address on the web there may be a better route than its own document: `ladder` finds it.
"""

from __future__ import annotations

import codecs
from dataclasses import replace
from datetime import datetime, tzinfo
from pathlib import Path

from digest.collect import feeds, folder, pages, plaintext, sitemaps, wordpress
from digest.collect.clean import clean, legal, plain, web_url
from digest.collect.fetch import Fetched
from digest.collect.hints import read_hints
from digest.model import Article, Collected, EntryData, Failed, FeedLink, Kind, Reason

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def read_document(
    fetched: Fetched, kind: Kind, *, base_url: str | None, now: datetime, zone: tzinfo
) -> Collected | Failed:
    """Read a document as `kind`; what comes out is not yet clean.

    `base_url` is what relative addresses count from where the document does not know better.
    """
    url = fetched.url or base_url
    if not fetched.body.strip():
        return Failed(Reason("fetch.empty"))
    if kind is Kind.FEED or (kind is Kind.AUTO and feeds.looks_like_feed(fetched.body)):
        read = feeds.read_feed(fetched.body, url=url, content_type=fetched.content_type)
        return read if isinstance(read, Failed) else replace(read, hints=read_hints(fetched.body))
    if kind in (Kind.AUTO, Kind.SITEMAP) and sitemaps.looks_like_sitemap(fetched.body):
        listed = sitemaps.read_sitemap(fetched.body, url=url, now=now, zone=zone)
        return listed if isinstance(listed, Collected | Failed) else Failed(Reason("sitemap.is_index"))
    if kind in (Kind.AUTO, Kind.WORDPRESS) and wordpress.looks_like_posts(fetched.body):
        return wordpress.read_posts(fetched.body, url=url)
    if is_plain_text(fetched):
        text = _decoded(fetched.body, fetched.charset)
        return plaintext.read_plaintext(text, url=url, now=now, zone=zone)
    return pages.read_page(fetched.body, url=url, charset=fetched.charset, now=now, zone=zone)


def read_path(path: Path, *, now: datetime, zone: tzinfo) -> Collected | Failed:
    """Read a folder of posts."""
    return folder.read_folder(path, now=now, zone=zone, site_url=None)


def cleaned(collected: Collected, base_url: str | None) -> Collected:
    """Make all of it harmless, for showing what a document holds (`digest inspect`)."""
    base = base_of(collected, base_url)

    def each(entries: tuple[EntryData, ...]) -> tuple[EntryData, ...]:
        return tuple(clean(entry, base) for entry in entries)

    article = collected.article
    return replace(
        collected,
        title=plain(collected.title),
        link=web_url(collected.link, base_url),
        entries=each(collected.entries),
        article=article and Article(entry=clean(article.entry, base), text=legal(article.text)),
        blocks=tuple(
            replace(block, heading=legal(block.heading), entries=each(block.entries)) for block in collected.blocks
        ),
        feeds=tuple(
            FeedLink(address, legal(feed.media_type), legal(feed.title))
            for feed in collected.feeds
            if (address := web_url(feed.url, base))
        ),
    )


def base_of(collected: Collected, fetched_url: str | None) -> str | None:
    """Tell what relative addresses of a document count from: where it was found, else the home it names."""
    return fetched_url or web_url(collected.link, None)


def _decoded(body: bytes, charset: str | None) -> str:
    """Decode a text by its byte order mark, else as the server says; a charset nobody knows counts as UTF-8."""
    for mark, name in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    try:
        return body.decode(charset or "utf-8", "replace")
    except LookupError:
        return body.decode("utf-8", "replace")


def is_plain_text(fetched: Fetched) -> bool:
    """Tell a page that was saved as plain text."""
    if fetched.content_type and fetched.content_type not in ("text/plain", "application/octet-stream"):
        return False
    head = fetched.body[:2048].lower()
    return b"<html" not in head and b"<!doctype" not in head and b"</" not in head and b"<body" not in head
