"""The list of articles that a page tells in its own data: JSON-LD, microdata, h-feed, or the state of its scripts.

The rule owned here: data is a list only where at least two different articles of it lead somewhere else than to the
page itself. A list of goods, crumbs, menus or people is none. What a data format leaves out, a title or a date, may
come from the page's own link to the same article, but from nowhere else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import Any, Final
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from digest.collect.announced import base_of_page
from digest.collect.clean import language_tag
from digest.collect.markup import HEADINGS, absolute, image_of, is_element, text_of, without_fragment
from digest.collect.pages import decoded, parsed
from digest.collect.pagestate import Shown, shown_links, state_entries
from digest.collect.records import Page, is_more
from digest.model import UNDATED, Collected, Dating, EntryData, Kind, Precision

_ARTICLE: Final = re.compile(
    r"(?:Article|BlogPosting|SocialMediaPosting|Report|Review|Recipe|PodcastEpisode|VideoObject)$"
)
_UNTOLD: Final = frozenset({"", "ListItem", "WebPage", "ItemPage", "Thing", "CreativeWork"})
"""Kinds that do not say what they are of: in a list, an article if it has a title."""
_CONTAINERS: Final = ("itemListElement", "blogPost", "blogPosts", "hasPart", "dataFeedElement", "episode", "episodes")
_LD_DATES: Final = ("datePublished", "uploadDate", "dateCreated")
_INWARD: Final = ("@graph", "mainEntity", "mainEntityOfPage", "item", "about", *_CONTAINERS)
_LARGEST: Final = 2_000_000
_DEEPEST: Final = 8
_MOST: Final = 200
_FEWEST: Final = 2
_LONGEST_TITLE: Final = 300
_LONGEST_NOTE: Final = 80


def read_structured(
    data: bytes, *, url: str | None, charset: str | None, language: str | None, now: datetime, zone: tzinfo
) -> tuple[Collected, ...]:
    """Read the lists that a page tells in its own data, the most trustworthy way first; empty where it tells none.

    `language` is the page's, as `pages.read_page` found it; the rest is as there.
    """
    tree = parsed(decoded(data, charset))
    if tree is None:
        return ()
    base = base_of_page(tree, url)
    page = Page(base, now, language, zone)
    shown = shown_links(_links(tree, base))
    own = {_key(address) for address in (url, base) if address}
    found = (
        ("JSON-LD in the page", _json_ld(tree, page, shown)),
        ("microdata in the page", _microdata(tree, page)),
        ("h-feed in the page", _h_feed(tree, page)),
        ("the state of the page's scripts", state_entries(tree, page, shown)),
    )
    return tuple(
        Collected(kind=Kind.PAGE, route=route, link=url, language=language, entries=kept)
        for route, entries in found
        if len(kept := _others(entries, own)) >= _FEWEST
    )


def _key(url: str) -> str:
    return re.sub(r"^https?://(?:www\.)?", "", without_fragment(url)).rstrip("/")


def _others(entries: Iterable[EntryData], own: set[str]) -> tuple[EntryData, ...]:
    """Keep one entry for each address that is not the page's own; a moment that all of them share is none of theirs."""
    found: dict[str, EntryData] = {}
    for entry in entries:
        key = _key(entry.url or "")
        if key not in own:
            found.setdefault(key, entry)
    kept = tuple(found.values())[:_MOST]
    datings = {entry.dating for entry in kept}
    shared = len(kept) > _FEWEST and len(datings) == 1 and next(iter(datings)).precision is not Precision.DAY
    return tuple(replace(entry, dating=UNDATED) for entry in kept) if shared else kept


def _links(tree: HtmlElement, base: str | None) -> dict[str, str]:
    """Collect the longest text that leads to each address, but for "read more"."""
    found: dict[str, str] = {}
    for anchor in tree.iter("a"):
        url = absolute(anchor.get("href"), base)
        if url is None:
            continue
        heading = next((text for inside in anchor.iter(*HEADINGS) if (text := text_of(inside))), "")
        text = heading or text_of(anchor, limit=_LONGEST_TITLE)
        address = without_fragment(url)
        if len(text) > _LONGEST_TITLE or is_more(text):
            text = ""
        if len(text) >= len(found.get(address, "")):
            found[address] = text
    return found


# ── JSON-LD (https://www.w3.org/TR/json-ld11/, https://schema.org/ItemList) ──────────────────────
def _json_ld(tree: HtmlElement, page: Page, shown: Shown) -> tuple[EntryData, ...]:
    """Take the list with the most dated articles: one that a container holds, or the loose ones of the page."""
    documents = list(_documents(tree))
    named: dict[str, Mapping[str, Any]] = {}
    nodes = [node for document in documents for node in _nodes(document, 0)][: _MOST * 20]
    for node in nodes:
        name = node.get("@id")
        if isinstance(name, str) and len(node) > 1:
            named.setdefault(name, node)
    lists = [
        [_resolved(item, named) for item in _items(node.get(key))]
        for node in nodes
        for key in _CONTAINERS
        if not any(kind.endswith("BreadcrumbList") for kind in _kinds(node))
    ]
    lists.append([node for node in nodes if _is_article(node)])
    read = [_ld_entries(items, page, shown) for items in lists]
    return max(read, key=lambda entries: (_dated(entries), len(entries)), default=())


def _documents(tree: HtmlElement) -> Iterator[Any]:
    for script in tree.iter("script"):
        text = (script.text or "").strip().rstrip(";")
        told = (script.get("type") or "").partition(";")[0].strip().lower()
        if told != "application/ld+json" or not 2 <= len(text) <= _LARGEST:
            continue
        try:
            yield json.loads(re.sub(r"^<!--|-->$|^<!\[CDATA\[|\]\]>$", "", text).strip(), strict=False)
        except (ValueError, RecursionError):
            continue


def _nodes(value: Any, depth: int) -> Iterator[Mapping[str, Any]]:
    """Yield the objects that may be a list or an article, in document order."""
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for item in value[:_MOST]:
            yield from _nodes(item, depth + 1)
    elif isinstance(value, dict):
        yield value
        for key in _INWARD:
            yield from _nodes(value.get(key), depth + 1)


def _items(value: Any) -> list[Any]:
    return value[:_MOST] if isinstance(value, list) else [value] if isinstance(value, dict) else []


def _resolved(item: Any, named: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    """Unwrap a list item and follow a bare `@id` to what it stands for; a list of addresses counts too."""
    if isinstance(item, str):
        return {"url": item}
    if not isinstance(item, dict):
        return {}
    inner = item.get("item")
    if isinstance(inner, dict):
        item = {**item, **inner, "@type": inner.get("@type", "")}
    elif isinstance(inner, str):
        item = {**item, "url": inner}
    name = item.get("@id")
    return {**named[name], **item} if isinstance(name, str) and name in named else item


def _kinds(node: Mapping[str, Any]) -> list[str]:
    told = node.get("@type")
    return [str(kind) for kind in (told if isinstance(told, list) else [told or ""])]


def _is_article(node: Mapping[str, Any]) -> bool:
    return any(_ARTICLE.search(kind) for kind in _kinds(node))


def _ld_entries(items: Sequence[Mapping[str, Any]], page: Page, shown: Shown) -> tuple[EntryData, ...]:
    read = [_ld_entry(item, page, shown) for item in items if _is_article(item) or _UNTOLD.issuperset(_kinds(item))]
    entries = tuple({entry.uid: entry for entry in read if entry is not None}.values())
    return entries if len(entries) >= _FEWEST and len(entries) * 2 >= len(items) else ()


def _ld_entry(node: Mapping[str, Any], page: Page, shown: Shown) -> EntryData | None:
    told = next((text for key in ("url", "mainEntityOfPage", "@id") if (text := _address(node.get(key)))), "")
    url = absolute(told, page.base_url)
    if url is None or urlsplit(url).path.strip("/") == "":
        return None
    url = without_fragment(url)
    title = _said(node.get("headline")) or _said(node.get("name")) or shown.texts.get(url, "")
    if not title or len(title) > _LONGEST_TITLE:
        return None
    return EntryData(
        uid=url,
        title=title,
        url=url,
        authors=tuple(name for one in _listed(node.get("author")) if (name := _said(one)) and "://" not in name),
        summary=_said(node.get("description")) or _said(node.get("abstract")),
        dating=next((dating for key in _LD_DATES if (dating := _ld_date(node.get(key), page))), UNDATED),
        updated=(_ld_date(node.get("dateModified"), page) or UNDATED).at,
        image=absolute(_address(node.get("image")) or _address(node.get("thumbnailUrl")), page.base_url),
        categories=tuple(word for one in _listed(node.get("articleSection")) if (word := _said(one))),
        language=language_tag(_said(node.get("inLanguage"))),
    )


def _listed(value: Any) -> list[Any]:
    return value[:20] if isinstance(value, list) else [value]


def _said(value: Any) -> str:
    """Take the text of a value, be it bare, in a list, or an object with a name."""
    if isinstance(value, list):
        return _said(value[0]) if value and not isinstance(value[0], list) else ""
    if isinstance(value, dict):
        inner = value.get("name") or value.get("@value")
        return _said(inner) if not isinstance(inner, dict) else ""
    return " ".join(value.split()) if isinstance(value, str) else ""


def _address(value: Any) -> str:
    for _ in range(4):
        if isinstance(value, list):
            value = value[0] if value else ""
        elif isinstance(value, dict):
            value = value.get("url") or value.get("contentUrl") or value.get("@id")
    return value.strip() if isinstance(value, str) and re.match(r"\s*(?:https?://|/|[\w.-]+/|\?)", value) else ""


def _ld_date(value: Any, page: Page) -> Dating | None:
    return _dating(_said(value), page, "json-ld")


def _dating(text: str, page: Page, source: str) -> Dating | None:
    found = page.date(text)
    if found.at is None or found.precision in (Precision.YEAR, Precision.NONE):
        return None
    return Dating(found.at, found.precision, source, found.text if found.source == "relative" else None)


def _dated(entries: Sequence[EntryData]) -> int:
    return sum(entry.dating.at is not None for entry in entries)


# ── microdata (https://html.spec.whatwg.org/multipage/microdata.html) ────────────────────────────
def _microdata(tree: HtmlElement, page: Page) -> Iterator[EntryData]:
    for scope in tree.iter():
        if is_element(scope) and scope.get("itemscope") is not None and _ARTICLE.search(scope.get("itemtype") or ""):
            told = _properties(scope)
            title = next((text_of(one) for name in ("headline", "name") for one in told.get(name, ())), "")
            entry = _marked(scope, told, title, "microdata", page)
            if entry is not None:
                yield entry


def _properties(scope: HtmlElement) -> dict[str, list[HtmlElement]]:
    """Collect the properties of an item, without those of the items inside it."""
    found: dict[str, list[HtmlElement]] = {}
    waiting = list(reversed(scope))
    while waiting:
        node = waiting.pop()
        if not is_element(node):
            continue
        for name in (node.get("itemprop") or "").split():
            found.setdefault(name, []).append(node)
        if node.get("itemscope") is None:
            waiting += list(reversed(node))
    return found


def _marked(
    scope: HtmlElement, told: Mapping[str, Sequence[HtmlElement]], title: str, how: str, page: Page
) -> EntryData | None:
    """Make an entry of marked elements by the names of microdata; None without a title and an address."""
    links = [*told.get("url", ()), *told.get("mainEntityOfPage", ())]
    links += _links_of(told.get("headline", ()))
    links += list(scope.iter("a")) if not links and len(list(scope.iter("a"))) == 1 else []
    addresses = (one.get("href") or one.get("content") or one.get("itemid") for one in links)
    url = next((found for told_url in addresses if (found := absolute(told_url, page.base_url))), None)
    if url is None or not title or len(title) > _LONGEST_TITLE:
        return None
    times = [
        dating for one in told.get("datePublished", ()) if (dating := _dating(_value(one), page, "time")) is not None
    ]
    updates = [dating.at for one in told.get("dateModified", ()) if (dating := _dating(_value(one), page, how))]
    pictures = [found for one in told.get("image", ()) if (found := absolute(_source(one), page.base_url))]
    return EntryData(
        uid=without_fragment(url),
        title=title,
        url=without_fragment(url),
        authors=tuple(dict.fromkeys(name for one in told.get("author", ()) if (name := _person(one)))),
        summary=next((text for one in told.get("description", ()) if (text := text_of(one) or _value(one))), ""),
        dating=times[0] if times else UNDATED,
        updated=updates[0] if updates else None,
        image=pictures[0] if pictures else image_of(scope, page.base_url),
    )


def _links_of(headlines: Sequence[HtmlElement]) -> list[HtmlElement]:
    """Collect the links in and around headlines: the surest way to what they are of."""
    return [link for one in headlines for link in (*one.iter("a"), *one.iterancestors("a"))]


def _value(element: HtmlElement) -> str:
    """Take the machine's value of an element, else what it shows."""
    for name in ("datetime", "content", "title"):
        if element.get(name):
            return str(element.get(name))
    inside = next(element.iter("time"), None)
    return (inside.get("datetime") if inside is not None else None) or text_of(element)


def _source(element: HtmlElement) -> str | None:
    inside = next(element.iter("img"), None)
    return (
        element.get("src")
        or element.get("content")
        or element.get("href")
        or (inside.get("src") if inside is not None else None)
    )


def _person(element: HtmlElement) -> str:
    names = [one for one in element.iterdescendants() if is_element(one) and one.get("itemprop") == "name"]
    best = names[0] if names else element
    text = text_of(best) or best.get("content") or ""
    return text if len(text) <= 100 else ""


# ── microformats (https://microformats.org/wiki/h-entry, and the hentry before it) ────────────────
_FORMAT: Final = {
    "headline": ("p-name", "entry-title"), "url": ("u-url",), "datePublished": ("dt-published", "published"),
    "dateModified": ("dt-updated", "updated"), "description": ("p-summary", "entry-summary"),
    "image": ("u-featured", "u-photo"), "author": ("p-author", "vcard"),
}  # fmt: skip


def _h_feed(tree: HtmlElement, page: Page) -> Iterator[EntryData]:
    for root in tree.iter():
        if not is_element(root) or {"h-entry", "hentry"}.isdisjoint(_classes(root)):
            continue
        if any({"h-entry", "hentry", "h-cite"} & _classes(above) for above in root.iterancestors()):
            continue
        told = {name: _classed(root, classes) for name, classes in _FORMAT.items()}
        if not told["url"]:
            bookmarks = [link for link in root.iter("a") if "bookmark" in (link.get("rel") or "").split()]
            told["url"] = [*_links_of(told["headline"]), *bookmarks]
        title = next((text for one in told["headline"] if (text := text_of(one))), "")
        entry = _marked(root, told, title or _note(root), "time", page)
        if entry is not None:
            yield entry if title else replace(entry, summary=entry.summary or entry.title)


def _classes(element: HtmlElement) -> set[str]:
    return set((element.get("class") or "").split())


def _classed(root: HtmlElement, names: Sequence[str]) -> list[HtmlElement]:
    """Collect the elements of a class below a root, without those of what it cites or answers."""
    found = []
    waiting = list(reversed(root))
    while waiting:
        node = waiting.pop()
        if not is_element(node):
            continue
        classes = _classes(node)
        if not classes.isdisjoint(names):
            found.append(node)
        if classes.isdisjoint({"h-entry", "hentry", "h-cite"}):
            waiting += list(reversed(node))
    return found


def _note(root: HtmlElement) -> str:
    """Name a note, which has no title, by its first words."""
    body = next(iter(_classed(root, ("e-content", "p-content", "p-summary"))), None)
    text = text_of(body, limit=2 * _LONGEST_NOTE) if body is not None else ""
    return text if len(text) <= _LONGEST_NOTE else text[:_LONGEST_NOTE].rpartition(" ")[0] + "…"
