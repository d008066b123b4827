"""The tables. Amounts are millicredits unless a name ends in `_nano`; times are milliseconds UTC.

JSON columns hold text that pydantic wrote; nothing is queried inside them.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from bot.storage.types import Serial

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _number(name: str, default: int | None = 0) -> Column[int]:
    if default is None:
        return Column(name, BigInteger)
    return Column(name, BigInteger, nullable=False, server_default=str(default))


def _words(name: str, *, optional: bool = False) -> Column[str]:
    return Column(name, Text, nullable=optional)


people = Table("people", metadata, Column("id", Text, primary_key=True), _words("name"), _number("created"))

identities = Table(
    "identities",
    metadata,
    Column("platform", Text, primary_key=True),
    Column("tenant", Text, primary_key=True),
    Column("user", Text, primary_key=True),
    Column("person", Text, ForeignKey("people.id"), nullable=False, index=True),
    _words("name"),
)

tenants = Table(
    "tenants",
    metadata,
    Column("id", Text, primary_key=True),
    _words("platform"),
    _words("name"),
    _words("state"),
    _words("time_zone"),
    _words("plan"),
    Column("jobs", BigInteger, nullable=False, server_default="0", comment="the last job number given"),
    _number("created"),
)

events = Table(
    "events",
    metadata,
    Column("platform", Text, primary_key=True),
    Column("tenant", Text, primary_key=True),
    Column("event", Text, primary_key=True),
    Column("job", Text, comment="the job that the event became"),
    Column("refusal", Text, comment="JSON of the refusal that the event got"),
    _number("created"),
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", Text, primary_key=True),
    _words("scope"),
    Column("rank", Integer, nullable=False),
    _number("granted"),
    _number("held"),
    _number("spent"),
    Column("opened", Integer, nullable=False, server_default="0"),
    CheckConstraint("held >= 0", name="held"),
    CheckConstraint("scope <> 'credits' OR granted - held - spent >= 0", name="available"),
)

entries = Table(
    "entries",
    metadata,
    Column("seq", Serial, primary_key=True),
    _words("key"),
    Column("account", Text, ForeignKey("accounts.id"), nullable=False),
    _number("granted"),
    _number("held"),
    _number("spent"),
    _number("at"),
    UniqueConstraint("key", "account"),
    Index("ix_entries_account", "account", "seq"),
    sqlite_autoincrement=True,
)

adjustments = Table(
    "adjustments",
    metadata,
    Column("key", Text, primary_key=True),
    _words("person"),
    _words("kind"),
    _number("amount"),
    Column("job", Text),
    _words("by"),
    _words("reason"),
    _number("at"),
    Index("ix_adjustments_person", "person", "at"),
)

jobs = Table(
    "jobs",
    metadata,
    Column("seq", Serial, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    _number("number"),
    _words("platform"),
    Column("tenant", Text, ForeignKey("tenants.id"), nullable=False),
    _words("channel"),
    _words("thread", optional=True),
    Column("person", Text, ForeignKey("people.id"), nullable=False),
    _words("command"),
    _words("request"),
    _words("address"),
    _words("vendor"),
    _words("state"),
    Column("is_private", Integer, nullable=False, server_default="0"),
    _number("turn"),
    _number("person_running_max"),
    _number("held"),
    _number("charged", None),
    _number("counted", None),
    _number("pictures"),
    _number("stored"),
    Column("reason", Text),
    Column("partial", Text, comment="the hash of the newest unfinished picture"),
    Column("owner", Text),
    _number("epoch"),
    _number("takes"),
    Column("is_cancelled", Integer, nullable=False, server_default="0"),
    _number("created"),
    _number("not_before"),
    _number("wait_until"),
    _number("run_milliseconds"),
    _number("run_until", None),
    _number("started", None),
    _number("ended", None),
    _number("version"),
    UniqueConstraint("tenant", "number"),
    Index("ix_jobs_person", "person", "seq"),
    Index("ix_jobs_created", "created"),
    Index("ix_jobs_started", "started", "vendor"),
    Index(
        "ix_jobs_waiting",
        "vendor",
        "turn",
        "seq",
        sqlite_where=text("state = 'waiting'"),
        postgresql_where=text("state = 'waiting'"),
    ),
    Index(
        "ix_jobs_waiting_person",
        "person",
        "turn",
        sqlite_where=text("state = 'waiting'"),
        postgresql_where=text("state = 'waiting'"),
    ),
    Index(
        "ix_jobs_running",
        "vendor",
        "person",
        sqlite_where=text("state = 'running'"),
        postgresql_where=text("state = 'running'"),
    ),
    sqlite_autoincrement=True,
)

admissions = Table(
    "admissions",
    metadata,
    Column("vendor", Text, primary_key=True),
    Column("wakes_at", BigInteger, nullable=False, comment="the earliest send that is already on its way"),
)

pauses = Table(
    "pauses",
    metadata,
    Column("vendor", Text, primary_key=True, comment="a vendor's name, or * for all"),
    _words("reason"),
    _number("since"),
)

calls = Table(
    "calls",
    metadata,
    Column("id", Text, primary_key=True),
    Column("job", Text, ForeignKey("jobs.id"), nullable=False, index=True),
    Column("part", Integer, nullable=False),
    _words("state"),
    _words("vendor"),
    _words("model"),
    _words("request"),
    Column("wanted", Integer, nullable=False),
    Column("got", Integer, nullable=False, server_default="0"),
    _number("quoted_nano"),
    _number("listed_nano", None),
    _number("billed_nano", None),
    Column("idempotency_key", Text),
    Column("ticket", Text),
    Column("reason", Text),
    Column("vendor_request", Text, comment="the vendor's own id of the request"),
    _number("called_at"),
    _number("first_byte_at", None),
    Column("mask_spill", Integer, comment="thousandths of the protected pixels that the vendor changed"),
    _number("answered_at", None),
)

pictures = Table(
    "pictures",
    metadata,
    Column("id", Text, primary_key=True),
    Column("job", Text, ForeignKey("jobs.id"), index=True),
    Column("call", Text, ForeignKey("calls.id")),
    Column("person", Text, ForeignKey("people.id"), nullable=False),
    _words("tenant"),
    _words("channel"),
    Column("is_private", Integer, nullable=False, server_default="0"),
    Column("position", Integer, nullable=False, server_default="0"),
    _words("sha256"),
    _words("mime"),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    _number("size_bytes"),
    Column("original_sha256", Text, comment="the vendor's own bytes, where what is shown is trimmed"),
    Column("original_mime", Text),
    _words("source"),
    Column("is_late", Integer, nullable=False, server_default="0"),
    _number("created"),
    _number("deleted", None),
    UniqueConstraint("call", "position"),
    Index("ix_pictures_sha256", "sha256"),
    Index("ix_pictures_original_sha256", "original_sha256"),
)

inputs = Table(
    "inputs",
    metadata,
    Column("job", Text, ForeignKey("jobs.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("picture", Text, ForeignKey("pictures.id"), nullable=False, index=True),
    _words("role"),
)

replies = Table(
    "replies",
    metadata,
    Column("id", Text, primary_key=True),
    Column("job", Text, ForeignKey("jobs.id"), index=True),
    _words("address"),
    _words("state"),
    Column("tries", Integer, nullable=False, server_default="0"),
    _number("not_before"),
    Column("owner", Text),
    Column("reason", Text),
    Column("platform", Text),
    Column("tenant", Text),
    Column("channel", Text),
    Column("thread", Text),
    Column("message", Text),
    _number("created"),
    _number("posted_at", None),
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

workers = Table(
    "workers",
    metadata,
    Column("id", Text, primary_key=True),
    _words("host"),
    _number("pid"),
    _number("started"),
    _number("beat"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("job", Text, nullable=False),
    _number("at"),
    Column("tries", Integer, nullable=False, server_default="0"),
    Index("ix_deliveries_at", "at", "id"),
    Index("ix_deliveries_job", "job", "id"),
    sqlite_autoincrement=True,
)

chat_messages = Table(
    "chat_messages",
    metadata,
    Column("seq", Serial, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    _words("tenant"),
    _words("person"),
    Column("root", Text, nullable=False, comment="the id of the first message of its thread"),
    _words("author"),
    _words("body"),
    Column("job", Text, index=True),
    Column("reply_key", Text, unique=True),
    Column("event", Text),
    _number("created"),
    _number("changed"),
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
