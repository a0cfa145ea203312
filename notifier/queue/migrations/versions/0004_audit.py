"""The audit becomes a chain that the database only lets grow (docs/decisions/audit.md)."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"

MOMENT = sa.String(27).with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")

SQLITE = (
    "CREATE TRIGGER audit_unchanged BEFORE UPDATE ON audit "
    "BEGIN SELECT RAISE(ABORT, 'the audit is only ever added to'); END",
    "CREATE TRIGGER audit_kept BEFORE DELETE ON audit WHEN OLD.id > (SELECT gone_to FROM audit_seal) "
    "BEGIN SELECT RAISE(ABORT, 'the audit is only ever added to'); END",
)
POSTGRESQL = (
    "CREATE FUNCTION audit_only_added_to() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "IF TG_OP = 'DELETE' AND OLD.id <= (SELECT gone_to FROM audit_seal) THEN RETURN OLD; END IF; "
    "RAISE EXCEPTION 'the audit is only ever added to'; END $$",
    "CREATE TRIGGER audit_kept BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_only_added_to()",
)


def upgrade() -> None:
    op.add_column("audit", sa.Column("whom", sa.String(), server_default="", nullable=False))
    op.add_column("audit", sa.Column("mark", sa.String(), server_default="", nullable=False))
    op.create_table(
        "audit_seal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("written", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("gone", sa.Integer(), server_default="0", nullable=False),
        sa.Column("gone_to", sa.Integer(), server_default="0", nullable=False),
        sa.Column("begins", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("audit_seal_pk")),
    )
    connection = op.get_bind()
    mark = ""
    lines = connection.execute(sa.text("SELECT * FROM audit ORDER BY id")).mappings().all()
    for line in lines:
        mark = _mark(mark, line)
        connection.execute(sa.text("UPDATE audit SET mark = :mark WHERE id = :id"), {"mark": mark, "id": line["id"]})
    connection.execute(
        sa.text("INSERT INTO audit_seal (id, written, mark) VALUES (1, :number, :mark)"),
        {"number": len(lines), "mark": mark},
    )
    for statement in SQLITE if connection.dialect.name == "sqlite" else POSTGRESQL:
        op.execute(sa.text(statement))


def _mark(before: str, line: Any) -> str:
    at = line["at"] if isinstance(line["at"], datetime) else datetime.fromisoformat(line["at"])
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    said = json.dumps(
        [before, moment, line["by"], line["what"], line["about"], ""], ensure_ascii=False, separators=(",", ":")
    )
    return hashlib.sha256(said.encode()).hexdigest()
