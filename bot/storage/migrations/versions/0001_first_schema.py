"""The first schema.

Revision ID: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create every table, those that others point at first."""
    _create_accounts()
    _create_adjustments()
    _create_admissions()
    _create_chat_messages()
    _create_deliveries()
    _create_events()
    _create_pauses()
    _create_people()
    _create_tenants()
    _create_workers()
    _create_entries()
    _create_identities()
    _create_jobs()
    _create_calls()
    _create_replies()
    _create_pictures()
    _create_inputs()


def _create_accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("granted", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("held", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("spent", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("opened", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "scope <> 'credits' OR granted - held - spent >= 0", name=op.f("ck_accounts_available")
        ),
        sa.CheckConstraint("held >= 0", name=op.f("ck_accounts_held")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
    )


def _create_adjustments() -> None:
    op.create_table(
        "adjustments",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("job", sa.Text(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_adjustments")),
    )
    op.create_index("ix_adjustments_person", "adjustments", ["person", "at"], unique=False)


def _create_admissions() -> None:
    op.create_table(
        "admissions",
        sa.Column("vendor", sa.Text(), nullable=False),
        sa.Column(
            "wakes_at",
            sa.BigInteger(),
            nullable=False,
            comment="the earliest send that is already on its way",
        ),
        sa.PrimaryKeyConstraint("vendor", name=op.f("pk_admissions")),
    )


def _create_pauses() -> None:
    op.create_table(
        "pauses",
        sa.Column("vendor", sa.Text(), nullable=False, comment="a vendor's name, or * for all"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("vendor", name=op.f("pk_pauses")),
    )


def _create_chat_messages() -> None:
    op.create_table(
        "chat_messages",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("root", sa.Text(), nullable=False, comment="the id of the first message of its thread"),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("job", sa.Text(), nullable=True),
        sa.Column("reply_key", sa.Text(), nullable=True),
        sa.Column("event", sa.Text(), nullable=True),
        sa.Column("created", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("changed", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("deleted", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_chat_messages")),
        sa.UniqueConstraint("id", name=op.f("uq_chat_messages_id")),
        sa.UniqueConstraint("person", "event", name=op.f("uq_chat_messages_person_event")),
        sa.UniqueConstraint("reply_key", name=op.f("uq_chat_messages_reply_key")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_chat_messages_changed", "chat_messages", ["person", "changed"], unique=False)
    op.create_index(op.f("ix_chat_messages_job"), "chat_messages", ["job"], unique=False)
    op.create_index(
        "ix_chat_messages_open",
        "chat_messages",
        ["person", "seq"],
        unique=False,
        sqlite_where=sa.text("job IS NOT NULL AND reply_key IS NULL"),
        postgresql_where=sa.text("job IS NOT NULL AND reply_key IS NULL"),
    )
    op.create_index("ix_chat_messages_person", "chat_messages", ["person", "seq"], unique=False)


def _create_deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_deliveries_at", "deliveries", ["at", "id"], unique=False)
    op.create_index("ix_deliveries_job", "deliveries", ["job", "id"], unique=False)


def _create_events() -> None:
    op.create_table(
        "events",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("job", sa.Text(), nullable=True, comment="the job that the event became"),
        sa.Column("refusal", sa.Text(), nullable=True, comment="JSON of the refusal that the event got"),
        sa.Column("created", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("platform", "tenant", "event", name=op.f("pk_events")),
    )


def _create_people() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
    )


def _create_tenants() -> None:
    op.create_table(
        "tenants",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column(
            "jobs", sa.BigInteger(), server_default="0", nullable=False, comment="the last job number given"
        ),
        sa.Column("created", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenants")),
    )


def _create_workers() -> None:
    op.create_table(
        "workers",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("pid", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("started", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("beat", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workers")),
    )


def _create_entries() -> None:
    op.create_table(
        "entries",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("granted", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("held", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("spent", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("at", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_entries_account")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_entries")),
        sa.UniqueConstraint("key", "account", name=op.f("uq_entries_key_account")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_entries_account", "entries", ["account", "seq"], unique=False)


def _create_identities() -> None:
    op.create_table(
        "identities",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_identities_person")),
        sa.PrimaryKeyConstraint("platform", "tenant", "user", name=op.f("pk_identities")),
    )
    op.create_index(op.f("ix_identities_person"), "identities", ["person"], unique=False)


def _create_jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("thread", sa.Text(), nullable=True),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("command", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("vendor", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("is_private", sa.Integer(), server_default="0", nullable=False),
        sa.Column("turn", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("person_running_max", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("held", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("charged", sa.BigInteger(), nullable=True),
        sa.Column("counted", sa.BigInteger(), nullable=True),
        sa.Column("pictures", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("stored", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("partial", sa.Text(), nullable=True, comment="the hash of the newest unfinished picture"),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("epoch", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("takes", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("is_cancelled", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("not_before", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("wait_until", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("run_milliseconds", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("run_until", sa.BigInteger(), nullable=True),
        sa.Column("started", sa.BigInteger(), nullable=True),
        sa.Column("ended", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_jobs_person")),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.id"], name=op.f("fk_jobs_tenant")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_jobs")),
        sa.UniqueConstraint("id", name=op.f("uq_jobs_id")),
        sa.UniqueConstraint("tenant", "number", name=op.f("uq_jobs_tenant_number")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_jobs_created", "jobs", ["created"], unique=False)
    op.create_index("ix_jobs_person", "jobs", ["person", "seq"], unique=False)
    op.create_index(
        "ix_jobs_running",
        "jobs",
        ["vendor", "person"],
        unique=False,
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_index("ix_jobs_started", "jobs", ["started", "vendor"], unique=False)
    op.create_index(
        "ix_jobs_waiting",
        "jobs",
        ["vendor", "turn", "seq"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "ix_jobs_waiting_person",
        "jobs",
        ["person", "turn"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )


def _create_calls() -> None:
    op.create_table(
        "calls",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("vendor", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("got", sa.Integer(), server_default="0", nullable=False),
        sa.Column("quoted_nano", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("listed_nano", sa.BigInteger(), nullable=True),
        sa.Column("billed_nano", sa.BigInteger(), nullable=True),
        sa.Column("idempotency_key", sa.Text(), nullable=True),
        sa.Column("ticket", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("vendor_request", sa.Text(), nullable=True, comment="the vendor's own id of the request"),
        sa.Column("called_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("first_byte_at", sa.BigInteger(), nullable=True),
        sa.Column(
            "mask_spill",
            sa.Integer(),
            nullable=True,
            comment="thousandths of the protected pixels that the vendor changed",
        ),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["job"], ["jobs.id"], name=op.f("fk_calls_job")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calls")),
    )
    op.create_index(op.f("ix_calls_job"), "calls", ["job"], unique=False)


def _create_replies() -> None:
    op.create_table(
        "replies",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("job", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("not_before", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("platform", sa.Text(), nullable=True),
        sa.Column("tenant", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("thread", sa.Text(), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("created", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("posted_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["job"], ["jobs.id"], name=op.f("fk_replies_job")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replies")),
    )
    op.create_index(op.f("ix_replies_job"), "replies", ["job"], unique=False)
    op.create_index(
        "ix_replies_message", "replies", ["platform", "tenant", "channel", "message"], unique=False
    )
    op.create_index(
        "ix_replies_open",
        "replies",
        ["job", "not_before"],
        unique=False,
        sqlite_where=sa.text("state IN ('due', 'posting')"),
        postgresql_where=sa.text("state IN ('due', 'posting')"),
    )
    op.create_index(
        "ix_replies_thread", "replies", ["platform", "tenant", "thread", "posted_at"], unique=False
    )


def _create_pictures() -> None:
    op.create_table(
        "pictures",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("job", sa.Text(), nullable=True),
        sa.Column("call", sa.Text(), nullable=True),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("is_private", sa.Integer(), server_default="0", nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("mime", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column(
            "original_sha256",
            sa.Text(),
            nullable=True,
            comment="the vendor's own bytes, where what is shown is trimmed",
        ),
        sa.Column("original_mime", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("is_late", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("deleted", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["call"], ["calls.id"], name=op.f("fk_pictures_call")),
        sa.ForeignKeyConstraint(["job"], ["jobs.id"], name=op.f("fk_pictures_job")),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_pictures_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pictures")),
        sa.UniqueConstraint("call", "position", name=op.f("uq_pictures_call_position")),
    )
    op.create_index(op.f("ix_pictures_job"), "pictures", ["job"], unique=False)
    op.create_index("ix_pictures_original_sha256", "pictures", ["original_sha256"], unique=False)
    op.create_index("ix_pictures_sha256", "pictures", ["sha256"], unique=False)


def _create_inputs() -> None:
    op.create_table(
        "inputs",
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("picture", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["job"], ["jobs.id"], name=op.f("fk_inputs_job")),
        sa.ForeignKeyConstraint(["picture"], ["pictures.id"], name=op.f("fk_inputs_picture")),
        sa.PrimaryKeyConstraint("job", "position", name=op.f("pk_inputs")),
    )
    op.create_index(op.f("ix_inputs_picture"), "inputs", ["picture"], unique=False)
