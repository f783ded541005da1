"""A feed document becomes entries: RSS, Atom, RDF and JSON Feed, well-formed or not.

Well-formed XML goes through the fast parser; all else, and any doubt, through the lenient one. Neither
expands an entity it was not born with: the fast one resolves none, and the lenient one's expat refuses to
amplify or to read files. One bad item costs that item, never the feed; of a document that breaks off, the
whole items are kept.
"""

from __future__ import annotations

import json
import re
from calendar import timegm
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from html.entities import html5
from typing import Any

from digest.collect import identity
from digest.collect.clean import language_tag
from digest.collect.outline import joined, outline
from digest.model import UNDATED, Collected, Dating, Enclosure, EntryData, Failed, Kind, Precision, Reason

MAX_ITEMS = 2_000
EARLIEST_YEAR = 1900
"""Earlier dates are what software writes when it knows none: year 1 is Go's zero."""

_XML_START = re.compile(rb"<\?xml\b|<(?:rss|feed|rdf:RDF|channel)\b", re.IGNORECASE)
_FEED_ROOT = re.compile(rb"<(?:[a-z0-9]+:)?(?:rss|feed|RDF|channel)[\s>]", re.IGNORECASE)
_ATOM = re.compile(rb"<(?:[a-z0-9]+:)?feed[\s>]")
_HTML_ROOT = re.compile(rb"<!doctype html|<html[\s>]", re.IGNORECASE)
_ILLEGAL = re.compile(rb"[\x01-\x08\x0b\x0c\x0e-\x1f]")
_DECLARATION = re.compile(
    rb"""<\?xml\s+version=["'][^"']+["'](\s+encoding=["'][^"']+["'])?(\s+standalone=["'][^"']+["'])?\s*\?>"""
)
_BROKEN_DECLARATION = re.compile(rb"^<\?xml[^>]*>")
_AMPERSAND = re.compile(
    rb"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});)(?:([A-Za-z][A-Za-z0-9]{1,30});|(?!;))"
)
_ITEM = re.compile(rb"<(?:[a-z0-9]+:)?(?:item|entry)[\s>]", re.IGNORECASE)
_ITEM_END = re.compile(rb"</(?:[a-z0-9]+:)?(?:item|entry)\s*>", re.IGNORECASE)
_LANGUAGE = re.compile(rb"<(?:dc:)?language>\s*([A-Za-z0-9-]{2,30})\s*</", re.IGNORECASE)
_DATED = re.compile(
    rb"<(?:[a-z]+:)?(?:pubDate|published|updated|issued|modified|created|date|lastBuildDate)(?:\s[^>]*)?>"
    rb"\s*(?:<!\[CDATA\[)?([^<\]]*)",
    re.IGNORECASE,
)
# A date with its year, month and day. What lacks one of them, both parsers would complete from today's.
_WHOLE_DATE = re.compile(
    r"\d{4}\D{1,3}\d{1,2}\D{1,3}\d{1,2}|\d{1,2}[\s-]+\w{3,10}[.,]*[\s-]+\d{2,4}"
    r"|\w{3,10}\.?\s+\d{1,2},?\s+\d{4}|\d{4}-\w{3,10}-\d{1,2}"
    r"|\w{3}\s+\d{1,2}\s+\d{1,2}:\d\d:\d\d\s+(?:\w+\s+)?\d{4}"
)
_CONTACT = re.compile(r"^\s*\S+@\S+\s*\((?P<name>[^)]+)\)\s*$")


def looks_like_feed(body: bytes) -> bool:
    """Tell a feed by its first bytes; what a server calls it does not count."""
    head = body[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"{"):
        return b"jsonfeed.org/version" in body[:4096] or b'"items"' in body
    if b"\x00" in head[:64]:
        head = head.replace(b"\x00", b"")
    root = _FEED_ROOT.search(head)
    page = _HTML_ROOT.search(head)
    return root is not None and (page is None or root.start() < page.start())


def read_feed(body: bytes, *, url: str | None, content_type: str = "") -> Collected | Failed:
    """Read a feed. `url` is where it was found; its own link comes as `link`.

    Relative addresses are left to `clean`, but where the document says what they count from (xml:base).
    """
    stripped = body.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not stripped:
        return Failed(Reason("feed.empty"))
    if stripped.startswith(b"{"):
        return _read_json(stripped)
    whole = _without_broken_item(body)
    read = _read_fast(whole, url) or _read_lenient(whole, url, content_type)
    if isinstance(read, Failed):
        if _HTML_ROOT.search(body[:4096]):
            return Failed(Reason("feed.is_html"))
        rescued = None if b"<!ENTITY" in body else _parse_fast(whole)
        texts = [match[1].decode("utf-8", "replace").strip() for match in _DATED.finditer(whole)]
        if rescued is None or not rescued.entries or _has_vague_dates(rescued, texts):
            return read
        read = rescued
    if len(whole) < len(body):
        return replace(read, notes=(*read.notes, "the document breaks off in the middle of an item"))
    return read


# ── XML ──────────────────────────────────────────────────────────────────────────────────────────
def _without_broken_item(body: bytes) -> bytes:
    """Cut off a last item that has no end: kept, it would come again under another identity once it is whole."""
    end = max(body.rfind(b"</item>"), body.rfind(b"</entry>"))
    if end >= 0 and not _ITEM.search(body, end):
        return body
    starts = [match.start() for match in _ITEM.finditer(body)]
    return body if not starts or _ITEM_END.search(body, starts[-1]) else body[: starts[-1]]


def _mended(body: bytes) -> bytes:
    """Mend what breaks XML without changing what it says: control bytes, HTML's entities, bare ampersands."""
    start = _XML_START.search(body[:4096])
    if b"\x00" in body or start is None:
        return body
    body = _ILLEGAL.sub(b"", body[start.start() :])
    declared = _DECLARATION.match(body)
    if declared is None or b"utf-16" in declared[0].lower():  # no NUL byte in it, so it is not UTF-16
        body = _BROKEN_DECLARATION.sub(b"", body)
    return _AMPERSAND.sub(_mend_ampersand, body)


def _mend_ampersand(match: re.Match[bytes]) -> bytes:
    text = html5.get(match[1].decode("ascii") + ";") if match[1] else None
    return "".join(f"&#{ord(char)};" for char in text).encode() if text else b"&amp;" + match[0][1:]


def _read_fast(body: bytes, url: str | None) -> Collected | None:
    """Read with the fast parser, or answer None at any doubt."""
    if b"<!ENTITY" in body:
        return None
    # Beside a DTD that nobody loads, an entity that nobody declared is no error: it would vanish without a word.
    seen = None if b"<!DOCTYPE" in body else outline(body, url)
    if seen is None:
        body = _mended(body)
        seen = outline(body, url)
    read = None if seen is None else _parse_fast(body)
    if seen is None or read is None or len(read.entries) < min(seen.items, MAX_ITEMS):
        return None
    if _ATOM.search(body[:4096]):
        read = replace(read, entries=tuple(map(_found_by_id, read.entries)))
    if any(not entry.url for entry in read.entries) or _has_vague_dates(read, seen.dates):
        return None
    if read.language is None and (told := _LANGUAGE.search(body)):
        read = replace(read, language=language_tag(told[1].decode("ascii")))
    return _based(read, seen.bases) if seen.based else read


def _found_by_id(entry: EntryData) -> EntryData:
    """Take a web address that is the id of an entry without a link for its link, as most programs do."""
    return entry if entry.url or not entry.uid.startswith(("http://", "https://")) else replace(entry, url=entry.uid)


def _has_vague_dates(read: Collected, texts: Sequence[str]) -> bool:
    """Tell whether the fast parser may have made up a date: "yesterday", "10:00", or a guid such as "5"."""
    if any(text and not _WHOLE_DATE.search(text) for text in texts):
        return True
    from_guid = any(entry.dating.at and not entry.uid.startswith(("http://", "https://")) for entry in read.entries)
    return from_guid and len(texts) < len(read.entries)


def _based(read: Collected, bases: Sequence[tuple[str, str]]) -> Collected | None:
    """Let addresses count from what the document says; the fast parser does not. Identities stay as they are."""
    if len(bases) < len(read.entries):
        return None
    return replace(
        read,
        entries=tuple(
            replace(entry, url=joined(base, entry.url or ""), base=within)
            for entry, (base, within) in zip(read.entries, bases, strict=False)
        ),
    )


def _parse_fast(body: bytes) -> Collected | None:
    import fastfeedparser

    try:
        document = fastfeedparser.parse(body)
    except Exception:  # noqa: BLE001 - any fault of the fast parser is a doubt, and the lenient one decides
        return None
    return _collected(document.feed, document.entries, "fast")


def _read_lenient(body: bytes, url: str | None, content_type: str) -> Collected | Failed:
    import feedparser

    based = b"xml:base" in body
    headers = {"content-type": content_type} if content_type else {}
    if based and url:
        headers["content-location"] = url
    document = feedparser.parse(body, response_headers=headers, sanitize_html=False, resolve_relative_uris=based)
    if not document.entries and (not document.get("version") or document.get("bozo")):
        error = document.get("bozo_exception")
        return Failed(Reason("feed.malformed", {"error": " ".join(str(error or "no feed in it").split())[:200]}))
    return _collected(document.feed, document.entries, "lenient")


def _collected(feed: Mapping[str, Any], items: Sequence[Mapping[str, Any]], parser: str) -> Collected:
    entries, notes = _each(items, _entry)
    return Collected(
        kind=Kind.FEED,
        route=f"feed ({parser} parser)",
        title=_text(feed.get("title")),
        link=_text(feed.get("link")) or None,
        language=language_tag(_text(feed.get("language"))),
        entries=identity.told_apart(entries),
        notes=notes,
    )


def _each(
    items: Sequence[Any], read: Callable[[Mapping[str, Any]], EntryData]
) -> tuple[list[EntryData], tuple[str, ...]]:
    """Read each item; one that cannot be read becomes a note."""
    notes = []
    entries = []
    for index, item in enumerate(items[:MAX_ITEMS]):
        try:
            entries.append(read(item))
        except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
            notes.append(f"item {index + 1} could not be read: {error}")
    if len(items) > MAX_ITEMS:
        notes.append(f"only the first {MAX_ITEMS} of {len(items)} items were read")
    return entries, tuple(notes)


def _entry(item: Mapping[str, Any]) -> EntryData:
    contents = item.get("content") or []
    content = max((str(part.get("value") or "") for part in contents), key=len, default="")
    described = _text(item.get("description") or item.get("summary"))
    url = item.get("link") or None
    title = _text(item.get("title"))
    return EntryData(
        uid=identity.uid_of(guid=item.get("id"), url=url, title=title, content=content or described),
        title=title,
        url=url,
        authors=_authors(item),
        summary="" if described == content else described,
        content=content or described,
        dating=_dating(item, "published") or _dating(item, "updated") or UNDATED,
        updated=_instant(item, "updated"),
        image=_image(item),
        categories=tuple(_text(tag.get("label") or tag.get("term")) for tag in item.get("tags") or []),
        language=next((part.get("language") for part in contents if part.get("language")), None),
        enclosures=tuple(
            Enclosure(str(found["url"]), str(found.get("type") or ""), _length(found.get("length")))
            for found in _enclosed(item)
            if found["url"]
        ),
    )


def _enclosed(item: Mapping[str, Any]) -> list[dict[str, Any]]:
    """List the files of an item; the lenient parser calls their address `href`."""
    return [{**link, "url": link.get("url") or link.get("href")} for link in item.get("enclosures") or []]


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _length(value: object) -> int | None:
    """Read a size in bytes; a wrong one is none, and no file has more than 15 digits of them."""
    digits = str(value).strip()
    return int(digits) or None if re.fullmatch("[0-9]{1,15}", digits) else None


def _authors(item: Mapping[str, Any]) -> tuple[str, ...]:
    names = [_text(author.get("name")) for author in item.get("authors") or []] or [_text(item.get("author"))]
    return tuple(contact["name"] if (contact := _CONTACT.match(name[:200])) else name for name in names if name)


def _image(item: Mapping[str, Any]) -> str | None:
    for thumbnail in item.get("media_thumbnail") or []:
        if thumbnail.get("url"):
            return str(thumbnail["url"])
    for media in item.get("media_content") or []:
        kind = _text(media.get("medium")) or _text(media.get("type"))
        if media.get("url") and kind.startswith("image"):
            return str(media["url"])
    return None


def _instant(item: Mapping[str, Any], name: str) -> datetime | None:
    """Read a date that the fast parser gives as ISO 8601 and the lenient one as a tuple in UTC."""
    if name not in item:  # asked with `get`, the lenient one answers the date of publication in place of an update
        return None
    parsed = item.get(f"{name}_parsed")
    try:
        if parsed:
            if not _WHOLE_DATE.search(_text(item.get(name))):
                return None
            moment = datetime.fromtimestamp(timegm(parsed), UTC)
        else:
            told = datetime.fromisoformat(_text(item.get(name)))
            moment = (told if told.tzinfo else told.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)
    except (ValueError, TypeError, OverflowError):
        return None
    return moment if moment.year >= EARLIEST_YEAR else None


def _dating(item: Mapping[str, Any], name: str) -> Dating | None:
    moment = _instant(item, name)
    if moment is None:
        return None
    midnight = (moment.hour, moment.minute, moment.second) == (0, 0, 0)
    return Dating(moment, Precision.DAY if midnight else Precision.SECOND, "feed", None)


# ── JSON Feed (https://www.jsonfeed.org/version/1.1/) ─────────────────────────────────────────────
def _read_json(body: bytes) -> Collected | Failed:
    try:
        document = json.loads(body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError) as error:
        return Failed(Reason("feed.malformed", {"error": str(error)[:200]}))
    items = document.get("items") if isinstance(document, dict) else None
    if not isinstance(items, list):
        return Failed(Reason("feed.malformed", {"error": "a JSON document without a list of items"}))
    entries, notes = _each([item for item in items if isinstance(item, dict)], _json_entry)
    return Collected(
        kind=Kind.FEED,
        route="feed (JSON Feed)",
        title=_text(document.get("title")),
        link=_text(document.get("home_page_url")) or None,
        language=language_tag(_text(document.get("language"))),
        entries=identity.told_apart(entries),
        notes=notes,
    )


def _json_entry(item: Mapping[str, Any]) -> EntryData:
    people = item.get("authors") if isinstance(item.get("authors"), list) else [item.get("author")]
    tags = item.get("tags") if isinstance(item.get("tags"), list) else []
    attached = item.get("attachments") if isinstance(item.get("attachments"), list) else []
    url = _text(item.get("external_url")) or _text(item.get("url")) or None
    title, content = _text(item.get("title")), _text(item.get("content_html"))
    said = _text(item.get("content_text"))
    guid = item.get("id")
    return EntryData(
        uid=identity.uid_of(
            guid=str(guid) if isinstance(guid, str | int) else None, url=url, title=title, content=content or said
        ),
        title=title or said[:80],
        url=url,
        authors=tuple(_text(person.get("name")) for person in people or [] if isinstance(person, dict)),
        summary=_text(item.get("summary")) or ("" if content else said),
        content=content,
        dating=_dating({"published": item.get("date_published")}, "published") or UNDATED,
        updated=_instant({"updated": item.get("date_modified")}, "updated"),
        image=_text(item.get("image")) or None,
        categories=tuple(_text(tag) for tag in tags or []),
        language=_text(item.get("language")) or None,
        enclosures=tuple(
            Enclosure(_text(found.get("url")), _text(found.get("mime_type")), _length(found.get("size_in_bytes")))
            for found in attached or []
            if isinstance(found, dict) and found.get("url")
        ),
    )
