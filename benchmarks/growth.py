"""Accepting an order, with its hold, when the books have a thousand entries and when they have a million."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median

from benchmarks import orders
from benchmarks.replay import raw
from benchmarks.result import Result, Sizes
from bot.storage import Database, open_database
from bot.storage.accepting import NewJob

FEW = 1_000
TARGET = 1.1
ENTRIES_OF_JOB = 4
"""A settled job has two for its hold and two for its closing: the person's allowance and the cap of the bot."""

BLOCK = 20

NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :jobs) "
PAST_EVENTS = """
INSERT INTO events (platform, tenant, event, job, created)
SELECT platform, tenant, 'past ' || i, 'past-' || i, created - i FROM n, (SELECT * FROM jobs LIMIT 1)
"""
PAST_JOBS = """
INSERT INTO jobs (
    id, number, platform, tenant, channel, person, command, request, address, vendor, state, turn,
    person_running_max, held, charged, counted, pictures, stored, created, wait_until, run_milliseconds, ended
)
SELECT 'past-' || i, 1000000 + i, platform, tenant, channel, 'person ' || (i % 100), command, request, address,
    vendor, 'done', turn, person_running_max, held, held, held, 1, 1, created - 86400000 - i,
    wait_until, run_milliseconds, created - i
FROM n, (SELECT * FROM jobs LIMIT 1)
"""
PAST_ENTRIES = """
INSERT INTO entries (key, account, held, spent, at)
SELECT :word || ':past-' || i, account.id, :held, :spent, 0 FROM n
JOIN accounts AS account
ON account.scope = 'bot' OR (account.scope = 'allowance' AND account.id LIKE 'allowance:person ' || (i % 100) || '/%')
"""
COUNTERS = """
UPDATE accounts SET
    held = (SELECT coalesce(sum(held), 0) FROM entries WHERE account = accounts.id),
    spent = (SELECT coalesce(sum(spent), 0) FROM entries WHERE account = accounts.id)
"""


async def measure(sizes: Sizes, folder: Path) -> Sequence[Result]:
    """Let both take turns, a block of orders each."""
    times: dict[int, list[float]] = {FEW: [], sizes.entries: []}
    async with AsyncExitStack() as stack:
        databases = {}
        for entries in times:
            path = folder / f"{entries}.db"
            await orders.furnished(path)
            _write_past(path, entries // ENTRIES_OF_JOB)
            databases[entries] = await open_database(f"sqlite:///{path}")
            stack.push_async_callback(databases[entries].close)
        wanted = orders.new_jobs(sizes.rounds * sizes.orders // 2)
        for start in range(0, len(wanted), BLOCK):
            for entries, database in databases.items():
                times[entries] += await _accept(database, wanted[start : start + BLOCK])
    few, many = (median(each) for each in times.values())
    return [
        Result(
            what=f"Accepting an order, {sizes.entries:,} entries in the books",
            measured=f"{many * 1e3:.2f} ms",
            baseline=f"{FEW:,} entries: {few * 1e3:.2f} ms",
            ratio=many / few,
            target=f"at most {TARGET}",
            is_met=many / few <= TARGET,
        )
    ]


def _write_past(path: Path, jobs: int) -> None:
    with raw(path) as connection:
        connection.execute("BEGIN")
        connection.execute(NUMBERS + PAST_EVENTS, {"jobs": jobs})
        connection.execute(NUMBERS + PAST_JOBS, {"jobs": jobs})
        price = connection.execute("SELECT held FROM jobs LIMIT 1").fetchone()[0]
        for word, held, spent in (("hold", price, 0), ("close", -price, price)):
            values = {"jobs": jobs, "word": word, "held": held, "spent": spent}
            connection.execute(NUMBERS + PAST_ENTRIES, values)
        connection.execute(COUNTERS)
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


async def _accept(database: Database, wanted: Sequence[NewJob]) -> list[float]:
    accept = orders.accepting_into(database)
    times = []
    for new in wanted:
        began = time.perf_counter()
        await accept(new)
        times.append(time.perf_counter() - began)
    return times
