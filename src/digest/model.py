"""The nouns, and the states they may be in. Frozen data only: no I/O, no policy, no clock.

What comes from outside ends in `Data`; what the ledger keeps has the plain noun.

    edition    draft ──> approved ──> sending ──> sent
                 │           │
                 └───────────┴──> skipped                      (with its reason)

    delivery   pending ──> sending ──> sent
                 ▲            ├──> deferred ──> sending …      (4xx, or lost before the final dot)
                 │            ├──> failed                      (5xx, or too late to try again)
                 │            └──> uncertain                   (lost after the final dot, or killed in between)
                 └── an operator's resend, from failed and uncertain

    Whoever left while a message waited moves to suppressed: from pending, deferred and uncertain. A message that waited
    too long fails unsent. The sender whose message was doubted may still come back and tell what became of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


# ── reasons ──────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class Reason:
    """Why something was decided: a short stable code and its arguments (JSON scalars).

    `digest.reasons.word` turns it into a sentence.
    """

    code: str
    args: Mapping[str, Any] = field(default_factory=dict)


# ── dates ────────────────────────────────────────────────────────────────────────────────────────
class Precision(StrEnum):
    """How much of a date its source told us."""

    SECOND = "second"
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Dating:
    """When something was published, as far as it was told.

    `at` is aware, in the offset it was written with where that is known, or None; `text` is the visible text it was
    read from, if any. `source` says where that was: feed, time, json-ld, meta, text, relative, url, sitemap, lastmod,
    wordpress, json, mail, received, front-matter, file, none.
    """

    at: datetime | None = None
    precision: Precision = Precision.NONE
    source: str = "none"
    text: str | None = None


UNDATED = Dating()


# ── collect ──────────────────────────────────────────────────────────────────────────────────────
class Kind(StrEnum):
    """What a source is read as; `auto` lets the first document decide."""

    AUTO = "auto"
    FEED = "feed"
    PAGE = "page"
    FOLDER = "folder"
    SITEMAP = "sitemap"
    WORDPRESS = "wordpress"
    MAILBOX = "mailbox"


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that comes with an entry (RFC 4287 §4.2.7.2 `rel=enclosure`); `length` in bytes."""

    url: str
    media_type: str
    length: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryData:
    """One article as a source tells it.

    `uid` is its identity within the source. `title` and `summary` are plain text, `content` is HTML
    that is hostile until `collect.clean` has passed it. URLs are absolute http(s) or None. `base` is what
    relative addresses in the content count from, where the source says so; once clean they are absolute.
    """

    uid: str
    title: str
    url: str | None = None
    authors: tuple[str, ...] = ()
    summary: str = ""
    content: str = ""
    dating: Dating = UNDATED
    updated: datetime | None = None
    image: str | None = None
    categories: tuple[str, ...] = ()
    language: str | None = None
    enclosures: tuple[Enclosure, ...] = ()
    base: str | None = None


class Role(StrEnum):
    """What a list of links in a page is for."""

    MAIN = "main"
    RECENT = "recent"
    RELATED = "related"
    POPULAR = "popular"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Block:
    """A repeated list of records found in a page; `confidence` from 0 to 1."""

    role: Role
    heading: str
    selector: str
    confidence: float
    entries: tuple[EntryData, ...]


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A feed that a page announces with `<link rel=alternate>`."""

    url: str
    media_type: str
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """The article a page is about: its `entry`, and its plain `text`."""

    entry: EntryData
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """How often a feed wants to be read.

    `ttl` is in minutes; `update_period` is hourly, daily, weekly, monthly or yearly, `update_frequency` how many
    times in it; `skip_hours` (0 to 23) and `skip_days` (English names) are in GMT.
    """

    ttl: int | None = None
    update_period: str | None = None
    update_frequency: int | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What a document turned out to hold. `route` says in a few words how it was read."""

    kind: Kind
    route: str
    title: str = ""
    link: str | None = None
    language: str | None = None
    entries: tuple[EntryData, ...] = ()
    article: Article | None = None
    blocks: tuple[Block, ...] = ()
    feeds: tuple[FeedLink, ...] = ()
    hints: Hints | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Failed:
    """A source could not be collected now; `retry_after` is the server's wish in seconds."""

    reason: Reason
    retry_after: int | None = None


# ── entries as the ledger keeps them ─────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRef:
    """The part of a source that its entries carry along. `link` is its home page, `url` what is collected."""

    id: int
    name: str
    title: str
    url: str
    link: str | None = None
    language: str | None = None
    topics: tuple[str, ...] = ()
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One article of a source, kept once. `data.content` has passed the sanitiser.

    `tag` is its permanent identity in our feeds (a `tag:` URI, RFC 4151), minted once. `first_seen`
    orders selection; `backlog` marks what already stood there at the source's first collection.
    """

    id: int
    tag: str
    source: SourceRef
    data: EntryData
    first_seen: datetime
    backlog: bool = False
    revised: datetime | None = None
    ordered: datetime | None = None

    @property
    def when(self) -> datetime:
        """The instant to show and to order by: never later than first seen, whatever the date says."""
        if self.ordered is not None:
            return self.ordered
        published = self.data.dating.at
        return self.first_seen if published is None else min(published, self.first_seen)


# ── editions ─────────────────────────────────────────────────────────────────────────────────────
class EditionState(StrEnum):
    """Where an edition stands; see the drawing above."""

    DRAFT = "draft"
    APPROVED = "approved"
    SENDING = "sending"
    SENT = "sent"
    SKIPPED = "skipped"


EDITION_MOVES: Mapping[EditionState, frozenset[EditionState]] = {
    EditionState.DRAFT: frozenset({EditionState.APPROVED, EditionState.SKIPPED}),
    EditionState.APPROVED: frozenset({EditionState.SENDING, EditionState.SKIPPED}),
    EditionState.SENDING: frozenset({EditionState.SENT}),
    EditionState.SENT: frozenset({EditionState.SENDING}),
    EditionState.SKIPPED: frozenset(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Who publishes. `url` is absolute and ends in a slash; `address` is the postal address."""

    title: str
    url: str
    language: str
    timezone: str
    owner: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A named output, as readers see it. `language` is a BCP 47 tag, `timezone` an IANA zone."""

    slug: str
    title: str
    description: str
    language: str
    timezone: str
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AlsoIn:
    """Another source that tells the same story."""

    source: str
    title: str
    url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One or more entries that tell the same thing, frozen into an edition.

    `tag` is the permanent id; `published` is what is shown and put into feeds, `dating` how well it is
    known; `content` is sanitised HTML, `summary` plain text. `topic` is the heading it stands under.
    """

    tag: str
    entry_id: int
    title: str
    url: str | None
    summary: str
    content: str
    authors: tuple[str, ...]
    published: datetime
    precision: Precision
    updated: datetime
    source: SourceRef
    image: str | None = None
    categories: tuple[str, ...] = ()
    language: str | None = None
    enclosures: tuple[Enclosure, ...] = ()
    topic: str = ""
    also_in: tuple[AlsoIn, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """The frozen issue of a publication for one occurrence. The first story is the lead.

    `uid` is a hexadecimal name that never changes; `number` counts the publication's editions from 1;
    `due_at` is the occurrence, `made_at` the instant of freezing (both UTC).
    """

    uid: str
    number: int
    site: Site
    publication: Publication
    due_at: datetime
    made_at: datetime
    stories: tuple[Story, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """What a publication decided on one entry, for good: it stands in the edition (folded ones too), or never will."""

    entry_id: int
    chosen: bool
    reason: Reason


# ── documents ────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class Document:
    """A file to publish: `path` is relative to its root, with forward slashes."""

    path: str
    data: bytes


@dataclass(frozen=True, slots=True)
class EditionMail:
    """An edition as mail: the two bodies and the subject line, the same for all of its readers."""

    subject: str
    html: str
    text: str


# ── deliveries ───────────────────────────────────────────────────────────────────────────────────
class DeliveryState(StrEnum):
    """Where one message to one address stands; see the drawing above."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    DEFERRED = "deferred"
    FAILED = "failed"
    SUPPRESSED = "suppressed"
    UNCERTAIN = "uncertain"


DELIVERY_MOVES: Mapping[DeliveryState, frozenset[DeliveryState]] = {
    DeliveryState.PENDING: frozenset({DeliveryState.SENDING, DeliveryState.FAILED, DeliveryState.SUPPRESSED}),
    DeliveryState.SENDING: frozenset(
        {DeliveryState.SENT, DeliveryState.DEFERRED, DeliveryState.FAILED, DeliveryState.UNCERTAIN}
    ),
    DeliveryState.DEFERRED: frozenset({DeliveryState.SENDING, DeliveryState.FAILED, DeliveryState.SUPPRESSED}),
    DeliveryState.SENT: frozenset(),
    DeliveryState.SUPPRESSED: frozenset(),
    DeliveryState.FAILED: frozenset({DeliveryState.PENDING}),
    DeliveryState.UNCERTAIN: frozenset(
        {
            DeliveryState.PENDING,
            DeliveryState.SUPPRESSED,
            DeliveryState.SENT,
            DeliveryState.DEFERRED,
            DeliveryState.FAILED,
        }
    ),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one message: the state it moves to and the server's own words.

    `code` is the SMTP reply code (RFC 5321 §4.2) or None when the server said nothing;
    `enhanced` the RFC 3463 code if one was given. `relay` names who was asked.
    """

    state: DeliveryState
    words: str
    code: int | None = None
    enhanced: str | None = None
    relay: str = ""
