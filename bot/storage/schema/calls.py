"""What vendors were asked, and the pictures that came or were sent in."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, text

from bot.storage.schema.columns import metadata, number, words

calls = Table(
    "calls",
    metadata,
    Column("id", Text, primary_key=True),
    Column("job", Text, ForeignKey("jobs.id"), nullable=False, index=True),
    Column("part", Integer, nullable=False),
    words("state"),
    words("vendor"),
    words("model"),
    words("request"),
    Column("wanted", Integer, nullable=False),
    Column("got", Integer, nullable=False, server_default="0"),
    number("quoted_nano"),
    number("listed_nano", None),
    number("billed_nano", None),
    Column("idempotency_key", Text),
    Column("ticket", Text),
    Column("reason", Text),
    Column("vendor_request", Text, comment="the vendor's own id of the request"),
    number("called_at"),
    number("first_byte_at", None),
    Column("mask_spill", Integer, comment="thousandths of the protected pixels that the vendor changed"),
    number("answered_at", None),
    Index(
        "ix_calls_unknown",
        "job",
        sqlite_where=text("state = 'unknown'"),
        postgresql_where=text("state = 'unknown'"),
    ),
    number("sought_since", None),
    Column("served_by", Text, comment="the model that drew, where the vendor named another one"),
    Column("quality", Text, nullable=False, server_default=""),
    number("pixels"),
)

callbacks = Table(
    "callbacks",
    metadata,
    Column("call", Text, ForeignKey("calls.id"), primary_key=True),
    Column("ticket", Text, comment="the vendor's own id of the order, as the callback named it"),
    number("received"),
    number("used", None),
)

pictures = Table(
    "pictures",
    metadata,
    Column("id", Text, primary_key=True),
    Column("job", Text, ForeignKey("jobs.id"), index=True),
    Column("call", Text, ForeignKey("calls.id")),
    Column("person", Text, ForeignKey("people.id"), nullable=False),
    words("tenant"),
    words("channel"),
    Column("is_private", Integer, nullable=False, server_default="0"),
    Column("position", Integer, nullable=False, server_default="0"),
    words("sha256"),
    words("mime"),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    number("size_bytes"),
    Column("original_sha256", Text, comment="the vendor's own bytes, where what is shown is trimmed"),
    Column("original_mime", Text),
    words("source"),
    Column("is_late", Integer, nullable=False, server_default="0"),
    number("created"),
    number("deleted", None),
    Column("hidden", BigInteger, comment="when it was taken down"),
    UniqueConstraint("call", "position"),
    Index("ix_pictures_late", "job", sqlite_where=text("is_late = 1"), postgresql_where=text("is_late = 1")),
    Index("ix_pictures_sha256", "sha256"),
    Index("ix_pictures_original_sha256", "original_sha256"),
)

inputs = Table(
    "inputs",
    metadata,
    Column("job", Text, ForeignKey("jobs.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("picture", Text, ForeignKey("pictures.id"), nullable=False, index=True),
    words("role"),
)
