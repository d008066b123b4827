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
from bot.storage.migrate import migrate
from bot.storage.schema import accounts
from bot.storage.schema import jobs as job_table
from bot.storage.transaction import Check
from tests.storage.builders import CREDIT, HOUR, NOW, faults, furnish
from tests.storage.contention_worker import ENOUGH, PEOPLE, PLACES, places_are_kept, work

ROOT = Path(__file__).parents[2]
SECONDS = float(os.environ.get("EASEL_SOAK_SECONDS", "4"))

pytestmark = [pytest.mark.slow, pytest.mark.timeout(SECONDS * 3 + 60)]


@pytest.fixture
def checks() -> tuple[Check, ...]:
    """Counters are the sums of their entries, and no more jobs run than may, at every commit."""
    return (ledger.prove_touched, places_are_kept)


def open_jobs(db: Tx) -> list[str]:
    """List what is still waiting or running."""
    query = select(job_table.c.id).where(job_table.c.state.in_(("waiting", "running")))
    return list(db.execute(query.order_by(job_table.c.seq)).scalars())


def held(db: Tx) -> int:
    """Add up everything that is held anywhere."""
    return int(db.execute(select(func.coalesce(func.sum(accounts.c.held), 0))).scalar_one())


async def check_the_books(database: Database, seen: Counter[str]) -> None:
    """Enough happened, nothing is wrong, and when the last job has ended nothing is held."""
    assert await database.read(faults) == []
    while left := await database.read(open_jobs):
        for job in left:
            await database.write(jobs.finish, Claim(job), PLACES, reason="end", now=NOW + 9 * HOUR)

    assert seen["accepted"] >= ENOUGH, seen
    assert seen["done"] >= ENOUGH // 4, seen
    assert await database.read(held) == 0
    assert await database.read(faults) == []


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The test for PostgreSQL has its own."""
    return sqlite_url


async def test_one_process_with_everything_at_once(database: Database) -> None:
    """SQLite: orders, draws, cancels, grants and take-overs side by side for a while."""
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
async def test_three_processes_with_everything_at_once(postgres_url: str) -> None:
    """PostgreSQL: the same from three processes; the server saw no deadlock, so no order of locks is broken."""
    await migrate(postgres_url, backup_dir=None, now=NOW)
    database = await open_database(postgres_url, checks=(ledger.prove_touched, places_are_kept))
    try:
        await database.write(furnish, *PEOPLE, balance=30 * CREDIT)

        reports = await asyncio.gather(*(run_process(postgres_url, name) for name in ("one", "two", "three")))

        await check_the_books(database, sum(reports, Counter()))
        assert await database.read(deadlocks) == 0
    finally:
        await database.close()


def deadlocks(db: Tx) -> int:
    """Ask the server how many deadlocks it has broken in this database."""
    query = text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    return int(db.execute(query).scalar_one())
