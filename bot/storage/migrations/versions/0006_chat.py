"""What a conversation needs.

Revision ID: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add messages heard, drafts and questions, and the notes of deliveries."""
    op.create_table(
        "heard",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("platform", "tenant", "message", name=op.f("pk_heard")),
    )
    op.create_index("ix_heard_at", "heard", ["at"], unique=False)
    op.create_table(
        "drafts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column(
            "body",
            sa.Text(),
            nullable=False,
            comment="JSON of a form's draft, or of a button that was kept",
        ),
        sa.Column("created", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("until", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
    )
    op.create_index("ix_drafts_until", "drafts", ["until"], unique=False)
    op.create_index("ix_drafts_person", "drafts", ["person", "created"], unique=False)
    _create_postings()
    op.create_index(
        "ix_jobs_measured",
        "jobs",
        ["model", "seq"],
        unique=False,
        sqlite_where=sa.text("state = 'done'"),
        postgresql_where=sa.text("state = 'done'"),
    )


def _create_postings() -> None:
    op.create_table(
        "postings",
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=True),
        sa.Column("sending_since", sa.BigInteger(), nullable=True),
        sa.Column(
            "file",
            sa.Text(),
            nullable=True,
            comment="the platform's id of an upload, noted before it is completed",
        ),
        sa.Column("is_uploaded", sa.Integer(), server_default="0", nullable=False),
        sa.Column("platform", sa.Text(), nullable=True),
        sa.Column("tenant", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("thread", sa.Text(), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("posted_at", sa.BigInteger(), nullable=True),
        sa.Column(
            "pictures",
            sa.Text(),
            server_default="[]",
            nullable=False,
            comment="JSON of the ids it shows",
        ),
        sa.PrimaryKeyConstraint("reply", "part", name=op.f("pk_postings")),
    )
    op.create_index("ix_postings_message", "postings", ["platform", "tenant", "message"], unique=False)
