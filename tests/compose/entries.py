"""Entries and sources with as few words as a test needs."""

from datetime import UTC, datetime, timedelta

from digest.model import Dating, Entry, EntryData, Precision, SourceRef

MONDAY = datetime(2026, 11, 16, 7, 0, tzinfo=UTC)


def make_source(source_id=1, *, weight=1.0, topics=(), name=None, language=None):
    name = name or f"source-{source_id}"
    return SourceRef(
        id=source_id,
        name=name,
        title=name.title(),
        url=f"https://{name}.example/feed",
        topics=topics,
        weight=weight,
        language=language,
    )


def make_entry(entry_id, *, source=None, title=None, hours=0.0, seen=None, backlog=False, undated=False, **data):
    """An entry published `hours` after MONDAY and first seen then too, unless `seen` says how many hours after."""
    source = source or make_source()
    published = MONDAY + timedelta(hours=hours)
    data.setdefault("summary", "A summary.")
    return Entry(
        id=entry_id,
        tag=f"tag:digest.example,2026:{entry_id}",
        source=source,
        data=EntryData(
            uid=str(entry_id),
            title=f"Entry {entry_id}" if title is None else title,
            url=data.pop("url", f"https://{source.name}.example/{entry_id}"),
            dating=Dating() if undated else Dating(at=published, precision=Precision.MINUTE, source="feed"),
            **data,
        ),
        first_seen=published if seen is None else MONDAY + timedelta(hours=seen),
        backlog=backlog,
    )
