"""What a page says of other ways to read its site: feeds, a WordPress API, its canonical address, links called feed.

The rule owned here: the `Link:` header (RFC 8288) and `<link>` count alike. A feed of comments, an oEmbed and the JSON
of an API are no feeds of articles, whatever their type says; they are named apart, so that it can be told why they
were passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

from lxml.html import HtmlElement

from digest.collect.markup import absolute, is_element, site_of, text_of
from digest.model import FeedLink

_FEED_TYPES: Final = frozenset(
    {"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml",
     "application/x-atom+xml", "application/rss", "application/atom", "application/x-rss+xml", "text/rss+xml"}
)  # fmt: skip
_VAGUE_TYPES: Final = frozenset({"text/xml", "application/xml", "application/json"})
"""Types a feed may have, if its address says that it is one."""
_FEED_WORD: Final = re.compile(r"(?:^|[^a-z])(?:feeds?|rss2?|atom|rdf)(?:[^a-z]|$)")
_FEED_PATH: Final = re.compile(
    r"(?:/|^)(?:feed|feeds|rss|rss2|atom)(?:\.(?:xml|php|json|aspx?|rss|rdf))?/?$|/index\.(?:rss|rdf|atom)$"
    r"|\.(?:rss|atom|rdf)$|/(?:feed|rss|atom)s?[-_/][\w/-]+\.(?:xml|json)$|[\w-]+[-_.](?:feed|rss|atom)\.xml$"
)
_FEED_QUERY: Final = re.compile(r"(?:^|&)(?:feed|format|type|output|alt)=(?:rss2?|atom|rdf|feed)(?:&|$)", re.IGNORECASE)
_CALLED_FEED: Final = re.compile(r"(?:^|[^a-z])(?:rss2?|atom|rdf)(?:[^a-z]|$)|^(?:[\w-]+ ){0,2}feeds?$")
_COMMENTS: Final = re.compile(
    r"comment|commentaire|kommentar|coment[aá]rio|reacties|komentarz|комментари|yorum|/replies\b", re.IGNORECASE
)
_ELSEWHERE: Final = re.compile(
    r"(?:^|\.)(?:feedly|inoreader|netvibes|newsblur|theoldreader|bloglines|add\.my\.yahoo)\.com$"
)
_FEED_HOSTS: Final = re.compile(r"(?:^|\.)(?:feedburner\.com|feedpress\.me|feedblitz\.com|rss\.com|buzzsprout\.com)$")
_PART: Final = re.compile(r"<([^<>]*)>((?:\s*;\s*[\w*!.-]+\s*(?:=\s*(?:\"[^\"]*\"|[^\s\",;]*))?)*)")
_PARAMETER: Final = re.compile(r";\s*([\w*!.-]+)\s*(?:=\s*(?:\"([^\"]*)\"|([^\s\",;]*)))?")
_WORDPRESS: Final = "https://api.w.org/"
_LONGEST_HEADER: Final = 20_000
_LONGEST_URL: Final = 2_000
_MOST: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """What a page announces, in its own order.

    `feeds` are those of articles, `comments` those of comments; `anchors` are visible links that look like feeds.
    `wordpress` is the root of the REST API, `about` what it calls the part of the site that the page shows.
    """

    canonical: str | None = None
    feeds: tuple[FeedLink, ...] = ()
    comments: tuple[FeedLink, ...] = ()
    anchors: tuple[FeedLink, ...] = ()
    wordpress: str | None = None
    about: str | None = None


@dataclass(frozen=True, slots=True)
class _Link:
    url: str
    relations: frozenset[str]
    media_type: str
    title: str


def read_announced(tree: HtmlElement, *, url: str | None, link_header: str = "") -> Announced:
    """Collect what a page announces in its markup and in the `Link:` header it came with."""
    links = [*_of_header(link_header, url), *_of_markup(tree, url)]
    canonical, wordpress, about = None, None, None
    feeds: dict[str, FeedLink] = {}
    for link in links:
        if "canonical" in link.relations:
            canonical = canonical or link.url
        elif _WORDPRESS in link.relations:
            wordpress = wordpress or link.url
        elif "alternate" in link.relations:
            if _is_feed(link):
                feeds.setdefault(link.url, FeedLink(link.url, link.media_type, link.title))
            elif link.media_type == "application/json" and "/wp/v2/" in unquote(link.url):
                about = about or link.url
    comments = [feed for feed in feeds.values() if is_comments(feed)]
    return Announced(
        canonical=canonical,
        feeds=tuple(feed for feed in feeds.values() if feed not in comments)[:_MOST],
        comments=tuple(comments)[:_MOST],
        anchors=tuple(_anchors(tree, url, frozenset(feeds)))[:_MOST],
        wordpress=wordpress,
        about=about,
    )


def is_comments(feed: FeedLink) -> bool:
    """Tell a feed of comments by its address or title."""
    parts = urlsplit(feed.url)
    return _COMMENTS.search(f"{parts.path}?{parts.query} {feed.title}") is not None


def _is_feed(link: _Link) -> bool:
    parts = urlsplit(link.url)
    if re.search(r"/wp-json/|rest_route=|/oembed\b", f"{parts.path}?{parts.query}"):
        return False
    if link.media_type in _FEED_TYPES:
        return True
    return link.media_type in _VAGUE_TYPES and _says_feed(parts.path, parts.query)


def _says_feed(path: str, query: str) -> bool:
    return _FEED_PATH.search(path.lower()) is not None or _FEED_QUERY.search(query) is not None


def _of_header(header: str, url: str | None) -> Iterator[_Link]:
    """Read a `Link:` header; several of them may have been joined by commas (RFC 8288 §3)."""
    for target, parameters in _PART.findall(header[:_LONGEST_HEADER]):
        told: dict[str, str] = {}
        for name, quoted, bare in _PARAMETER.findall(parameters):
            told.setdefault(name.lower(), quoted or bare)
        address = absolute(target, url)
        if address is not None:
            yield _Link(
                address, frozenset(told.get("rel", "").lower().split()), _type(told.get("type")), told.get("title", "")
            )


def _of_markup(tree: HtmlElement, url: str | None) -> Iterator[_Link]:
    base = base_of_page(tree, url)
    for link in tree.iter("link"):
        address = absolute(link.get("href"), base)
        if address is not None and len(address) <= _LONGEST_URL:
            relations = frozenset((link.get("rel") or "").lower().split())
            yield _Link(address, relations, _type(link.get("type")), " ".join((link.get("title") or "").split()))


def base_of_page(tree: HtmlElement, url: str | None) -> str | None:
    """Name what the relative addresses of a page count from."""
    element = next(tree.iter("base"), None)
    told = absolute(element.get("href"), url) if element is not None else None
    return told or url


def _type(text: str | None) -> str:
    return (text or "").partition(";")[0].strip().lower()


def _anchors(tree: HtmlElement, url: str | None, known: frozenset[str]) -> Iterator[FeedLink]:
    """Yield the links on the page whose address is that of a feed, or whose words say so, on the same site."""
    base = base_of_page(tree, url)
    seen = set(known)
    for anchor in tree.iter("a"):
        address = absolute(anchor.get("href"), base)
        if address is None or len(address) > _LONGEST_URL or address in seen or address == url:
            continue
        parts = urlsplit(address)
        host = parts.hostname or ""
        if _ELSEWHERE.search(host) or not (same_site(address, url) or _FEED_HOSTS.search(host)):
            continue
        words = _words(anchor)
        if not _says_feed(parts.path, parts.query) and not (
            _CALLED_FEED.search(words) and _FEED_WORD.search(f"{host}{parts.path}?{parts.query}".lower())
        ):
            continue
        link = FeedLink(address, "", words[:80])
        if not is_comments(link):
            seen.add(address)
            yield link


def _words(anchor: HtmlElement) -> str:
    """Collect what a link is called: its text, its title, and what its picture stands for."""
    pictures = (image.get("alt") or "" for image in anchor.iter("img") if is_element(image))
    told = (text_of(anchor, limit=80), anchor.get("title") or "", anchor.get("aria-label") or "", *pictures)
    return " ".join(" ".join(told).split()).lower()


def same_site(url: str | None, other: str | None) -> bool:
    """Tell whether two addresses are on the same host, or one's host is below the other's."""
    left, right = site_of(url), site_of(other)
    if not left or not right:
        return False
    return left == right or left.endswith(f".{right}") or right.endswith(f".{left}")
