"""The rows of the ledger, as drawn in design §4. Instants are UTC; zones live at the edges.

Each row that records a decision carries its reason: a code and its arguments.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)  # fmt: skip


class Instant(TypeDecorator[datetime]):
    """An aware instant, kept as sortable text in UTC; a naive one is refused."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Write an instant; naive ones are a bug."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive datetime reached the ledger: {value!r}")
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Read an instant back, aware."""
        return None if value is None else datetime.fromisoformat(value)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _reason(prefix: str = "reason") -> tuple[Column[str], Column[object]]:
    return Column(f"{prefix}_code", String(60)), Column(f"{prefix}_args", JSON)


source = Table(
    "source",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(80), nullable=False, unique=True),
    Column("url", Text, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("origin", String(16), nullable=False),  # config | command
    Column("state", String(16), nullable=False),  # active | paused | gone
    Column("topics", JSON, nullable=False),
    Column("language", String(35)),
    Column("weight", Float, nullable=False),
    Column("every", Integer),  # seconds; none: learnt
    Column("title", Text, nullable=False, default=""),
    Column("link", Text),
    Column("spoken", String(35)),  # the language it says it is in
    Column("route", Text),
    Column("found", String(20)),  # the route that a climb found
    Column("route_url", Text),  # what is asked for, where that is not `url`
    Column("list_selector", Text),  # the list of a page that is collected, as it was learnt
    Column("list_heading", Text),
    Column("list_role", String(16)),
    Column("list_count", Float),
    Column("list_dated", Float),
    Column("mail_validity", Integer),
    Column("mail_uid", Integer),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("validators_since", Instant),
    Column("moved_to", Text),
    Column("moved_since", Instant),
    Column("rhythm", JSON),
    Column("hints", JSON),
    Column("first_collected_at", Instant),
    Column("checked_at", Instant),
    Column("succeeded_at", Instant),
    Column("failures", Integer, nullable=False, default=0),
    *_reason(),
    Column("next_check_at", Instant, index=True),
    *_reason("next_check"),
    Column("lease_owner", String(120)),
    Column("lease_until", Instant),
)

entry = Table(
    "entry",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source_id", ForeignKey("source.id"), nullable=False),
    Column("uid", Text, nullable=False),
    Column("tag", Text, nullable=False, unique=True),
    Column("url", Text),
    Column("title", Text, nullable=False),
    Column("authors", JSON, nullable=False),
    Column("summary", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("language", String(35)),
    Column("image", Text),
    Column("categories", JSON, nullable=False),
    Column("enclosures", JSON, nullable=False),
    Column("published_at", Instant),
    Column("precision", String(8), nullable=False),
    Column("date_source", String(20), nullable=False),
    Column("date_text", Text),
    Column("updated_at", Instant),
    Column("ordered_at", Instant),
    Column("first_seen_at", Instant, nullable=False),
    Column("revised_at", Instant),
    Column("backlog", Boolean, nullable=False),
    Column("fingerprint", String(16), nullable=False),
    Index("ix_entry_source_id_first_seen_at", "source_id", "first_seen_at"),
)

entry_key = Table(
    "entry_key",
    metadata,
    Column("source_id", ForeignKey("source.id"), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("entry_id", ForeignKey("entry.id"), nullable=False, index=True),
)

publication = Table(
    "publication",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("slug", String(60), nullable=False, unique=True),
    Column("schedule", Text, nullable=False),
    Column("timezone", String(60), nullable=False),
    Column("scheduled_since", Instant, nullable=False),
    Column("created_at", Instant, nullable=False),
)

edition = Table(
    "edition",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("uid", String(32), nullable=False, unique=True),
    Column("publication_id", ForeignKey("publication.id"), nullable=False),
    Column("cadence", String(16), nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("number", Integer),
    Column("state", String(16), nullable=False, index=True),
    *_reason(),
    Column("made_at", Instant, nullable=False),
    Column("released_at", Instant),  # since when its files may be seen
    Column("published_at", Instant),
    Column("frozen", JSON, nullable=False),  # site and publication as they were
    UniqueConstraint("publication_id", "cadence", "due_at"),
    UniqueConstraint("publication_id", "number"),
)

edition_story = Table(
    "edition_story",
    metadata,
    Column("edition_id", ForeignKey("edition.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("entry_id", ForeignKey("entry.id"), nullable=False, index=True),
    Column("tag", Text, nullable=False),
    Column("frozen", JSON, nullable=False),
)

choice = Table(
    "choice",
    metadata,
    Column("publication_id", ForeignKey("publication.id"), primary_key=True),
    Column("entry_id", ForeignKey("entry.id"), primary_key=True),
    Column("edition_id", ForeignKey("edition.id"), nullable=False, index=True),
    Column("chosen", Boolean, nullable=False),
    *_reason(),
)

subscriber = Table(
    "subscriber",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("address", String(320), nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
)

delivery = Table(
    "delivery",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("edition_id", ForeignKey("edition.id"), nullable=False),
    Column("subscriber_id", ForeignKey("subscriber.id"), nullable=False, index=True),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("planned_at", Instant, nullable=False),
    Column("first_tried_at", Instant),
    Column("next_attempt_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("message_id", String(255), nullable=False),
    Column("relay", String(80)),
    Column("code", Integer),
    Column("enhanced", String(12)),
    Column("words", Text),
    Column("lease_owner", String(120)),
    Column("lease_until", Instant),
    UniqueConstraint("edition_id", "subscriber_id"),
    Index("ix_delivery_state_next_attempt_at", "state", "next_attempt_at"),
)

event = Table(
    "event",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("subject", String(80), nullable=False),
    *_reason(),
    Index("ix_event_subject_id", "subject", "id"),
)

lease = Table(
    "lease",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("owner", String(120), nullable=False),
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=False),
)
