"""What comes from outside becomes harmless: HTML by an allow-list, text without control characters.

Nothing a source sends may run, submit, track or borrow our looks: no script, style, form, frame or event
attribute passes; pixels of one point are dropped; every address is absolute http(s) or mailto. What it costs is
bounded too: by length, and by depth.
"""

from __future__ import annotations

import html
import re
from dataclasses import replace
from functools import lru_cache
from urllib.parse import quote, urljoin, urlsplit

import lxml.html
import nh3
from lxml import etree

from digest.model import Enclosure, EntryData

MAX_TITLE, MAX_SUMMARY, MAX_CONTENT = 300, 1_000, 400_000
_NAME = 80  # characters of a title that is made up
_MAX_PLAIN, _MAX_URL, _MAX_UID = 20_000, 4_000, 1_000

_TAGS = {
    "a", "abbr", "b", "bdi", "bdo", "blockquote", "br", "caption", "cite", "code", "col", "colgroup", "dd", "del",
    "details", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i",
    "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "rp", "rt", "ruby", "s", "samp", "small", "span",
    "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "u", "ul", "var",
    "wbr",
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
# What stands on a line of its own: its tags separate words, those of other elements do not.
_LINES = {
    "address", "article", "aside", "blockquote", "br", "caption", "center", "dd", "details", "div", "dl", "dt",
    "figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "img", "li", "main", "nav",
    "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
}  # fmt: skip
_OTHER_TAGS = {"base", "big", "body", "font", "frame", "head", "html", "link", "meta", "nobr", "strike", "tt"}
_SCHEMES = {"http", "https", "mailto"}

# Legal in XML 1.0 (§2.2) but for the C1 block, which clips mail in some clients and has no use in text.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_CONTROLS = bytes(code for code in range(128) if _ILLEGAL.match(chr(code)))
# Those beyond ASCII, in UTF-8; apart, since a pattern that begins with one certain byte is found at once.
_BEYOND = tuple(map(re.compile, (rb"\xc2[\x80-\x9f]", rb"\xed[\xa0-\xbf]", rb"\xef\xbf[\xbe\xbf]")))
_ELEMENTS = "|".join(sorted(_TAGS | _DROPPED_WHOLE | _LINES | _OTHER_TAGS))
_NO_MARKUP = re.compile(rf"<(?!/?(?:{_ELEMENTS})\b|!--)", re.IGNORECASE)
_MANY_TAGS, _MUCH_REPEATED, _DEEPEST, _SHALLOW = 200, 4_000_000, 100, 40
# A tag that every tokenizer of HTML ends at the same `>` (its name is caught), or a comment without markup in it.
_CERTAIN_TAG = re.compile(
    r"""<(/?[a-zA-Z][a-zA-Z0-9:-]*+)"""
    r"""(?:[ \t\n\r\f/]++[^ \t\n\r\f"'<>=/]++"""
    r"""(?:[ \t\n\r\f]*+=[ \t\n\r\f]*+(?:"[^"<]*+"|'[^'<]*+'|[^ \t\n\r\f"'<>=`]++))?+)*+"""
    r"""[ \t\n\r\f/]*+>|<!--[^<>]*-->"""
)
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"}
_FOREIGN = {"svg", "math"}  # other rules hold within
_DRAWING = re.compile(r"<svg\b[^<>]*>[^<]*(?:<(?!/?svg\b)[^<]*)*</svg>")
# What a parser opens again in the next block, where it was not closed; what begins no block; and blocks that close an
# open paragraph and nothing else, whose end is also that of paragraphs and list items within.
_FORMATTING = {
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
}  # fmt: skip
_INLINE = _FORMATTING | {
    "abbr", "bdi", "bdo", "cite", "del", "dfn", "ins", "kbd", "label", "mark", "picture", "q", "samp", "span", "sub",
    "sup", "time", "var",
}  # fmt: skip
_BLOCKS = {
    "article", "aside", "blockquote", "center", "details", "div", "dl", "figcaption", "figure", "footer", "header",
    "main", "nav", "ol", "p", "section", "summary", "ul",
}  # fmt: skip
_IMPLIED_ENDS = {"/dd", "/dt", "/li", "/p"}
_END_OF = {name: f"/{name}" for name in (_TAGS | _FORMATTING) - _VOID}
_PRE = re.compile(r"(<pre\b[^<>]*>)\n+")  # a parser drops the first of them, so each reading would drop one more
_ALT = re.compile(r'<img\b[^<>]*?\balt="([^"]*)"')
_IMAGE = re.compile(r"<img\b[^<>]*>")
_POINT = re.compile(r'\b(?:width|height)="[01](?:px)?"')
_BEACON = re.compile(
    r'src="https?://[^"/]*'
    r"(?:\bpixel\.|feedburner\.com/~r/|feeds\.wordpress\.com/1\.0/|\bstats\.|doubleclick\.net|/b\.gif)",
    re.IGNORECASE,
)
_TAG = re.compile(r"<[^<>]*>")
_BARE = nh3.Cleaner(tags=_LINES, attributes={}, clean_content_tags=_DROPPED_WHOLE)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}")
_HOST = re.compile(r"[^\s%<>\\^`{|}\"]+")
# An address that is absolute, harmless and in its normal form already.
_WHOLE_URL = re.compile(
    r"https?://[A-Za-z0-9.-]*[A-Za-z0-9](?::[0-9]{1,4})?"
    r"(?:/[!$-:=@-~]*(?:\?[!$-:=?-~]+)?(?:#[!$-:=?-~]+)?)?"
)
_TOO_DEEP = "/".join(["*"] * (_DEEPEST - 1))
_SOMEWHERE = "relative://somewhere/"


@lru_cache(maxsize=8)
def _cleaner(base: str | None) -> nh3.Cleaner:
    try:
        return nh3.Cleaner(
            tags=_TAGS,
            attributes=_ATTRIBUTES,
            clean_content_tags=_DROPPED_WHOLE,
            url_schemes=_SCHEMES,
            url_relative=("rewrite_with_base", base) if base else "deny",
            link_rel="noopener noreferrer",
        )
    except ValueError:  # what Python holds for a web address, its URL standard may not: 1.2.3.4.5 is no host there
        return _cleaner(None)


def legal(text: str) -> str:
    """Remove characters that XML 1.0 forbids or that only do harm."""
    if text.isprintable():
        return text
    raw = text.encode("utf-8", "surrogatepass")
    harmless = len(raw.translate(None, _CONTROLS)) == len(raw) and not any(some.search(raw) for some in _BEYOND)
    return text if harmless else _ILLEGAL.sub("", text)


def plain(text: str) -> str:
    """Make one line of plain text out of text that may hold tags, entities and controls.

    Entities are decoded once, so doing it twice would decode what was meant literally. A `<` that begins no HTML
    element stays: `Vec<T>` is a title too.
    """
    text = legal(text[:_MAX_PLAIN])
    if "<" in text:
        marked = _shallow(_NO_MARKUP.sub("&lt;", text))
        text = _TAG.sub(" ", _BARE.clean(marked))
    if "&" in text:
        text = html.unescape(text)
    return " ".join(legal(text).split())


def language_tag(text: str | None) -> str | None:
    """Take a BCP 47 tag, or None where it is none."""
    return text if text and _LANGUAGE.fullmatch(text) else None


def shortened(text: str, limit: int) -> str:
    """Cut a text at a word, with an ellipsis, so that it has at most `limit` characters."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    cut = head.rfind(" ")
    return (head[:cut] if cut > limit // 2 else head).rstrip(" ,;:.–-") + "…"


def fragment(markup: str, base: str | None) -> str:
    """Pass HTML through the allow-list; relative addresses are resolved against `base`, or dropped without one.

    Passing it twice changes nothing.
    """
    markup = _shallow(legal(markup[:MAX_CONTENT]))
    near = web_url(base, None)
    # To make a cleaner takes as long as to use it, so one serves all fragments but those with relative addresses.
    relative = near is not None and ('="/' in markup or '="#' in markup)
    cleaned = _cleaner(near if relative else near and _SOMEWHERE).clean(markup)
    if not relative and near and _SOMEWHERE[:11] in cleaned:
        cleaned = _cleaner(near).clean(markup)
    if "<table" in cleaned:  # what was put out of a table may nest as it never could when it is read again
        cleaned = _cleaner(None).clean(cleaned)
    if "&#" in markup:
        cleaned = legal(cleaned)
    if "<pre" in cleaned:
        cleaned = _PRE.sub(r"\1", cleaned)
    return (_IMAGE.sub(_keep_image, cleaned) if "<img" in cleaned else cleaned).strip()


def _shallow(markup: str) -> str:
    """Close what is open and cut what is too deep.

    A parser that follows the HTML standard takes time squared in the depth of a document, and repeats all open
    formatting (`<b id=1><p><b id=2><p>…`) at every block: gigabytes out of 400 kB. A few short tags can do no harm.
    """
    tags = markup.count("<") - markup.count("</")
    if tags <= _MANY_TAGS and tags * len(markup) <= _MUCH_REPEATED:
        return markup
    if "<svg" in markup:
        markup = _DRAWING.sub("", markup)
    return markup if _surely_shallow(markup, _SHALLOW) else _closed(markup)


def _closed(markup: str) -> str:
    """Write markup anew as one tree, less deep, and without formatting around blocks where that is not plain."""
    parser = lxml.html.HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True)
    root = lxml.html.fragment_fromstring(markup, create_parent="div", parser=parser)
    etree.strip_elements(root, *_DROPPED_WHOLE, with_tail=False)
    for element in list(root.iterfind(_TOO_DEEP)):
        element.drop_tree()
    closed = etree.tostring(root, encoding="unicode", method="html")
    if _surely_shallow(closed, _DEEPEST):
        return closed
    for element in list(root.iter(*_FORMATTING)):
        if any(inner.tag not in _INLINE | _VOID for inner in element.iterdescendants()):
            element.drop_tag()
    return etree.tostring(root, encoding="unicode", method="html")


def _surely_shallow(markup: str, deepest: int) -> bool:
    """Tell whether tags nest so plainly that no parser can see more depth in them, or leave formatting open at a block.

    False at any doubt: a `<` that begins no certain tag, or an end tag that is not that of the innermost element.
    """
    names = _CERTAIN_TAG.findall(markup)
    if len(names) != markup.count("<"):
        return False
    ends, last = [""], ""
    formatting = 0  # how many elements were open where the outermost formatting that is open began
    for name in filter(None, " ".join(names).lower().split(" ")):
        if name == last:
            ends.pop()
            formatting = 0 if len(ends) == formatting else formatting
        elif name[0] == "/":
            if not _closes_nothing(name, ends) and not _closes_implied(name, ends):
                return False
        elif name not in _VOID:
            if len(ends) > deepest or name in _FOREIGN or (formatting and not _keeps_formatting(name, ends)):
                return False
            if not formatting and name in _FORMATTING:
                formatting = len(ends)
            ends.append(_END_OF.get(name) or f"/{name}")
        last = ends[-1]
    return True


def _closes_nothing(name: str, ends: list[str]) -> bool:
    return name[1:] in _VOID or (name == "/p" and name not in ends)


def _closes_implied(name: str, ends: list[str]) -> bool:
    """Close a block together with the paragraphs and list items that end where it does, if those are all within it."""
    count = next((back for back, end in enumerate(reversed(ends)) if end not in _IMPLIED_ENDS or end == name), -1)
    if count < 0 or ends[~count] != name or name == "/p" or name[1:] not in _BLOCKS | {"li", "dd", "dt"}:
        return False
    del ends[~count:]
    return True


def _keeps_formatting(name: str, ends: list[str]) -> bool:
    """Tell whether an element begins without closing another one around which formatting is open."""
    if name in _INLINE:
        return name not in ("a", "nobr") or "/" + name not in ends
    return name in _BLOCKS and "/p" not in ends


def _keep_image(match: re.Match[str]) -> str:
    image = match[0]
    seen = 'src="http' in image and not _POINT.search(image) and not _BEACON.search(image)
    return image if seen else ""


def web_url(url: str | None, base: str | None) -> str | None:
    """Make an absolute http(s) address, or None where there is none to be had."""
    if not url:
        return None
    if len(url) <= _MAX_URL and _WHOLE_URL.fullmatch(url):
        return url
    text = re.sub(r"[\t\r\n]", "", legal(url)).strip()
    try:
        joined = urljoin(base or "", text)
        parts = urlsplit(joined)
        if parts.scheme not in ("http", "https") or not _HOST.fullmatch(parts.hostname or "") or len(joined) > _MAX_URL:
            return None
        _ = parts.port
    except ValueError:
        return None
    return re.sub(r'[\s"<>]', lambda match: quote(match[0]), joined)


def _named(summary: str, content: str, url: str | None) -> str:
    """Name what bears no title: by its first words, by what its picture shows, by where it stands."""
    told = summary or plain(content)
    pictured = next((html.unescape(alt) for alt in _ALT.findall(content) if alt.strip()), "")
    return (
        shortened(told, _NAME) or shortened(" ".join(pictured.split()), _NAME) or (urlsplit(url or "").hostname or "")
    )


def clean(entry: EntryData, base: str | None) -> EntryData:
    """Make an entry harmless; `base` is what its relative addresses count from where it does not say so itself."""
    url = web_url(entry.url, base)
    near = url or base
    content = fragment(entry.content, web_url(entry.base, near) or near) if entry.content else ""
    return replace(
        entry,
        uid=legal(entry.uid)[:_MAX_UID],
        url=url,
        title=shortened(plain(entry.title) or _named(plain(entry.summary), content, url), MAX_TITLE),
        summary=shortened(plain(entry.summary), MAX_SUMMARY),
        content=content,
        authors=tuple(dict.fromkeys(name for name in (plain(author)[:120] for author in entry.authors) if name)),
        categories=tuple(dict.fromkeys(word for word in (plain(term)[:80] for term in entry.categories) if word))[:20],
        image=web_url(entry.image, near),
        language=language_tag(entry.language),
        enclosures=tuple(
            Enclosure(address, plain(item.media_type)[:100] or "application/octet-stream", item.length)
            for item in entry.enclosures
            if (address := web_url(item.url, near))
        ),
        base=None,
    )
