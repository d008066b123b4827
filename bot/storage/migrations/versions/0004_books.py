"""What reports read.

Revision ID: 0004
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


DAY = 86_400_000

FILL_SUMS = """
INSERT INTO sums (tenant, day, person, channel, model, vendor, jobs, pictures, failures, charged, refunded)
SELECT tenant, day, person, channel, model, vendor,
    sum(jobs), sum(pictures), sum(failures), sum(charged), sum(refunded)
FROM (
    SELECT tenant, day, person, channel, model, vendor, 1 AS jobs, stored AS pictures,
        CASE WHEN state IN ('failed', 'lost') THEN 1 ELSE 0 END AS failures,
        coalesce(charged, 0) AS charged, 0 AS refunded
    FROM jobs WHERE ended IS NOT NULL
    UNION ALL
    SELECT jobs.tenant, adjustments.day, jobs.person, jobs.channel, jobs.model, jobs.vendor, 0, 0, 0, 0,
        adjustments.amount
    FROM adjustments JOIN jobs ON jobs.id = adjustments.job WHERE adjustments.kind = 'refund'
) AS counted
GROUP BY tenant, day, person, channel, model, vendor
"""


def upgrade() -> None:
    """Keep documents of answers, what is decided about lost jobs, and daily sums, which old jobs have too."""
    _create_documents()
    _create_sums()
    _create_verdicts()
    _add_model()
    _add_days()
    op.execute(FILL_SUMS)


def _create_documents() -> None:
    op.create_table(
        "documents",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("mime", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_documents_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
    )
    op.create_index("ix_documents_person", "documents", ["person", "created"])


def _add_model() -> None:
    op.add_column("jobs", sa.Column("model", sa.Text(), server_default="", nullable=False))
    if op.get_bind().dialect.name == "sqlite":
        op.execute("UPDATE jobs SET model = coalesce(json_extract(request, '$.model'), '')")
    else:
        op.execute("UPDATE jobs SET model = coalesce(request::json ->> 'model', '')")


def _create_sums() -> None:
    keys = ("person", "channel", "model", "vendor")
    amounts = ("jobs", "pictures", "failures", "charged", "refunded")
    op.create_table(
        "sums",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("day", sa.BigInteger(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in keys),
        *(sa.Column(name, sa.BigInteger(), server_default="0", nullable=False) for name in amounts),
        sa.PrimaryKeyConstraint("tenant", "day", *keys, name=op.f("pk_sums")),
        sqlite_with_rowid=False,
    )


def _create_verdicts() -> None:
    op.create_table(
        "verdicts",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("picture", sa.Text()),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("at", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["job"], ["jobs.id"], name=op.f("fk_verdicts_job")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_verdicts")),
    )
    op.create_index("ix_verdicts_job", "verdicts", ["job"])
    for name, table, condition in (
        ("ix_calls_unknown", "calls", sa.text("state = 'unknown'")),
        ("ix_pictures_late", "pictures", sa.text("is_late = 1")),
    ):
        op.create_index(name, table, ["job"], sqlite_where=condition, postgresql_where=condition)


def _add_days() -> None:
    """Find for every ended job and refund the day of its tenant's calendar: one statement for each clock change."""
    op.add_column("jobs", sa.Column("day", sa.BigInteger()))
    op.add_column("adjustments", sa.Column("day", sa.BigInteger()))
    db = op.get_bind()
    first, last = db.execute(
        sa.text(
            "SELECT min(at), max(at) FROM (SELECT ended AS at FROM jobs WHERE ended IS NOT NULL"
            " UNION ALL SELECT at FROM adjustments) AS moments"
        )
    ).one()
    if first is None:
        return
    for tenant, zone in db.execute(sa.text("SELECT id, time_zone FROM tenants")).all():
        for begin, end, offset in _offsets(zone, first, last + 1):
            values = {"tenant": tenant, "first": begin, "last": end, "offset": offset, "day": DAY}
            db.execute(
                sa.text(
                    "UPDATE jobs SET day = (ended + :offset) / :day"
                    " WHERE tenant = :tenant AND ended >= :first AND ended < :last"
                ),
                values,
            )
            db.execute(
                sa.text(
                    "UPDATE adjustments SET day = (at + :offset) / :day WHERE kind = 'refund'"
                    " AND at >= :first AND at < :last AND job IN (SELECT id FROM jobs WHERE tenant = :tenant)"
                ),
                values,
            )


def _offsets(zone: str, first: int, last: int) -> Iterator[tuple[int, int, int]]:
    """Yield when a time zone's clock runs with which offset from UTC; all in milliseconds."""
    try:
        place = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        place = ZoneInfo("UTC")

    def offset(at: int) -> int:
        found = datetime.fromtimestamp(at // 1_000, UTC).astimezone(place).utcoffset()
        return round(found.total_seconds() * 1_000) if found else 0

    begin = first
    while begin < last:
        end, now = begin, offset(begin)
        while end < last and offset(end) == now:
            end += DAY
        if offset(end) != now:
            changes = [offset(at) != now for at in range(end - DAY, end, 1_000)]
            end = end - DAY + 1_000 * bisect_left(changes, True)
        yield begin, min(end, last), now
        begin = end
