"""What people and channels prefer.

Revision ID: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of what is chosen."""
    _create_choices()


def _create_choices() -> None:
    op.create_table(
        "preferences",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("kept", sa.Text(), nullable=False),
        sa.Column("changed", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_preferences_person")),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_preferences")),
    )
    op.create_table(
        "channel_rules",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("kept", sa.Text(), nullable=False),
        sa.Column("allowed", sa.Integer(), nullable=True, comment="0 or 1 where an admin has said so"),
        sa.Column("changed", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.id"], name=op.f("fk_channel_rules_tenant")),
        sa.PrimaryKeyConstraint("tenant", "channel", name=op.f("pk_channel_rules")),
    )
    op.create_table(
        "tenant_rules",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("kept", sa.Text(), nullable=False),
        sa.Column("changed", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.id"], name=op.f("fk_tenant_rules_tenant")),
        sa.PrimaryKeyConstraint("tenant", name=op.f("pk_tenant_rules")),
    )
    op.create_table(
        "standing_references",
        sa.Column("owner", sa.Text(), nullable=False, comment="person:<id>, or channel:<tenant>/<id>"),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("picture", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["picture"], ["pictures.id"], name=op.f("fk_standing_references_picture")),
        sa.PrimaryKeyConstraint("owner", "position", name=op.f("pk_standing_references")),
    )
    op.create_index(op.f("ix_standing_references_picture"), "standing_references", ["picture"])
