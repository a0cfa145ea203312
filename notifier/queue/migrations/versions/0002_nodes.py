"""Several processes on one database: who they are, and until when they are alive."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

MOMENT = sa.String(27).with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "node",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("lives_until", MOMENT, nullable=False),
        sa.Column("folder", sa.Boolean(), nullable=False),
        sa.Column("sessions", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("node_pk")),
    )
    op.add_column("school", sa.Column("settings", sa.String(), server_default="", nullable=False))
