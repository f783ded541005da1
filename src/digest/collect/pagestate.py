"""The JSON that a page carries for its own scripts: `__NEXT_DATA__`, Nuxt's payload, `window.__…__ =`, data islands.

The rule owned here: nothing is known of its shape, so the largest array is taken whose objects have a title, an address
and a date; without dates only where the titles read like headlines. What has a price is a shop's. Depth, size and the
number of objects are bounded.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from digest.collect.markup import absolute, without_fragment
from digest.collect.records import Page
from digest.model import UNDATED, Dating, EntryData, Precision

_LARGEST: Final = 4_000_000
_DEEPEST: Final = 40
_MOST_NODES: Final = 100_000
_MOST_STATES: Final = 20
_MOST: Final = 200
_FEWEST: Final = 3
_FEWEST_UNDATED: Final = 6
_HEADLINE: Final = 25
"""Characters of a title that is no menu's."""
_ASSIGNED: Final = re.compile(r"(?<!\w)__[A-Z][A-Z0-9_]+[\"']?\]?\s*=\s*(?=[{\[])")

_TITLES: Final = ("title", "headline", "name", "heading", "shorttitle", "seotitle")
_URLS: Final = ("url", "canonicalurl", "permalink", "link", "href", "weburl", "fullurl", "uri", "path", "pathname")
_SLUGS: Final = ("slug",)
_DATES: Final = (
    "datepublished", "publishedat", "publishedon", "publisheddate", "publisheddatetime", "publishdate", "publishtime",
    "publicationdate", "published", "pubdate", "firstpublishedat", "firstpublished", "firstpublicationdate",
    "displaydate", "releasedate", "postdate", "date", "datetime", "createdat", "datecreated", "creationdate",
    "timestamp",
)  # fmt: skip
_UPDATES: Final = ("datemodified", "updatedat", "modifiedat", "lastmodified", "updated", "modified")
_SUMMARIES: Final = ("excerpt", "summary", "description", "dek", "standfirst", "subtitle", "abstract", "teaser")
_IMAGES: Final = ("image", "featuredimage", "coverimage", "thumbnail", "heroimage", "cover", "thumbnailurl", "imageurl")
_AUTHORS: Final = ("authors", "author", "byline", "creator", "contributors")
_WRAPPERS: Final = ("node", "attributes", "fields", "frontmatter", "data", "content", "meta", "system")
_INNER: Final = ("rendered", "text", "plain", "value", "title", "url", "href", "src", "current", "name", "slug")
_PRICES: Final = frozenset({"price", "priceamount", "saleprice", "sku", "addtocart", "regularprice", "offers"})
_PICTURES: Final = ("url", "src", "sourceurl", "href", "asset", "file")
_REACTIVE: Final = frozenset({"Reactive", "ShallowReactive", "Ref", "ShallowRef", "EmptyRef", "EmptyShallowRef"})


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows of its links: each address with the longest text that leads there."""

    texts: Mapping[str, str]
    tails: Mapping[str, str | None]
    """The last part of each address's path and the address; None where several end alike."""


def shown_links(texts: Mapping[str, str]) -> Shown:
    """Index what the page shows of its links."""
    tails: dict[str, str | None] = {}
    for url in texts:
        tail = urlsplit(url).path.rstrip("/").rpartition("/")[2]
        tails[tail] = None if tail in tails else url
    return Shown(texts, tails)


def state_entries(tree: HtmlElement, page: Page, shown: Shown) -> tuple[EntryData, ...]:
    """Find the articles that the state of a page lists; empty where none of its arrays looks like a list of them."""
    best: tuple[EntryData, ...] = ()
    for state in _states(tree):
        for items in _arrays(state):
            entries = _read(items, page, shown)
            if _worth(entries) > _worth(best):
                best = entries
    return best


# ── finding the state ────────────────────────────────────────────────────────────────────────────
def _states(tree: HtmlElement) -> Iterator[Any]:
    for script in tree.iter("script"):
        text = script.text or ""
        if not 40 <= len(text) <= _LARGEST:
            continue
        media_type = (script.get("type") or "").partition(";")[0].strip().lower()
        if media_type == "application/json":
            state = _decoded(text)
            yield _hydrated(state) if script.get("id") == "__NUXT_DATA__" and isinstance(state, list) else state
        elif media_type in ("", "text/javascript", "module", "application/javascript"):
            for match in islice(_ASSIGNED.finditer(text), _MOST_STATES):
                yield _decoded(text[match.end() :])


def _decoded(text: str) -> Any:
    """Decode the JSON that a text begins with; None where it is none (a function call, JavaScript's own literals)."""
    try:
        return json.JSONDecoder(strict=False).raw_decode(text.lstrip())[0]
    except (ValueError, RecursionError):
        return None


def _hydrated(flat: list[Any]) -> Any:
    """Put together Nuxt's payload, a flat array in which every value is the place of another one.

    Each place is put together once; one that leads back to itself ends there.
    """
    done: dict[int, Any] = {}

    def at(place: Any, depth: int) -> Any:
        if not isinstance(place, int) or isinstance(place, bool) or not 0 <= place < len(flat) or depth > _DEEPEST:
            return None
        if place in done:
            return done[place]
        done[place] = None
        done[place] = built(flat[place], depth + 1)
        return done[place]

    def built(value: Any, depth: int) -> Any:
        if isinstance(value, dict):
            return {key: at(inner, depth) for key, inner in value.items()}
        if isinstance(value, list):
            if len(value) == 2 and isinstance(value[0], str) and value[0] in _REACTIVE:
                return at(value[1], depth)
            if len(value) == 2 and value[0] == "Date":
                return value[1]
            return [at(inner, depth) for inner in value]
        return value

    return at(0, 0)


def _arrays(state: Any) -> Iterator[Sequence[Mapping[str, Any]]]:
    """Yield every array of objects, and every object whose values are alike (a store of records by id)."""
    waiting, count = deque([(state, 0)]), 0
    while waiting and count < _MOST_NODES:
        node, depth = waiting.popleft()
        count += 1
        if depth > _DEEPEST or not isinstance(node, dict | list):
            continue
        inner = list(node.values()) if isinstance(node, dict) else node
        waiting += [(child, depth + 1) for child in inner if isinstance(child, dict | list)]
        records = [child for child in inner if isinstance(child, dict)]
        if len(records) < _FEWEST:
            continue
        if isinstance(node, list):
            yield records
        else:
            alike: dict[str, list[Mapping[str, Any]]] = {}
            for child in records:
                alike.setdefault(str(child.get("__typename") or ""), []).append(child)
            yield from (group for kind, group in alike.items() if kind and len(group) >= _FEWEST)


# ── reading a record ─────────────────────────────────────────────────────────────────────────────
def _read(items: Sequence[Mapping[str, Any]], page: Page, shown: Shown) -> tuple[EntryData, ...]:
    found: dict[str, EntryData] = {}
    priced = 0
    for item in items[:_MOST]:
        fields = _fields(item)
        priced += not _PRICES.isdisjoint(fields)
        entry = _entry(fields, page, shown)
        if entry is not None:
            found.setdefault(entry.uid, entry)
    entries = tuple(found.values())
    if len(entries) < _FEWEST or len(entries) * 2 < min(len(items), _MOST) or priced * 2 > len(items):
        return ()
    dated = sum(entry.dating.at is not None for entry in entries)
    headlines = sum(len(entry.title) >= _HEADLINE for entry in entries)
    on_page = sum(entry.uid in shown.texts for entry in entries)
    told = len(entries) >= _FEWEST_UNDATED and headlines * 3 >= len(entries) * 2 and on_page * 2 > len(entries)
    return entries if told or dated * 2 > len(entries) else ()


def _worth(entries: Sequence[EntryData]) -> int:
    return sum(3 if entry.dating.at is not None else 1 for entry in entries)


def _fields(item: Mapping[str, Any]) -> dict[str, Any]:
    """Lay the fields of a record flat, out of what content systems wrap them in; its own come first."""
    fields: dict[str, Any] = {}
    for _ in range(3):
        for key, value in item.items():
            fields.setdefault(re.sub(r"[^a-z0-9]", "", str(key).lower()), value)
        inner = next((item[key] for key in _WRAPPERS if isinstance(item.get(key), dict)), None)
        if inner is None:
            break
        item = inner
    return fields


def _entry(fields: Mapping[str, Any], page: Page, shown: Shown) -> EntryData | None:
    title = next((text for key in _TITLES if (text := _text(fields.get(key)))), "")
    url = _address(fields, page, shown)
    if not title or len(title) > 300 or url is None or urlsplit(url).path.strip("/") == "":
        return None
    return EntryData(
        uid=url,
        title=title,
        url=url,
        authors=tuple(_names(next((fields[key] for key in _AUTHORS if fields.get(key)), None))),
        summary=next((text for key in _SUMMARIES if (text := _text(fields.get(key)))), ""),
        dating=next((dating for key in _DATES if (dating := _date(fields.get(key), page)).at is not None), UNDATED),
        updated=next((at for key in _UPDATES if (at := _date(fields.get(key), page).at) is not None), None),
        image=next((url for key in _IMAGES if (url := _picture(fields.get(key), page)) is not None), None),
    )


def _address(fields: Mapping[str, Any], page: Page, shown: Shown) -> str | None:
    """Take the address of a record; a bare word counts only where the page shows a link that ends in it."""
    for key in (*_URLS, *_SLUGS):
        told = _text(fields.get(key))
        if not told or " " in told:
            continue
        if re.match(r"https?://|/", told):
            url = absolute(told, page.base_url)
            return without_fragment(url) if url is not None else None
        found = shown.tails.get(told.strip("/").rpartition("/")[2])
        if found is not None:
            return found
    return None


def _text(value: Any, depth: int = 0) -> str:
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, dict) and depth < 3:
        return next((text for key in _INNER if (text := _text(value.get(key), depth + 1))), "")
    return ""


def _date(value: Any, page: Page) -> Dating:
    """Read a date as text, or as a count of seconds or milliseconds since 1970 where it lies in this century."""
    if isinstance(value, dict):
        value = next((value[key] for key in ("iso", "date", "value", "utc", "published") if value.get(key)), None)
    if isinstance(value, str) and re.fullmatch("[0-9]{10}|[0-9]{13}", value):
        value = int(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        seconds = value / 1000 if 1e11 <= value < 1e14 else value
        if not 9.4e8 <= seconds <= page.now.timestamp() + 3.2e7:
            return UNDATED
        return Dating(datetime.fromtimestamp(int(seconds), UTC), Precision.SECOND, "json")
    found = page.date(value) if isinstance(value, str) else UNDATED
    if found.at is None or found.precision in (Precision.YEAR, Precision.NONE):
        return UNDATED
    return Dating(found.at, found.precision, "json", found.text if found.source == "relative" else None)


def _names(value: Any) -> Iterator[str]:
    people = value if isinstance(value, list) else [value]
    for person in people[:10]:
        fields = _fields(person) if isinstance(person, dict) else {}
        name = _text(fields.get("name") or fields.get("displayname") or fields.get("fullname") if fields else person)
        if 0 < len(name) <= 100 and not name.startswith(("http://", "https://")):
            yield name


def _picture(value: Any, page: Page) -> str | None:
    for _ in range(4):
        if isinstance(value, list):
            value = value[0] if value else None
        elif isinstance(value, dict):
            fields = _fields(value)
            value = next((fields[key] for key in _PICTURES if fields.get(key)), None)
    return absolute(value, page.base_url) if isinstance(value, str) and re.match(r"https?://|/", value) else None
