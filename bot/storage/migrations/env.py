"""Runs the revisions on the connection, and inside the transaction, that `bot.storage.migrate` hands in."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes["metadata"],
    # SQLite cannot alter most of a table in place; a batch copies it.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
