"""JSON Feed 1.1 (jsonfeed.org/version/1.1), item for item what RSS and Atom say."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from digest.model import Enclosure, Story
from digest.render.feeds import Channel
from digest.render.stories import fit_all, subjects


def json_feed(channel: Channel, stories: Sequence[Story]) -> bytes:
    """Write JSON Feed 1.1 in UTF-8; items stand in the order given."""
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": channel.title,
        "description": channel.description,
        "home_page_url": channel.page_url,
        "feed_url": channel.json_url,
        "language": channel.language,
        "authors": [{"name": channel.owner, "url": channel.page_url}],
        **({"hubs": [{"type": "WebSub", "url": channel.hub}]} if channel.hub else {}),
        "items": [_item(story) for story in fit_all(stories)],
    }
    return (json.dumps(feed, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def _item(story: Story) -> dict[str, Any]:
    content = {"content_html": story.content} if story.content else {"content_text": story.summary or story.title}
    optional = {
        "url": story.url,
        "summary": story.summary,
        "image": story.image,
        "authors": [{"name": name} for name in story.authors],
        "tags": list(subjects(story)),
        "language": story.language or story.source.language,
        "attachments": [_attachment(enclosure) for enclosure in story.enclosures],
        "_source": _source(story),
    }
    return {
        "id": story.tag,
        "title": story.title,
        **content,
        "date_published": story.published.isoformat(),
        "date_modified": story.updated.isoformat(),
        **{name: value for name, value in optional.items() if value},
    }


def _attachment(enclosure: Enclosure) -> dict[str, Any]:
    size = {} if enclosure.length is None else {"size_in_bytes": enclosure.length}
    return {"url": enclosure.url, "mime_type": enclosure.media_type, **size}


def _source(story: Story) -> dict[str, str]:
    """Name where an item came from: an extension, since the format has no word for it."""
    source = story.source
    return {"title": source.title, "url": source.url, "home_page_url": source.link or ""} if source.url else {}
