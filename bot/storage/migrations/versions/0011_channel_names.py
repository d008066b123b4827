"""What channels are called.

Revision ID: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep the names that reports and the log say."""
    op.create_table(
        "channels",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False, comment="the platform's id"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("is_direct", sa.Integer(), server_default="0", nullable=False),
        sa.Column("at", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("tenant", "channel", name=op.f("pk_channels")),
    )
