"""Tickets, callbacks and resting jobs on both databases."""

from __future__ import annotations

import asyncio

import pytest

from bot.core.jobs import CallState
from bot.storage import Database, Tx, callbacks, calls, jobs, ledger, sweep
from bot.storage.calls import Loss
from bot.storage.jobs import Claim
from bot.storage.schema import callbacks as callback_table
from bot.storage.schema import jobs as job_table
from bot.storage.transaction import Check
from tests.storage.builders import (
    CREDIT,
    MINUTE,
    NOW,
    SECOND,
    Calling,
    Order,
    accept,
    call_out,
    furnish,
    send,
    sends,
    take,
)

CALL = Calling("job-1")


@pytest.fixture
def checks() -> tuple[Check, ...]:
    """Counters are the sums of their entries at every commit."""
    return (ledger.prove_touched,)


@pytest.fixture
async def call(database: Database) -> str:
    """A job that a worker has taken, with one call out."""
    await database.write(furnish, "ann", balance=9 * CREDIT)
    await database.write(accept, Order("1"))
    epoch = await database.write(take, "job-1")
    await database.write(call_out, CALL, epoch)
    return (await database.read(calls.calls_of, "job-1"))[0].id


def hear(db: Tx, call: str, ticket: str | None = None, *, now: int = NOW) -> bool:
    return callbacks.hear(db, call, ticket, send, now=now)


async def test_callbacks_are_one_row_and_wake_each_time(database: Database, call: str) -> None:
    """Five at once: one row with what the first said; the job is sent each time, and no other call's is."""
    heard = await asyncio.gather(*(database.write(hear, call, f"ticket-{n}") for n in range(5)))

    def rows(db: Tx) -> int:
        return len(db.execute(callback_table.select()).all())

    assert heard == [True] * 5
    assert await database.read(rows) == 1
    assert str(await database.read(callbacks.ticket_of, call)).startswith("ticket-")
    assert len([job for job, _ in await database.read(sends) if job == "job-1"]) >= 5
    assert not await database.write(hear, "nobody's call")
    assert await database.read(callbacks.ticket_of, "nobody's call") is None
    assert await database.read(callbacks.vendor_of, "nobody's call") is None


async def test_the_first_ticket_stays(database: Database, call: str) -> None:
    """It is a fact of the call, whatever became of it; a call that was given up stays so."""
    await database.write(calls.ticketed, call, "ticket-1")
    await database.write(calls.ticketed, call, "ticket-2")
    [first] = await database.read(calls.calls_of, "job-1")
    await database.write(calls.give_up, call, Loss(CallState.UNKNOWN, "too_slow"), now=NOW)
    await database.write(calls.ticketed, call, "ticket-3")
    [later] = await database.read(calls.calls_of, "job-1")

    assert (first.state, first.ticket) == (CallState.TICKETED, "ticket-1")
    assert (later.state, later.ticket) == (CallState.UNKNOWN, "ticket-1")


async def test_a_call_is_sought_since_the_first_time(database: Database, call: str) -> None:
    """Restarts do not begin the time anew."""
    assert await database.write(calls.sought, call, now=NOW) == NOW
    assert await database.write(calls.sought, call, now=NOW + MINUTE) == NOW
    assert (await database.read(calls.calls_of, "job-1"))[0].sought_since == NOW


async def test_a_late_callback_is_followed_up_once(database: Database, call: str) -> None:
    """Only of a call that was given up as unknown, and not again when that was done."""
    await database.write(hear, call)
    assert await database.read(callbacks.late, "job-1", now=NOW) == []
    await database.write(calls.give_up, call, Loss(CallState.UNKNOWN, "too_slow"), now=NOW)
    assert await database.read(callbacks.late, "job-1", now=NOW) == [call]

    await database.write(callbacks.use, call, now=NOW)

    assert await database.read(callbacks.late, "job-1", now=NOW) == []


async def test_a_resting_job_is_taken_by_anybody(database: Database, call: str) -> None:
    """It has no owner and counts no take; who was overtaken cannot lay it to rest; the sweep waits until it is due."""
    taken = await database.read(jobs.find, "job-1")
    assert taken is not None
    claim, until = Claim("job-1", taken.epoch), NOW + 5 * MINUTE

    assert await database.write(jobs.rest, claim, send, until=until)

    def row(db: Tx) -> tuple[str, str | None, int]:
        found = db.execute(job_table.select()).one()
        return found.state, found.owner, found.takes

    assert call
    assert await database.read(row) == ("running", None, 0)
    assert await database.read(sweep.abandoned, now=until + 30 * SECOND) == []
    assert await database.read(sweep.abandoned, now=until + 2 * MINUTE) == ["job-1"]
    assert await database.write(take, "job-1", "w2") == taken.epoch + 1
    assert not await database.write(jobs.rest, claim, send, until=until)


async def test_a_clock_that_was_set_back_ends_a_rest(database: Database, call: str) -> None:
    """A rest that lies further ahead than any wait is brought back."""
    taken = await database.read(jobs.find, "job-1")
    assert taken is not None
    await database.write(jobs.rest, Claim("job-1", taken.epoch), send, until=NOW + 600 * MINUTE)

    assert await database.write(sweep.mend_clock, now=NOW) == 1
    assert await database.read(sweep.abandoned, now=NOW + 2 * MINUTE) == ["job-1"]
    assert call
