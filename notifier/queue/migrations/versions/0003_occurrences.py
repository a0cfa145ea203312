"""What was decided about each thing that fell due by the clock, and when somebody last saw to that."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"

MOMENT = sa.String(27).with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "occurrence",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("decided_at", MOMENT, nullable=False),
        sa.Column("event_id", sa.String(), server_default="", nullable=False),
        sa.Column("newsletter", sa.String(), server_default="", nullable=False),
        sa.Column("message_id", sa.String(), server_default="", nullable=False),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("key", "mode", name=op.f("occurrence_pk")),
    )
    op.create_index("occurrence_by_moment", "occurrence", ["at"])
    op.create_index("occurrence_of_event", "occurrence", ["event_id"])
    op.add_column("school", sa.Column("looked_at", MOMENT))
