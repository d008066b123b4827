"""Who uses Easel, and where."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table, Text

from bot.storage.schema.columns import metadata, number, words

people = Table("people", metadata, Column("id", Text, primary_key=True), words("name"), number("created"))

identities = Table(
    "identities",
    metadata,
    Column("platform", Text, primary_key=True),
    Column("tenant", Text, primary_key=True),
    Column("user", Text, primary_key=True),
    Column("person", Text, ForeignKey("people.id"), nullable=False, index=True),
    words("name"),
    Index("ix_identities_user", "platform", "user"),
)

tenants = Table(
    "tenants",
    metadata,
    Column("id", Text, primary_key=True),
    words("platform"),
    words("name"),
    words("state"),
    words("time_zone"),
    words("plan"),
    Column("jobs", BigInteger, nullable=False, server_default="0", comment="the last job number given"),
    number("created"),
    Column("cap", BigInteger, comment="what operators let it spend in a period; missing where they set none"),
    Column("cap_per", Text),
    Column("admin_seen", BigInteger, comment="when one of its admins first came"),
)

channels = Table(
    "channels",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("channel", Text, primary_key=True, comment="the platform's id"),
    words("name"),
    Column("is_direct", Integer, nullable=False, server_default="0"),
    number("at"),
)
