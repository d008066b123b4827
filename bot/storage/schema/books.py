"""What reports are made from, and what is made for one answer."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Table, Text

from bot.storage.schema.columns import metadata, number, words

documents = Table(
    "documents",
    metadata,
    Column("id", Text, primary_key=True),
    Column("person", Text, ForeignKey("people.id"), nullable=False),
    words("name"),
    words("mime"),
    number("size_bytes"),
    number("created"),
    Index("ix_documents_person", "person", "created"),
)

sums = Table(
    "sums",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("day", BigInteger, primary_key=True, autoincrement=False),  # of the tenant's calendar
    Column("person", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("model", Text, primary_key=True),
    Column("vendor", Text, primary_key=True),
    number("jobs"),
    number("pictures"),
    number("failures"),
    number("charged"),
    number("refunded"),
    sqlite_with_rowid=False,
)

verdicts = Table(
    "verdicts",
    metadata,
    Column("key", Text, primary_key=True),
    Column("job", Text, ForeignKey("jobs.id"), nullable=False, index=True),
    Column("picture", Text),  # the newest of the late ones that it is about
    words("act"),
    words("by"),
    number("amount"),
    number("at"),
)
