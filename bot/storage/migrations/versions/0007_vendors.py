"""What is known of vendors: callbacks, and what became of calls that were sought.

Revision ID: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep callbacks; note when a call was sought first, and which model drew."""
    with op.batch_alter_table("calls") as batch:
        batch.add_column(sa.Column("sought_since", sa.BigInteger(), nullable=True))
        batch.add_column(
            sa.Column(
                "served_by",
                sa.Text(),
                nullable=True,
                comment="the model that drew, where the vendor named another one",
            )
        )
    op.create_table(
        "callbacks",
        sa.Column("call", sa.Text(), nullable=False),
        sa.Column(
            "ticket",
            sa.Text(),
            nullable=True,
            comment="the vendor's own id of the order, as the callback named it",
        ),
        sa.Column("received", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["call"], ["calls.id"], name=op.f("fk_callbacks_call")),
        sa.PrimaryKeyConstraint("call", name=op.f("pk_callbacks")),
    )
