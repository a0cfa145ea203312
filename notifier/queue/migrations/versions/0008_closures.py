"""Closures of the school, what they said, and for which children somebody has answered."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"

MOMENT = sa.String(27).with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "closure",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("confirmed_by", sa.Text(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("closure_pk")),
    )
    op.create_table(
        "announcement",
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("closure_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["closure_id"], ["closure.id"], name=op.f("announcement_closure_id_fk")),
        sa.PrimaryKeyConstraint("message_id", name=op.f("announcement_pk")),
        sa.UniqueConstraint("closure_id", "number", name=op.f("announcement_closure_id_number_once")),
    )
    op.create_table(
        "acknowledgement",
        sa.Column("closure_id", sa.String(), nullable=False),
        sa.Column("pupil_id", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["closure_id"], ["closure.id"], name=op.f("acknowledgement_closure_id_fk")),
        sa.PrimaryKeyConstraint("closure_id", "pupil_id", name=op.f("acknowledgement_pk")),
    )
