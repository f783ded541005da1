"""Read what a page says of itself to machines: `<meta>`, and JSON-LD (https://www.w3.org/TR/json-ld11/).

The rule owned here: the page's own article is the object of an article's type that names the page's URL or headline,
else the first one. Broken JSON costs only itself. Nothing here is believed yet: `articles` and `published` judge.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from lxml.html import HtmlElement

from digest.collect.datewords import fold
from digest.collect.markup import text_of

_ARTICLE: Final = re.compile(r"(?:Article|BlogPosting|Posting|Report|Review|Recipe|LiveBlogPosting)$")
_PAGE: Final = re.compile(
    r"(?:^|/)(?:WebPage|ItemPage|VideoObject|PodcastEpisode|CreativeWork|AboutPage|FAQPage|Event)$"
)
_WRAPPED: Final = re.compile(r"^\s*(?:<!--|<!\[CDATA\[|//\s*<!\[CDATA\[)|(?:-->|\]\]>|//\s*\]\]>|;)\s*$")
_SAID: Final = re.compile(r"\"(datePublished|dateCreated|uploadDate|dateModified)\"\s*:\s*\"([^\"]{8,40})\"")
_STATE: Final = re.compile(
    r"[\"']?\b(?:date_?published|published_?(?:at|on|date|time|timestamp)|publish(?:ed)?_?(?:date|time)|pub_?date"
    r"|publication_?date|first_?published(?:_?(?:at|date))?|article_?(?:publish(?:ed)?_?)?date|date_?publication)[\"']?"
    r"\s*[:=]\s*[\"']?([\w:+./ ,-]{8,40})",
    re.IGNORECASE,
)
_DEEPEST: Final = 5
_MOST_STATE: Final = 20
_LONGEST_SCRIPT: Final = 2_000_000


@dataclass(frozen=True, slots=True)
class Told:
    """What a page tells machines.

    `meta` is by lower-case name; `article` is the JSON-LD object of the page's article and `page` that of the page,
    both may be empty; `state` are dates of publication found in scripts that are no JSON-LD.
    """

    meta: Mapping[str, str]
    article: Mapping[str, Any] = field(default_factory=dict)
    page: Mapping[str, Any] = field(default_factory=dict)
    state: tuple[str, ...] = ()

    @property
    def is_article(self) -> bool:
        """Tell whether the page calls itself an article."""
        return bool(self.article) or self.meta.get("og:type") == "article" or "article:published_time" in self.meta


def told_of(tree: HtmlElement, url: str | None) -> Told:
    """Collect what the page at `url` tells machines."""
    meta = metas(tree)
    objects: list[dict[str, Any]] = []
    state: list[str] = []
    for script in tree.iter("script"):
        text = (script.text or "")[:_LONGEST_SCRIPT]
        if "ld+json" in (script.get("type") or "").lower():
            objects += _objects(text)
        elif len(state) < _MOST_STATE:
            state += [match[1] for match in _STATE.finditer(text)][:_MOST_STATE]
    articles = [one for one in objects if _is(one, _ARTICLE)]
    pages = [one for one in objects if _is(one, _PAGE)]
    headline = meta.get("og:title") or next((text_of(element) for element in tree.iter("title")), "")
    return Told(meta, _own(articles, url, headline), _own(pages, url, headline), tuple(dict.fromkeys(state)))


def metas(tree: HtmlElement) -> dict[str, str]:
    """Collect `<meta>` by lower-case name, property or itemprop; the first of a name counts."""
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        content = " ".join((element.get("content") or element.get("value") or "").split())
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            for name in (element.get(attribute) or "").lower().split():
                if content:
                    found.setdefault(name, content)
    return found


def first(value: Any) -> str:
    """Take the text of a JSON-LD value, be it bare, in a list, or an object with a name or URL."""
    if isinstance(value, list):
        return first(value[0]) if value else ""
    if isinstance(value, dict):
        return first(value.get("name") or value.get("url") or value.get("@value") or value.get("@id"))
    return " ".join(value.split()) if isinstance(value, str) else ""


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """Yield the typed objects of one script, in order; of one that is no JSON, the dates it spells out."""
    bare = _WRAPPED.sub("", _WRAPPED.sub("", text)).strip()
    try:
        found = json.loads(bare, strict=False)
    except (ValueError, RecursionError):
        said: dict[str, Any] = {}
        for name, value in _SAID.findall(text):
            said.setdefault(name, value)
        if said and re.search(r"Article\"|BlogPosting\"", text):
            yield {"@type": "Article", **said}
        return
    yield from _typed(found, 0)


def _typed(node: Any, depth: int) -> Iterator[dict[str, Any]]:
    if depth > _DEEPEST:
        return
    if isinstance(node, list):
        for item in node:
            yield from _typed(item, depth + 1)
    elif isinstance(node, dict):
        if node.get("@type"):
            yield node
        for key in ("@graph", "mainEntity", "mainEntityOfPage"):
            yield from _typed(node.get(key), depth + 1)


def _is(node: Mapping[str, Any], kinds: re.Pattern[str]) -> bool:
    named = node.get("@type")
    return any(kinds.search(str(kind)) for kind in (named if isinstance(named, list) else [named]))


def _own(objects: list[dict[str, Any]], url: str | None, headline: str) -> Mapping[str, Any]:
    """Choose the object that names the page, else the first; several of one article complete each other."""
    if not objects:
        return {}
    path = _path(url)
    title = fold(headline)
    for one in objects:
        links = (one.get("url"), one.get("@id"), one.get("mainEntityOfPage"))
        said = fold(first(one.get("headline")))
        if (path and any(_path(first(link)) == path for link in links)) or (said and said in title):
            return {**{key: value for other in objects if _alike(one, other) for key, value in other.items()}, **one}
    return objects[0]


def _alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return first(one.get("headline")) == first(other.get("headline"))


def _path(url: str | None) -> str:
    return re.sub(r"^\w+://[^/]*|[?#].*$", "", url or "").rstrip("/").lower()
