"""What is known of vendors."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, Table, Text

from bot.storage.schema.columns import metadata, number, words

moves = Table(
    "moves",
    metadata,
    Column("job", Text, ForeignKey("jobs.id"), primary_key=True),
    Column("place", Integer, primary_key=True),
    words("vendor"),
    words("to"),
    words("why"),
    number("at"),
)
