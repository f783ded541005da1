"""What comes from outside becomes harmless: HTML by an allow-list, text without control characters.

Nothing a source sends may run, submit, track or borrow our looks: no script, style, form, frame or event
attribute passes; pixels of one point are dropped; every address is absolute http(s) or mailto.
"""

from __future__ import annotations

import html
import re
from dataclasses import replace
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

import nh3

from digest.model import Enclosure, EntryData

MAX_TITLE, MAX_SUMMARY, MAX_CONTENT = 300, 1_000, 400_000

_TAGS = {
    "a", "abbr", "b", "bdi", "bdo", "blockquote", "br", "caption", "cite", "code", "col", "colgroup", "dd", "del",
    "details", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i",
    "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "rp", "rt", "ruby", "s", "samp", "small", "span",
    "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "u", "ul", "var", "wbr",
}  # fmt: skip
_ATTRIBUTES = {
    "*": {"lang", "dir", "title"},
    "a": {"href", "hreflang"},
    "blockquote": {"cite"}, "q": {"cite"}, "del": {"cite", "datetime"}, "ins": {"cite", "datetime"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start", "type"}, "time": {"datetime"}, "col": {"span"}, "colgroup": {"span"},
    "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan", "scope"},
}  # fmt: skip
_DROPPED_WHOLE = {
    "script", "style", "iframe", "object", "embed", "form", "button", "input", "select", "textarea", "template",
    "noscript", "svg", "math", "title", "video", "audio", "canvas", "applet", "frameset", "dialog",
}  # fmt: skip
_SCHEMES = {"http", "https", "mailto"}

# Legal in XML 1.0 (§2.2) but for the C1 block, which clips mail in some clients and has no use in text.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_SPACE = re.compile(r"\s+")
_IMAGE = re.compile(r"<img\b[^>]*>")
_POINT = re.compile(r'\b(?:width|height)="[01](?:px)?"')
_BEACON = re.compile(
    r"""src="https?://[^"/]*(?:\bpixel\.|feedburner\.com/~r/|feeds\.wordpress\.com/1\.0/|\bstats\.|doubleclick\.net|/b\.gif)""",
    re.IGNORECASE,
)
_TAG = re.compile(r"<[^>]*>")


@lru_cache(maxsize=256)
def _cleaner(base: str | None) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        clean_content_tags=_DROPPED_WHOLE,
        url_schemes=_SCHEMES,
        url_relative=("rewrite_with_base", base) if base else "deny",
        link_rel="noopener noreferrer",
    )


def legal(text: str) -> str:
    """Remove characters that XML 1.0 forbids or that only do harm."""
    return _ILLEGAL.sub("", text)


def plain(text: str) -> str:
    """Make one line of plain text out of text that may hold tags, entities and controls."""
    if "<" in text:
        text = _TAG.sub(" ", nh3.clean(text, tags=set(), clean_content_tags=_DROPPED_WHOLE))
    if "&" in text:
        text = html.unescape(text)
    return _SPACE.sub(" ", legal(text)).strip()


def shortened(text: str, limit: int) -> str:
    """Cut a text at a word, with an ellipsis, so that it has at most `limit` characters."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    cut = head.rfind(" ")
    return (head[:cut] if cut > limit // 2 else head).rstrip(" ,;:.–-") + "…"


def fragment(markup: str, base: str | None) -> str:
    """Pass HTML through the allow-list; relative addresses are resolved against `base`, or dropped without one."""
    cleaned = _cleaner(base if _is_web(base) else None).clean(legal(markup[:MAX_CONTENT]))
    return _IMAGE.sub(_keep_image, cleaned).strip()


def _keep_image(match: re.Match[str]) -> str:
    image = match[0]
    seen = 'src="http' in image and not _POINT.search(image) and not _BEACON.search(image)
    return image if seen else ""


def _is_web(url: str | None) -> bool:
    return bool(url) and urlsplit(url).scheme in ("http", "https")


def web_url(url: str | None, base: str | None) -> str | None:
    """Make an absolute http(s) address, or None where there is none to be had."""
    if not url:
        return None
    text = legal(url).strip()
    try:
        joined = urljoin(base or "", text)
        parts = urlsplit(joined)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return None
        _ = parts.port
    except ValueError:
        return None
    return joined.replace(" ", "%20").replace('"', "%22").replace("<", "%3C").replace(">", "%3E")


def clean(entry: EntryData, base: str | None) -> EntryData:
    """Make an entry harmless; `base` is what its relative addresses count from. Cleaning twice changes nothing."""
    url = web_url(entry.url, base)
    near = url or base
    content = fragment(entry.content, near) if entry.content else ""
    summary = plain(entry.summary[:20_000])
    title = plain(entry.title[:5_000])
    return replace(
        entry,
        uid=legal(entry.uid)[:1_000],
        url=url,
        title=shortened(title, MAX_TITLE),
        summary=shortened(summary, MAX_SUMMARY),
        content=content,
        authors=tuple(dict.fromkeys(name for name in (plain(author)[:120] for author in entry.authors) if name)),
        categories=tuple(dict.fromkeys(word for word in (plain(term)[:80] for term in entry.categories) if word))[:20],
        image=web_url(entry.image, near),
        language=entry.language if entry.language and re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*", entry.language) else None,
        enclosures=tuple(
            Enclosure(address, plain(item.media_type)[:100] or "application/octet-stream", item.length)
            for item in entry.enclosures
            if (address := web_url(item.url, near))
        ),
    )
