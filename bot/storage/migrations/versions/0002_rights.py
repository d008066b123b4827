"""Who may administer, and what they did.

Revision ID: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the operators' caps of tenants, named admins, claims, the audit log, pauses of tenants and alarms."""
    with op.batch_alter_table("tenants") as batch:
        batch.add_column(
            sa.Column(
                "cap",
                sa.BigInteger(),
                comment="what operators let it spend in a period; missing where they set none",
            )
        )
        batch.add_column(sa.Column("cap_per", sa.Text()))
        batch.add_column(
            sa.Column("admin_seen", sa.BigInteger(), comment="when one of its admins first came")
        )
    with op.batch_alter_table("replies") as batch:
        batch.add_column(
            sa.Column("body", sa.Text(), comment="JSON of the message, where it is not the result of a job")
        )
    # The operators' cap of a tenant comes between the tenant's own and the platform's.
    op.execute("UPDATE accounts SET rank = rank + 1 WHERE rank >= 5")
    _create_rights()
    _create_deeds()
    _create_alarms()


def _create_rights() -> None:
    op.create_table(
        "first_tenants",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("platform", name=op.f("pk_first_tenants")),
    )
    op.create_table(
        "admins",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Text(),
            nullable=False,
            comment="person, or role: a Discord role or a Slack user group",
        ),
        sa.Column(
            "subject", sa.Text(), nullable=False, comment="a person's id, or the platform's id of the role"
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("tenant", "kind", "subject", name=op.f("pk_admins")),
    )
    op.create_table(
        "claims",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("expires", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("tries", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("used_by", sa.Text()),
        sa.PrimaryKeyConstraint("tenant", name=op.f("pk_claims")),
    )
    op.create_table(
        "tenant_pauses",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("tenant", name=op.f("pk_tenant_pauses")),
    )


def _create_deeds() -> None:
    op.create_table(
        "deeds",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant", sa.Text(), comment="empty for what concerns all of Easel"),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("whom", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger()),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_deeds")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_deeds_tenant", "deeds", ["tenant", "seq"])


def _create_alarms() -> None:
    op.create_table(
        "alarms",
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), comment="whose admins are told too"),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("blanks", sa.Text(), nullable=False),
        sa.Column("is_once", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "untold",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="how often since the last message",
        ),
        sa.Column("last_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("told_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("cause", name=op.f("pk_alarms")),
    )
    op.create_index("ix_alarms_untold", "alarms", ["untold", "told_at"])
