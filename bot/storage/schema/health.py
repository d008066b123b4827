"""What is known of vendors."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, Table, Text

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

vitals = Table(
    "vitals",
    metadata,
    Column("day", BigInteger, primary_key=True, autoincrement=False),  # UTC, on which the calls were made
    Column("vendor", Text, primary_key=True),
    Column("model", Text, primary_key=True),
    Column("quality", Text, primary_key=True),
    Column("size", Integer, primary_key=True, autoincrement=False),  # 1, 2 or 4 for 1k, 2k, 4k; 0 for auto
    Column("outcome", Text, primary_key=True),
    Column("bucket", Integer, primary_key=True, autoincrement=False),  # seconds, of what was drawn,
    number("calls"),
    number("billed"),
    number("quoted_nano"),
    number("billed_nano"),
    number("masked"),
    number("spilled"),
    number("last_at"),
    sqlite_with_rowid=False,
)

prices = Table(
    "prices",
    metadata,
    Column("vendor", Text, primary_key=True),
    Column("model", Text, primary_key=True),
    Column("quality", Text, primary_key=True),
    Column("since", BigInteger, primary_key=True, autoincrement=False),
    number("nano"),
)
