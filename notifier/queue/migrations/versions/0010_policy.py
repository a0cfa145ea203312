"""Each acceptance says by which policy it was planned (W47)."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("audit", sa.Column("policy", sa.String(), server_default="", nullable=False))
