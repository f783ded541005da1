"""A sitemap becomes entries: news sitemaps, plain ones with `lastmod`, lists of addresses, and their indexes.

The rule owned here: a sitemap tells where a site's pages are, and seldom what they are called. A news sitemap
(title, date of publication) is believed; of a plain one the title is made from the address, which is told in `notes`
and by `titled_by_address`; its `lastmod` says when a page was changed, and stands for its date only where the address
has none. No entity is resolved, nothing is loaded, and what is unpacked is bounded (sitemaps.org: 50 MB).
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Final
from urllib.parse import unquote, urljoin, urlsplit

from lxml import etree

from digest.collect.clean import language_tag
from digest.collect.dates import read_date
from digest.collect.markup import absolute
from digest.model import UNDATED, Collected, Dating, EntryData, Failed, Kind, Precision, Reason

MAX_BYTES: Final = 52_428_800
MAX_ENTRIES: Final = 2_000
"""The newest that are kept of a long sitemap."""
_MAX_CHILDREN: Final = 5_000
_MAX_ANNOUNCED: Final = 50
_HEAD: Final = 2_048
_LONGEST_URL: Final = 2_048
"""Characters of an address (sitemaps.org)."""
_ROOT: Final = re.compile(rb"<(?:[\w.-]+:)?(?:urlset|sitemapindex)[\s>]")
_NEWS: Final = re.compile(r"news|noticias|nachrichten|actu|aktuell|notizie|nieuws|wiadomosci", re.IGNORECASE)
_POSTS: Final = re.compile(
    r"post|article|artikel|articulo|articolo|blog|stor(?:y|ies)|content|latest|recent", re.IGNORECASE
)
_NO_POSTS: Final = re.compile(
    r"product|produkt|produit|prodotto|categor|kategor|tags?\b|tag-|tax|author|auteur|autor|users?\b|member|image|video"
    r"|attachment|store|shop|location|forum|topic|profile|recipe-coll|static|page-sitemap|pages?\.xml|event|job|hotel",
    re.IGNORECASE,
)
_SECTION: Final = re.compile(
    r"/(?:category|categories|categorie|kategorie|categoria|tags?|topics?|schlagwort|etiqueta|authors?|autor|auteur|users?"
    r"|profile|members?|search|login|register|cart|checkout|account|feed)(?:/|$)|/page/\d+/?$"
    r"|/(?:about|about-us|contact|contact-us|kontakt|impressum|datenschutz|privacy|privacy-policy|terms|terms-of-\w+|legal"
    r"|mentions-legales|cookies?|cookie-policy|faq|sitemap|newsletter|subscribe|jobs|careers|team|imprint|agb)/?$",
    re.IGNORECASE,
)
_SHOP: Final = re.compile(
    r"/(?:products?|produkte?|produits?|prodott[io]|productos?|shop|store|boutique|collections|catalog\w*|item|sku|dp)(?:/|$)",
    re.IGNORECASE,
)
_NEWS_MERIT: Final = 3
_FILE: Final = re.compile(r"\.(?:jpe?g|png|gif|webp|svg|pdf|zip|mp[34]|css|js|xml|gz)$", re.IGNORECASE)
_URL_DATE: Final = re.compile(r"/((?:19|20)\d\d)[/-]([01]?\d)[/-]([0-3]?\d)(?=[/_-]|$)")
_NUMBERS: Final = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Child:
    """A sitemap that an index names, and when it was changed if that is told."""

    url: str
    changed: datetime | None = None


@dataclass(frozen=True, slots=True)
class SitemapIndex:
    """An index of sitemaps, in its own order."""

    children: tuple[Child, ...]


# ── where sitemaps are ───────────────────────────────────────────────────────────────────────────
def announced_sitemaps(robots: bytes, *, url: str | None) -> tuple[str, ...]:
    """Collect the addresses of the `Sitemap:` lines of a robots.txt (RFC 9309 §2.2.4), the most news-like first."""
    found: dict[str, None] = {}
    for line in robots[:512_000].decode("utf-8-sig", "replace").splitlines():
        name, _, value = line.partition(":")
        address = absolute(value.partition("#")[0].strip(), url) if name.strip().lower() == "sitemap" else None
        if address is not None:
            found[address] = None
    return tuple(sorted(list(found)[:_MAX_ANNOUNCED], key=lambda address: -_merit(address)))


def is_news(url: str) -> bool:
    """Tell a sitemap of news by its name."""
    return _merit(url) == _NEWS_MERIT


def newest_children(index: SitemapIndex, *, limit: int = 2) -> tuple[Child, ...]:
    """Choose the sitemaps of an index that are worth a request: news first, then posts, the newest of each.

    Where the index tells no dates, the highest numbers in an address (a month, a part) count as the newest. What is
    named after products, authors, sections or pictures is left out.
    """
    useful = [child for child in index.children if _merit(child.url) >= 0]
    useful.sort(key=_newness, reverse=True)
    return tuple(useful[:limit])


def _newness(child: Child) -> tuple[int, float, list[int]]:
    changed = child.changed.timestamp() if child.changed is not None else 0.0
    return _merit(child.url), changed, [int(digits) for digits in _NUMBERS.findall(_name(child.url)[-60:])]


def _name(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def _merit(url: str) -> int:
    """Judge a sitemap by its name: 3 for news, 2 for posts, 1 for one that does not say, -1 for what is no article."""
    name = _name(url)
    if _NEWS.search(name):
        return _NEWS_MERIT
    if _NO_POSTS.search(name):
        return -1
    return 2 if _POSTS.search(name) else 1


# ── what a sitemap says ──────────────────────────────────────────────────────────────────────────
def looks_like_sitemap(body: bytes) -> bool:
    """Tell a sitemap, or an index of them, by its first bytes."""
    head = body[:_HEAD]
    if head.startswith(b"\x1f\x8b"):
        try:
            head = zlib.decompressobj(31).decompress(head, _HEAD)
        except zlib.error:
            return False
    return _ROOT.search(head) is not None


def read_sitemap(body: bytes, *, url: str | None, now: datetime, zone: tzinfo) -> Collected | SitemapIndex | Failed:
    """Read a sitemap, gzipped or not, as XML or as a list of addresses; the newest entries first.

    `Failed`: `sitemap.too_large` where it unpacks to more than 50 MB, `sitemap.malformed` where it is neither form.
    """
    unpacked = _unpacked(body)
    if isinstance(unpacked, Failed):
        return unpacked
    if b"<" not in unpacked[:_HEAD]:
        return _read_list(unpacked, url, now, zone)
    if b"<!ENTITY" in unpacked:
        return Failed(Reason("sitemap.malformed", {"error": "it declares entities"}))
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True, remove_comments=True
    )
    try:
        root = etree.fromstring(unpacked.lstrip(b"\xef\xbb\xbf \t\r\n"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        return Failed(Reason("sitemap.malformed", {"error": str(error)[:200]}))
    name = _local(root) if root is not None else ""
    if name == "sitemapindex":
        return SitemapIndex(tuple(_children(root, url, now, zone))[:_MAX_CHILDREN])
    if name == "urlset":
        return _collected([entry for item in root if (entry := _entry(item, url, now, zone)) is not None])
    return Failed(Reason("sitemap.malformed", {"error": f"its root is {name or 'missing'}"}))


def titled_by_address(entry: EntryData) -> bool:
    """Tell whether an entry's title was made from its address, and may be mended from the page itself."""
    return entry.url is not None and entry.title == slug_title(entry.url)


def slug_title(url: str) -> str:
    """Make a title from an address: its longest part in words; empty where it has none."""
    path = unquote(urlsplit(url).path)
    parts = [re.sub(r"\.(?:html?|php|aspx?)$", "", part) for part in path.split("/")]
    slug = max(reversed(parts), key=lambda part: len(re.findall(r"[^\W\d_]{2,}", part)), default="")
    words = re.sub(r"[-_+.\s]+", " ", slug)
    words = re.sub(r"^(?:\d{4} \d\d \d\d |\d{3,} )|(?: [a-z]?\d{4,}| [0-9a-f]{8,})+$", "", words).strip()
    return words[:1].upper() + words[1:] if re.search(r"[^\W\d_]{2}", words) else ""


def _unpacked(body: bytes) -> bytes | Failed:
    if not body.startswith(b"\x1f\x8b"):
        return body
    stream = zlib.decompressobj(31)
    try:
        unpacked = stream.decompress(body, MAX_BYTES + 1)
    except zlib.error as error:
        return Failed(Reason("sitemap.malformed", {"error": str(error)[:200]}))
    return unpacked if len(unpacked) <= MAX_BYTES else Failed(Reason("sitemap.too_large", {"limit": MAX_BYTES}))


def _local(element: Any) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _texts(element: Any) -> dict[str, str]:
    """Collect the texts below an element by local name; of a repeated one the first counts."""
    found: dict[str, str] = {}
    for child in element.iterdescendants():
        name = _local(child)
        if name == "loc" and _local(child.getparent()) == "image":
            name = "image"
        if name and child.text and child.text.strip():
            found.setdefault(name, " ".join(child.text.split()))
    return found


def _children(root: Any, url: str | None, now: datetime, zone: tzinfo) -> Iterator[Child]:
    for item in root:
        if _local(item) == "sitemap":
            told = _texts(item)
            address = absolute(told.get("loc"), url)
            if address is not None:
                yield Child(address, read_date(told.get("lastmod", ""), now=now, language=None, zone=zone).at)


def _entry(item: Any, url: str | None, now: datetime, zone: tzinfo) -> EntryData | None:
    told = _texts(item) if _local(item) == "url" else {}
    address = absolute(told.get("loc"), url)
    if address is None or len(address) > _LONGEST_URL:
        return None
    changed = read_date(told.get("lastmod", ""), now=now, language=None, zone=zone)
    published = read_date(told.get("publication_date", ""), now=now, language=None, zone=zone)
    if published.at is not None:
        dating = Dating(published.at, published.precision, "sitemap")
    else:
        dating = _by_address(address, now, zone) or (
            Dating(changed.at, changed.precision, "lastmod") if changed.at is not None else UNDATED
        )
    words = told.get("keywords", "").split(",")
    return EntryData(
        uid=address,
        title=_news_title(item) or slug_title(address),
        url=address,
        dating=dating,
        updated=changed.at,
        image=absolute(told.get("image"), url),
        categories=tuple(word.strip() for word in words if word.strip())[:20],
        language=language_tag(told.get("language")),
    )


def _news_title(item: Any) -> str:
    """Take the title of the news, which an image or a video of the same page has too."""
    for child in item.iterdescendants():
        if _local(child) == "title" and _local(child.getparent()) == "news":
            return " ".join((child.text or "").split())
    return ""


def _by_address(url: str, now: datetime, zone: tzinfo) -> Dating | None:
    match = _URL_DATE.search(urlsplit(url).path)
    if match is None:
        return None
    found = read_date(f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}", now=now, language=None, zone=zone)
    return Dating(found.at, Precision.DAY, "url") if found.at is not None else None


def _read_list(body: bytes, url: str | None, now: datetime, zone: tzinfo) -> Collected | Failed:
    """Read a list of addresses, one a line."""
    lines = [line.strip() for line in body.decode("utf-8-sig", "replace").splitlines() if line.strip()]
    addresses = [line for line in lines if re.match(r"https?://\S{1,2000}$", line) and absolute(line, url)]
    if not addresses or len(addresses) < len(lines) / 2:
        return Failed(Reason("sitemap.malformed", {"error": "it is neither XML nor a list of addresses"}))
    dated = [(address, _by_address(address, now, zone) or UNDATED) for address in addresses]
    return _collected(
        [EntryData(uid=address, title=slug_title(address), url=address, dating=dating) for address, dating in dated]
    )


# ── which of it are articles ─────────────────────────────────────────────────────────────────────
def _collected(entries: Sequence[EntryData]) -> Collected:
    news = [entry for entry in entries if entry.dating.source == "sitemap" and not titled_by_address(entry)]
    kept = news or [entry for entry in entries if entry.title and _may_be_article(entry.url or "")]
    kept = sorted(kept, key=lambda entry: entry.dating.at.timestamp() if entry.dating.at else 0.0, reverse=True)
    notes = []
    if len(kept) > MAX_ENTRIES:
        notes.append(f"only the newest {MAX_ENTRIES} of {len(kept)} addresses were read")
    if not news and kept:
        notes.append("titles are made from addresses, since a sitemap tells no others")
    return Collected(
        kind=Kind.SITEMAP,
        route="news sitemap" if news else "sitemap",
        link=urljoin(kept[0].url or "", "/") if kept else None,
        language=next((entry.language for entry in news if entry.language), None),
        entries=tuple({entry.uid: entry for entry in kept[:MAX_ENTRIES]}.values()),
        notes=tuple(notes),
    )


def _may_be_article(url: str) -> bool:
    path = urlsplit(url).path
    return path.strip("/") != "" and _SECTION.search(path) is None and _FILE.search(path) is None


def sells(collected: Collected) -> bool:
    """Tell whether most addresses of a sitemap are of goods."""
    count = sum(_SHOP.search(urlsplit(entry.url or "").path) is not None for entry in collected.entries)
    return count * 2 > len(collected.entries)


def tells_order(collected: Collected) -> bool:
    """Tell whether the dates of a sitemap say which entries are new: most are there, and not all the same day.

    Many sites write the day they were built into each `lastmod`.
    """
    days = Counter(entry.dating.at.date() for entry in collected.entries if entry.dating.at is not None)
    count = len(collected.entries)
    return sum(days.values()) * 2 > count and (count < 5 or max(days.values(), default=0) < count * 0.9)
