"""What reports are made from, and what is made for one answer."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Table, Text

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
