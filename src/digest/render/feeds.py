"""RSS 2.0 and Atom (RFC 4287) as the validators want them, written by feedgen and mended through its own hook.

feedgen hands each finished element to a registered extension; there we write what it leaves out or gets wrong:
channel links by relation, whole Atom sources, creators without an address, dates. No date is ever "now".
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit

from lxml import etree
from lxml.etree import _Element

from digest import __version__
from digest.model import Enclosure, Publication, Site, SourceRef, Story
from digest.render.characters import language_tag, line, web_url
from digest.render.places import ATOM, FEED_TYPES, JSON, RSS, file_url, publication_url
from digest.render.stories import fit_all, subjects

_NAMESPACES = {"dc": "http://purl.org/dc/elements/1.1/", "media": "http://search.yahoo.com/mrss/"}
_CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
_MEDIA = "{http://search.yahoo.com/mrss/}"
_ATOM_LINK = "{http://www.w3.org/2005/Atom}link"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_LOOKS_LIKE_HTML = re.compile(r"<(?=[A-Za-z/!?])|&(?=#?\w+;)")
_WORD_JOINER = "\u2060"
_TAG_DATE = "2026"  # RFC 4151: any date on which the name was held; it may never change again


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """What a feed says of itself, in all its forms.

    `tag` is its permanent id (RFC 4151), `updated` the instant its newest edition was made, `owner` who answers
    for it, `version` ours. URLs are absolute; `hub` is a WebSub hub.
    """

    title: str
    description: str
    language: str
    tag: str
    page_url: str
    rss_url: str
    atom_url: str
    json_url: str
    updated: datetime
    owner: str
    version: str = __version__
    hub: str | None = None


def channel(site: Site, publication: Publication, updated: datetime, hub: str | None = None) -> Channel:
    """Describe the feeds of a publication; `updated` is when its newest edition was made."""
    host = urlsplit(web_url(site.url) or site.url).hostname or "localhost"
    return Channel(
        title=line(publication.title) or publication.slug,
        description=line(publication.description) or line(publication.title) or publication.slug,
        language=language_tag(publication.language) or "en",
        tag=f"tag:{host},{_TAG_DATE}:{publication.slug}",
        page_url=publication_url(site, publication),
        rss_url=file_url(site, publication, RSS),
        atom_url=file_url(site, publication, ATOM),
        json_url=file_url(site, publication, JSON),
        updated=updated.replace(microsecond=0),
        owner=line(site.owner) or line(site.title),
        hub=web_url(hub),
    )


def rss(channel: Channel, stories: Sequence[Story]) -> bytes:
    """Write RSS 2.0 by its Best Practices Profile; items stand in the order given."""
    feed = _feed(channel, _RssChannel)
    feed.link(href=channel.page_url)
    feed.description(channel.description)
    feed.generator(f"digest {channel.version}")
    feed.updated(_Untold.fromtimestamp(0, tz=channel.updated.tzinfo))
    for story in fit_all(stories):
        item = feed.add_entry(order="append")
        item.title(_LOOKS_LIKE_HTML.sub(rf"\g<0>{_WORD_JOINER}", story.title))
        item.guid(story.tag, permalink=False)
        if story.url is not None:
            item.link(href=story.url)
        if story.summary:
            item.description(html.escape(story.summary, quote=False), isSummary=True)
        if story.content:
            item.content(story.content)
        if story.enclosures:
            first = story.enclosures[0]
            item.enclosure(first.url, first.length or 0, first.media_type)
        if story.source.url:
            item.source(story.source.url, story.source.title)
        item.category([{"term": name} for name in subjects(story)])
        item.digest.story = story
    return bytes(feed.rss_str(pretty=True))


def atom(channel: Channel, stories: Sequence[Story]) -> bytes:
    """Write Atom 1.0 (RFC 4287); entries stand in the order given."""
    feed = _feed(channel, _AtomFeed)
    feed.id(channel.tag)
    feed.subtitle(channel.description)
    feed.generator("digest", version=channel.version)
    feed.updated(channel.updated)
    feed.author(name=channel.owner, uri=channel.page_url)
    for story in fit_all(stories):
        entry = feed.add_entry(order="append")
        entry.id(story.tag)
        entry.title(story.title)
        entry.updated(story.updated)
        entry.published(story.published)
        entry.author([{"name": name} for name in story.authors or (story.source.title,)])
        if story.url is not None:
            entry.link(href=story.url)
        if story.summary:
            entry.summary(story.summary, type="text")
        if story.content or story.url is None:
            entry.content(story.content or html.escape(story.summary or story.title), type="html")
        entry.category([{"term": name} for name in subjects(story)])
        entry.digest.story = story
    return bytes(feed.atom_str(pretty=True))


def _feed(channel: Channel, extension: type[Any]) -> Any:
    from feedgen.feed import FeedGenerator

    feed = FeedGenerator()
    feed.register_extension("digest", extension, extension.entry)
    feed.digest.channel = channel
    feed.title(channel.title)
    feed.language(channel.language)
    return feed


def _length(enclosure: Enclosure) -> dict[str, str]:
    return {} if enclosure.length is None else {"length": str(enclosure.length)}


class _Untold(datetime):
    """An instant that feedgen accepts and does not write: to write one it changes the locale of the process."""

    def __bool__(self) -> bool:
        return False


class _RssItem:
    """Adds to an RSS item what feedgen cannot say."""

    story: Story

    def extend_rss(self, item: _Element) -> None:
        story = self.story
        _text(item, "pubDate", format_datetime(story.published, usegmt=True))
        for name in story.authors:
            _text(item, _CREATOR, name)
        _picture(item, story.image)


class _RssChannel:
    """Writes the channel's links by relation, and its date."""

    channel: Channel
    entry = _RssItem

    def extend_ns(self) -> dict[str, str]:
        return _NAMESPACES

    def extend_rss(self, root: _Element) -> None:
        head, about = root[0], self.channel
        _text(head, "lastBuildDate", format_datetime(about.updated, usegmt=True))
        _link(head, _ATOM_LINK, rel="self", href=about.rss_url, type=FEED_TYPES[RSS])
        _link(head, _ATOM_LINK, rel="alternate", href=about.atom_url, type=FEED_TYPES[ATOM])
        if about.hub is not None:
            _link(head, _ATOM_LINK, rel="hub", href=about.hub)


class _AtomEntry:
    """Writes an Atom entry's links anew, since feedgen forgets their relations; adds source, language, picture."""

    story: Story

    def extend_atom(self, entry: _Element) -> None:
        story = self.story
        for forgetful in entry.findall("link"):
            entry.remove(forgetful)
        if story.url is not None:
            _link(entry, "link", rel="alternate", href=story.url, type="text/html")
        for enclosure in story.enclosures:
            _link(entry, "link", rel="enclosure", href=enclosure.url, type=enclosure.media_type, **_length(enclosure))
        language = story.language or story.source.language
        if language is not None:
            entry.set(_LANG, language)
        if story.source.url:
            _atom_source(etree.SubElement(entry, "source"), story.source, story.updated)
        _picture(entry, story.image)


class _AtomFeed:
    """Writes the feed's links by relation."""

    channel: Channel
    entry = _AtomEntry

    def extend_ns(self) -> dict[str, str]:
        return {"media": _NAMESPACES["media"]}

    def extend_atom(self, root: _Element) -> None:
        about = self.channel
        _link(root, "link", rel="self", href=about.atom_url, type=FEED_TYPES[ATOM])
        _link(root, "link", rel="alternate", href=about.page_url, type="text/html")
        _link(root, "link", rel="alternate", href=about.rss_url, type=FEED_TYPES[RSS])
        _link(root, "link", rel="alternate", href=about.json_url, type=FEED_TYPES[JSON])
        if about.hub is not None:
            _link(root, "link", rel="hub", href=about.hub)


def _atom_source(element: _Element, source: SourceRef, updated: datetime) -> None:
    """Copy what is known of the feed an entry came from (RFC 4287 §4.2.11)."""
    _text(element, "id", source.url)
    _text(element, "title", source.title)
    _text(element, "updated", updated.isoformat())
    _link(element, "link", rel="alternate", href=source.link or source.url, type="text/html")
    if source.link is not None and source.link != source.url:
        _link(element, "link", rel="self", href=source.url)


def _picture(element: _Element, image: str | None) -> None:
    if image is not None:
        etree.SubElement(element, f"{_MEDIA}content", url=image, medium="image")
        etree.SubElement(element, f"{_MEDIA}thumbnail", url=image)


def _text(parent: _Element, name: str, text: str) -> None:
    etree.SubElement(parent, name).text = text


def _link(parent: _Element, name: str, **attributes: str) -> None:
    etree.SubElement(parent, name, attributes)
