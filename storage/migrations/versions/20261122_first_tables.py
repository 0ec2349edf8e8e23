"""First tables"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import storage.tables

revision: str = "20261122_first_tables"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:

    op.create_table(
        "brand",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("is_own", sa.Boolean(), nullable=False),
        sa.Column("colour", sa.String(length=7), nullable=False),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        sa.CheckConstraint("length(name) > 0", name="brand_has_a_name"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name", name="brand_name_once"),
    )
    with op.batch_alter_table("brand", schema=None) as batch_op:
        batch_op.create_index(
            "one_own_brand",
            ["is_example"],
            unique=True,
            sqlite_where=sa.text("is_own"),
            postgresql_where=sa.text("is_own"),
        )

    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name", name="person_name_once"),
    )
    op.create_table(
        "standard_set",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name", name="standard_set_name_once"),
    )
    op.create_table(
        "channel",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("area", sa.String(length=200), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('shop', 'phone', 'website', 'e-mail', 'chat', 'delivery', 'department')",
            name="kind_is_known",
        ),
        sa.CheckConstraint("length(name) > 0", name="channel_has_a_name"),
        sa.ForeignKeyConstraint(
            ["brand_id"],
            ["brand.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("brand_id", "name", name="channel_name_once_a_brand"),
    )
    with op.batch_alter_table("channel", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_channel_brand_id"), ["brand_id"], unique=False)

    op.create_table(
        "edition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("set_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("published_at", storage.tables.UtcDateTime(timezone=True), nullable=True),
        sa.Column("minimum_coverage", sa.Float(), nullable=False),
        sa.CheckConstraint("minimum_coverage BETWEEN 0 AND 1", name="minimum_coverage_is_a_share"),
        sa.ForeignKeyConstraint(["set_id"], ["standard_set.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("set_id", "number", name="edition_number_once_a_set"),
    )
    with op.batch_alter_table("edition", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_edition_set_id"), ["set_id"], unique=False)

    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", storage.tables.UtcDateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("thing", sa.String(length=40), nullable=False),
        sa.Column("thing_id", sa.String(length=200), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index("event_by_thing", ["thing", "thing_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_person_id"), ["person_id"], unique=False)

    op.create_table(
        "standard",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("touchpoint", sa.String(length=200), nullable=False),
        sa.Column("statement", sa.String(), nullable=False),
        sa.Column("measure", sa.String(length=20), nullable=False),
        sa.Column("comparator", sa.String(length=2), nullable=False),
        sa.Column("target", sa.Float(), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("no_no", sa.Boolean(), nullable=False),
        sa.Column("scope", sa.String(length=20), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("evidence", sa.String(length=20), nullable=False),
        sa.Column("job_aid", sa.String(), nullable=False),
        sa.Column("script", sa.String(), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.CheckConstraint("comparator IN ('<=', '>=', '<', '>', '=')", name="comparator_is_known"),
        sa.CheckConstraint("evidence IN ('never', 'if missed', 'always')", name="evidence_is_known"),
        sa.CheckConstraint(
            "measure IN ('yes/no', 'duration', 'count', 'number', 'share', 'rating')", name="measure_is_known"
        ),
        sa.CheckConstraint("scope IN ('common', 'ours only')", name="scope_is_known"),
        sa.CheckConstraint("weight >= 0", name="weight_is_not_negative"),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("edition_id", "code", name="code_once_an_edition"),
    )
    with op.batch_alter_table("standard", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_standard_edition_id"), ["edition_id"], unique=False)

    op.create_table(
        "visit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("shopper_id", sa.Integer(), nullable=True),
        sa.Column("external_id", sa.String(length=200), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("started_at", storage.tables.UtcDateTime(timezone=True), nullable=True),
        sa.Column("left_at", storage.tables.UtcDateTime(timezone=True), nullable=True),
        sa.Column("submitted_at", storage.tables.UtcDateTime(timezone=True), nullable=True),
        sa.Column("received_at", storage.tables.UtcDateTime(timezone=True), nullable=True),
        sa.Column("visited_on", sa.Date(), nullable=True),
        sa.Column("points", sa.Float(), nullable=True),
        sa.Column("points_possible", sa.Float(), nullable=True),
        sa.Column("coverage", sa.Float(), nullable=True),
        sa.Column("no_nos_missed", sa.Integer(), nullable=True),
        sa.Column("first_impression", sa.String(), nullable=False),
        sa.Column("last_impression", sa.String(), nullable=False),
        sa.Column("would_return", sa.Integer(), nullable=True),
        sa.Column("story", sa.String(), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'returned', 'approved', 'void')", name="state_is_known"
        ),
        sa.CheckConstraint(
            "state NOT IN ('submitted', 'approved') OR (submitted_at IS NOT NULL AND visited_on IS NOT NULL)",
            name="submitted_visits_are_dated",
        ),
        sa.CheckConstraint("coverage IS NULL OR coverage BETWEEN 0 AND 1.000001", name="coverage_is_a_share"),
        sa.CheckConstraint(
            "points IS NULL OR points <= points_possible + 0.000001", name="points_within_possible"
        ),
        sa.CheckConstraint(
            "would_return IS NULL OR would_return BETWEEN 0 AND 10", name="would_return_is_0_to_10"
        ),
        sa.ForeignKeyConstraint(
            ["channel_id"],
            ["channel.id"],
        ),
        sa.ForeignKeyConstraint(
            ["edition_id"],
            ["edition.id"],
        ),
        sa.ForeignKeyConstraint(
            ["shopper_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_visit_channel_id"), ["channel_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_visit_edition_id"), ["edition_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_visit_shopper_id"), ["shopper_id"], unique=False)
        batch_op.create_index("visit_by_external_id", ["external_id"], unique=False)
        batch_op.create_index("visit_by_state_and_day", ["state", "visited_on"], unique=False)

    op.create_table(
        "observation",
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("standard_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("verdict", sa.String(length=20), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("opened_at", storage.tables.UtcDateTime(timezone=True), nullable=True),
        sa.Column("closed_at", storage.tables.UtcDateTime(timezone=True), nullable=True),
        sa.Column("answered_at", storage.tables.UtcDateTime(timezone=True), nullable=True),
        sa.Column("longer_than", sa.Boolean(), nullable=False),
        sa.Column("counted_of", sa.Integer(), nullable=True),
        sa.CheckConstraint("verdict IN ('met', 'missed', 'not applicable')", name="verdict_is_known"),
        sa.CheckConstraint("closed_at IS NULL OR opened_at IS NOT NULL", name="a_closed_wait_was_opened"),
        sa.ForeignKeyConstraint(
            ["standard_id"],
            ["standard.id"],
        ),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("visit_id", "standard_id"),
    )
    with op.batch_alter_table("observation", schema=None) as batch_op:
        batch_op.create_index("observation_by_standard", ["standard_id", "verdict"], unique=False)

    op.create_table(
        "photo",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("standard_id", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("thumbnail_sha256", sa.String(length=64), nullable=False),
        sa.Column("taken_at", storage.tables.UtcDateTime(timezone=True), nullable=True),
        sa.Column("added_at", storage.tables.UtcDateTime(timezone=True), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("byte_count", sa.Integer(), nullable=False),
        sa.Column("caption", sa.String(), nullable=False),
        sa.CheckConstraint("length(sha256) = 64", name="sha256_is_whole"),
        sa.ForeignKeyConstraint(
            ["standard_id"],
            ["standard.id"],
        ),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("photo", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_photo_standard_id"), ["standard_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_photo_visit_id"), ["visit_id"], unique=False)


def downgrade() -> None:

    with op.batch_alter_table("photo", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_photo_visit_id"))
        batch_op.drop_index(batch_op.f("ix_photo_standard_id"))

    op.drop_table("photo")
    with op.batch_alter_table("observation", schema=None) as batch_op:
        batch_op.drop_index("observation_by_standard")

    op.drop_table("observation")
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_index("visit_by_state_and_day")
        batch_op.drop_index("visit_by_external_id")
        batch_op.drop_index(batch_op.f("ix_visit_shopper_id"))
        batch_op.drop_index(batch_op.f("ix_visit_edition_id"))
        batch_op.drop_index(batch_op.f("ix_visit_channel_id"))

    op.drop_table("visit")
    with op.batch_alter_table("standard", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_standard_edition_id"))

    op.drop_table("standard")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_person_id"))
        batch_op.drop_index("event_by_thing")

    op.drop_table("event")
    with op.batch_alter_table("edition", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_edition_set_id"))

    op.drop_table("edition")
    with op.batch_alter_table("channel", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_channel_brand_id"))

    op.drop_table("channel")
    op.drop_table("standard_set")
    op.drop_table("person")
    with op.batch_alter_table("brand", schema=None) as batch_op:
        batch_op.drop_index(
            "one_own_brand", sqlite_where=sa.text("is_own"), postgresql_where=sa.text("is_own")
        )

    op.drop_table("brand")
