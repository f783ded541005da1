"""Inspect: what would be collected from a URL or file, and by which route; nothing is kept.

`facts` is the JSON contract of `digest inspect --json`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from digest.collect import discover
from digest.collect.fetch import Fetched, HttpFetcher, Validators, read_file
from digest.model import Article, Block, Collected, EntryData, Failed, Kind, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspector:
    """How to look: the settings that a network request needs, the instant and the zone to count from."""

    user_agent: str
    clock: Callable[[], datetime]
    zone: ZoneInfo
    timeout: float
    max_bytes: int
    allow_private: tuple[str, ...] = ()

    async def look(self, target: str, base_url: str | None, kind: Kind) -> Collected | Failed:
        """Read a URL, file or folder; what comes back is clean."""
        now = self.clock()
        path = Path(target)
        is_folder = kind is Kind.FOLDER or await asyncio.to_thread(path.is_dir)
        if urlsplit(target).scheme in ("http", "https"):
            async with HttpFetcher(
                user_agent=self.user_agent, clock=self.clock, timeout=self.timeout,
                max_bytes=self.max_bytes, allow_private=self.allow_private,
            ) as fetcher:  # fmt: skip
                answer = await fetcher.fetch(target)
        elif is_folder:
            folder = await asyncio.to_thread(discover.read_path, path, now=now, zone=self.zone)
            return folder if isinstance(folder, Failed) else discover.cleaned(folder, base_url)
        else:
            answer = await asyncio.to_thread(read_file, path, Validators(), self.max_bytes)
        if not isinstance(answer, Fetched):
            return answer if isinstance(answer, Failed) else Failed(Reason("fetch.status", {"status": 304}))
        read = await asyncio.to_thread(discover.read_document, answer, kind, base_url=base_url, now=now, zone=self.zone)
        return read if isinstance(read, Failed) else discover.cleaned(read, answer.url or base_url)


def facts(target: str, seen: Collected | Failed) -> dict[str, Any]:
    """Lay out what was seen, as the JSON of design §8; a failure is an object with `error`."""
    from digest.reasons import word

    if isinstance(seen, Failed):
        return {"target": target, "kind": None, "route": None, "title": None, "language": None, "feeds": [],
                "article": None, "blocks": [], "entries": [], "notes": [], "error": word(seen.reason)}  # fmt: skip
    return {
        "target": target,
        "kind": seen.kind.value,
        "route": seen.route,
        "title": seen.title,
        "language": seen.language,
        "feeds": [{"url": feed.url, "type": feed.media_type, "title": feed.title} for feed in seen.feeds],
        "article": None if seen.article is None else _article(seen.article),
        "blocks": [_block(block) for block in seen.blocks],
        "entries": [_entry(entry) for entry in seen.entries],
        "notes": list(seen.notes),
    }


def _dating(entry: EntryData) -> dict[str, Any]:
    dating = entry.dating
    return {
        "published": dating.at.isoformat() if dating.at else None,
        "published_text": dating.text,
        "precision": dating.precision.value,
        "date_source": dating.source,
    }


def _entry(entry: EntryData) -> dict[str, Any]:
    return {
        "url": entry.url, "uid": entry.uid, "title": entry.title, "authors": list(entry.authors), **_dating(entry),
        "summary": entry.summary, "image": entry.image,
    }  # fmt: skip


def _article(article: Article) -> dict[str, Any]:
    entry = article.entry
    return {
        "url": entry.url, "title": entry.title, "authors": list(entry.authors), **_dating(entry),
        "language": entry.language, "image": entry.image, "summary": entry.summary,
        "text": article.text, "html": entry.content,
    }  # fmt: skip


def _block(block: Block) -> dict[str, Any]:
    return {
        "role": block.role.value, "heading": block.heading, "selector": block.selector,
        "confidence": round(block.confidence, 3), "entries": [_entry(entry) for entry in block.entries],
    }  # fmt: skip
