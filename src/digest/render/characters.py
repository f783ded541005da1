"""Which characters may leave us. Whatever a source wrote, what stands in a document is legal there.

XML 1.0 §2.2 forbids most control characters, lone surrogates and two non-characters, and one of them costs
a reader the whole feed; C1 controls are allowed there, but make Gmail cut a message.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from urllib.parse import quote, urlsplit, urlunsplit

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_SENTENCE_END = re.compile(r"[.!?…]['\"”’»)]*(?=\s)|[。！？]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_JOINER = "\u200d"


def legal(text: str) -> str:
    """Leave out every character that XML 1.0 forbids, and the C1 controls; line breaks stay."""
    return _ILLEGAL.sub("", text)


def line(text: str) -> str:
    """Make one line of plain text: white space collapsed, illegal characters gone, in Unicode NFC."""
    parted = " ".join(text.split())  # before the illegal ones go: a form feed parts words too
    return unicodedata.normalize("NFC", " ".join(legal(parted).split()))


def shorten(text: str, limit: int) -> str:
    """Cut `text` to at most `limit` characters: after a sentence if one ends late enough, else after a word."""
    if len(text) <= limit:
        return text
    enough = limit * 3 // 5
    ends = [match.end() for match in _SENTENCE_END.finditer(text, 0, limit + 1) if enough <= match.end() <= limit]
    if ends:
        return text[: ends[-1]]
    cut = limit - 1
    space = text.rfind(" ", enough, cut + 1)
    if space > 0:
        cut = space
    while cut > 1 and (unicodedata.combining(text[cut]) or _JOINER in text[cut - 1 : cut + 1]):
        cut -= 1
    return text[:cut].rstrip(" ,;:.–—-") + "…"


@lru_cache(maxsize=4096)
def web_url(url: str | None) -> str | None:
    """Answer `url` as a URI that every reader takes (RFC 3986: ASCII, escaped), or None if it is not http(s)."""
    if url is None:
        return None
    try:
        parts = urlsplit(legal(url).strip())
        host, port = parts.hostname, parts.port
        host = host.encode("idna").decode("ascii") if host and not host.isascii() else host
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not host or not re.fullmatch(r"[A-Za-z0-9._:-]+", host):
        return None
    host = f"[{host}]" if ":" in host else host
    netloc = host if port is None else f"{host}:{port}"
    path, query, fragment = (_escaped(part) for part in (parts.path, parts.query, parts.fragment))
    return urlunsplit((parts.scheme, netloc, path or "/", query, fragment))


def _escaped(part: str) -> str:
    return quote(_BAD_PERCENT.sub("%25", part), safe="%/:@!$&'()*+,;=-._~?")


def language_tag(tag: str | None) -> str | None:
    """Answer `tag` if it has the form of a language tag (RFC 5646 §2.1), else None."""
    return tag if tag and _LANGUAGE.fullmatch(tag) else None
