"""What chat platforms need kept: messages heard, drafts and questions, and the notes of deliveries."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table, Text

from bot.storage.schema.columns import metadata, number, words

heard = Table(
    "heard",
    metadata,
    Column("platform", Text, primary_key=True),
    Column("tenant", Text, primary_key=True),
    Column("message", Text, primary_key=True),
    number("at"),
    number("done", None),
    Index("ix_heard_at", "at"),
)

drafts = Table(
    "drafts",
    metadata,
    Column("id", Text, primary_key=True),
    words("tenant"),
    words("person"),
    Column("body", Text, nullable=False, comment="JSON of a form's draft, or of a button that was kept"),
    number("created"),
    number("until"),
    Index("ix_drafts_until", "until"),
    Index("ix_drafts_person", "person", "created"),
)

postings = Table(
    "postings",
    metadata,
    Column("reply", Text, primary_key=True),
    Column("part", Text, primary_key=True),
    Column("nonce", Text),
    number("sending_since", None),
    Column("file", Text, comment="the platform's id of an upload, noted before it is completed"),
    Column("is_uploaded", Integer, nullable=False, server_default="0"),
    Column("platform", Text),
    Column("tenant", Text),
    Column("channel", Text),
    Column("thread", Text),
    Column("message", Text),
    number("posted_at", None),
    Column("pictures", Text, nullable=False, server_default="[]", comment="JSON of the ids it shows"),
    Index("ix_postings_message", "platform", "tenant", "message"),
)
