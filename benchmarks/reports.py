"""A report of a month, read from the daily sums, beside adding up the month's jobs one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select

from benchmarks import orders
from benchmarks.replay import raw
from benchmarks.result import Result, Sizes
from benchmarks.turns import taking_turns
from bot.core.reports import DIMENSIONS, Report, Span, Sums
from bot.storage import Tx, open_database, reports
from bot.storage.schema import jobs
from tests.storage import builders

TARGET_SECONDS = 1.0
PEOPLE, CHANNELS = 1_000, 20
MONTH = "2026-11"

NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :jobs) "
TEAM = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :people) INSERT INTO people (id, name)"
PAST_JOBS = """
INSERT INTO jobs (
    id, number, platform, tenant, channel, person, command, request, address, vendor, model, state, turn,
    person_running_max, held, charged, counted, pictures, stored, created, wait_until, run_milliseconds, ended, day
)
SELECT 'past-' || i, 1000000 + i, platform, tenant,
    -- Four of five jobs of a person are in one channel.
    'channel ' || (CASE WHEN i % 5 THEN (i % :people) % :channels ELSE (i * 7919) % :channels END),
    'member ' || (i % :people), command, request, address, vendor, 'model ' || (i % 3), 'done', turn,
    person_running_max, held, held, held, 1, 1, created, wait_until, run_milliseconds,
    :first + (i * 7907) % (30 * 86400000), (:first + (i * 7907) % (30 * 86400000)) / 86400000
FROM n, (SELECT * FROM jobs LIMIT 1)
"""
SUMS = """
INSERT INTO sums (tenant, day, person, channel, model, vendor, jobs, pictures, failures, charged, refunded)
SELECT tenant, day, person, channel, model, vendor, count(*), sum(stored), 0, sum(charged), 0
FROM jobs WHERE day IS NOT NULL GROUP BY tenant, day, person, channel, model, vendor
"""


CHANNEL_NAMES = """
INSERT INTO channels (tenant, channel, name) SELECT DISTINCT tenant, channel, '#' || channel FROM sums
"""


async def measure(sizes: Sizes, folder: Path) -> Sequence[Result]:
    """Let both take turns on the same file; they must agree."""
    path = folder / "month.db"
    await orders.furnished(path)
    _write_past(path, sizes.entries)
    database = await open_database(f"sqlite:///{path}")
    fast, plain = await taking_turns(
        sizes.rounds,
        lambda: database.read(reports.report, builders.HOUSE, MONTH, now=builders.NOW),
        lambda found: database.read(_one_by_one, found.span),
        _check,
    )
    await database.close()
    return [
        Result(
            what=f"A report of a month with {sizes.entries:,} jobs",
            measured=f"{fast * 1e3:.0f} ms",
            baseline=f"adding up its jobs: {plain:.1f} s",
            ratio=fast / plain,
            target=f"at most {TARGET_SECONDS:.0f} s",
            is_met=fast <= TARGET_SECONDS,
        )
    ]


def _write_past(path: Path, jobs_wanted: int) -> None:
    first = builders.NOW // builders.DAY * builders.DAY - 20 * builders.DAY
    values = {"jobs": jobs_wanted, "people": PEOPLE, "channels": CHANNELS, "first": first}
    with raw(path) as connection:
        connection.execute("BEGIN")
        connection.execute(f"{TEAM} SELECT 'member ' || (i - 1), 'Member ' || i FROM n", values)
        connection.execute(NUMBERS + PAST_JOBS, values)
        connection.execute(SUMS)
        connection.execute(CHANNEL_NAMES)
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _one_by_one(db: Tx, span: Span) -> tuple[Sums, dict[str, Counter[str]]]:
    """Add up a month as one would without the sums: every job that ended in it, in Python."""
    total, shares = [0] * 4, {each: Counter[str]() for each in DIMENSIONS}
    columns = (jobs.c[each] for each in DIMENSIONS)
    query = select(jobs.c.state, jobs.c.stored, jobs.c.charged, *columns).where(
        jobs.c.tenant == builders.HOUSE, jobs.c.day.between(span.days.first, span.days.last)
    )
    for row in db.execute(query):
        total[0] += 1
        total[1] += row.stored
        total[2] += row.state in ("failed", "lost")
        total[3] += row.charged
        for each in DIMENSIONS:
            shares[each][getattr(row, each)] += row.charged
    return Sums(*total), {str(each): found for each, found in shares.items()}


def _check(found: Report, added: tuple[Sums, dict[str, Counter[str]]]) -> None:
    total, shares = added
    largest = {each: counted.most_common(1)[0][1] for each, counted in shares.items()}
    told = {str(each): found.shares[each].top[0].sums.charged for each in DIMENSIONS}
    if (found.total, told) != (total, largest):
        raise RuntimeError(f"the report says {found.total}, its jobs make {total}")
