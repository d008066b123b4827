"""What people are told, and the web chat."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, text

from bot.storage.schema.columns import metadata, number, words
from bot.storage.types import Serial

replies = Table(
    "replies",
    metadata,
    Column("id", Text, primary_key=True),
    Column("job", Text, ForeignKey("jobs.id"), index=True),
    words("address"),
    Column("body", Text, comment="JSON of the message, where it is not the result of a job"),
    words("state"),
    Column("tries", Integer, nullable=False, server_default="0"),
    number("not_before"),
    Column("owner", Text),
    Column("reason", Text),
    Column("platform", Text),
    Column("tenant", Text),
    Column("channel", Text),
    Column("thread", Text),
    Column("message", Text),
    number("created"),
    number("posted_at", None),
    Index("ix_replies_message", "platform", "tenant", "channel", "message"),
    Index("ix_replies_thread", "platform", "tenant", "thread", "posted_at"),
    Index(
        "ix_replies_open",
        "job",
        "not_before",
        sqlite_where=text("state IN ('due', 'posting')"),
        postgresql_where=text("state IN ('due', 'posting')"),
    ),
)

chat_messages = Table(
    "chat_messages",
    metadata,
    Column("seq", Serial, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    words("tenant"),
    words("person"),
    Column("root", Text, nullable=False, comment="the id of the first message of its thread"),
    words("author"),
    words("body"),
    Column("job", Text, index=True),
    Column("reply_key", Text, unique=True),
    Column("event", Text),
    number("created"),
    number("changed"),
    Column("deleted", Integer, nullable=False, server_default="0"),
    UniqueConstraint("person", "event"),
    Index("ix_chat_messages_changed", "person", "changed"),
    Index("ix_chat_messages_person", "person", "seq"),
    Index(
        "ix_chat_messages_open",
        "person",
        "seq",
        sqlite_where=text("job IS NOT NULL AND reply_key IS NULL"),
        postgresql_where=text("job IS NOT NULL AND reply_key IS NULL"),
    ),
    sqlite_autoincrement=True,
)
