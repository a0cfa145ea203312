"""What has had its time goes, and stays counted."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("message", sa.Column("let_go", sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "tally",
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("sort", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("message_id", "sort", "name", "state", name=op.f("tally_pk")),
    )
