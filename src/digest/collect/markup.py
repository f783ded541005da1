"""Read HTML as a tree of text: what a reader would see of an element, and where its links lead.

Nothing here judges what a text is for. Scripts, styles and comments are never text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from typing import Final
from urllib.parse import urljoin, urlsplit, urlunsplit

import lxml.html
from lxml import etree
from lxml.html import HtmlElement

UNSEEN: Final = frozenset(
    {
        "script",
        "style",
        "noscript",
        "template",
        "svg",
        "iframe",
        "object",
        "select",
        "option",
        "button",
        "textarea",
        "head",
    }
)
INLINE: Final = frozenset(
    {"a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins", "kbd",
    "mark", "q", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr"}
)  # fmt: skip
HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


def is_element(node: HtmlElement) -> bool:
    """Tell elements from comments and processing instructions, which lxml mixes with them."""
    return isinstance(node.tag, str)


def pieces(element: HtmlElement) -> Iterator[str]:
    """Yield the visible texts below an element in order, a space where a block begins or ends."""
    if element.text:
        yield element.text
    for child in element:
        if is_element(child) and child.tag not in UNSEEN:
            inline = child.tag in INLINE
            if not inline:
                yield " "
            yield from pieces(child)
            if not inline:
                yield " "
        if child.tail:
            yield child.tail


def text_of(element: HtmlElement, *, limit: int | None = None) -> str:
    """Collect the visible text of an element on one line; past `limit` characters what follows is not looked at."""
    if limit is None:
        return " ".join("".join(pieces(element)).split())
    words: list[str] = []
    size = 0
    for piece in pieces(element):
        words.append(piece)
        size += len(piece.strip())
        if size > limit:
            break
    return " ".join("".join(words).split())


def depth_of(element: HtmlElement) -> int:
    """Count how many elements stand within one another at the deepest place below an element."""
    deepest = depth = 0
    for event, _ in etree.iterwalk(element, events=("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
    return deepest


def inner_html(element: HtmlElement) -> str:
    """Write out what is inside an element, its first text too."""
    children = "".join(lxml.html.tostring(child, encoding="unicode") for child in element)
    return (escape(element.text or "", quote=False) + children).strip()


def absolute(href: str | None, base_url: str | None) -> str | None:
    """Make an http(s) URL whole; None for anything else: nothing, a script, a mailbox, nonsense."""
    told = "".join((href or "").split())
    if not told:
        return None
    try:
        whole = urljoin(base_url or "", told)
        parts = urlsplit(whole)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    return whole


def without_fragment(url: str) -> str:
    """Drop what a browser does not send."""
    return urlunsplit(urlsplit(url)._replace(fragment=""))


def site_of(url: str | None) -> str:
    """Name the host of a URL without `www.`; empty where there is none."""
    host = urlsplit(url).hostname if url else None
    return re.sub(r"^(?:www|m|amp)\.", "", host or "")


def image_of(element: HtmlElement, base_url: str | None) -> str | None:
    """Find the first real picture below an element, however late it is meant to load."""
    for image in element.iter("img"):
        for name in ("data-src", "data-lazy-src", "data-original", "src"):
            source = (image.get(name) or "").strip()
            if source and not source.startswith("data:"):
                width = (image.get("width") or "").strip()
                if width.isdigit() and int(width) < 32:
                    break
                return absolute(source, base_url)
    return None


def selector_of(element: HtmlElement) -> str:
    """Name an element by a CSS selector that starts at the nearest id and counts only where it must."""
    steps: list[str] = []
    node: HtmlElement | None = element
    while node is not None and is_element(node) and node.tag not in ("html", "body"):
        name = node.get("id") or ""
        if re.fullmatch(r"[A-Za-z][A-Za-z_-]*", name):
            steps.append(f"{node.tag}#{name}")
            break
        steps.append(_step(node))
        node = node.getparent()
    else:
        steps.append("body")
    return " > ".join(reversed(steps))


def _step(node: HtmlElement) -> str:
    parent = node.getparent()
    alike = [one for one in parent if one.tag == node.tag] if parent is not None else [node]
    if len(alike) == 1:
        return str(node.tag)
    for name in (node.get("class") or "").split():
        if re.fullmatch(r"[A-Za-z][A-Za-z_-]*", name):
            bearers = [one for one in alike if name in (one.get("class") or "").split()]
            if len(bearers) == 1:
                return f"{node.tag}.{name}"
    return f"{node.tag}:nth-of-type({alike.index(node) + 1})"
