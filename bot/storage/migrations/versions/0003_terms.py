"""Plans, caps and blocks that admins set in chat.

Revision ID: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what admins decide, and credits that end."""
    op.create_table(
        "terms",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column(
            "about", sa.Text(), nullable=False, comment="tenant, or person:, role: or channel: and an id"
        ),
        sa.Column(
            "kind", sa.Text(), nullable=False, comment="plan, block, or cap and its period, such as cap day"
        ),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), comment="a cap's millicredits"),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.id"], name=op.f("fk_terms_tenant")),
        sa.PrimaryKeyConstraint("tenant", "about", "kind", name=op.f("pk_terms")),
    )
    op.create_table(
        "lots",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_lots_account")),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_lots")),
    )
    op.create_index("ix_lots_person", "lots", ["person", "until"])
    with op.batch_alter_table("adjustments") as batch:
        batch.add_column(
            sa.Column("until", sa.BigInteger(), comment="when what was given ends; missing where it lasts")
        )
