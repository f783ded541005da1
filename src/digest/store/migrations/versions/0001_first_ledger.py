"""The first ledger.

Revision: 0001, after none
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("subject", sa.String(80), nullable=False),
        sa.Column("reason_code", sa.String(60)),
        sa.Column("reason_args", sa.JSON()),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
    )
    op.create_index("ix_event_subject_id", "event", ["subject", "id"])
    op.create_table(
        "lease",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("owner", sa.String(120), nullable=False),
        sa.Column("since", sa.String(27), nullable=False),
        sa.Column("until", sa.String(27), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_lease"),
    )
    op.create_table(
        "publication",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(60), nullable=False),
        sa.Column("schedule", sa.Text(), nullable=False),
        sa.Column("timezone", sa.String(60), nullable=False),
        sa.Column("scheduled_since", sa.String(27), nullable=False),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_publication"),
        sa.UniqueConstraint("slug", name="uq_publication_slug"),
    )
    op.create_table(
        "source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("origin", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("language", sa.String(35)),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("every", sa.Integer()),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("link", sa.Text()),
        sa.Column("spoken", sa.String(35)),
        sa.Column("route", sa.Text()),
        sa.Column("found", sa.String(20)),
        sa.Column("route_url", sa.Text()),
        sa.Column("list_selector", sa.Text()),
        sa.Column("list_heading", sa.Text()),
        sa.Column("list_role", sa.String(16)),
        sa.Column("list_count", sa.Float()),
        sa.Column("list_dated", sa.Float()),
        sa.Column("mail_validity", sa.Integer()),
        sa.Column("mail_uid", sa.Integer()),
        sa.Column("etag", sa.Text()),
        sa.Column("last_modified", sa.Text()),
        sa.Column("validators_since", sa.String(27)),
        sa.Column("moved_to", sa.Text()),
        sa.Column("moved_since", sa.String(27)),
        sa.Column("rhythm", sa.JSON()),
        sa.Column("hints", sa.JSON()),
        sa.Column("first_collected_at", sa.String(27)),
        sa.Column("checked_at", sa.String(27)),
        sa.Column("succeeded_at", sa.String(27)),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("reason_code", sa.String(60)),
        sa.Column("reason_args", sa.JSON()),
        sa.Column("next_check_at", sa.String(27)),
        sa.Column("next_check_code", sa.String(60)),
        sa.Column("next_check_args", sa.JSON()),
        sa.Column("lease_owner", sa.String(120)),
        sa.Column("lease_until", sa.String(27)),
        sa.PrimaryKeyConstraint("id", name="pk_source"),
        sa.UniqueConstraint("name", name="uq_source_name"),
    )
    op.create_index("ix_source_next_check_at", "source", ["next_check_at"])
    op.create_table(
        "subscriber",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(320), nullable=False),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_subscriber"),
        sa.UniqueConstraint("address", name="uq_subscriber_address"),
    )
    op.create_table(
        "edition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(32), nullable=False),
        sa.Column(
            "publication_id",
            sa.Integer(),
            sa.ForeignKey("publication.id", name="fk_edition_publication_id"),
            nullable=False,
        ),
        sa.Column("cadence", sa.String(16), nullable=False),
        sa.Column("due_at", sa.String(27), nullable=False),
        sa.Column("number", sa.Integer()),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason_code", sa.String(60)),
        sa.Column("reason_args", sa.JSON()),
        sa.Column("made_at", sa.String(27), nullable=False),
        sa.Column("released_at", sa.String(27)),
        sa.Column("published_at", sa.String(27)),
        sa.Column("frozen", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_edition"),
        sa.UniqueConstraint("publication_id", "cadence", "due_at", name="uq_edition_publication_id_cadence_due_at"),
        sa.UniqueConstraint("publication_id", "number", name="uq_edition_publication_id_number"),
        sa.UniqueConstraint("uid", name="uq_edition_uid"),
    )
    op.create_index("ix_edition_state", "edition", ["state"])
    op.create_table(
        "entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), sa.ForeignKey("source.id", name="fk_entry_source_id"), nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("url", sa.Text()),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("authors", sa.JSON(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("language", sa.String(35)),
        sa.Column("image", sa.Text()),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("enclosures", sa.JSON(), nullable=False),
        sa.Column("published_at", sa.String(27)),
        sa.Column("precision", sa.String(8), nullable=False),
        sa.Column("date_source", sa.String(20), nullable=False),
        sa.Column("date_text", sa.Text()),
        sa.Column("updated_at", sa.String(27)),
        sa.Column("ordered_at", sa.String(27)),
        sa.Column("first_seen_at", sa.String(27), nullable=False),
        sa.Column("revised_at", sa.String(27)),
        sa.Column("backlog", sa.Boolean(), nullable=False),
        sa.Column("fingerprint", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_entry"),
        sa.UniqueConstraint("tag", name="uq_entry_tag"),
    )
    op.create_index("ix_entry_source_id_first_seen_at", "entry", ["source_id", "first_seen_at"])
    op.create_table(
        "choice",
        sa.Column(
            "publication_id",
            sa.Integer(),
            sa.ForeignKey("publication.id", name="fk_choice_publication_id"),
            nullable=False,
        ),
        sa.Column("entry_id", sa.Integer(), sa.ForeignKey("entry.id", name="fk_choice_entry_id"), nullable=False),
        sa.Column("edition_id", sa.Integer(), sa.ForeignKey("edition.id", name="fk_choice_edition_id"), nullable=False),
        sa.Column("chosen", sa.Boolean(), nullable=False),
        sa.Column("reason_code", sa.String(60)),
        sa.Column("reason_args", sa.JSON()),
        sa.PrimaryKeyConstraint("publication_id", "entry_id", name="pk_choice"),
    )
    op.create_index("ix_choice_edition_id", "choice", ["edition_id"])
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "edition_id", sa.Integer(), sa.ForeignKey("edition.id", name="fk_delivery_edition_id"), nullable=False
        ),
        sa.Column(
            "subscriber_id",
            sa.Integer(),
            sa.ForeignKey("subscriber.id", name="fk_delivery_subscriber_id"),
            nullable=False,
        ),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("planned_at", sa.String(27), nullable=False),
        sa.Column("first_tried_at", sa.String(27)),
        sa.Column("next_attempt_at", sa.String(27), nullable=False),
        sa.Column("changed_at", sa.String(27), nullable=False),
        sa.Column("message_id", sa.String(255), nullable=False),
        sa.Column("relay", sa.String(80)),
        sa.Column("code", sa.Integer()),
        sa.Column("enhanced", sa.String(12)),
        sa.Column("words", sa.Text()),
        sa.Column("lease_owner", sa.String(120)),
        sa.Column("lease_until", sa.String(27)),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
        sa.UniqueConstraint("edition_id", "subscriber_id", name="uq_delivery_edition_id_subscriber_id"),
    )
    op.create_index("ix_delivery_state_next_attempt_at", "delivery", ["state", "next_attempt_at"])
    op.create_index("ix_delivery_subscriber_id", "delivery", ["subscriber_id"])
    op.create_table(
        "edition_story",
        sa.Column(
            "edition_id", sa.Integer(), sa.ForeignKey("edition.id", name="fk_edition_story_edition_id"), nullable=False
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "entry_id", sa.Integer(), sa.ForeignKey("entry.id", name="fk_edition_story_entry_id"), nullable=False
        ),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("frozen", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("edition_id", "position", name="pk_edition_story"),
    )
    op.create_index("ix_edition_story_entry_id", "edition_story", ["entry_id"])
    op.create_table(
        "entry_key",
        sa.Column("source_id", sa.Integer(), sa.ForeignKey("source.id", name="fk_entry_key_source_id"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.Integer(), sa.ForeignKey("entry.id", name="fk_entry_key_entry_id"), nullable=False),
        sa.PrimaryKeyConstraint("source_id", "key", name="pk_entry_key"),
    )
    op.create_index("ix_entry_key_entry_id", "entry_key", ["entry_id"])
