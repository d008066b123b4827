"""What platforms told us and we have not dealt with."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table, Text, text

from bot.storage.schema.columns import metadata, number

inbox = Table(
    "inbox",
    metadata,
    Column("platform", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("body", Text, comment="what came in as JSON, until it is dealt with"),
    number("received"),
    Index("ix_inbox_received", "received"),
    Index(
        "ix_inbox_open",
        "platform",
        "received",
        sqlite_where=text("body IS NOT NULL"),
        postgresql_where=text("body IS NOT NULL"),
    ),
)
