"""Posts of a WordPress site from the REST API that its pages announce (`rel="https://api.w.org/"`).

The rule owned here: one request brings the newest posts with all that is read of them, and a post has the same
identity as in the site's feed (its guid), so that a source may change between the two and repeat nothing.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import unquote, urlsplit, urlunsplit

from digest.collect import identity
from digest.collect.clean import language_tag, plain
from digest.model import UNDATED, Collected, Dating, EntryData, Failed, Kind, Precision, Reason

_PER_PAGE: Final = 20
_FIELDS: Final = "id,date_gmt,modified_gmt,guid,link,title,excerpt,content,lang,_links,_embedded"
_EMBED: Final = "author,wp:featuredmedia,wp:term"
_PART: Final = re.compile(r"/wp/v2/(categories|tags|users)/(\d{1,10})/?$")
_FILTERS: Final = {"categories": "categories", "tags": "tags", "users": "author"}
_POSTS: Final = re.compile(rb'\A\s*\[\s*\{.{0,4000}?"(?:title|guid|excerpt|content)"\s*:\s*\{\s*"rendered"', re.DOTALL)


def posts_url(api_root: str, *, about: str | None = None) -> str:
    """Make the address of the newest posts.

    `api_root` is announced by the page; it may carry the route in its query (`/?rest_route=/`), where a site has no
    pretty addresses. `about` is the API's name of the category, tag or author that the page shows: its posts alone.
    """
    parts = urlsplit(api_root)
    wanted = [f"per_page={_PER_PAGE}", f"_fields={_FIELDS}", f"_embed={_EMBED}"]
    match = _PART.search(unquote(urlsplit(about).query or urlsplit(about).path)) if about else None
    if match is not None:
        wanted.insert(0, f"{_FILTERS[match[1]]}={match[2]}")
    if "rest_route=" in parts.query:
        query = "&".join([f"{parts.query.rstrip('/')}/wp/v2/posts", *wanted])
        return urlunsplit(parts._replace(query=query, fragment=""))
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/wp/v2/posts", query="&".join(wanted), fragment=""))


def looks_like_posts(body: bytes) -> bool:
    """Tell the API's list of posts by its first bytes."""
    return _POSTS.match(body[:8192]) is not None


def read_posts(body: bytes, *, url: str | None) -> Collected | Failed:
    """Read the API's list of posts, in its order.

    A post that cannot be read costs a note. `Failed` (`wordpress.error`) with the API's own words where it refuses,
    `wordpress.malformed` where the answer is no list of posts.
    """
    try:
        document = json.loads(body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return Failed(Reason("wordpress.malformed"))
    if isinstance(document, dict) and isinstance(document.get("code"), str):
        told = plain(str(document.get("message") or document["code"]))[:200]
        return Failed(Reason("wordpress.error", {"error": told}))
    if not isinstance(document, list):
        return Failed(Reason("wordpress.malformed"))
    entries, notes = [], []
    for number, post in enumerate(document, 1):
        entry = _entry(post) if isinstance(post, dict) else None
        if entry is None:
            notes.append(f"post {number} could not be read: it has neither a title nor an address")
        else:
            entries.append(entry)
    parts = urlsplit(url or "")
    return Collected(
        kind=Kind.WORDPRESS,
        route="WordPress REST API",
        link=f"{parts.scheme}://{parts.netloc}/" if parts.netloc else None,
        entries=identity.told_apart(entries),
        notes=tuple(notes),
    )


def _entry(post: Mapping[str, Any]) -> EntryData | None:
    title, url = _rendered(post.get("title")), _text(post.get("link")) or None
    content = _rendered(post.get("content"))
    if not url and not title:
        return None
    modified = _instant(post.get("modified_gmt"))
    return EntryData(
        uid=identity.uid_of(guid=html.unescape(_rendered(post.get("guid"))), url=url, title=title, content=content),
        title=title,
        url=url,
        authors=tuple(_names(post, "author")),
        summary=_rendered(post.get("excerpt")),
        content=content,
        dating=_dating(post),
        updated=modified,
        image=_image(post),
        categories=tuple(_terms(post)),
        language=language_tag(_text(post.get("lang"))),
    )


def _dating(post: Mapping[str, Any]) -> Dating:
    at = _instant(post.get("date_gmt"))
    return Dating(at, Precision.SECOND, "wordpress") if at is not None else UNDATED


def _instant(value: object) -> datetime | None:
    """Read a time that the API gives in UTC and without saying so; a draft's is zero."""
    try:
        told = datetime.fromisoformat(_text(value))
    except ValueError:
        return None
    moment = told.replace(tzinfo=UTC) if told.tzinfo is None else told.astimezone(UTC)
    return moment.replace(microsecond=0) if moment.year >= 1990 else None


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _rendered(value: object) -> str:
    return _text(value.get("rendered")) if isinstance(value, dict) else _text(value)


def _embedded(post: Mapping[str, Any], name: str) -> list[Any]:
    found = post.get("_embedded")
    told = found.get(name) if isinstance(found, dict) else None
    return told if isinstance(told, list) else []


def _names(post: Mapping[str, Any], name: str) -> list[str]:
    return [_text(one.get("name")) for one in _embedded(post, name) if isinstance(one, dict) and _text(one.get("name"))]


def _terms(post: Mapping[str, Any]) -> list[str]:
    groups = [group for group in _embedded(post, "wp:term") if isinstance(group, list)]
    terms = [term for group in groups for term in group if isinstance(term, dict)]
    return [name for term in terms if (name := _text(term.get("name"))) and term.get("slug") != "uncategorized"]


def _image(post: Mapping[str, Any]) -> str | None:
    for media in _embedded(post, "wp:featuredmedia"):
        if isinstance(media, dict) and _text(media.get("source_url")):
            return _text(media["source_url"])
    return None
