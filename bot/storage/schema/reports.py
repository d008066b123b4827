"""What people reported, what admins decided, and messages that are still to be removed."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from bot.storage.schema.columns import metadata, number, words

reports = Table(
    "reports",
    metadata,
    Column("picture", Text, ForeignKey("pictures.id"), primary_key=True),
    Column("reporter", Text, ForeignKey("people.id"), primary_key=True),
    words("tenant"),
    words("reason"),
    number("at"),
    Index("ix_reports_reporter", "reporter", "at"),
)

takedowns = Table(
    "takedowns",
    metadata,
    Column("picture", Text, ForeignKey("pictures.id"), primary_key=True),
    words("verdict"),
    Column("by", Text, nullable=False, comment="an admin's id, or reports: as many as take a picture down"),
    number("at"),
)

removals = Table(
    "removals",
    metadata,
    Column("id", Text, primary_key=True, comment="the reply's id and the picture's"),
    words("platform"),
    words("removal"),
    words("state"),
    Column("tries", Integer, nullable=False, server_default="0"),
    number("not_before"),
    Column("reason", Text),
    number("created"),
    Index("ix_removals_due", "state", "not_before"),
)
