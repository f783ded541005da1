"""Inspect: what would be collected from a URL or file, and by which route; nothing is kept.

`facts` is the JSON contract of `digest inspect --json`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from digest.collect import discover, mailbox
from digest.collect.fetch import Answer, Fetched, HttpFetcher, Unchanged, Validators, read_file
from digest.collect.ladder import Chosen, Refusal
from digest.collect.recorder import LIVE, Exchanges
from digest.flows.ask import climb
from digest.model import Article, Block, Collected, EntryData, Failed, Kind, Reason
from digest.reasons import word


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen, and on the web the route that led to it and those not taken."""

    collected: Collected | Failed
    chosen: Chosen | None = None
    refused: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspector:
    """How to look: the settings that a network request needs, the instant and the zone to count from.

    `probe` allows guessing at usual places of feeds.
    """

    user_agent: str
    clock: Callable[[], datetime]
    zone: ZoneInfo
    timeout: float
    max_bytes: int
    allow_private: tuple[str, ...] = ()
    probe: bool = False
    exchanges: Exchanges = LIVE

    async def look(self, target: str, base_url: str | None, kind: Kind) -> Seen:
        """Read a URL, file or folder; what comes back is clean. A URL of kind `auto` climbs the ladder of routes."""
        now = self.clock()
        if urlsplit(target).scheme not in ("http", "https"):
            return Seen(await asyncio.to_thread(self._local, Path(target), base_url, kind, now))
        http = HttpFetcher(
            user_agent=self.user_agent, clock=self.clock, timeout=self.timeout,
            max_bytes=self.max_bytes, allow_private=self.allow_private,
        )  # fmt: skip
        async with self.exchanges.fetcher(http) as fetcher:
            if kind is Kind.AUTO:
                found = await climb(fetcher, target, now=now, zone=self.zone, probe=self.probe)
                read = found.read
                assert read is not None, "nothing was known of it"
                where = None if isinstance(found.answer, Failed | Unchanged) else found.answer.url
                clean = read if isinstance(read, Failed) else discover.cleaned(read, where)
                return Seen(clean, found.chosen, found.refused)
            answer = await fetcher.fetch(target)
        return Seen(await asyncio.to_thread(self._read, answer, base_url, kind, now))

    def _local(self, path: Path, base_url: str | None, kind: Kind, now: datetime) -> Collected | Failed:
        if kind is Kind.MAILBOX:
            box = mailbox.read_maildir(path)
            return box if isinstance(box, Failed) else discover.cleaned(box, base_url)
        if kind is Kind.FOLDER or path.is_dir():
            folder = discover.read_path(path, now=now, zone=self.zone)
            return folder if isinstance(folder, Failed) else discover.cleaned(folder, base_url)
        return self._read(read_file(path, Validators(), self.max_bytes), base_url, kind, now)

    def _read(self, answer: Answer, base_url: str | None, kind: Kind, now: datetime) -> Collected | Failed:
        if not isinstance(answer, Fetched):
            return answer if isinstance(answer, Failed) else Failed(Reason("fetch.status", {"status": 304}))
        read = discover.read_document(answer, kind, base_url=base_url, now=now, zone=self.zone)
        return read if isinstance(read, Failed) else discover.cleaned(read, answer.url or base_url)


def refused_routes(refused: Iterable[Refusal]) -> list[str]:
    """Say of each route that was not taken why; each reason once."""
    told = (f"not by {refusal.route.value}: {word(refusal.reason)}" for refusal in refused)
    return list(dict.fromkeys(told))


def facts(target: str, look: Seen) -> dict[str, Any]:
    """Lay out what was seen, as the JSON of design §8; a failure is an object with `error`."""
    seen = look.collected
    if isinstance(seen, Failed):
        return {"target": target, "kind": None, "route": None, "title": None, "language": None, "feeds": [],
                "article": None, "blocks": [], "entries": [], "notes": refused_routes(look.refused),
                "error": word(seen.reason)}  # fmt: skip
    return {
        "target": target,
        "kind": seen.kind.value,
        "route": f"{look.chosen.route.value}: {seen.route}" if look.chosen else seen.route,
        "title": seen.title,
        "language": seen.language,
        "feeds": [{"url": feed.url, "type": feed.media_type, "title": feed.title} for feed in seen.feeds],
        "article": None if seen.article is None else _article(seen.article),
        "blocks": [_block(block) for block in seen.blocks],
        "entries": [_entry(entry) for entry in seen.entries],
        "notes": [*seen.notes, *refused_routes(look.refused)],
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
