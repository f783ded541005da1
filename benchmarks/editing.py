"""One edition to all of its documents, in one process: the first time, and the median of later editions.

Each round is an edition of its own with other texts, so that nothing kept from the round before helps. Beside some
documents stands a naive peer that promises less: feedgen as its manual shows it, `EmailMessage` for the message.

    python editing.py STORIES ROUNDS        prints the rows as JSON
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from statistics import median
from typing import Any

from corpus import made_up_html, made_up_words

MAIL = "mail: HTML with styles inlined, and text"
WHOLE = "the whole edition"
_MADE_AT = datetime(2026, 3, 2, 7, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What is made, how many bytes of it, and milliseconds: the first time, later, and the peer's later (if any)."""

    what: str
    size: int
    cold: float
    warm: float
    peer: float | None = None
    peer_name: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """One document or pair of them: milliseconds and bytes."""

    spent: float
    size: int


def compare(stories: int, rounds: int) -> list[Row]:
    """Make `1 + rounds` editions; the first is cold, imports included. The last row is the whole edition."""
    waking, templates = _timed(_load_templates)
    ours, theirs = [], []
    for number in range(1, rounds + 2):
        edition = made_up_edition(number, stories)
        made, mail = _documents(edition, templates)
        ours.append(made)
        theirs.append(_peers(edition, mail))
    rows = [
        Row(
            what=what, size=first.size, cold=first.spent, warm=median(made[what].spent for made in ours[1:]),
            peer=median(peers[what] for peers in theirs[1:]) if what in _PEERS else None,
            peer_name=_PEERS.get(what, ""),
        )
        for what, first in ours[0].items()
    ]  # fmt: skip
    whole = Row(
        what=WHOLE,
        size=sum(row.size for row in rows),
        cold=waking + sum(row.cold for row in rows),
        warm=median(sum(made.spent for made in each.values()) for each in ours[1:]),
    )
    return [Row(what="templates opened, once", size=0, cold=waking, warm=0.0), *rows, whole]


def _load_templates() -> Any:
    from digest.render.templates import load_templates

    return load_templates()


def _documents(edition: Any, templates: Any) -> tuple[dict[str, Made], Any]:
    """Make every document of an edition; also answers its mail, for the peer to pack."""
    steps: dict[str, Callable[[], Any]] = {
        "rss.xml": lambda: _feed("rss", edition),
        "atom.xml": lambda: _feed("atom", edition),
        "feed.json": lambda: _feed("json_feed", edition),
        "web pages: edition, publication, site": lambda: _pages(edition, templates),
    }
    made = {}
    for what, step in steps.items():
        spent, data = _timed(step)
        made[what] = Made(spent, len(data))
    spent, mail = _timed(lambda: _mail(edition, templates))
    made[MAIL] = Made(spent, len(mail.html.encode()) + len(mail.text.encode()))
    spent, message = _timed(lambda: _message(edition, mail))
    made["mail: one message"] = Made(spent, len(message))
    return made, mail


def _timed(step: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    made = step()
    return (time.perf_counter() - start) * 1000, made


# ── our documents ────────────────────────────────────────────────────────────────────────────────
def _feed(form: str, edition: Any) -> bytes:
    from digest.render import feeds, jsonfeed

    about = feeds.channel(edition.site, edition.publication, edition.made_at)
    writers = {"rss": feeds.rss, "atom": feeds.atom, "json_feed": jsonfeed.json_feed}
    return writers[form](about, edition.stories)


def _pages(edition: Any, templates: Any) -> bytes:
    from digest.render.pages import edition_page, publication_page, site_page

    pages = (
        edition_page(edition, templates),
        publication_page([edition], templates),
        site_page(edition.site, [edition], templates),
    )
    return "".join(pages).encode()


def _mail(edition: Any, templates: Any) -> Any:
    from digest.render.email import edition_mail

    return edition_mail(edition, templates)


def _message(edition: Any, mail: Any) -> bytes:
    from digest.deliver.address import Address
    from digest.deliver.message import Letterhead, compile_mail, list_id, message_id

    head = Letterhead(
        sender=Address("digest", "bench.example"),
        sender_name="Bench",
        date=edition.made_at,
        language="en",
        list_id=list_id("bench", "bench.example", "Bench"),
    )
    name = message_id(edition.uid, "ann@reader.example", "bench.example")
    return compile_mail(mail, letterhead=head).message("ann@reader.example", name)


# ── the peers ────────────────────────────────────────────────────────────────────────────────────
_PEERS = {
    "rss.xml": "feedgen, straight",
    "atom.xml": "feedgen, straight",
    "mail: one message": "EmailMessage",
}


def _peers(edition: Any, mail: Any) -> dict[str, float]:
    return {
        "rss.xml": _timed(lambda: _straight(edition).rss_str(pretty=True))[0],
        "atom.xml": _timed(lambda: _straight(edition).atom_str(pretty=True))[0],
        "mail: one message": _timed(lambda: _email_message(mail))[0],
    }


def _straight(edition: Any) -> Any:
    from feedgen.feed import FeedGenerator

    feed = FeedGenerator()
    feed.id(edition.site.url)
    feed.title(edition.publication.title)
    feed.link(href=edition.site.url)
    feed.description(edition.publication.description)
    feed.updated(edition.made_at)
    for story in edition.stories:
        item = feed.add_entry(order="append")
        item.id(story.url)
        item.title(story.title)
        item.link(href=story.url)
        item.author([{"name": name} for name in story.authors])
        item.summary(story.summary)
        item.content(story.content, type="html")
        item.published(story.published)
        item.updated(story.updated)
    return feed


def _email_message(mail: Any) -> bytes:
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = "digest@bench.example", "ann@reader.example", mail.subject
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    return message.as_bytes()


# ── the edition ──────────────────────────────────────────────────────────────────────────────────
def made_up_edition(number: int, stories: int) -> Any:
    """Make an edition of stories of about 4 kB each, from six sources under three topics."""
    from digest.model import Edition, Publication, Site

    chance = random.Random(number)
    site = Site(title="Bench", url="https://bench.example/", language="en", timezone="UTC", address="1 Loop Road")
    topics = ("towns", "rivers", "bridges")
    publication = Publication(
        slug="bench", title="The Bench", description="Made up", language="en", timezone="UTC", topics=topics
    )
    return Edition(
        uid=f"{number:032x}", number=number, site=site, publication=publication, due_at=_MADE_AT, made_at=_MADE_AT,
        stories=tuple(_story(chance, number * 1000 + index, topics[index * 3 // stories]) for index in range(stories)),
    )  # fmt: skip


def _story(chance: random.Random, index: int, topic: str) -> Any:
    from digest.model import Precision, SourceRef, Story

    number = index % 6
    home = f"https://source-{number}.example/"
    when = _MADE_AT - timedelta(minutes=chance.randrange(1, 1400))
    return Story(
        tag=f"tag:bench.example,2026-03-02:entry/{index:016x}", entry_id=index, title=made_up_words(chance, 8),
        url=f"{home}{index}", summary=made_up_words(chance, 45), content=made_up_html(chance, 8),
        authors=(made_up_words(chance, 2).title(),), published=when, precision=Precision.SECOND, updated=when,
        source=SourceRef(id=number, name=f"source-{number}", title=f"Source {number}", url=f"{home}feed", link=home),
        categories=(topic,), topic=topic,
    )  # fmt: skip


if __name__ == "__main__":
    print(json.dumps([asdict(row) for row in compare(int(sys.argv[1]), int(sys.argv[2]))]))
