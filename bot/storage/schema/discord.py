"""What the Discord platform remembers."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text

from bot.storage.schema.columns import metadata, number, words

remembered = Table(
    "remembered",
    metadata,
    Column("key", Text, primary_key=True),
    words("value"),
    number("changed"),
)
