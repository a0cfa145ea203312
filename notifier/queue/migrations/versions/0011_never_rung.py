"""When the office was told that families of a message were never ticked off (docs/decisions/never-rung.md)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"

MOMENT = sa.String(27).with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    op.add_column("message", sa.Column("reminded_at", MOMENT, nullable=True))
