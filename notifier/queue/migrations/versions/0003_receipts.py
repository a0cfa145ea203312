"""What providers tell later, kept as it came; and addresses whose owner wants nothing more by a channel."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"

MOMENT = sa.String(27).with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "receipt",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("consumed_at", MOMENT, nullable=True),
        sa.Column("outcome", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("receipt_pk")),
    )
    op.create_index(
        "receipt_due",
        "receipt",
        ["due_at", "id"],
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index(
        "receipt_consumed",
        "receipt",
        ["consumed_at"],
        sqlite_where=sa.text("consumed_at IS NOT NULL"),
        postgresql_where=sa.text("consumed_at IS NOT NULL"),
    )
    op.create_table(
        "refusal",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("channel", "address", name=op.f("refusal_pk")),
    )
