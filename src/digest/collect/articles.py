"""Read the article a page is about: its own title, text, authors, picture and date.

What stands around an article is never taken for it: lists of other articles, asides, consent banners, navigation and
footers are cut out of the page before its text and its date are looked for. So a sidebar's date is never the
article's. Structured data (JSON-LD, then `<meta>`) is believed before the visible text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any, Final

import lxml.html
from lxml.html import HtmlElement

from digest.collect.blocks import Located
from digest.collect.datewords import fold
from digest.collect.markup import HEADINGS, absolute, inner_html, is_element, text_of
from digest.collect.records import Page
from digest.model import UNDATED, Article, Dating, EntryData, Precision, Role

_ARTICLE_TYPES: Final = re.compile(r"(?:Article|BlogPosting|Report|Review|Recipe|LiveBlogPosting)$")
_CUT_TAGS: Final = ("aside", "nav", "footer", "form", "script", "style", "noscript", "template", "iframe", "dialog")
_CUT_NAMES: Final = re.compile(
    r"(?:^|[-_ ])(?:cookies?|consent|gdpr|cmp|sidebar|related|comments?|comment-list|respond|disqus_thread|breadcrumbs?"
    r"|post-navigation|navigation|jp-relatedposts|popup|modal|skip-link)(?:$|[-_ ])"
)
_CUT_SMALL_NAMES: Final = re.compile(
    r"(?:^|[-_ ])(?:newsletter|subscribe|sharedaddy|share|sharing|social|author-box|advert\w*|promo)(?:$|[-_ ])"
)
_CONSENT: Final = re.compile(
    r"cookie|consent|einwilligung|datenschutz|rgpd|gdpr|personal data|donnees personnelles|traceurs|privacy"
)
_META_DATES: Final = (
    "article:published_time", "og:article:published_time", "article:published", "datepublished", "date.published",
    "dc.date.issued", "dcterms.created", "dcterms.issued", "dcterms.date", "dc.date", "dc.date.created", "publish-date",
    "publish_date", "pubdate", "publication_date", "published_time", "parsely-pub-date", "sailthru.date",
    "cxenseparse:recs:publishtime",
    "date", "created", "citation_publication_date", "citation_online_date", "bt:pubdate", "og:published_time",
)  # fmt: skip
_BYLINE_NAMES: Final = re.compile(
    r"date|byline|meta|posted|publish|time|author|info|entry-header|kicker|dateline|datum|stamp"
)
_NOT_PUBLISHED: Final = re.compile(r"updated|modified|comment|copyright|footer|event")
_PUBLISHED: Final = re.compile(
    r"\b(?:published|posted|publie|poste le|veroffentlicht|erstellt am|geschrieben am|publicado|pubblicato|postado"
    r"|geplaatst|gepubliceerd|opublikowan\w+|опубликован\w*|publicerad|udgivet|publisert|publikovano|yayinlan\w+|julkaistu)\b"
)
_URL_DATE: Final = re.compile(r"/((?:19|20)\d\d)[/-](\d{1,2})[/-](\d{1,2})(?=[/_-]|$)")
_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|\d[./-]\d{1,2}[./-]\d\d(?!\d)")
_SHORTEST_TEXT: Final = 150
_LONGEST_SUMMARY: Final = 300
_LONGEST_CUT: Final = 3000
_LONGEST_SMALL_CUT: Final = 500
"""Characters beyond which a part is kept, whatever it is called: it holds the article."""
_LONGEST_BYLINE: Final = 160
_LONGEST_HEAD: Final = 100
"""Characters of a line at the top of the text that may be a byline rather than a sentence."""
_NEAR: Final = 60
"""How many elements around the headline a byline may stand away from it."""


def read_article(tree: HtmlElement, blocks: Iterable[Located], *, url: str | None, page: Page) -> Article | None:
    """Read the article of a page, whose URL is `url`; None where there is no title with a real text.

    `tree` is spent: what is not the article is cut out of it.
    """
    meta = metas(tree)
    data = next(_structured(tree), {})
    title = title_of(tree, meta, data)
    _cut(tree, blocks, keep_main=_is_article(meta, data))
    html, text = _extracted(tree, title, page)
    if not title or len(text) < _SHORTEST_TEXT:
        return None
    image = meta.get("og:image") or _first(data.get("image")) or meta.get("twitter:image")
    entry = EntryData(
        uid=url or f"title:{fold(title)}",
        title=title,
        url=url,
        authors=_authors(data, meta, tree),
        summary=shortened(_first(meta.get("og:description") or meta.get("description")) or text.partition("\n")[0]),
        content=html,
        dating=_published(data, meta, tree, url, page),
        updated=page.date(_first(data.get("dateModified")) or meta.get("article:modified_time") or "").at,
        image=absolute(image, page.base_url) if image else None,
        language=page.language,
    )
    return Article(entry=entry, text=text)


def _is_article(meta: Mapping[str, str], data: Mapping[str, Any]) -> bool:
    return bool(data) or meta.get("og:type") == "article" or "article:published_time" in meta


# ── what the page says of itself ─────────────────────────────────────────────────────────────────
def metas(tree: HtmlElement) -> dict[str, str]:
    """Collect `<meta>` by lower-case name, property or itemprop; the first of a name counts."""
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or ""
        content = " ".join((element.get("content") or "").split())
        if name and content:
            found.setdefault(name.strip().lower(), content)
    return found


def _structured(tree: HtmlElement) -> Iterator[dict[str, Any]]:
    """Yield the JSON-LD objects that are articles, in page order; broken ones are passed over."""
    for script in tree.iter("script"):
        if (script.get("type") or "").partition(";")[0].strip().lower() != "application/ld+json":
            continue
        try:
            found = json.loads((script.text or "").strip().rstrip(";"), strict=False)
        except (ValueError, RecursionError):
            continue
        yield from _articles_in(found, 0)


def _articles_in(node: Any, depth: int) -> Iterator[dict[str, Any]]:
    if depth > 4:
        return
    if isinstance(node, list):
        for item in node:
            yield from _articles_in(item, depth + 1)
    elif isinstance(node, dict):
        kinds = node.get("@type")
        if any(_ARTICLE_TYPES.search(str(kind)) for kind in (kinds if isinstance(kinds, list) else [kinds])):
            yield node
        for key in ("@graph", "mainEntity", "mainEntityOfPage"):
            yield from _articles_in(node.get(key), depth + 1)


def _first(value: Any) -> str:
    """Take the text of a JSON-LD value, be it bare, in a list, or an object with a name or URL."""
    if isinstance(value, list):
        return _first(value[0]) if value else ""
    if isinstance(value, dict):
        return _first(value.get("name") or value.get("url") or value.get("@id"))
    return " ".join(value.split()) if isinstance(value, str) else ""


def title_of(tree: HtmlElement, meta: Mapping[str, str], data: Mapping[str, Any]) -> str:
    """Choose the headline: the `<h1>` that structured data or `<title>` confirm, else what they say themselves."""
    element = next(tree.iter("title"), None)
    shown = text_of(element) if element is not None else ""
    told = [said for said in (_first(data.get("headline")), meta.get("og:title", ""), shown) if said]
    headings = [text for text in (text_of(heading) for heading in tree.iter("h1")) if 0 < len(text) <= 300]
    site = fold(meta.get("og:site_name", ""))
    for heading in headings:
        if fold(heading) != site and any(_key(heading) and _key(heading) in _key(said) for said in told):
            return heading
    return (
        _without_site(told[0], site) if told else next((heading for heading in headings if fold(heading) != site), "")
    )


def _key(text: str) -> str:
    return re.sub(r"\W+", " ", fold(text)).strip()


def _without_site(title: str, site: str) -> str:
    """Drop the site's name from the end of a title."""
    head, separator, tail = _last_part(title)
    return head if separator and site and _key(tail) == _key(site) else title


def _last_part(title: str) -> tuple[str, str, str]:
    match = re.search(r"^(.+)(\s+[-–—|·•»:]\s+|\s*\|\s*)(.+?)$", title)
    return (match[1].strip(), match[2], match[3].strip()) if match else (title, "", "")


def site_title(tree: HtmlElement, meta: Mapping[str, str], title: str) -> str:
    """Name the site: `og:site_name`, else what follows the headline in `<title>`, else `<title>`."""
    element = next(tree.iter("title"), None)
    shown = text_of(element) if element is not None else ""
    head, separator, tail = _last_part(shown)
    suffix = tail if separator and title and _key(title).startswith(_key(head)[:40]) else ""
    return meta.get("og:site_name") or suffix or ("" if title and _key(shown) == _key(title) else shown)


def _authors(data: Mapping[str, Any], meta: Mapping[str, str], tree: HtmlElement) -> tuple[str, ...]:
    told = data.get("author")
    names = [_first(one) for one in (told if isinstance(told, list) else [told])]
    names += [meta.get("author", ""), meta.get("article:author", ""), meta.get("dc.creator", "")]
    if not any(_is_name(name) for name in names):
        links = tree.xpath(
            './/*[@rel="author" or contains(@class, "author") or @itemprop="author"][self::a or self::span]'
        )
        links += tree.xpath('.//a[contains(@href, "/author/")]')
        names += [text_of(link) for link in links[:3]]
    first = next((place for place, name in enumerate(names) if _is_name(name)), None)
    if first is None:
        return ()
    several = names[: len(told)] if isinstance(told, list) and first < len(told) else [names[first]]
    return tuple(dict.fromkeys(re.sub(r"^(?i:by|par|von|por)\s+", "", name) for name in several if _is_name(name)))


def _is_name(text: str) -> bool:
    return 1 < len(text) <= 80 and "://" not in text and not text.startswith("@")


# ── the text ─────────────────────────────────────────────────────────────────────────────────────
def _cut(tree: HtmlElement, blocks: Iterable[Located], *, keep_main: bool) -> None:
    """Take out of the page what stands around its article."""
    lists = {
        element
        for located in blocks
        if not (keep_main and located.block.role in (Role.MAIN, Role.OTHER))
        for element in (*located.records, *([located.heading] if located.heading is not None else []))
    }
    for element in list(tree.iter()):
        if is_element(element) and element.getparent() is not None and _is_around(element, lists):
            element.drop_tree()


def _is_around(element: HtmlElement, lists: AbstractSet[HtmlElement]) -> bool:
    if element.tag in ("html", "head", "body", "main", "h1"):
        return False
    if element in lists:
        return next(element.iter("h1"), None) is None
    if element.tag in _CUT_TAGS:
        return next(element.iter("h1", "article"), None) is None
    names = f"{element.get('class') or ''} {element.get('id') or ''}".lower()
    longest = _LONGEST_CUT if _CUT_NAMES.search(names) else _LONGEST_SMALL_CUT if _CUT_SMALL_NAMES.search(names) else 0
    if element.tag != "article" and longest:
        return (
            next(element.iter("h1", "article", "main"), None) is None and len(text_of(element, limit=longest)) < longest
        )
    return element.tag in ("div", "section", "p") and _is_consent(element)


def _is_consent(element: HtmlElement) -> bool:
    """Tell a consent banner: short, about consent, and with something to press; or such a line alone."""
    pressed = next(element.iter("button", "input"), None) is not None
    if element.tag != "p" and not pressed:
        return False
    text = text_of(element, limit=800)
    return (
        0 < len(text) < (800 if pressed else 60)
        and _CONSENT.search(fold(text)) is not None
        and (pressed or text.endswith(":"))
    )


def _extracted(tree: HtmlElement, title: str, page: Page) -> tuple[str, str]:
    """Extract the article's HTML and its plain text, paragraphs parted by an empty line, without its headline."""
    import trafilatura

    found = trafilatura.extract(
        lxml.html.tostring(tree, encoding="unicode"),
        url=page.base_url,
        output_format="html",
        include_comments=False,
        include_formatting=True,
        include_links=True,
        include_images=True,
    )
    body = next(lxml.html.document_fromstring(found).iter("body"), None) if found else None
    if body is None:
        return "", ""
    for child in list(body)[:4]:
        text = text_of(child)
        if _key(text) == _key(title) or (len(text) <= _LONGEST_HEAD and page.byline(text).at is not None):
            body.remove(child)
    paragraphs = [text for text in (text_of(block) for block in _blocks_of(body)) if text]
    return inner_html(body), "\n\n".join(paragraphs)


def _blocks_of(body: HtmlElement) -> Iterator[HtmlElement]:
    for child in body:
        if is_element(child):
            if child.tag in ("div", "section", "article", "main", "ul", "ol", "blockquote", "table", "tbody") and len(
                child
            ):
                yield from _blocks_of(child)
            else:
                yield child


def shortened(text: str) -> str:
    """Cut a text at a word to what a summary holds."""
    line = " ".join(text.split())
    if len(line) <= _LONGEST_SUMMARY:
        return line
    cut = line[:_LONGEST_SUMMARY]
    return (cut.rpartition(" ")[0] or cut).rstrip(" ,;:.") + "…"


# ── the date ─────────────────────────────────────────────────────────────────────────────────────
def _published(
    data: Mapping[str, Any], meta: Mapping[str, str], tree: HtmlElement, url: str | None, page: Page
) -> Dating:
    """Choose the date: JSON-LD, `<meta>`, `<time>`, the URL, the byline; `UNDATED` rather than a guess."""
    for text, source in (
        (_first(data.get("datePublished")), "json-ld"),
        *((meta.get(name, ""), "meta") for name in _META_DATES),
    ):
        found = page.date(text)
        if found.at is not None and found.precision not in (Precision.YEAR, Precision.MONTH):
            return Dating(found.at, found.precision, source)
    return _by_time(tree, page) or _by_url(url, page) or _by_byline(tree, page) or UNDATED


def _by_time(tree: HtmlElement, page: Page) -> Dating | None:
    """Read the `<time>` (or microdata) of the article; one marked as published before any other."""
    best: Dating | None = None
    marked = tree.xpath('.//time | .//*[@itemprop="datePublished"] | .//abbr[contains(@class, "published")]')
    for element in marked:
        names = f"{element.get('class') or ''} {element.get('itemprop') or ''}".lower()
        if _NOT_PUBLISHED.search(names) and "published" not in names:
            continue
        shown = text_of(element)
        found = page.date(element.get("datetime") or element.get("content") or element.get("title") or shown)
        if found.at is None or found.precision is Precision.YEAR:
            continue
        dating = Dating(found.at, found.precision, "time", shown or None)
        if "publish" in names or element.get("pubdate") is not None:
            return dating
        best = best or dating
    return best


def _by_url(url: str | None, page: Page) -> Dating | None:
    match = _URL_DATE.search(url or "")
    if match is None:
        return None
    found = page.date(f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}")
    return Dating(found.at, found.precision, "url") if found.at is not None else None


def _by_byline(tree: HtmlElement, page: Page) -> Dating | None:
    """Read the short texts around the headline, nearest first: what is called a byline, then any that is a date.

    Further away, a text must say that something was published, or be the only date of the page. What stands
    below the headline is read before what stands above it: many pages print today's date at their top.
    """
    elements = [element for element in tree.iter() if is_element(element)]
    headline = next((place for place, element in enumerate(elements) if element.tag == "h1"), None)
    if headline is None:
        headline = next((place for place, element in enumerate(elements) if element.tag in HEADINGS), 0)
    below, above = elements[headline : headline + _NEAR], elements[max(0, headline - _NEAR // 2) : headline]
    for near in (below, above[::-1]):
        for strict in (False, True):
            for element in near:
                found = _line_date(element, page, strict=strict)
                if found is not None:
                    return found
    return _by_sentence(elements[headline:], page)


def _by_sentence(elements: Sequence[HtmlElement], page: Page) -> Dating | None:
    alone: dict[datetime, Dating] = {}
    for element in elements:
        text = text_of(element, limit=240) if len(element) <= 6 else ""
        if 4 <= len(text) <= 240 and _PUBLISHED.search(fold(text)) and _YEAR.search(text):
            found = page.byline(text)
            if found.at is not None and found.precision is not Precision.YEAR:
                return found
        found = _line_date(element, page, strict=True) or UNDATED
        if found.at is not None:
            alone[found.at] = found
    return next(iter(alone.values())) if len(alone) == 1 else None


def _line_date(element: HtmlElement, page: Page, *, strict: bool) -> Dating | None:
    names = f"{element.get('class') or ''} {element.get('id') or ''}".lower()
    if element.tag in HEADINGS or _NOT_PUBLISHED.search(names) or (not strict and not _BYLINE_NAMES.search(names)):
        return None
    lines = [
        text_of(element, limit=_LONGEST_BYLINE),
        " ".join((element.text or "").split()),
        *(" ".join((c.tail or "").split()) for c in element),
    ]
    for line in lines:
        if not 4 <= len(line) <= _LONGEST_BYLINE:
            continue
        found = page.date(line) if strict else page.byline(line)
        if (
            found.at is not None
            and found.precision is not Precision.YEAR
            and (found.source == "relative" or _YEAR.search(line))
        ):
            return found
    return None
