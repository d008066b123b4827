"""The books: accounts, their entries, and what is adjusted by hand."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from bot.storage.schema.columns import metadata, number, words
from bot.storage.types import Serial

accounts = Table(
    "accounts",
    metadata,
    Column("id", Text, primary_key=True),
    words("scope"),
    Column("rank", Integer, nullable=False),
    number("granted"),
    number("held"),
    number("spent"),
    Column("opened", Integer, nullable=False, server_default="0"),
    CheckConstraint("held >= 0", name="held"),
    CheckConstraint("scope <> 'credits' OR granted - held - spent >= 0", name="available"),
)

entries = Table(
    "entries",
    metadata,
    Column("seq", Serial, primary_key=True),
    words("key"),
    Column("account", Text, ForeignKey("accounts.id"), nullable=False),
    number("granted"),
    number("held"),
    number("spent"),
    number("at"),
    UniqueConstraint("key", "account"),
    Index("ix_entries_account", "account", "seq"),
    sqlite_autoincrement=True,
)

adjustments = Table(
    "adjustments",
    metadata,
    Column("key", Text, primary_key=True),
    words("person"),
    words("kind"),
    number("amount"),
    Column("job", Text),
    words("by"),
    words("reason"),
    number("at"),
    Column("until", BigInteger, comment="when what was given ends; missing where it lasts"),
    Column("day", BigInteger),  # of a refund, of the tenant's calendar
    Index("ix_adjustments_person", "person", "at"),
)
