"""The feeds that are collected: 95 real ones where they are at hand, else as many made-up ones of their size."""

from __future__ import annotations

import os
import random
import shutil
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from xml.sax.saxutils import escape

ROOT = Path(__file__).resolve().parent.parent
FEEDS, ITEMS, PARAGRAPHS = 95, 29, 11
"""The real ones: 95 feeds with 29 items of 6 kB each, in the mean."""

_FIRST = datetime(2025, 10, 1, 8, tzinfo=UTC)
_WORDS = [
    "the",
    "a",
    "river",
    "town",
    "light",
    "paper",
    "of",
    "and",
    "in",
    "on",
    "letter",
    "bridge",
    "morning",
    "window",
    "garden",
    "city",
    "people",
    "year",
    "work",
    "road",
]


def feeds_into(folder: Path) -> str:
    """Put the feeds into a folder; tell in one line which they are."""
    real = Path(os.environ.get("DIGEST_SHARED", ROOT.parent / "shared")) / "corpus" / "feeds"
    found = sorted(path for path in real.glob("*.*") if path.name != "MANIFEST.json")
    for path in found:
        shutil.copy(path, folder / path.name)
    if found:
        return f"{len(found)} real feeds, {_megabytes(folder):.1f} MB"
    for number in range(FEEDS):
        (folder / f"feed-{number:02}.xml").write_text(made_up_feed(number), encoding="utf-8")
    return f"{FEEDS} made-up feeds, {_megabytes(folder):.1f} MB (the real ones are not at hand; set DIGEST_SHARED)"


def made_up_feed(number: int, items: int = ITEMS) -> str:
    """Write an RSS feed, the same for the same number."""
    chance = random.Random(number)
    told = "".join(_item(chance, f"https://feed-{number}.example/{index}") for index in range(items))
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
        f"<title>Feed {number}</title><link>https://feed-{number}.example/</link><description>Made up</description>"
        f"{told}</channel></rss>"
    )


def made_up_html(chance: random.Random, paragraphs: int) -> str:
    """Write paragraphs with a link and some emphasis in each."""
    return "".join(
        f'<p>{made_up_words(chance, 40)} <a href="https://site.example/{chance.randrange(9999)}">'
        f"{made_up_words(chance, 4)}</a> <em>{made_up_words(chance, 6)}</em> {made_up_words(chance, 30)}.</p>"
        for _ in range(paragraphs)
    )


def _item(chance: random.Random, url: str) -> str:
    return (
        f"<item><title>{made_up_words(chance, 7)}</title><link>{url}</link><guid>{url}</guid>"
        f"<pubDate>{format_datetime(_FIRST + timedelta(hours=chance.randrange(2000)))}</pubDate>"
        f"<description>{escape(made_up_html(chance, PARAGRAPHS))}</description></item>"
    )


def made_up_words(chance: random.Random, words: int) -> str:
    """Write words in a row."""
    return " ".join(chance.choices(_WORDS, k=words))


def _megabytes(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.iterdir()) / 1e6
