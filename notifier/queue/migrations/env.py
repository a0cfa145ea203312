"""Run by Alembic with a connection whose transaction the caller holds: all steps or none."""

from alembic import context

from notifier.queue.schema import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
