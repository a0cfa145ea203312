"""Which event a message is about, so that all that was told about it can be found."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

ABOUT = sa.text("event_id <> ''")


def upgrade() -> None:
    op.add_column("message", sa.Column("event_id", sa.String(), server_default="", nullable=False))
    op.create_index("message_about", "message", ["event_id", "received_at"], sqlite_where=ABOUT, postgresql_where=ABOUT)
    found = "value::json->'event'->>'id'" if op.get_bind().dialect.name == "postgresql" else "value->'event'->>'id'"
    op.execute(
        sa.text(f"UPDATE message SET event_id = COALESCE(NULLIF({found}, ''), '-') WHERE {found} IS NOT NULL")  # noqa: S608
    )
