"""Choose the date an article was published, among all that its page tells.

The rule owned here: what is said for machines and named "published" comes first; then what is marked so in the text,
the URL, and the line beside the headline; then what is named less clearly. The day of a change is taken only where no
other day is told. A date is the article's only if it stands with the article: today's date at the top of a page, a
copyright, a comment, an archive's month and the date on another article's card are not.

An instant written in UTC names the day that the site itself prints: where the URL or the line beside the headline is
one day off, the instant stays, in the nearest offset in which it falls on that day.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from itertools import islice
from typing import Final
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from digest.collect.datewords import PUBLISHED, fold
from digest.collect.markup import HEADINGS, is_element, text_of
from digest.collect.metadata import Told, first
from digest.collect.records import Page, article_link
from digest.collect.stamps import OLDEST, read_stamp
from digest.model import UNDATED, Dating, Precision

_META: Final = (
    "article:published_time", "og:article:published_time", "article:published", "og:published_time", "datepublished",
    "date.published", "date-published", "dc.date.issued", "dcterms.issued", "dcterms.date.issued", "dc.issued",
    "publish-date", "publish_date", "published-date", "published_date", "publishdate", "publisheddate", "publishtime",
    "pubdate", "pub_date", "publication_date", "publication-date", "published_time", "published_at", "published",
    "parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime", "cxenseparse:publishtime",
    "rnews:datepublished", "prism.publicationdate", "citation_publication_date", "citation_online_date", "bt:pubdate",
    "article.published", "article:publicationdate", "article_date_original",
    "originalpublicationdate", "ptime", "weibo:article:create_at",
    "vr:published_time", "shareaholic:article_published_time", "datecreated", "article:created", "dcterms.created",
    "dc.date.created", "iso-8601-publish-date", "dcsext.articlefirstpublished",
)  # fmt: skip
"""What `<meta>` calls the day of publication, the clearest first."""
_VAGUE_META: Final = (
    "date", "dc.date", "dcterms.date", "dc:date", "created", "creation_date", "article:date", "article_date",
    "article.created", "displaydate", "date_created", "pdate", "eprints.date", "citation_date", "revision_date", "time",
)  # fmt: skip
"""What is the day of publication on most sites, and the day of a change on some."""
_CHANGED_META: Final = (
    "article:modified_time", "datemodified", "og:updated_time", "dcterms.modified", "dc.date.modified", "last-modified",
    "article:modified", "modified", "lastmod",
)  # fmt: skip

_BYLINE: Final = re.compile(
    r"date|byline|meta|posted|publish|time|author|info|entry-header|kicker|dateline|datum|stamp|fecha|stand\b"
)
_OTHER_DAY: Final = re.compile(r"modified|comment|copyright|footer|event|countdown|deadline|expire")
_CHANGED: Final = re.compile(r"updated|modified|\bdatemodified\b|lastmod|changed")
_SITE_TOP: Final = re.compile(
    r"(?:^|[-_ ])(?:top|topbar|top-?bar|masthead|site-header|today|current-?date|clock|weather|ticker|heute|toolbar"
    r"|header)(?:$|[-_ ])"
)
_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|\d[./-]\d{1,2}[./-]\d\d(?!\d)")
_URL_DATE: Final = re.compile(
    r"(?<![\d.])((?:19|20)\d\d)([/_.-])(\d{1,2})\2(\d{1,2})(?![\d.])|(?<=[/_-])(20\d\d)([01]\d)([0-3]\d)(?=[/_.-]|$)"
    r"|/((?:19|20)\d\d)/([01]\d)([0-3]\d)(?=/)"
)
_DATELINE: Final = re.compile(r"^.{5,70}?(?=\s*(?:[-–—−:|]\s|\)))")
_LONGEST_BYLINE: Final = 160
_LONGEST_LOOSE: Final = 80
_LONGEST_CARD: Final = 600
_NEAR: Final = 60
"""How many elements around the headline a byline may stand away from it."""
_SAME_PLACE: Final = 4
"""How many levels above the headline an element may be that holds a date before it."""
_MOST: Final = 4000
_COARSE: Final = frozenset({Precision.YEAR, Precision.MONTH, Precision.NONE})


def published(told: Told, tree: HtmlElement, title: str, *, url: str | None, page: Page) -> Dating:
    """Choose the article's date; `UNDATED` rather than a guess.

    `tree` is the page without what stands around its text.
    """
    reading = _Reading(tree, title, url, page)
    clear = reading.clear(told)
    if clear.at is not None and clear.at.utcoffset() and clear.precision is not Precision.DAY:
        return clear
    by_url = reading.by_url()
    if urlsplit(url or "").path in ("", "/"):
        return clear
    beside = reading.beside()
    if clear.at is not None:
        return _at_the_site(clear, by_url, beside)
    vague = reading.read_all((told.meta.get(name, ""), "meta") for name in _VAGUE_META)
    marked = reading.marked()
    for found in (
        marked,
        by_url,
        *(() if _is_later(vague, beside) else (vague,)),
        beside,
        reading.dateline(),
        reading.in_a_sentence(),
        reading.read_all((text, "text") for text in told.state),
        reading.read_all((first(told.page.get(name)), "json-ld") for name in ("datePublished", "uploadDate")),
        reading.by_picture(told),
        reading.changed(told),
    ):
        if found.at is not None:
            return _at_the_site(found, by_url, beside)
    return UNDATED


def _at_the_site(found: Dating, *others: Dating) -> Dating:
    """Give an instant written in UTC the offset in which it falls on the day that the page prints or its URL has."""
    if found.at is None or found.precision is Precision.DAY or found.at.utcoffset():
        return found
    for other in others:
        if other.at is None or other.source == "relative":
            continue
        day = other.at.date()
        if day == found.at.date():
            return found
        if abs((day - found.at.date()).days) == 1:
            return replace(found, at=_on_day(found.at, day))
    return found


def _on_day(at: datetime, day: date) -> datetime:
    """Move an instant to the nearest whole-hour offset in which its date is `day`; none is more than 14 hours off."""
    edge = datetime.combine(day, time(), UTC) if day > at.date() else datetime.combine(at.date(), time(), UTC)
    away = edge - at.astimezone(UTC) if day > at.date() else at.astimezone(UTC) - edge + timedelta(seconds=1)
    hours = -(-away // timedelta(hours=1))
    if hours > 12:
        return at
    return at.astimezone(timezone(timedelta(hours=hours if day > at.date() else -hours)))


def _is_later(vague: Dating, beside: Dating) -> bool:
    """Tell whether the line beside the headline names an earlier day: the vague one is then that of a change."""
    return vague.at is not None and beside.at is not None and beside.at.date() < vague.at.date()


class _Reading:
    """One page's reading: its elements in order, and where the headline stands among them."""

    def __init__(self, tree: HtmlElement, title: str, url: str | None, page: Page) -> None:
        self.page = page
        self.url = url
        self.tree = tree
        self.elements = [element for element in islice(tree.iter(), 20 * _MOST) if is_element(element)][:_MOST]
        self.headline = _headline(self.elements, title)
        self.above_headline = (
            [*self.elements[self.headline].iterancestors()] if self.headline < len(self.elements) else []
        )

    # ── for machines ─────────────────────────────────────────────────────────────────────────────
    def stamp(self, text: str, source: str) -> Dating:
        """Read a date that a machine wrote, or that somebody wrote where a machine should have."""
        if not text:
            return UNDATED
        found = read_stamp(text, self.page.zone)
        if found.at is None:
            found = self.page.date(text)
        if found.at is None or found.precision in _COARSE or found.at.year < OLDEST or self._is_later(found.at):
            return UNDATED
        return Dating(found.at, found.precision, source)

    def _is_later(self, at: datetime) -> bool:
        """Tell a date that is yet to come; two days are forgiven to zones and clocks."""
        return at > self.page.now + timedelta(days=2)

    def read_all(self, told: Iterable[tuple[str, str]]) -> Dating:
        return next((found for text, source in told if (found := self.stamp(text, source)).at is not None), UNDATED)

    def clear(self, told: Told) -> Dating:
        """Read what machines are told is the day of publication."""
        data = ((first(told.article.get(name)), "json-ld") for name in ("datePublished", "dateCreated", "uploadDate"))
        found = self.read_all([*data, *((told.meta.get(name, ""), "meta") for name in _META)])
        if found.precision is not Precision.DAY:
            return found
        finer = self.read_all((told.meta.get(name, ""), "meta") for name in _META)
        same = finer.at is not None and found.at is not None and finer.at.date() == found.at.date()
        return finer if same else found

    def changed(self, told: Told) -> Dating:
        """Read the day of a change, where nothing else is told."""
        data = [(first(told.article.get("dateModified")), "json-ld"), (first(told.page.get("dateModified")), "json-ld")]
        found = self.read_all([*data, *((told.meta.get(name, ""), "meta") for name in _CHANGED_META)])
        if found.at is not None:
            return found
        for element in self.elements:
            if _CHANGED.search(_names(element)) and len(text_of(element, limit=_LONGEST_BYLINE)) < _LONGEST_BYLINE:
                dating = self._marked_date(element)
                if dating.at is not None:
                    return dating
        return UNDATED

    def by_url(self) -> Dating:
        return self._in_path(self.url)

    def by_picture(self, told: Told) -> Dating:
        """Read the day out of the picture's address, which many systems file by the day of its article."""
        return self._in_path(told.meta.get("og:image"))

    def _in_path(self, url: str | None) -> Dating:
        match = _URL_DATE.search(urlsplit(url or "").path)
        if match is None:
            return UNDATED
        year, month, day = (
            next((int(match[place]) for place in places if match[place]), 0)
            for places in ((1, 5, 8), (3, 6, 9), (4, 7, 10))
        )
        found = self.page.date(f"{year:04}-{month:02}-{day:02}")
        if found.at is None or found.at > self.page.now:
            return UNDATED
        return Dating(found.at, found.precision, "url")

    # ── marked in the text ───────────────────────────────────────────────────────────────────────
    def marked(self) -> Dating:
        """Read `<time>`, microdata and RDFa: first what is named published, then the nearest below the headline."""
        named: Dating = UNDATED
        near: tuple[int, Dating] | None = None
        for place, element in enumerate(self.elements):
            names = _names(element)
            is_published = "publish" in names or element.get("pubdate") is not None
            if not (element.tag == "time" or is_published) or (_OTHER_DAY.search(names) and not is_published):
                continue
            if (_CHANGED.search(names) and not is_published) or self._is_elsewhere(
                element, above=place < self.headline
            ):
                continue
            dating = self._marked_date(element)
            if dating.at is None:
                continue
            if is_published and named.at is None:
                named = dating
            distance = place - self.headline if place > self.headline else 3 * (self.headline - place)
            if near is None or distance < near[0]:
                near = (distance, dating)
        return named if named.at is not None else near[1] if near else UNDATED

    def _marked_date(self, element: HtmlElement) -> Dating:
        shown = text_of(element, limit=_LONGEST_BYLINE)
        for name in ("datetime", "content", "title", "data-datetime", "data-date", "data-published", "data-timestamp"):
            found = self.stamp(element.get(name) or "", "time")
            if found.at is not None:
                return replace(found, text=shown or None)
        found = self.page.date(shown) if len(shown) <= _LONGEST_BYLINE else UNDATED
        if found.precision in _COARSE or not (found.source == "relative" or _YEAR.search(shown)):
            return UNDATED
        return Dating(found.at, found.precision, "time", shown or None)

    # ── in words ─────────────────────────────────────────────────────────────────────────────────
    def beside(self) -> Dating:
        """Read the short texts around the headline: what is called a byline, then any that is a date as a whole.

        What stands below the headline is read before what stands above it.
        """
        here = self.headline
        below, above = self.elements[here : here + _NEAR], self.elements[max(0, here - _NEAR // 2) : here]
        for near, is_above in ((below, False), (above[::-1], True)):
            for strict in (False, True):
                for element in near:
                    found = self._line(element, strict=strict)
                    if found.at is not None and not self._is_elsewhere(element, above=is_above):
                        return found
        return self._at_an_end(below)

    def _at_an_end(self, below: Sequence[HtmlElement]) -> Dating:
        """Read a short line below the headline that begins or ends with a date, whatever it is called."""
        for element in below:
            if (
                element.tag in HEADINGS
                or _OTHER_DAY.search(_names(element))
                or self._is_elsewhere(element, above=False)
            ):
                continue
            for line in _lines(element):
                found = self.page.byline(line) if len(line) <= _LONGEST_LOOSE and _YEAR.search(line) else UNDATED
                if found.at is None or found.text is None or found.precision in _COARSE or found.source == "relative":
                    continue
                bare = line.strip(" .,;()[]|–—-")
                if bare.startswith(found.text) or bare.endswith(found.text):
                    return found
        return UNDATED

    def dateline(self) -> Dating:
        """Read the date that the first paragraphs begin with: "27.1.2022 - ", "PARIS, 3 mars 2024 (AFP) –"."""
        for element in self.elements[self.headline : self.headline + 2 * _NEAR]:
            text = (
                text_of(element, limit=_LONGEST_BYLINE) if element.tag in ("p", "div", "span", "td", "strong") else ""
            )
            head = _DATELINE.match(text)
            if head is not None and _YEAR.search(head[0]):
                found = self.page.byline(head[0])
                if found.at is not None and found.precision not in _COARSE and found.source != "relative":
                    return found
        return UNDATED

    def in_a_sentence(self) -> Dating:
        """Read the text that says that something was published, else the only date there is below the headline."""
        alone: dict[date, Dating] = {}
        for element in self.elements[self.headline :]:
            text = text_of(element, limit=240) if len(element) <= 6 else ""
            if 4 <= len(text) <= 240 and PUBLISHED.search(fold(text)) and _YEAR.search(text):
                found = self.page.byline(text)
                if (
                    found.at is not None
                    and found.precision not in _COARSE
                    and not self._is_elsewhere(element, above=False)
                ):
                    return found
            found = self._line(element, strict=True)
            if found.at is not None and not self._is_elsewhere(element, above=False):
                alone[found.at.date()] = found
        return next(iter(alone.values())) if len(alone) == 1 else UNDATED

    def _line(self, element: HtmlElement, *, strict: bool) -> Dating:
        names = _names(element)
        is_heading = element.tag in HEADINGS and "date" not in names
        if is_heading or _OTHER_DAY.search(names) or (not strict and not _BYLINE.search(names)):
            return UNDATED
        for line in _lines(element):
            found = self.page.date(line) if strict else self.page.byline(line)
            if (
                found.at is not None
                and found.precision not in _COARSE
                and not self._is_later(found.at)
                and (found.source == "relative" or _YEAR.search(line))
            ):
                return found
        return UNDATED

    def _is_elsewhere(self, element: HtmlElement, *, above: bool) -> bool:
        """Tell what belongs to something else than the headline: another article's card, a comment, the site's top."""
        for node in (element, *element.iterancestors()):
            if node in self.above_headline:
                level = self.above_headline.index(node)
                return above and (node.tag in ("body", "html") or level > _SAME_PLACE)
            names = _names(node)
            if above and (node.tag in ("header", "nav") or _SITE_TOP.search(names)):
                return True
            if re.search(r"(?:^|[-_ ])comment", names) or self._is_card(node):
                return True
        return False

    def _is_card(self, node: HtmlElement) -> bool:
        """Tell a part that speaks of another article: it is short, and its heading is a link to one."""
        for heading in node.iter(*HEADINGS):
            links = [*heading.iter("a"), *islice(heading.iterancestors("a"), 1)]
            if any(article_link(link, self.page) is not None for link in links):
                return len(text_of(node, limit=_LONGEST_CARD)) < _LONGEST_CARD
        return False


def _lines(element: HtmlElement) -> Iterator[str]:
    """Yield the texts of an element that are short enough for a byline: all of it, then what stands loose in it."""
    loose = (element.text, *(child.tail for child in element))
    for line in (text_of(element, limit=_LONGEST_BYLINE), *(" ".join((text or "").split()) for text in loose)):
        if 4 <= len(line) <= _LONGEST_BYLINE:
            yield line


def _names(element: HtmlElement) -> str:
    return " ".join(filter(None, (element.get(name) for name in ("class", "id", "itemprop", "property")))).lower()


def _headline(elements: Sequence[HtmlElement], title: str) -> int:
    """Find the headline: the heading or the smallest element that says the title, else the first heading."""
    key = re.sub(r"\W+", " ", fold(title)).strip()
    least: int | None = None
    for place, element in enumerate(elements):
        if element.tag in ("title", "head", "meta", "html", "body"):
            continue
        is_heading = element.tag in HEADINGS
        if key and (is_heading or len(element) <= 1) and _says(element, key):
            if is_heading:
                return place
            least = place if least is None else least
    if least is not None:
        return least
    for wanted in (("h1",), tuple(HEADINGS)):
        found = next((place for place, element in enumerate(elements) if element.tag in wanted), None)
        if found is not None:
            return found
    return 0


def _says(element: HtmlElement, key: str) -> bool:
    text = text_of(element, limit=2 * len(key) + 20)
    return len(text) <= 2 * len(key) + 20 and re.sub(r"\W+", " ", fold(text)).strip() == key
