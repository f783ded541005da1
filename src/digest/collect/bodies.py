"""The text of an article, out of a page that has lost what stands around it.

The rule owned here: trafilatura reads it, strictly first, then leniently; it is believed when it found most of the
page's prose. Where it did not (many themes cut an article into pieces), the smallest element that holds the prose is
the article. Calls at its end to subscribe, to follow, or to read something else are not part of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import lxml.html
from lxml import etree
from lxml.html import HtmlElement

from digest.collect.blockwords import CJK, NEVER, WORDS
from digest.collect.datewords import fold
from digest.collect.markup import INLINE, UNSEEN, inner_html, is_element, pieces, text_of
from digest.model import Role

_SHORTEST: Final = 80
"""Characters from which a paragraph is prose."""
_ENOUGH: Final = 0.8
_TOO_LITTLE: Final = 0.6
"""Shares of the page's prose: found by a strict reading, and below which no reading is believed."""
_MOST_LINKS: Final = 0.5
_LONGEST_CALL: Final = 220
_CONTAINERS: Final = frozenset(
    {
        "div",
        "section",
        "article",
        "main",
        "ul",
        "ol",
        "blockquote",
        "table",
        "tbody",
        "thead",
        "tr",
        "dl",
        "center",
        "span",
    }
)
_CALL: Final = re.compile(
    r"^(?:tags?|topics?|filed under|categor\w+|etiquettes?|mots.cles|schlagworter?|etiquetas|labels?|source|via|share"
    r"|partager|teilen|follow|suivez|folgen sie|sign up|subscribe|abonnez|inscrivez|join (?:our|the)|download|support"
    r"|get (?:our|the|more)|buyer'?s guide|copyright|©|advertisement|anzeige|publicite|click here|need more|donate"
    r"|newsletter|read more|related|lire aussi|a lire|lesen sie|mehr zum|lee tambien|leggi anche|leia|lees ook"
    r"|see also|more from|updated at|last updated|have a (?:story|tip)|contact|email|e-mail|with reporting by"
    r"|editor'?s? note)\b"
)
_CALLS_ANYWHERE: Final = re.compile(
    r"\b(?:newsletter|subscribe|sign up|s'abonner|abonnez|abonnieren|inscrivez|suscri\w+"
    r"|follow (?:us|him|her|me|them|@)|on twitter|on facebook|sur twitter|auf twitter|whatsapp|telegram)\b|@\w+"
)


def body_of(html: str, url: str | None) -> str:
    """Read the article's body as HTML, hostile still; empty where there is none."""
    tree = _parsed(html)
    if tree is None:
        return ""
    prose = _prose(tree)
    found, best = "", -1.0
    for strict in (True, False):
        read = _read(html, url, strict=strict)
        share = _share(read, prose)
        if read and share > best + 0.05:
            found, best = read, share
        if best >= _ENOUGH:
            break
    if best < _TOO_LITTLE:
        found = _own(prose, found) or found
    return _without_calls(found)


def paragraphs(body: HtmlElement) -> list[str]:
    """Tell a body's text, a string per paragraph: loose text counts as one wherever blocks part it."""
    told: list[str] = []
    for inline in _runs(body):
        text = " ".join("".join(inline).split())
        if text:
            told.append(text)
    return told


def _runs(element: HtmlElement) -> Iterator[list[str]]:
    """Yield the texts between the borders of blocks."""
    run: list[str] = [element.text or ""]
    for child in element:
        if is_element(child) and child.tag not in UNSEEN:
            if _is_block(child):
                yield run
                if child.tag in _CONTAINERS:
                    yield from _runs(child)
                else:
                    yield [text_of(child)]
                run = []
            else:
                run.append(" " if child.tag == "br" else "".join(pieces(child)))
        run.append(child.tail or "")
    yield run


def _is_block(element: HtmlElement) -> bool:
    if element.tag == "span":
        return any(is_element(node) and node.tag not in INLINE and node.tag not in ("br", "img") for node in element)
    return element.tag not in INLINE and element.tag not in ("br", "img", "picture")


def _parsed(html: str) -> HtmlElement | None:
    try:
        return lxml.html.document_fromstring(html) if html.strip() else None
    except (etree.ParserError, ValueError):
        return None


def _read(html: str, url: str | None, *, strict: bool) -> str:
    import trafilatura

    found = trafilatura.extract(
        html, url=url, output_format="html", include_comments=False, include_formatting=True, include_links=True,
        include_images=True, favor_precision=strict,
    )  # fmt: skip
    tree = _parsed(found or "")
    body = tree.find("body") if tree is not None else None
    return inner_html(body) if body is not None else ""


# ── how much of the prose was found ──────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class _Prose:
    """A paragraph that is prose, what holds it, and what its holder is called: alike holders hold one article."""

    holder: HtmlElement
    kind: str
    text: str


def _prose(tree: HtmlElement) -> list[_Prose]:
    """Collect the paragraphs of a page that are prose rather than lists of links."""
    found = []
    for element in tree.iter("p", "div"):
        if element.tag == "div" and any(is_element(child) and _is_block(child) for child in element):
            continue
        text = text_of(element)
        if len(text) >= _SHORTEST and _links(element) < _MOST_LINKS * len(text):
            holder = element.getparent()
            found.append(_Prose(holder, f"{holder.tag} {holder.get('class') or ''}", text))
    return found


def _links(element: HtmlElement) -> int:
    return sum(len(text_of(link)) for link in element.iter("a"))


def _share(found: str, prose: Sequence[_Prose]) -> float:
    """Tell how much was found of the prose in those holders, and in others of their kind."""
    kinds = _kinds_found(found, prose)
    told = _told(found)
    alike = [one for one in prose if one.kind in kinds]
    whole = sum(len(one.text) for one in alike)
    return sum(len(one.text) for one in alike if _bare(one.text) in told) / whole if whole else float(bool(found))


def _kinds_found(found: str, prose: Sequence[_Prose]) -> set[str]:
    told = _told(found)
    return {one.kind for one in prose if _bare(one.text) in told} if told else set()


def _told(found: str) -> str:
    tree = _parsed(found)
    return re.sub(r"\W+", "", text_of(tree)) if tree is not None else ""


def _bare(text: str) -> str:
    return re.sub(r"\W+", "", text)[:60]


def _own(prose: Sequence[_Prose], found: str) -> str:
    """Take all that is told in holders like those the text was found in; where none was, in those of the most prose."""
    lengths: dict[str, int] = {}
    for one in prose:
        lengths[one.kind] = lengths.get(one.kind, 0) + len(one.text)
    kinds = _kinds_found(found, prose) or set(sorted(lengths, key=lambda kind: -lengths[kind])[:1])
    holders = list(dict.fromkeys(one.holder for one in prose if one.kind in kinds))
    parts = []
    for holder in holders:
        if any(above in holders for above in holder.iterancestors()):
            continue
        for element in holder:
            text = text_of(element) if is_element(element) and element.tag not in UNSEEN else ""
            if text and _links(element) < _MOST_LINKS * len(text):
                parts.append(lxml.html.tostring(element, encoding="unicode", with_tail=False))
    return "".join(parts)


# ── what is no part of an article, although it stands in its midst ───────────────────────────────
def _without_calls(html: str) -> str:
    """Drop what leads elsewhere: lines of links to other articles anywhere, and calls of all kinds at the end."""
    body = _parsed(f"<div>{html}</div>") if html else None
    if body is None:
        return ""
    holder = next(body.iter("div"))
    for element in list(holder):
        if is_element(element) and _leads_elsewhere(element):
            element.drop_tree()
    for element in reversed(list(holder)):
        text = text_of(element) if is_element(element) else ""
        if (element.tail or "").strip() or (text and not _is_call(element, text)):
            break
        if text:
            element.drop_tree()
    return inner_html(holder)


def _leads_elsewhere(element: HtmlElement) -> bool:
    """Tell "Read also: …", a line that names a list of other articles and is little more than a link."""
    text = text_of(element)
    if not text or len(text) > _LONGEST_CALL or element.tag in ("table", "pre", "img", "figure", "blockquote"):
        return False
    folded = fold(text)
    names = WORDS[Role.RELATED].match(folded) or CJK[Role.RELATED].match(folded)
    return names is not None and (_links(element) >= _MOST_LINKS * len(text) or folded.endswith(":"))


def _is_call(element: HtmlElement, text: str) -> bool:
    if element.tag in ("img", "figure", "table", "pre", "blockquote") or len(text) > _LONGEST_CALL:
        return False
    folded = fold(text).strip(' *•—–-"“')
    if _CALL.match(folded) or (_CALLS_ANYWHERE.search(folded) and _links(element)):
        return True
    if element.tag in ("h2", "h3", "h4", "h5", "h6"):
        return NEVER.search(folded) is not None or any(words.search(folded) for words in WORDS.values())
    return _links(element) >= 0.9 * len(text)
