"""Read one record of a list: the headline without its date, category or comment count, and what stands beside it.

A record is the part of a page that speaks of one article. Its title is what the headline link says, never what
stands beside the link; its date is a text (or `<time>`) that is a date as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from digest.collect.blockwords import CJK_MORE, MORE
from digest.collect.dates import find_date, read_date
from digest.collect.datewords import fold
from digest.collect.markup import (
    HEADINGS,
    INLINE,
    UNSEEN,
    absolute,
    image_of,
    is_element,
    text_of,
    without_fragment,
)
from digest.model import UNDATED, Dating, EntryData

_LONGEST_DATE: Final = 80
_LONGEST_TITLE: Final = 300
_SHORTEST_SUMMARY: Final = 40

_SECTION_PATH: Final = re.compile(
    r"/(?:category|categories|categorie|kategorie|categoria|tags?|schlagwort|etiqueta|author|authors|autor|auteur|profile"
    r"|users?|member|login|register|signup|wp-admin|wp-login\.php|cart|feed|rss|comments|search|share|cdn-cgi)(?:/|$)"
    r"|/(?:19|20)\d\d(?:/\d\d?)?/?$|/page/\d+/?$|\.(?:jpe?g|png|gif|webp|pdf|zip|mp3|mp4|xml|rss)$"
)
_SECTION_QUERY: Final = re.compile(r"(?:^|&)(?:cat|tag|author|m|s|paged|replytocom|share|feed)=")
_COMMENTS: Final = re.compile(r"#(?:comments?|respond|disqus|kommentar|commentaire)")
_SHARING: Final = re.compile(
    r"(?:^|\.)(?:facebook|twitter|x|instagram|linkedin|pinterest|whatsapp|t|telegram|reddit|youtube|tiktok|addtoany"
    r"|xing|tumblr|vk|flipboard|getpocket|threads|bsky|feedburner|amazon|amzn)\.(?:com|net|me|de|to|app|fr|it|es)$|^wa\.me$"
)


@dataclass(frozen=True, slots=True)
class Page:
    """What is known of the page that all records share; see `dates.read_date`."""

    base_url: str | None
    now: datetime
    language: str | None
    zone: tzinfo

    def date(self, text: str) -> Dating:
        """Read a text that is a date as a whole."""
        return read_date(text, now=self.now, language=self.language, zone=self.zone)

    def byline(self, text: str) -> Dating:
        """Find a date between other words."""
        return find_date(text, now=self.now, language=self.language, zone=self.zone)


@dataclass(frozen=True, slots=True)
class Link:
    """A link that may lead to an article."""

    element: HtmlElement
    url: str


def article_link(anchor: HtmlElement, page: Page) -> Link | None:
    """Take a link that may lead to an article; None for comments, sections, authors, files and sharing."""
    href = (anchor.get("href") or "").strip()
    if not href or href.startswith("#") or _COMMENTS.search(href):
        return None
    if set((anchor.get("rel") or "").split()) & {"tag", "author", "category", "license", "home", "sponsored"}:
        return None
    url = absolute(href, page.base_url)
    if url is None:
        return None
    parts = urlsplit(url)
    if parts.path in ("", "/") and not parts.query:
        return None
    if _SECTION_PATH.search(parts.path.lower()) or _SECTION_QUERY.search(parts.query.lower()):
        return None
    if _SHARING.search(parts.hostname or ""):
        return None
    return Link(anchor, without_fragment(url))


def read_record(element: HtmlElement, url: str, links: list[HtmlElement], page: Page) -> EntryData | None:
    """Read the record around `links`, which all lead to `url`; None where nothing in it is a headline."""
    title = _headline(element, links)
    if not title or len(title) > _LONGEST_TITLE:
        return None
    dating = dating_of(element, title, page)
    return EntryData(
        uid=url,
        title=title,
        url=url,
        summary=_summary(element, title, page),
        dating=dating,
        image=image_of(element, page.base_url),
    )


def dating_of(element: HtmlElement, title: str, page: Page) -> Dating:
    """Find the date of a record: `<time datetime>`, else the first text in it that is a date as a whole."""
    for time in element.iter("time"):
        found = page.date(time.get("datetime") or "")
        shown = text_of(time)
        if found.at is not None:
            return Dating(found.at, found.precision, "time", shown or None)
    for text in _texts(element):
        if text != title and len(text) <= _LONGEST_DATE:
            found = page.date(text)
            if found.at is not None and found.text is not None and not found.text.isdigit():
                return found
    beside = text_of(element).replace(title, " \n", 1)
    return page.byline(beside) if len(beside) <= _LONGEST_DATE else UNDATED


def _headline(element: HtmlElement, links: list[HtmlElement]) -> str:
    """Choose the link that says most, but for "read more"; a heading inside or around it says best."""
    best, said, rank = links[0], "", -1
    for link in links:
        heading = _heading(link, element)
        text = text_of(link if heading is None else heading)
        if heading is None and len(link):
            text = _first_line(link) or text
        if not text or is_more(text):
            continue
        merit = len(text) + (1000 if heading is not None else 0)
        if merit > rank:
            best, said, rank = link, text, merit
    if not said:
        said = next((image.get("alt", "").strip() for link in links for image in link.iter("img")), "")
    told = " ".join((best.get("title") or "").split())
    if said.endswith(("…", "...")) and told.startswith(said.rstrip("….").rstrip()) and len(told) <= _LONGEST_TITLE:
        said = told
    return said


def is_more(text: str) -> bool:
    """Tell "Read more" and its like from a headline."""
    folded = fold(text).strip(" .…»→>›«[]()+")
    return (
        not folded or (len(folded) <= 40 and MORE.fullmatch(folded) is not None) or CJK_MORE.match(folded) is not None
    )


def _heading(link: HtmlElement, element: HtmlElement) -> HtmlElement | None:
    for heading in link.iter(*HEADINGS):
        if text_of(heading):
            return heading
    for above in link.iterancestors():
        if above.tag in HEADINGS:
            return link
        if above is element:
            break
    return None


def _first_line(link: HtmlElement) -> str:
    """Take the first block of text of a link around a whole card that is no date; empty if it is one line."""
    if all(child.tag in INLINE or child.tag in ("img", "br", "picture") for child in link if is_element(child)):
        return ""
    lines = [text for text in _texts(link) if len(text) >= 10 and not text[0].isdigit()]
    return lines[0] if lines else ""


def _summary(element: HtmlElement, title: str, page: Page) -> str:
    """Take the longest text beside the headline that is a sentence rather than a label."""
    best = ""
    for text in _texts(element):
        if text == title or title.startswith(text) or len(text) < _SHORTEST_SUMMARY or len(text) <= len(best):
            continue
        if page.date(text).at is None:
            best = text
    if best.startswith(title):
        best = best[len(title) :].lstrip(" .:–-")
    return best


def _texts(element: HtmlElement) -> Iterator[str]:
    """Yield the texts of the smallest blocks below an element, then those of its inline parts."""
    blocks = [node for node in element.iter() if is_element(node) and node.tag not in UNSEEN and _is_leaf(node)]
    for node in blocks:
        text = text_of(node)
        if text:
            yield text
    for node in element.iter():
        if not is_element(node) or node.tag in UNSEEN:
            continue
        for loose in (node.text, *(child.tail for child in node)):
            text = " ".join((loose or "").split())
            if text:
                yield text


def _is_leaf(node: HtmlElement) -> bool:
    """Tell whether an element holds text with nothing but inline markup in it."""
    return all(not is_element(child) or child.tag in INLINE or child.tag == "br" for child in node.iterdescendants())
