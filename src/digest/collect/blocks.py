"""Find the lists of articles in a page and say what each is for.

The rule owned here: a list is what repeats. Links that stand at the same place of the same markup are grouped; the
smallest element that holds each of them in a child of its own is the list, the children are its records. What a list
is for is told by its heading first, by known widget markup second, by its place last. Navigation, sections, tags,
archives, comments and sharing are not lists of articles, whatever they are called.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from itertools import islice
from typing import Final

from lxml.html import HtmlElement

from digest.collect.blockwords import (
    ASIDE,
    CJK,
    CJK_NOT_RECORDS,
    MARKUP,
    MARKUP_NOT_RECORDS,
    NEVER,
    NOT_RECORDS,
    POSTS,
    WORDS,
)
from digest.collect.datewords import fold
from digest.collect.markup import HEADINGS, UNSEEN, is_element, selector_of, site_of, text_of
from digest.collect.records import Link, Page, article_link, read_record
from digest.model import Block, EntryData, Role

_LONGEST_HEADING: Final = 70
_FEWEST: Final = 3
_FEWEST_NAMED: Final = 2
_MOST: Final = 200
_FARTHEST: Final = 6
"""Texts between a heading and its list."""
_SECTIONS: Final = frozenset({"nav", "form", "menu", "dialog"})
_ONE_RECORD: Final = frozenset({"li", "article", "tr", "dd", "dt"})
_LISTS: Final = frozenset({"ul", "ol", "table", "dl"})


@dataclass(frozen=True, slots=True)
class Located:
    """A block and the elements of the page it was found in: its `container`, and its `heading` if it has one."""

    block: Block
    container: HtmlElement
    heading: HtmlElement | None
    records: tuple[HtmlElement, ...]


@dataclass(frozen=True, slots=True)
class _Group:
    container: HtmlElement
    records: tuple[tuple[HtmlElement, tuple[Link, ...]], ...]


def find_blocks(
    tree: HtmlElement, *, base_url: str | None, now: datetime, language: str | None, zone: tzinfo
) -> tuple[Block, ...]:
    """Find the lists of articles in a page, the surest first; see `dates.read_date` for the parameters."""
    page = Page(base_url, now, language, zone)
    return tuple(located.block for located in locate_blocks(tree, page))


def locate_blocks(tree: HtmlElement, page: Page) -> tuple[Located, ...]:
    """Find the lists of articles and where they stand."""
    tabs = _tabs(tree)
    found = []
    for group in _groups(_links(tree, page)):
        located = _located(group, page, tabs)
        if located is not None:
            found.append(located)
    found = _one_main(_without_copies(found))
    return tuple(sorted(found, key=lambda located: -located.block.confidence))


# ── grouping ─────────────────────────────────────────────────────────────────────────────────────
def _links(tree: HtmlElement, page: Page) -> dict[str, list[Link]]:
    """Collect the links that may lead to articles by the path of tags they stand at, in page order."""
    paths: dict[HtmlElement, str | None] = {}
    groups: dict[str, list[Link]] = {}
    for anchor in tree.iter("a"):
        path = _path(anchor, paths)
        link = article_link(anchor, page) if path is not None else None
        if path is not None and link is not None:
            groups.setdefault(path, []).append(link)
    return groups


def _path(element: HtmlElement, paths: dict[HtmlElement, str | None]) -> str | None:
    """Name an element by the tags from the root to it; None inside what is never a list of articles."""
    if element in paths:
        return paths[element]
    parent = element.getparent()
    above = "" if parent is None else _path(parent, paths)
    path = None if above is None or _is_navigation(element) else f"{above}/{element.tag}"
    paths[element] = path
    return path


def _is_navigation(element: HtmlElement) -> bool:
    """Tell by tag, role or name; but what holds a headline or an article was only left open by mistake."""
    if element.tag in UNSEEN:
        return True
    if element.tag in ("body", "html", "main", "article", "a"):
        return False
    told = element.tag in _SECTIONS or element.get("role") in ("navigation", "menu", "menubar")
    if told or any(MARKUP_NOT_RECORDS.fullmatch(name) for name in _names(element).split()):
        return next(element.iter("h1", "article", "main", "aside"), None) is None
    return False


def _names(element: HtmlElement) -> str:
    return f"{element.get('class') or ''} {element.get('id') or ''}".lower()


def _groups(by_path: dict[str, list[Link]]) -> Iterator[_Group]:
    for links in by_path.values():
        if len({link.url for link in links}) >= _FEWEST_NAMED:
            chains = [(link, _chain(link.element)) for link in links]
            yield from _split(chains, 0)


def _chain(element: HtmlElement) -> list[HtmlElement]:
    chain = [element, *element.iterancestors()]
    chain.reverse()
    return chain


def _split(chains: Sequence[tuple[Link, list[HtmlElement]]], depth: int) -> list[_Group]:
    """Divide links that share `depth` ancestors into lists: where most children hold one article, that is one."""
    while len({id(chain[depth]) for _, chain in chains}) == 1:
        depth += 1
        if depth >= min(len(chain) for _, chain in chains):
            return []
    children: dict[HtmlElement, list[tuple[Link, list[HtmlElement]]]] = {}
    for link, chain in chains:
        children.setdefault(chain[depth], []).append((link, chain))
    single = {child: inner for child, inner in children.items() if _is_one(child, inner)}
    parent = chains[0][1][depth - 1]
    if len(single) >= _FEWEST_NAMED and len(single) * 3 >= len(children) * 2:
        groups = [_Group(parent, tuple((child, tuple(link for link, _ in inner)) for child, inner in single.items()))]
        rest = [inner for child, inner in children.items() if child not in single]
        return groups + [group for inner in rest for group in _split(inner, depth)]
    parts = [
        group
        for inner in children.values()
        if len({link.url for link, _ in inner}) > 1
        for group in _split(inner, depth)
    ]
    return _joined(parent, parts)


def _is_one(child: HtmlElement, inner: Sequence[tuple[Link, list[HtmlElement]]]) -> bool:
    if len({link.url for link, _ in inner}) == 1:
        return True
    return (
        child.tag in _ONE_RECORD and len(inner) <= 4 and not any(node.tag in _LISTS for node in child.iterdescendants())
    )


def _joined(parent: HtmlElement, parts: Sequence[_Group]) -> list[_Group]:
    """Join the rows of a grid: neighbours of the same shape without a heading between them."""
    rows: list[_Group] = []
    for part in parts:
        last = rows[-1] if rows else None
        if last is not None and _same_grid(last, part) and not _is_headed(part, parent):
            rows[-1] = _Group(parent, last.records + part.records)
        else:
            rows.append(part)
    return rows


def _same_grid(left: _Group, right: _Group) -> bool:
    return (
        left.records[-1][0].tag == right.records[0][0].tag
        and right.container.tag not in _LISTS
        and right.container.tag not in ("aside", "section", "article")
        and _names(left.records[-1][0].getparent()) == _names(right.container)
    )


def _is_headed(part: _Group, parent: HtmlElement) -> bool:
    """Tell whether a text stands before the first record, within the row or between it and the row before."""
    node = part.records[0][0]
    while node.getparent() is not parent:
        if any(is_element(before) and text_of(before, limit=1) for before in node.itersiblings(preceding=True)):
            return True
        node = node.getparent()
    before = node.getprevious()
    return before is not None and before.tag != node.tag and bool(text_of(before, limit=1))


# ── judging ──────────────────────────────────────────────────────────────────────────────────────
def _located(group: _Group, page: Page, tabs: dict[str, str]) -> Located | None:
    entries: list[EntryData] = []
    elements: list[HtmlElement] = []
    for element, links in group.records[:_MOST]:
        url = max(links, key=lambda link: len(text_of(link.element))).url
        entry = read_record(element, url, [link.element for link in links if link.url == url], page)
        if entry is not None and all(entry.url != known.url for known in entries):
            entries.append(entry)
            elements.append(element)
    if len(entries) < _FEWEST_NAMED or _is_prose(entries, elements):
        return None
    heading, element = _heading(group, tabs)
    role = role_of(heading) if heading else None
    if heading is not None and role is None and _is_refused(heading):
        return None
    told = role is not None
    role = role or _role_by_markup(group.container)
    own = [entry for entry in entries if site_of(entry.url) == site_of(page.base_url)] if page.base_url else entries
    if role is not None and own:
        elements = [one for one, entry in zip(elements, entries, strict=True) if entry in own]
        entries = own
    if role is None:
        if len(entries) < _FEWEST or not _are_headlines(entries):
            return None
        role = Role.OTHER if _is_aside(group.container) else Role.MAIN
    confidence = _confidence(entries, role, told=told, own=len(own))
    if heading and told and POSTS.search(fold(heading)):
        confidence = min(round(confidence + 0.1, 2), 1.0)
    block = Block(role, heading or "", selector_of(group.container), confidence, tuple(entries))
    return Located(block, group.container, element, tuple(elements))


def _is_prose(entries: Sequence[EntryData], elements: Sequence[HtmlElement]) -> bool:
    """Tell paragraphs with a link in each from records: their link is a small part of a long text."""
    prose = 0
    for entry, element in zip(entries, elements, strict=True):
        text = text_of(element)
        inside = element.tag == "p" or not any(True for _ in element.iter("p", "div", "span", *HEADINGS))
        prose += inside and len(text) > 120 and len(entry.title) < len(text) / 3
    return prose * 2 > len(entries)


def _are_headlines(entries: Sequence[EntryData]) -> bool:
    """Ask of a list that nothing names whether its titles are long, or its records dated, as articles are."""
    long = sum(len(entry.title) >= 20 or _wide(entry.title) >= 8 for entry in entries)
    dated = sum(entry.dating.at is not None for entry in entries)
    return long * 3 >= len(entries) * 2 or dated * 2 >= len(entries)


def _wide(text: str) -> int:
    return sum("\u3040" <= sign <= "\u9fff" or "\uac00" <= sign <= "\ud7a3" for sign in text)


def _confidence(entries: Sequence[EntryData], role: Role, *, told: bool, own: int) -> float:
    count = len(entries)
    dated = sum(entry.dating.at is not None for entry in entries) / count
    told_more = sum(bool(entry.summary) for entry in entries) / count
    long = sum(len(entry.title.split()) >= 3 or _wide(entry.title) >= 6 for entry in entries) / count
    value = 0.6 if told else 0.5 if role in (Role.RECENT, Role.RELATED, Role.POPULAR) else 0.2
    value += 0.1 * dated + 0.05 * told_more + 0.1 * long + (0.05 if count >= _FEWEST else -0.1)
    if role in (Role.MAIN, Role.OTHER):
        value += 0.1 * dated + 0.1 * told_more + min(count, 20) * 0.01
    if own < count or own == 0:
        value -= 0.2
    return round(min(max(value, 0.0), 1.0), 2)


# ── naming ───────────────────────────────────────────────────────────────────────────────────────
def role_of(heading: str) -> Role | None:
    """Tell what a list is for by its heading; None if the heading does not say."""
    folded = fold(heading)
    if len(folded) > _LONGEST_HEADING or NEVER.search(folded) or CJK_NOT_RECORDS.search(folded):
        return None
    for role, words in WORDS.items():
        if words.search(folded) or CJK[role].search(folded):
            return role
    return None


def _is_refused(heading: str) -> bool:
    folded = fold(heading)
    return any(words.search(folded) for words in (NEVER, NOT_RECORDS, CJK_NOT_RECORDS))


def _role_by_markup(container: HtmlElement) -> Role | None:
    for element in (container, *list(container.iterancestors())[:3]):
        if element.tag in ("body", "main", "html"):
            break
        names = _names(element)
        for role, pattern in MARKUP.items():
            if pattern.search(names):
                return role
    return None


def _is_aside(container: HtmlElement) -> bool:
    for element in (container, *container.iterancestors()):
        if element.tag in ("aside", "footer", "header"):
            return True
        if element.tag in ("main", "body"):
            return False
        if ASIDE.search(_names(element)):
            return True
    return False


def _heading(group: _Group, tabs: dict[str, str]) -> tuple[str | None, HtmlElement | None]:
    """Find the nearest text before the first record that heads the list: inside the widget, or just above it."""
    node = group.records[0][0]
    for _ in range(6):
        label = tabs.get(node.get("id") or "") or node.get("aria-label") or ""
        if role_of(label):
            return label, None
        for before, text in islice(_told_before(node), _FARTHEST):
            heading = _as_heading(before, text)
            if heading is not None:
                return text_of(heading), heading
            if len(text) > _LONGEST_HEADING:
                return None, None
        parent = node.getparent()
        if parent is None or parent.tag in ("body", "main", "article"):
            return None, None
        node = parent
    return None, None


def _told_before(node: HtmlElement) -> Iterator[tuple[HtmlElement, str]]:
    """Yield the elements with a text before one, nearest first, and the beginning of their texts."""
    for before in islice(node.itersiblings(preceding=True), _MOST):
        if is_element(before) and before.tag not in UNSEEN:
            text = text_of(before, limit=2 * _LONGEST_HEADING)
            if text:
                yield before, text


def _as_heading(element: HtmlElement, text: str) -> HtmlElement | None:
    """Take an element as a heading: one by its tag, the last one inside a short part, or words that name a role."""
    if element.tag in HEADINGS or element.tag in ("legend", "caption"):
        return element if len(text) <= 2 * _LONGEST_HEADING else None
    if len(text) > _LONGEST_HEADING:
        return None
    inside = [heading for heading in element.iter(*HEADINGS) if text_of(heading)]
    if inside:
        return inside[-1]
    titled = re.search(r"title|heading|titel|headline", _names(element))
    return element if titled or role_of(text) or _is_refused(text) else None


def _tabs(tree: HtmlElement) -> dict[str, str]:
    """Collect what the tabs of a tabbed widget are called: `<a href="#recent">Recent</a>` names `id=recent`."""
    tabs: dict[str, str] = {}
    for anchor in tree.iter("a"):
        href = (anchor.get("href") or "").strip()
        if href.startswith("#") and len(href) > 1:
            text = text_of(anchor)
            if text and len(text) <= _LONGEST_HEADING:
                tabs.setdefault(href[1:], text)
    return tabs


# ── the whole page ───────────────────────────────────────────────────────────────────────────────
def _without_copies(found: Iterable[Located]) -> list[Located]:
    """Keep one of the blocks that list the same articles (picture, headline and "more" each make a group)."""
    kept: list[Located] = []
    for located in sorted(found, key=_merit, reverse=True):
        urls = {entry.url for entry in located.block.entries}
        if not any(_covers(other, located, urls) for other in kept):
            kept.append(located)
    return kept


def _merit(located: Located) -> tuple[float, float]:
    titles = [len(entry.title) for entry in located.block.entries]
    return located.block.confidence + min(len(titles), 10) * 0.01, sum(titles) / len(titles)


def _covers(other: Located, located: Located, urls: set[str | None]) -> bool:
    shared = len(urls & {entry.url for entry in other.block.entries})
    if shared * 5 < len(urls) * 4:
        return False
    near = other.container is located.container or other.container in located.container.iterancestors()
    return near or located.container in other.container.iterancestors()


def _one_main(found: Iterable[Located]) -> list[Located]:
    """Leave the name `main` to the best of its bearers."""
    judged = list(found)
    mains = [located for located in judged if located.block.role is Role.MAIN]
    best = max(mains, key=lambda one: (one.block.confidence, len(one.block.entries)), default=None)
    return [
        replace(one, block=replace(one.block, role=Role.OTHER))
        if one.block.role is Role.MAIN and one is not best
        else one
        for one in judged
    ]
