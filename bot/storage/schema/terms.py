"""What a tenant's admins decided about those who spend there."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Table, Text

from bot.storage.schema.columns import metadata, number, words

terms = Table(
    "terms",
    metadata,
    Column("tenant", Text, ForeignKey("tenants.id"), primary_key=True),
    Column("about", Text, primary_key=True, comment="tenant, or person:, role: or channel: and an id"),
    Column("kind", Text, primary_key=True, comment="plan, block, or cap and its period, such as cap day"),
    words("said"),
    Column("amount", BigInteger, comment="a cap's millicredits"),
    words("by"),
    number("at"),
)

lots = Table(
    "lots",
    metadata,
    Column("account", Text, ForeignKey("accounts.id"), primary_key=True),
    words("person"),
    number("until"),
    Index("ix_lots_person", "person", "until"),
)
