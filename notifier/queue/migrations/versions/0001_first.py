"""The tables of the first version, as they were then."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

MOMENT = sa.String(27).with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("audit_pk")),
    )
    op.create_table(
        "blob",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("blob_pk")),
    )
    op.create_table(
        "directory",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("stored_at", MOMENT, nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("directory_pk")),
    )
    op.create_table(
        "message",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("drill", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("newsletter", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("send_at", MOMENT, nullable=True),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("expired", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("by", sa.String(), server_default="", nullable=False),
        sa.Column("superseded_by", sa.String(), server_default="", nullable=False),
        sa.Column("directory_version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("message_pk")),
        sa.UniqueConstraint("key", "mode", "drill", name=op.f("message_key_mode_drill_once")),
    )
    op.create_index("message_by_kind", "message", ["kind", "expired"], unique=False)
    op.create_index("message_by_state", "message", ["state", "send_at"], unique=False)
    op.create_index(
        "message_expiring",
        "message",
        ["expires_at"],
        unique=False,
        sqlite_where=sa.text("NOT expired"),
        postgresql_where=sa.text("NOT expired"),
    )
    op.create_table(
        "school",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stamp", sa.String(), nullable=False),
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("stamped_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("school_pk")),
    )
    op.create_table(
        "task",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("message_id", sa.String(), server_default="", nullable=False),
        sa.Column("delivery_id", sa.String(), server_default="", nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("done_by", sa.String(), server_default="", nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("task_pk")),
        sa.UniqueConstraint("key", name=op.f("task_key_once")),
    )
    op.create_index(
        "task_open",
        "task",
        ["opened_at"],
        unique=False,
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("rung_at", MOMENT, nullable=True),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("delivery_message_id_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("delivery_pk")),
        sa.UniqueConstraint("message_id", "key", name=op.f("delivery_message_id_key_once")),
    )
    op.create_index("delivery_by_state", "delivery", ["message_id", "state"], unique=False)
    op.create_index(
        "delivery_left",
        "delivery",
        ["state", "message_id"],
        unique=False,
        sqlite_where=sa.text("state IN ('held', 'unreached')"),
        postgresql_where=sa.text("state IN ('held', 'unreached')"),
    )
    op.create_table(
        "message_blob",
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["digest"], ["blob.digest"], name=op.f("message_blob_digest_fk")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("message_blob_message_id_fk")),
        sa.PrimaryKeyConstraint("message_id", "digest", name=op.f("message_blob_pk")),
    )
    op.create_table(
        "trace",
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("trace_message_id_fk")),
        sa.PrimaryKeyConstraint("message_id", name=op.f("trace_pk")),
    )
    op.create_table(
        "withheld",
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.String(), nullable=False),
        sa.Column("pupil_ids", sa.Text(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("withheld_message_id_fk")),
        sa.PrimaryKeyConstraint("message_id", "number", name=op.f("withheld_pk")),
    )
    op.create_table(
        "leg",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("delivery_id", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("contact_id", sa.String(), nullable=False),
        sa.Column("lane", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("crashes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("owner", sa.String(), server_default="", nullable=False),
        sa.Column("lease_until", MOMENT, nullable=True),
        sa.Column("batch", sa.Integer(), server_default="0", nullable=False),
        sa.Column("unknown_since", MOMENT, nullable=True),
        sa.Column("by_person", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("reference", sa.String(), server_default="", nullable=False),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=op.f("leg_delivery_id_fk")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("leg_message_id_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("leg_pk")),
        sa.UniqueConstraint(
            "delivery_id", "rung", "channel", "contact_id", name=op.f("leg_delivery_id_rung_channel_contact_id_once")
        ),
    )
    op.create_index(
        "leg_crashed",
        "leg",
        ["channel", "due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'due' AND crashes > 0"),
        postgresql_where=sa.text("state = 'due' AND crashes > 0"),
    )
    op.create_index(
        "leg_due",
        "leg",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'due'"),
        postgresql_where=sa.text("state = 'due'"),
    )
    op.create_index(
        "leg_in_doubt",
        "leg",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'unknown'"),
        postgresql_where=sa.text("state = 'unknown'"),
    )
    op.create_index(
        "leg_parked",
        "leg",
        ["settled_at"],
        unique=False,
        sqlite_where=sa.text("state = 'technical_failure'"),
        postgresql_where=sa.text("state = 'technical_failure'"),
    )
    op.create_index(
        "leg_leased",
        "leg",
        ["lease_until"],
        unique=False,
        sqlite_where=sa.text("state = 'started'"),
        postgresql_where=sa.text("state = 'started'"),
    )
    op.create_index("leg_of_message", "leg", ["message_id", "channel", "state"], unique=False)
    op.create_index(
        "leg_ready",
        "leg",
        ["channel", "lane", "turn", "due_at", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'due'"),
        postgresql_where=sa.text("state = 'due'"),
    )
    op.create_table(
        "attempt",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("leg_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("reference", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["leg_id"], ["leg.id"], name=op.f("attempt_leg_id_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("attempt_pk")),
    )
    op.create_index(op.f("attempt_leg_id"), "attempt", ["leg_id"], unique=False)
