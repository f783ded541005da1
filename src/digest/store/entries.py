"""Rows of entries: each kept once by its identity within its source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, insert, or_, select, update

from digest.model import Dating, Enclosure, Entry, EntryData, Precision, Reason, SourceRef
from digest.store.tables import choice, edition, entry, entry_key, source


@dataclass(frozen=True, slots=True)
class Known:
    """What is needed to tell whether an entry changed."""

    id: int
    fingerprint: str


def known(connection: Connection, source_id: int) -> dict[str, Known]:
    """Map every identity of a source's entries, aliases too, to the entry it stands for."""
    rows = connection.execute(
        select(entry_key.c.key, entry.c.id, entry.c.fingerprint)
        .join(entry, entry.c.id == entry_key.c.entry_id)
        .where(entry_key.c.source_id == source_id)
    )
    return {row.key: Known(row.id, row.fingerprint) for row in rows}


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An entry to keep: cleaned, with its minted `tag`, the fingerprint of how it came and when it counts from."""

    data: EntryData
    tag: str
    fingerprint: str
    ordered: datetime


def _content(data: EntryData) -> dict[str, Any]:
    return {
        "url": data.url, "title": data.title, "authors": list(data.authors), "summary": data.summary,
        "content": data.content, "language": data.language, "image": data.image, "categories": list(data.categories),
        "enclosures": [[item.url, item.media_type, item.length] for item in data.enclosures],
        "updated_at": data.updated,
    }  # fmt: skip


def _dated(dating: Dating) -> dict[str, Any]:
    return {
        "published_at": dating.at, "precision": dating.precision.value,
        "date_source": dating.source, "date_text": dating.text,
    }  # fmt: skip


def keep(connection: Connection, source_id: int, entries: Sequence[NewEntry], now: datetime, *, backlog: bool) -> None:
    """Keep entries that are new to a source, in a writing transaction."""
    if not entries:
        return
    # Nobody else writes now, so the numbers are ours to give; to read back those that SQLite gives is slow.
    first = (connection.execute(select(func.max(entry.c.id))).scalar() or 0) + 1
    rows = [
        {
            "id": number, "source_id": source_id, "uid": item.data.uid, "tag": item.tag,
            "fingerprint": item.fingerprint, "ordered_at": item.ordered, "first_seen_at": now,
            "backlog": backlog, **_content(item.data), **_dated(item.data.dating),
        }
        for number, item in enumerate(entries, first)
    ]  # fmt: skip
    connection.execute(insert(entry), rows)
    connection.execute(
        insert(entry_key), [{"source_id": source_id, "key": row["uid"], "entry_id": row["id"]} for row in rows]
    )


def revise(connection: Connection, entry_id: int, data: EntryData, fingerprint: str, now: datetime) -> None:
    """Take over an edit. The date stays as it was first read: a relative one would move at each look."""
    connection.execute(
        update(entry).where(entry.c.id == entry_id).values(revised_at=now, fingerprint=fingerprint, **_content(data))
    )


_ENTRIES = select(
    entry,
    *(source.c[name].label(f"source_{name}") for name in ("name", "title", "url", "link", "topics", "weight")),
    source.c.language.label("source_language"),
    source.c.spoken.label("source_spoken"),
).join(source, source.c.id == entry.c.source_id)


def _entry(row: Row[Any]) -> Entry:
    r = row._mapping  # noqa: SLF001 - SQLAlchemy's public name for the row as a mapping
    return Entry(
        id=r["id"],
        tag=r["tag"],
        source=SourceRef(
            id=r["source_id"], name=r["source_name"], title=r["source_title"] or r["source_name"], url=r["source_url"],
            link=r["source_link"], language=r["source_language"] or r["source_spoken"],
            topics=tuple(r["source_topics"]), weight=r["source_weight"],
        ),
        data=EntryData(
            uid=r["uid"], title=r["title"], url=r["url"], authors=tuple(r["authors"]), summary=r["summary"],
            content=r["content"], updated=r["updated_at"], image=r["image"], categories=tuple(r["categories"]),
            language=r["language"], enclosures=tuple(Enclosure(*item) for item in r["enclosures"]),
            dating=Dating(r["published_at"], Precision(r["precision"]), r["date_source"], r["date_text"]),
        ),
        first_seen=r["first_seen_at"],
        backlog=r["backlog"],
        revised=r["revised_at"],
        ordered=r["ordered_at"],
    )  # fmt: skip


def _all(connection: Connection, query: Select[Any]) -> tuple[Entry, ...]:
    return tuple(_entry(row) for row in connection.execute(query))


def undecided(connection: Connection, publication_id: int, source_names: Sequence[str]) -> tuple[Entry, ...]:
    """Read the entries that a publication has not chosen or left out yet, whenever they are dated.

    No names means the entries of every source that is not gone.
    """
    decided = and_(choice.c.entry_id == entry.c.id, choice.c.publication_id == publication_id)
    query = _ENTRIES.outerjoin(choice, decided).where(choice.c.entry_id.is_(None), source.c.state != "gone")
    if source_names:
        query = query.where(source.c.name.in_(source_names))
    return _all(connection, query.order_by(entry.c.id))


@dataclass(frozen=True, slots=True)
class Chosen:
    """An entry that stands in edition `number`, with the reason of its place."""

    number: int
    reason: Reason
    entry: Entry


def chosen_since(connection: Connection, publication_id: int, since: datetime) -> tuple[Chosen, ...]:
    """Read what a publication's editions told since an instant, the oldest edition first."""
    query = (
        _ENTRIES.add_columns(edition.c.number.label("edition_number"), choice.c.reason_code, choice.c.reason_args)
        .join(choice, (choice.c.entry_id == entry.c.id) & choice.c.chosen.is_(True))
        .join(edition, edition.c.id == choice.c.edition_id)
        .where(choice.c.publication_id == publication_id, edition.c.made_at >= since, edition.c.number.is_not(None))
        .order_by(edition.c.number, entry.c.id)
    )
    return tuple(
        Chosen(row.edition_number, Reason(row.reason_code, row.reason_args or {}), _entry(row))
        for row in connection.execute(query)
    )


def newest(connection: Connection, source_id: int, limit: int) -> tuple[Entry, ...]:
    """Read the entries of a source that were seen last."""
    query = _ENTRIES.where(entry.c.source_id == source_id)
    return _all(connection, query.order_by(entry.c.first_seen_at.desc(), entry.c.id).limit(limit))


@dataclass(frozen=True, slots=True)
class Arrived:
    """When an entry was published, as far as known, and when it was seen."""

    published: datetime | None
    precision: Precision
    first_seen: datetime
    backlog: bool


def urls(connection: Connection, source_id: int) -> frozenset[str]:
    """Read the addresses of a source's entries."""
    rows = connection.execute(select(entry.c.url).where(entry.c.source_id == source_id, entry.c.url.is_not(None)))
    return frozenset(rows.scalars())


def arrivals(connection: Connection, source_id: int, limit: int = 50) -> list[Arrived]:
    """Read when the newest entries of a source came."""
    rows = connection.execute(
        select(entry.c.published_at, entry.c.precision, entry.c.first_seen_at, entry.c.backlog)
        .where(entry.c.source_id == source_id)
        .order_by(entry.c.first_seen_at.desc(), entry.c.published_at.desc())
        .limit(limit)
    )
    return [Arrived(row.published_at, Precision(row.precision), row.first_seen_at, row.backlog) for row in rows]


def find(connection: Connection, name: str, limit: int = 5) -> tuple[Entry, ...]:
    """Find entries by their number, tag, URL or a part of their title."""
    wanted = [entry.c.tag == name, entry.c.url == name, entry.c.title.icontains(name, autoescape=True)]
    if name.isdigit():
        wanted.append(entry.c.id == int(name))
    return _all(connection, _ENTRIES.where(or_(*wanted)).order_by(entry.c.id.desc()).limit(limit))
