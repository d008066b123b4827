"""What is known of vendors.

Revision ID: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


FILL_VITALS = """
INSERT INTO vitals (day, vendor, model, quality, size, outcome, bucket,
    calls, billed, quoted_nano, billed_nano, masked, spilled, last_at)
SELECT day, vendor, model, quality, size, outcome, (passed + step - 1) / step * step / 1000,
    sum(1), sum(billed), sum(quoted), sum(bill), sum(masked), sum(spilled), max(last_at)
FROM (
    SELECT counted.*, CASE WHEN passed < 30000 THEN 1000 WHEN passed < 60000 THEN 2000
        WHEN passed < 180000 THEN 5000 WHEN passed < 600000 THEN 20000 ELSE 60000 END AS step
    FROM (
        SELECT called_at / 86400000 AS day, vendor, model, quality,
            CASE WHEN pixels = 0 THEN 0 WHEN pixels <= 1600000 THEN 1 WHEN pixels <= 4300000 THEN 2 ELSE 4 END AS size,
            CASE WHEN state = 'void' AND reason = 'busy' THEN 'busy'
                WHEN state = 'failed' AND reason IN ('account', 'rejected') THEN reason
                WHEN state = 'failed' AND reason = 'storage_full' THEN 'ours'
                WHEN state = 'unknown' AND reason = 'bug' THEN 'ours'
                WHEN state = 'unknown' AND reason = 'too_slow' THEN 'too slow'
                WHEN state = 'stored' THEN 'drawn' WHEN state = 'void' THEN 'unreachable' ELSE state END AS outcome,
            CASE WHEN state = 'stored' AND answered_at > called_at THEN answered_at - called_at ELSE 0 END AS passed,
            CASE WHEN billed_nano IS NULL THEN 0 ELSE 1 END AS billed,
            CASE WHEN billed_nano IS NULL THEN 0 ELSE quoted_nano END AS quoted,
            coalesce(billed_nano, 0) AS bill,
            CASE WHEN state = 'stored' AND mask_spill IS NOT NULL THEN 1 ELSE 0 END AS masked,
            CASE WHEN state = 'stored' AND mask_spill >= 200 THEN 1 ELSE 0 END AS spilled,
            CASE WHEN state = 'stored' THEN coalesce(answered_at, called_at) ELSE 0 END AS last_at
        FROM calls WHERE state IN ('stored', 'refused', 'failed', 'unknown', 'void')
    ) AS counted
) AS stepped
GROUP BY day, vendor, model, quality, size, outcome, (passed + step - 1) / step * step / 1000
"""


def upgrade() -> None:
    """Keep which vendors a job has left, daily sums of calls, which old calls have too, and what prices were."""
    _create_moves()
    _create_vitals()
    _create_prices()
    _describe_calls()
    op.execute(FILL_VITALS)


def _create_vitals() -> None:
    amounts = ("calls", "billed", "quoted_nano", "billed_nano", "masked", "spilled", "last_at")
    op.create_table(
        "vitals",
        sa.Column("day", sa.BigInteger(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("vendor", "model", "quality")),
        sa.Column("size", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("bucket", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.BigInteger(), server_default="0", nullable=False) for name in amounts),
        sa.PrimaryKeyConstraint(
            "day", "vendor", "model", "quality", "size", "outcome", "bucket", name=op.f("pk_vitals")
        ),
        sqlite_with_rowid=False,
    )


def _create_prices() -> None:
    op.create_table(
        "prices",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("vendor", "model", "quality")),
        sa.Column("since", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("nano", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("vendor", "model", "quality", "since", name=op.f("pk_prices")),
    )


def _describe_calls() -> None:
    op.add_column("calls", sa.Column("quality", sa.Text(), server_default="", nullable=False))
    op.add_column("calls", sa.Column("pixels", sa.BigInteger(), server_default="0", nullable=False))
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    read = "json_extract(request, '$.{}')" if is_sqlite else "request::json ->> '{}'"
    quality, width, height = (read.format(name) for name in ("quality", "width", "height"))
    op.execute(
        f"UPDATE calls SET quality = coalesce({quality}, ''),"  # noqa: S608 - names of our own
        f" pixels = coalesce(CAST({width} AS BIGINT) * CAST({height} AS BIGINT), 0)"
    )


def _create_moves() -> None:
    op.create_table(
        "moves",
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("vendor", sa.Text(), nullable=False),
        sa.Column("to", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["job"], ["jobs.id"], name=op.f("fk_moves_job")),
        sa.PrimaryKeyConstraint("job", "place", name=op.f("pk_moves")),
    )
