"""Orders, what carries them to workers, and who works."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, text

from bot.storage.schema.columns import metadata, number, words
from bot.storage.types import Serial

events = Table(
    "events",
    metadata,
    Column("platform", Text, primary_key=True),
    Column("tenant", Text, primary_key=True),
    Column("event", Text, primary_key=True),
    Column("job", Text, comment="the job that the event became"),
    Column("refusal", Text, comment="JSON of the refusal that the event got"),
    number("created"),
)

jobs = Table(
    "jobs",
    metadata,
    Column("seq", Serial, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    number("number"),
    words("platform"),
    Column("tenant", Text, ForeignKey("tenants.id"), nullable=False),
    words("channel"),
    words("thread", optional=True),
    Column("person", Text, ForeignKey("people.id"), nullable=False),
    words("command"),
    words("request"),
    words("address"),
    words("vendor"),
    words("state"),
    Column("is_private", Integer, nullable=False, server_default="0"),
    number("turn"),
    number("person_running_max"),
    number("held"),
    number("charged", None),
    number("counted", None),
    number("pictures"),
    number("stored"),
    Column("reason", Text),
    Column("partial", Text, comment="the hash of the newest unfinished picture"),
    Column("owner", Text),
    number("epoch"),
    number("takes"),
    Column("is_cancelled", Integer, nullable=False, server_default="0"),
    number("created"),
    number("not_before"),
    number("wait_until"),
    number("run_milliseconds"),
    number("run_until", None),
    number("started", None),
    number("ended", None),
    number("version"),
    Column("model", Text, nullable=False, server_default=""),
    Column("day", BigInteger),  # on which it ended, of the tenant's calendar
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
    Index(
        "ix_jobs_measured",
        "model",
        "seq",
        sqlite_where=text("state = 'done'"),
        postgresql_where=text("state = 'done'"),
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
    words("reason"),
    number("since"),
)

workers = Table(
    "workers",
    metadata,
    Column("id", Text, primary_key=True),
    words("host"),
    number("pid"),
    number("started"),
    number("beat"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("job", Text, nullable=False),
    number("at"),
    Column("tries", Integer, nullable=False, server_default="0"),
    Index("ix_deliveries_at", "at", "id"),
    Index("ix_deliveries_job", "job", "id"),
    sqlite_autoincrement=True,
)
