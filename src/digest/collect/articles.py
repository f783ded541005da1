"""Read the article a page is about: its own title, text, authors, picture and date.

What stands around an article is never taken for it: lists of other articles, asides, consent banners, navigation and
footers are cut out of the page before its text and its date are looked for. So a sidebar's date is never the
article's. Structured data (JSON-LD, then `<meta>`) is believed before the visible text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Final

import lxml.html
from lxml.html import HtmlElement

from digest.collect.blocks import Located
from digest.collect.bodies import paragraphs
from digest.collect.datewords import fold
from digest.collect.extraction import SECONDS, extract
from digest.collect.markup import absolute, depth_of, inner_html, is_element, text_of
from digest.collect.metadata import first, told_of
from digest.collect.published import published
from digest.collect.records import Page
from digest.collect.stamps import read_stamp
from digest.model import Article, EntryData, Role

_CUT_ALWAYS: Final = frozenset({"script", "style", "template", "iframe", "dialog"})
_CUT_TAGS: Final = frozenset({"aside", "nav", "footer", "form", "noscript"})
_COMMENT_NAMES: Final = (
    r"comments?|comment-?list|respond|disqus_thread|kommentare?|commentaires?|comentarios?|reacties|commenti"
)
_COMMENTS: Final = re.compile(rf"(?:^|[-_ ])(?:{_COMMENT_NAMES})(?:$|[-_ ])")
_CUT_NAMES: Final = re.compile(
    rf"(?:^|[-_ ])(?:{_COMMENT_NAMES}|cookies?|consent|gdpr|cmp|sidebar|related|breadcrumbs?|post-navigation|navigation"
    r"|jp-relatedposts|popup|modal|skip-link)(?:$|[-_ ])"
)
_CUT_SMALL_NAMES: Final = re.compile(
    r"(?:^|[-_ ])(?:newsletter|subscribe|sharedaddy|share|sharing|social|author-box|advert\w*|promo)(?:$|[-_ ])"
)
_CONSENT: Final = re.compile(
    r"cookie|consent|einwilligung|datenschutz|rgpd|gdpr|personal data|donnees personnelles|traceurs|privacy"
)
_SHORTEST_TEXT: Final = 150
_SHORTEST_PARAGRAPH: Final = 80
_LONGEST_SUMMARY: Final = 300
_LONGEST_CUT: Final = 3000
_LONGEST_SMALL_CUT: Final = 500
"""Characters beyond which a part is kept, whatever it is called: it holds the article."""
_LONGEST_HEAD: Final = 100
"""Characters of a line at the top of the text that may be a byline rather than a sentence."""


@dataclass(frozen=True, slots=True)
class Unread:
    """The article could not be read: `note` says why, in a sentence."""

    note: str


def read_article(
    tree: HtmlElement, blocks: Iterable[Located], *, url: str | None, page: Page
) -> Article | Unread | None:
    """Read the article of a page, whose URL is `url`; None where there is no title with a real text.

    `tree` is spent: what is not the article is cut out of it.
    """
    told = told_of(tree, url)
    meta, data = told.meta, told.article
    title = title_of(tree, meta, data)
    _cut(tree, blocks, keep_main=told.is_article)
    extracted = _extracted(tree, title, page)
    if extracted is None:
        return Unread(f"The text of this page could not be had within {SECONDS:g} s.")
    html, text = extracted
    if not title or len(text) < (1 if told.is_article else _SHORTEST_TEXT):
        return None
    image = meta.get("og:image") or first(data.get("image")) or meta.get("twitter:image")
    entry = EntryData(
        uid=url or f"title:{fold(title)}",
        title=title,
        url=url,
        authors=_authors(data, meta, tree),
        summary=shortened(first(meta.get("og:description") or meta.get("description")) or text.partition("\n")[0]),
        content=html,
        dating=published(told, tree, title, url=url, page=page),
        updated=read_stamp(first(data.get("dateModified")) or meta.get("article:modified_time") or "", page.zone).at,
        image=absolute(image, page.base_url) if image else None,
        language=page.language,
    )
    return Article(entry=entry, text=text)


# ── what the page says of itself ─────────────────────────────────────────────────────────────────
def title_of(tree: HtmlElement, meta: Mapping[str, str], data: Mapping[str, Any]) -> str:
    """Choose the headline: the `<h1>` that structured data or `<title>` confirm, else what they say themselves."""
    shown = next((text_of(element) for element in tree.iter("title")), "")
    told = [said for said in (first(data.get("headline")), meta.get("og:title", ""), shown) if said]
    headings = [text for text in (text_of(heading) for heading in tree.iter("h1")) if 0 < len(text) <= 300]
    site = fold(meta.get("og:site_name", ""))
    heads = {_key(_last_part(said)[0]) for said in told} - {""}
    tails = {_key(_last_part(said)[2]) for said in told} - {""}
    confirmed = [
        heading for heading in headings
        if fold(heading) != site and any(_key(heading) and _key(heading) in _key(said) for said in told)
    ]  # fmt: skip
    if confirmed and _key(confirmed[0]) not in tails:
        return confirmed[0]
    for element in tree.iter("h2", "h3"):
        text = text_of(element, limit=300)
        if len(text) <= 300 and _key(text) in heads:
            return text
    if confirmed:
        return confirmed[0]
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
    names = [first(one) for one in (told if isinstance(told, list) else [told])]
    names += [meta.get("author", ""), meta.get("article:author", ""), meta.get("dc.creator", "")]
    if not any(_is_name(name) for name in names):
        links = tree.xpath(
            './/*[@rel="author" or contains(@class, "author") or @itemprop="author"][self::a or self::span]'
        )
        links += tree.xpath('.//a[contains(@href, "/author/")]')
        names += [text_of(link) for link in links[:3]]
    known = next((place for place, name in enumerate(names) if _is_name(name)), None)
    if known is None:
        return ()
    several = names[: len(told)] if isinstance(told, list) and known < len(told) else [names[known]]
    return tuple(dict.fromkeys(re.sub(r"^(?i:by|par|von|por)\s+", "", name) for name in several if _is_name(name)))


def _is_name(text: str) -> bool:
    return 1 < len(text) <= 80 and "://" not in text and not text.startswith("@")


# ── the text ─────────────────────────────────────────────────────────────────────────────────────
def _cut(tree: HtmlElement, blocks: Iterable[Located], *, keep_main: bool) -> None:
    """Take out of the page what stands around its article; a part with much of the page's prose is the article."""
    lists = {
        element
        for located in blocks
        if not (keep_main and located.block.role in (Role.MAIN, Role.OTHER))
        for element in (*located.records, *([located.heading] if located.heading is not None else []))
    }
    prose = _prose(tree)
    whole = prose.get(tree, 0)
    length = len(text_of(tree))
    for element in list(tree.iter()):
        if not is_element(element) or element.getparent() is None:
            continue
        if element.tag in _CUT_ALWAYS or (
            _is_around(element, lists) and not _is_article_of(element, prose, whole, length)
        ):
            element.drop_tree()
        elif element.tag == "noscript":  # left open by mistake, it swallows the page
            element.tag = "div"


def _prose(tree: HtmlElement) -> dict[HtmlElement, int]:
    """Count for each element the characters of the paragraphs below it that are long enough to be told, not listed."""
    found: dict[HtmlElement, int] = {}
    for paragraph in tree.iter("p"):
        length = len(text_of(paragraph))
        if length >= _SHORTEST_PARAGRAPH:
            for element in (paragraph, *paragraph.iterancestors()):
                found[element] = found.get(element, 0) + length
    return found


def _is_article_of(element: HtmlElement, prose: Mapping[HtmlElement, int], whole: int, length: int) -> bool:
    """Tell a part that holds the article by its share of the page's prose; comments may be longer than that.

    In a page without prose it is the part with most of the text, whose `length` is that of the page as it is seen.
    """
    names = f"{element.get('class') or ''} {element.get('id') or ''}".lower()
    told = prose.get(element, 0)
    if _COMMENTS.search(names) and whole - told >= _SHORTEST_TEXT:
        return False
    if whole:
        return told * 4 > whole
    own = len(text_of(element))
    return own > (length if element.tag == "noscript" else length - own)


def _is_around(element: HtmlElement, lists: AbstractSet[HtmlElement]) -> bool:
    if element.tag in ("html", "head", "body", "main", "h1"):
        return False
    if element in lists:
        return next(element.iter("h1"), None) is None
    if element.tag in _CUT_TAGS:
        return next(element.iter("h1", "article"), None) is None and not _is_head(element)
    names = f"{element.get('class') or ''} {element.get('id') or ''}".lower()
    longest = _LONGEST_CUT if _CUT_NAMES.search(names) else _LONGEST_SMALL_CUT if _CUT_SMALL_NAMES.search(names) else 0
    if element.tag != "article" and longest:
        return (
            next(element.iter("h1", "article", "main"), None) is None and len(text_of(element, limit=longest)) < longest
        )
    return element.tag in ("div", "section", "p") and _is_consent(element)


def _is_head(element: HtmlElement) -> bool:
    """Tell the `<footer>` that stands above an article's text and holds its byline, as Drupal has it."""
    article = next(element.iterancestors("article"), None)
    if element.tag != "footer" or article is None:
        return False
    above = (one for one in article.iter("footer", "p") if one is element or len(text_of(one)) >= _SHORTEST_PARAGRAPH)
    return next(above) is element


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


def _extracted(tree: HtmlElement, title: str, page: Page) -> tuple[str, str] | None:
    """Extract the article's HTML and its plain text, paragraphs parted by an empty line, without its headline."""
    found = extract(lxml.html.tostring(tree, encoding="unicode"), page.base_url, depth=depth_of(tree))
    if not found:
        return None if found is None else ("", "")
    body = lxml.html.fragment_fromstring(found, create_parent="div")
    for child in list(body)[:4]:
        text = text_of(child)
        if _key(text) == _key(title) or (len(text) <= _LONGEST_HEAD and page.byline(text).at is not None):
            child.drop_tree()
    return inner_html(body), "\n\n".join(paragraphs(body))


def shortened(text: str) -> str:
    """Cut a text at a word to what a summary holds."""
    line = " ".join(text.split())
    if len(line) <= _LONGEST_SUMMARY:
        return line
    cut = line[:_LONGEST_SUMMARY]
    return (cut.rpartition(" ")[0] or cut).rstrip(" ,;:.") + "…"
