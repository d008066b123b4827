"""Jobs that go from one vendor to another, on each engine, while others do the same the other way round."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select, text

from bot.storage import Database, Tx, dialect_of, jobs, ledger, moves
from bot.storage.admission import Places
from bot.storage.jobs import Claim
from bot.storage.schema import jobs as job_table
from bot.storage.transaction import Check
from tests.storage.builders import (
    CREDIT,
    MINUTE,
    NOW,
    VENDOR,
    Order,
    accept,
    allowance,
    faults,
    furnish,
    places,
    request,
    state_of,
    take,
)

ROUNDS = 25
HERE, SPARE = places(), places(vendor="spare")


@pytest.fixture
def checks() -> tuple[Check, ...]:
    """Counters are the sums of their entries at every commit."""
    return (ledger.prove_touched,)


def move_of(job: str, to: Places, *, epoch: int = 0) -> moves.Move:
    """Describe the move of a job to a vendor."""
    return moves.Move(Claim(job, epoch), request(vendor=to.vendor), 5 * MINUTE, "unreachable")


def where(db: Tx, job: str) -> tuple[str, str, int]:
    """Tell which vendor has a job, how it stands and what it holds."""
    row = db.execute(select(job_table).where(job_table.c.id == job)).one()
    return row.vendor, row.state, row.held


def deadlocks(db: Tx) -> int:
    """Ask PostgreSQL how many deadlocks it has broken in this database; SQLite has one writer."""
    if dialect_of(db) == "sqlite":
        return 0
    query = text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    return int(db.execute(query).scalar_one())


async def to_and_fro(database: Database, job: str, ways: tuple[Places, Places]) -> list[bool]:
    """Move a job to and fro; nothing was ever called for it, so each move is allowed."""
    epoch = await database.read(epoch_of, job)
    done = []
    for turn in range(ROUNDS):
        old, new = ways if turn % 2 == 0 else ways[::-1]
        done.append(await database.write(moves.move, move_of(job, new, epoch=epoch), old, new, now=NOW))
    return done


def epoch_of(db: Tx, job: str) -> int:
    """Read by how many workers a job was taken."""
    return int(db.execute(select(job_table.c.epoch).where(job_table.c.id == job)).scalar_one())


async def test_moves_the_opposite_way_do_not_wait_for_each_other(database: Database) -> None:
    """Four jobs go to and fro, two each way: every move is made, none is broken off, each has one hold."""
    people = ("ann", "bob", "cat", "dan")
    await database.write(furnish, *people, balance=9 * CREDIT)
    names = [f"job-{person}" for person in people]
    for person in people:
        order = Order(person, person, meters=(allowance(person, 9 * CREDIT),))
        await database.write(accept, order, HERE)
    for name in names[2:]:
        await database.write(jobs.take, name, "w1", now=NOW)
        epoch = await database.read(epoch_of, name)
        assert await database.write(moves.move, move_of(name, SPARE, epoch=epoch), HERE, SPARE, now=NOW)

    done = await asyncio.gather(
        *(to_and_fro(database, name, (HERE, SPARE)) for name in names[:2]),
        *(to_and_fro(database, name, (SPARE, HERE)) for name in names[2:]),
    )

    assert done == [[True] * ROUNDS] * 4
    assert {(await database.read(where, name))[2] for name in names} == {CREDIT}
    assert await database.read(faults) == []
    assert await database.read(deadlocks) == 0


async def test_of_two_workers_one_moves_a_job(database: Database) -> None:
    """Both think that the vendor is away: the job is moved once, and holds what it held."""
    await database.write(furnish, "ann", balance=9 * CREDIT, worker_ids=("w1", "w2"))
    await database.write(accept, Order("a"), HERE)
    await database.write(take, "job-a", "w1")
    epoch = await database.read(epoch_of, "job-a")

    moved = await asyncio.gather(
        *(
            database.write(moves.move, move_of("job-a", SPARE, epoch=epoch), HERE, SPARE, now=NOW)
            for _ in range(4)
        )
    )

    assert sorted(moved) == [False, False, False, True]
    assert await database.read(where, "job-a") == ("spare", "running", CREDIT)
    assert [left.vendor for left in await database.read(moves.of, "job-a")] == [VENDOR]
    assert await database.read(faults) == []


async def test_an_overtaken_worker_moves_nothing(database: Database) -> None:
    """Another worker took the job meanwhile: it alone decides."""
    await database.write(furnish, "ann", balance=9 * CREDIT, worker_ids=("w1", "w2"))
    await database.write(accept, Order("a"), HERE)
    await database.write(take, "job-a", "w1")
    old = await database.read(epoch_of, "job-a")
    await database.write(jobs.take, "job-a", "w2", now=NOW, stale=-1)

    assert not await database.write(moves.move, move_of("job-a", SPARE, epoch=old), HERE, SPARE, now=NOW)
    assert await database.read(state_of, "job-a") == "running"
    assert (await database.read(where, "job-a"))[0] == VENDOR
