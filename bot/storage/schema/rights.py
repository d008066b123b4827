"""Who may administer, what was done by whom, and what operators are told."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table, Text

from bot.storage.schema.columns import metadata, number, words
from bot.storage.types import Serial

first_tenants = Table(
    "first_tenants", metadata, Column("platform", Text, primary_key=True), words("tenant"), number("at")
)

admins = Table(
    "admins",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("kind", Text, primary_key=True, comment="person, or role: a Discord role or a Slack user group"),
    Column("subject", Text, primary_key=True, comment="a person's id, or the platform's id of the role"),
    words("name"),
    words("by"),
    number("at"),
)

claims = Table(
    "claims",
    metadata,
    Column("tenant", Text, primary_key=True),
    words("code"),
    number("expires"),
    number("tries"),
    Column("used_by", Text),
)

deeds = Table(
    "deeds",
    metadata,
    Column("seq", Serial, primary_key=True),
    Column("tenant", Text, comment="empty for what concerns all of Easel"),
    words("by"),
    words("act"),
    words("whom"),
    number("amount", None),
    words("detail"),
    words("reason"),
    number("at"),
    Index("ix_deeds_tenant", "tenant", "seq"),
    sqlite_autoincrement=True,
)

tenant_pauses = Table(
    "tenant_pauses",
    metadata,
    Column("tenant", Text, primary_key=True),
    words("reason"),
    words("by"),
    number("since"),
)

alarms = Table(
    "alarms",
    metadata,
    Column("cause", Text, primary_key=True),
    Column("tenant", Text, comment="whose admins are told too"),
    words("sentence"),
    words("blanks"),
    Column("is_once", Integer, nullable=False, server_default="0"),
    Column("untold", Integer, nullable=False, server_default="0", comment="how often since the last message"),
    number("last_at"),
    number("told_at", None),
    Index("ix_alarms_untold", "untold", "told_at"),
)
