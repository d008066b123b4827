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
    """Create the tables of what is chosen and reported."""
    _create_choices()
    _create_reports()


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


def _create_reports() -> None:
    with op.batch_alter_table("pictures") as batch:
        batch.add_column(sa.Column("hidden", sa.BigInteger(), comment="when it was taken down"))
    op.create_table(
        "reports",
        sa.Column("picture", sa.Text(), nullable=False),
        sa.Column("reporter", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["picture"], ["pictures.id"], name=op.f("fk_reports_picture")),
        sa.ForeignKeyConstraint(["reporter"], ["people.id"], name=op.f("fk_reports_reporter")),
        sa.PrimaryKeyConstraint("picture", "reporter", name=op.f("pk_reports")),
    )
    op.create_index("ix_reports_reporter", "reports", ["reporter", "at"])
    op.create_table(
        "takedowns",
        sa.Column("picture", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column(
            "by",
            sa.Text(),
            nullable=False,
            comment="an admin's id, or reports: as many as take a picture down",
        ),
        sa.Column("at", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["picture"], ["pictures.id"], name=op.f("fk_takedowns_picture")),
        sa.PrimaryKeyConstraint("picture", name=op.f("pk_takedowns")),
    )
    op.create_table(
        "removals",
        sa.Column("id", sa.Text(), nullable=False, comment="the reply's id and the picture's"),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("removal", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("not_before", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_removals")),
    )
    op.create_index("ix_removals_due", "removals", ["state", "not_before"])
