"""A web page becomes entries: the article it is about, and the list of articles it shows.

The rule owned here: on an article's page the article itself comes first, then the page's list of recent posts; on any
other page its main list is what is collected. Every choice is told in `notes`. Broken bytes and broken markup cost
nothing but themselves; only what is no HTML at all is refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Final
from urllib.parse import urljoin, urlsplit

import lxml.html
from lxml import etree
from lxml.html import HtmlElement

from digest.collect.articles import Unread, read_article, site_title
from digest.collect.blocks import locate_blocks
from digest.collect.markup import absolute, without_fragment
from digest.collect.metadata import metas
from digest.collect.records import Page
from digest.model import Article, Block, Collected, EntryData, Failed, FeedLink, Kind, Reason, Role

_FEED_TYPES: Final = frozenset(
    f"application/{kind}" for kind in ("rss+xml", "atom+xml", "feed+json", "rdf+xml", "x-atom+xml")
)
_COMMENT_FEED: Final = re.compile(
    r"comment|commentaire|kommentar|coment[aá]rio|reacties|komentarz|комментари", re.IGNORECASE
)
_CHARSET: Final = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w:.-]{2,40})", re.IGNORECASE)
_TAG: Final = re.compile(
    r"<\s*(?:!doctype\s+html|html|head|body|title|meta|p|div|span|a|h[1-6]|ul|ol|table|article|section|main|br|img)\b",
    re.IGNORECASE,
)
_HEAD: Final = 4096
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\ufffe\uffff]|[\ud800-\udfff]")
_SUREST: Final = 0.5
_LEAST: Final = 0.35


def read_page(data: bytes, *, url: str | None, charset: str | None, now: datetime, zone: tzinfo) -> Collected | Failed:
    """Read an HTML page.

    `url` is where it was fetched from, which relative links start from; without it the page's own canonical URL is
    used. `charset` is what the server said. `now` and `zone` are as in `dates.read_date`. `Failed` (`page.not_html`)
    only for bytes that are no HTML; a page without articles is `Collected` without entries, and says so.
    """
    text = decoded(data, charset)
    if not _TAG.search(text):
        return Failed(Reason("page.not_html", {"url": url or ""}))
    tree = parsed(text)
    if tree is None:
        return Failed(Reason("page.not_html", {"url": url or ""}))
    meta = metas(tree)
    own = _own_url(tree, meta, url)
    base = _base_url(tree, url or own)
    page = Page(base, now, _language(tree, meta), zone)
    located = locate_blocks(tree, page)
    blocks = tuple(one.block for one in located)
    feeds = _feeds(tree, base)
    read = read_article(tree, located, url=_article_url(own, url), page=page)
    article = read if isinstance(read, Article) else None
    entries, notes = _chosen(article, blocks, page.base_url)
    return Collected(
        kind=Kind.PAGE,
        route="an article's page"
        if article is not None and _leads(article, blocks, base)
        else "a list of articles in a page",
        title=site_title(tree, meta, article.entry.title if article is not None else ""),
        link=own or url,
        language=page.language,
        entries=entries,
        article=article,
        blocks=blocks,
        feeds=feeds,
        notes=(*notes, read.note) if isinstance(read, Unread) else notes,
    )


# ── bytes to tree ────────────────────────────────────────────────────────────────────────────────
def decoded(data: bytes, charset: str | None) -> str:
    """Turn bytes into text: by the byte order mark, the server's charset, the page's own, UTF-8, then Windows-1252."""
    marks = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
    told = [name for mark, name in marks.items() if data.startswith(mark)]
    found = _CHARSET.search(data[:_HEAD])
    told += [name for name in (charset, found[1].decode("ascii") if found else None) if name]
    for name in (*told, "utf-8", "cp1252"):
        known = {"iso-8859-1": "cp1252", "latin-1": "cp1252", "latin1": "cp1252", "us-ascii": "utf-8"}
        try:
            text = data.decode(known.get(name.strip().lower(), name.strip()))
        except (LookupError, ValueError):
            continue
        return _CONTROLS.sub("", text)
    return _CONTROLS.sub("", data.decode("utf-8", "replace"))


def parsed(text: str) -> HtmlElement | None:
    """Parse HTML leniently, without comments; None where nothing comes of it."""
    parser = lxml.html.HTMLParser(
        encoding="utf-8", recover=True, remove_comments=True, remove_pis=True, huge_tree=False
    )
    try:
        tree = lxml.html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None
    return tree


# ── what the page says of itself ─────────────────────────────────────────────────────────────────
def _own_url(tree: HtmlElement, meta: dict[str, str], url: str | None) -> str | None:
    for link in tree.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split():
            found = absolute(link.get("href"), url)
            if found is not None:
                return found
    return absolute(meta.get("og:url"), url)


def _base_url(tree: HtmlElement, url: str | None) -> str | None:
    element = next(tree.iter("base"), None)
    href = (element.get("href") or "").strip() if element is not None else ""
    try:
        return urljoin(url or "", href) or None
    except ValueError:
        return url


def _article_url(own: str | None, url: str | None) -> str | None:
    """Prefer the canonical URL, unless it is the lazy kind that names the front page for every article."""
    if own is None or url is None:
        return own or url
    return url if urlsplit(own).path in ("", "/") and urlsplit(url).path not in ("", "/") else own


def _language(tree: HtmlElement, meta: dict[str, str]) -> str | None:
    root = tree if tree.tag == "html" else tree.getroottree().getroot()
    told = root.get("lang") or root.get("xml:lang") or meta.get("content-language") or meta.get("og:locale") or ""
    match = re.match(r"\s*([A-Za-z]{2,3})(?:[-_]([A-Za-z0-9]{2,8}))?\b", told)
    if match is None:
        return None
    region = match[2] or ""
    return match[1].lower() + (f"-{region.upper() if len(region) == 2 else region.title()}" if region else "")


def _feeds(tree: HtmlElement, base: str | None) -> tuple[FeedLink, ...]:
    """Collect the feeds the page announces, without those of comments."""
    found: dict[str, FeedLink] = {}
    for link in tree.iter("link"):
        media_type = (link.get("type") or "").partition(";")[0].strip().lower()
        if media_type not in _FEED_TYPES or "alternate" not in (link.get("rel") or "").lower().split():
            continue
        url = absolute(link.get("href"), base)
        title = " ".join((link.get("title") or "").split())
        if url is not None and not _COMMENT_FEED.search(f"{urlsplit(url).path} {title}"):
            found.setdefault(url, FeedLink(url, media_type, title))
    return tuple(found.values())


# ── what is collected ────────────────────────────────────────────────────────────────────────────
def _chosen(
    article: Article | None, blocks: Sequence[Block], base: str | None
) -> tuple[tuple[EntryData, ...], tuple[str, ...]]:
    """Choose the entries of the page and tell why."""
    leads = article is not None and article.entry.url is not None and _leads(article, blocks, base)
    order = (Role.RECENT, Role.MAIN) if leads else (Role.MAIN, Role.RECENT)
    block = next((best for role in order if (best := _best(blocks, role)) is not None), None)
    entries = [article.entry] if leads and article is not None else []
    notes = [f'The page is the article "{article.entry.title}".'] if leads and article is not None else []
    if article is not None and article.entry.url is None:
        notes.append("The article has no URL: give the page's address with --base-url to collect it.")
    if block is not None:
        entries += block.entries
        named = f'headed "{block.heading}"' if block.heading else "without a heading"
        notes.append(f"{len(block.entries)} entries come from the {block.role} list {named} at {block.selector}.")
    elif not entries:
        notes.append("Nothing in this page looks like an article or a list of articles.")
    return _once(entries), tuple(notes)


def _best(blocks: Sequence[Block], role: Role) -> Block | None:
    least = _SUREST if role is Role.RECENT else _LEAST
    return next((block for block in blocks if block.role is role and block.confidence >= least), None)


def _leads(article: Article, blocks: Sequence[Block], base: str | None) -> bool:
    """Tell an article's page from a front page: it is no root, and says more than its list does."""
    if urlsplit(base or article.entry.url or "").path in ("", "/") and len(blocks) > 0:
        return False
    main = _best(blocks, Role.MAIN)
    told = sum(len(entry.title) + len(entry.summary) for entry in main.entries) if main is not None else 0
    return len(article.text) > told


def _once(entries: Sequence[EntryData]) -> tuple[EntryData, ...]:
    """Keep the first of the entries that lead to the same place."""
    found: dict[str, EntryData] = {}
    for entry in entries:
        key = re.sub(r"^https?://(?:www\.)?", "", without_fragment(entry.url or entry.uid)).rstrip("/")
        found.setdefault(key, entry)
    return tuple(found.values())
