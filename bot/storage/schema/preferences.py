"""What people, channels and servers choose."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, Table, Text

from bot.storage.schema.columns import metadata, number, words

preferences = Table(
    "preferences",
    metadata,
    Column("person", Text, ForeignKey("people.id"), primary_key=True),
    words("kept"),
    number("changed"),
)

channel_rules = Table(
    "channel_rules",
    metadata,
    Column("tenant", Text, ForeignKey("tenants.id"), primary_key=True),
    Column("channel", Text, primary_key=True),
    words("kept"),
    Column("allowed", Integer, comment="0 or 1 where an admin has said so"),
    number("changed"),
)

tenant_rules = Table(
    "tenant_rules",
    metadata,
    Column("tenant", Text, ForeignKey("tenants.id"), primary_key=True),
    words("kept"),
    number("changed"),
)

standing_references = Table(
    "standing_references",
    metadata,
    Column("owner", Text, primary_key=True, comment="person:<id>, or channel:<tenant>/<id>"),
    Column("position", Integer, primary_key=True),
    Column("picture", Text, ForeignKey("pictures.id"), nullable=False, index=True),
)
