"""Two tables: notes, and links that point at them."""

import sqlalchemy as sa
from alembic import op

from bot.storage.types import Serial

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "notes",
        sa.Column("id", Serial, primary_key=True),
        sa.Column("writer", sa.Text, nullable=False),
        sa.Column("part", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("writer", "part", name="uq_notes_writer_part"),
    )
    op.create_table(
        "links",
        sa.Column("id", Serial, primary_key=True),
        sa.Column("note", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(
            ["note"], ["notes.id"], name="fk_links_note", deferrable=True, initially="DEFERRED"
        ),
    )
