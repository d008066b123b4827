"""Everybody at once: one process on SQLite, three on PostgreSQL, and the books are right at every commit."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from bot.storage import Database, Tx, jobs, ledger, open_database
from bot.storage.jobs import Claim
from bot.storage.schema import accounts, entries, moves
from bot.storage.schema import jobs as job_table
from bot.storage.transaction import Check
from tests.storage.builders import CREDIT, HOUR, NOW, faults, furnish
from tests.storage.contention_worker import ENOUGH, PEOPLE, PLACES_OF, places_are_kept, work

ROOT = Path(__file__).parents[2]
SECONDS = float(os.environ.get("EASEL_SOAK_SECONDS", "4"))

pytestmark = [pytest.mark.slow, pytest.mark.timeout(SECONDS * 3 + 180)]


@pytest.fixture
def checks() -> tuple[Check, ...]:
    """Counters are the sums of their entries, and no more jobs run than may, at every commit."""
    return (ledger.prove_touched, places_are_kept)


def open_jobs(db: Tx) -> list[tuple[str, str]]:
    """List what is still waiting or running, and where."""
    query = select(job_table.c.id, job_table.c.vendor).where(job_table.c.state.in_(("waiting", "running")))
    return [(row[0], row[1]) for row in db.execute(query.order_by(job_table.c.seq))]


def count_moves(db: Tx) -> int:
    """Count the moves that were written down."""
    return int(db.execute(select(func.count()).select_from(moves)).scalar_one())


def held_twice(db: Tx) -> list[str]:
    """List the jobs whose hold was taken more than once: a job that moves keeps the one that it has."""
    query = (
        select(entries.c.key).where(entries.c.key.like("hold:%")).group_by(entries.c.key, entries.c.account)
    )
    return list(db.execute(query.having(func.count() > 1)).scalars())


def held(db: Tx) -> int:
    """Add up everything that is held anywhere."""
    return int(db.execute(select(func.coalesce(func.sum(accounts.c.held), 0))).scalar_one())


async def check_the_books(database: Database, seen: Counter[str]) -> None:
    """Enough happened, nothing is wrong, and when the last job has ended nothing is held."""
    assert await database.read(faults) == []
    while left := await database.read(open_jobs):
        for job, vendor in left:
            at = PLACES_OF[vendor]
            await database.write(jobs.finish, Claim(job), at, reason="end", now=NOW + 9 * HOUR)

    assert seen["accepted"] >= ENOUGH, seen
    assert seen["done"] >= ENOUGH // 4, seen
    assert seen["moved"] >= ENOUGH // 4, seen
    assert await database.read(count_moves) >= seen["moved"]
    assert await database.read(held_twice) == []
    assert await database.read(held) == 0
    assert await database.read(faults) == []


@pytest.fixture
def migrated_url(migrated_sqlite_url: str) -> str:
    """The test for PostgreSQL has its own."""
    return migrated_sqlite_url


async def test_one_process_with_everything_at_once(database: Database) -> None:
    """SQLite: orders, draws, moves between vendors, cancels, grants and take-overs side by side for a while."""
    await database.write(furnish, *PEOPLE, balance=30 * CREDIT)

    seen = await work(database, "only", SECONDS)

    await check_the_books(database, seen)


async def run_process(url: str, name: str) -> Counter[str]:
    """Let one process work; its standard error is the finding when it fails."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.storage.contention_worker",
        url,
        name,
        str(SECONDS),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode == 0, errors.decode()[-4_000:]
    return Counter(json.loads(out))


@pytest.mark.postgres
async def test_three_processes_with_everything_at_once(migrated_postgres_url: str) -> None:
    """PostgreSQL: the same from three processes; the server saw no deadlock, so no order of locks is broken."""
    database = await open_database(migrated_postgres_url, checks=(ledger.prove_touched, places_are_kept))
    try:
        await database.write(furnish, *PEOPLE, balance=30 * CREDIT)

        reports = await asyncio.gather(
            *(run_process(migrated_postgres_url, name) for name in ("one", "two", "three"))
        )

        await check_the_books(database, sum(reports, Counter()))
        assert await database.read(deadlocks) == 0
    finally:
        await database.close()


def deadlocks(db: Tx) -> int:
    """Ask the server how many deadlocks it has broken in this database."""
    query = text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    return int(db.execute(query).scalar_one())
