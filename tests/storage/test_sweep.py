"""What a sweep finds on both databases: dead owners, long waits, unposted replies, clocks that were set."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, text

from bot.core.jobs import ReplyState
from bot.core.replies import Address, Posted
from bot.storage import Database, Tx, dialect_of, jobs, ledger, replies, sweep, workers
from bot.storage.jobs import Claim
from bot.storage.schema import jobs as job_table
from bot.storage.schema import replies as reply_table
from bot.storage.schema import workers as worker_table
from bot.storage.sweep import UNTAKEN_MILLISECONDS
from bot.storage.transaction import Check
from bot.storage.workers import FORGET_MILLISECONDS, STALE_MILLISECONDS
from tests.storage.builders import (
    CREDIT,
    DAY,
    HOUR,
    HOUSE,
    MINUTE,
    NOW,
    SECOND,
    Order,
    accept,
    deliver,
    furnish,
    places,
    take,
)
from tests.storage.explaining import plans_of

WHERE = Address(platform="web", tenant=HOUSE, channel="main", person="ann")


@pytest.fixture
def checks() -> tuple[Check, ...]:
    """Counters are the sums of their entries at every commit."""
    return (ledger.prove_touched,)


@pytest.fixture
async def house(database: Database) -> Database:
    """Ann's job runs, her second one waits."""
    await database.write(furnish, "ann", balance=9 * CREDIT, worker_ids=("w1", "w2"))
    for number in "12":
        await database.write(accept, Order(number), places(1))
    return database


async def test_a_dead_owners_job_is_found(house: Database) -> None:
    """A beating owner keeps its job, a silent one loses it after the stale time."""
    await house.write(take, "job-1", "w1")
    alive = await house.read(sweep.abandoned, now=NOW + STALE_MILLISECONDS - 1)

    dead = await house.read(sweep.abandoned, now=NOW + STALE_MILLISECONDS)

    assert (alive, dead) == ([], ["job-1"])


async def test_a_job_that_nobody_takes_is_found(house: Database) -> None:
    """Its delivery was lost: after a minute it is sent again."""
    soon = await house.read(sweep.abandoned, now=NOW + UNTAKEN_MILLISECONDS)
    later = await house.read(sweep.abandoned, now=NOW + UNTAKEN_MILLISECONDS + 1)

    assert (soon, later) == ([], ["job-1"])


async def test_only_waiting_jobs_expire(house: Database) -> None:
    """The one that waits for half an hour is named with its vendor; the one that runs is not."""
    assert await house.read(sweep.expired, now=NOW + 30 * MINUTE - 1) == []
    assert await house.read(sweep.expired, now=NOW + 30 * MINUTE) == [("job-2", "sketch")]


async def test_a_reply_that_is_owed_for_long_is_found(house: Database) -> None:
    """Due for a minute longer than it should be; posted and given-up ones are left alone."""
    await house.write(deliver, Order("1"))
    late = NOW + UNTAKEN_MILLISECONDS + 1
    owed = await house.read(sweep.unposted, now=late)
    await house.write(replies.failed, "job-1:result", reason="down", retry_at=late)
    put_off = await house.read(sweep.unposted, now=late)
    await house.write(replies.failed, "job-1:result", reason="gone", retry_at=None)

    assert (owed, put_off) == (["job-1"], [])
    assert await house.read(sweep.unposted, now=NOW + DAY) == []
    assert await house.read(replies.given_up) == ["job-1:result"]


async def test_a_reply_is_claimed_again_after_a_crash(house: Database) -> None:
    """The second worker hears that the first may have posted it; posted, it is owed no more."""
    await house.write(deliver, Order("1"))

    first = await house.write(replies.claim, "job-1", "w1", now=NOW)
    again = await house.write(replies.claim, "job-1", "w2", now=NOW)
    await house.write(replies.posted, "job-1:result", WHERE, Posted(message="m1", posted_at=NOW))

    assert [(owed.tries, owed.is_repeat) for owed in (*first, *again)] == [(1, False), (2, True)]
    assert first[0].address == WHERE
    assert await house.write(replies.claim, "job-1", "w1", now=NOW) == []


def times(db: Tx) -> list[Any]:
    """Read the times that a clock which was set back leaves far ahead."""
    waits = db.execute(select(job_table.c.not_before).where(job_table.c.state == "waiting")).scalars()
    owed = db.execute(
        select(reply_table.c.not_before).where(reply_table.c.state != ReplyState.POSTED)
    ).scalars()
    return [*waits, *owed]


async def test_a_clock_set_back_an_hour_is_mended(house: Database) -> None:
    """Waits by the old clock end now; a worker that died by the old clock does not seem alive for an hour."""
    await house.write(deliver, Order("1"))
    await house.write(replies.failed, "job-1:result", reason="down", retry_at=NOW + 10 * MINUTE)
    epoch = await house.write(take, "job-2", "w1")
    await house.write(jobs.put_back, Claim("job-2", epoch), places(0), not_before=NOW + MINUTE, now=NOW)
    await house.write(accept, Order("3"), places(1))
    await house.write(take, "job-3", "w1")
    back = NOW - HOUR

    mended = await house.write(sweep.mend_clock, now=back)
    again = await house.write(sweep.mend_clock, now=back)
    await house.write(workers.beat, "w2", now=back + STALE_MILLISECONDS)

    assert (mended, again) == (4, 0)
    assert await house.read(times) == [back, back]
    assert await house.read(sweep.abandoned, now=back + STALE_MILLISECONDS - 1) == []
    assert await house.read(sweep.abandoned, now=back + STALE_MILLISECONDS) == ["job-3"]


async def test_waits_that_are_set_are_left_alone(house: Database) -> None:
    """A vendor that asks for 29 minutes is not asked every ten seconds."""
    epoch = await house.write(take, "job-1", "w1")
    asked = NOW + 29 * MINUTE
    await house.write(jobs.put_back, Claim("job-1", epoch), places(0), not_before=asked, now=NOW)

    mended = await house.write(sweep.mend_clock, now=NOW)

    assert mended == 0
    assert asked in await house.read(times)


async def test_a_clock_set_forward_a_day_takes_nothing_from_who_beats(house: Database) -> None:
    """Everybody looks dead for a moment; whoever beats by the new clock keeps its jobs."""
    await house.write(take, "job-1", "w1")
    forward = NOW + DAY

    await house.write(workers.beat, "w1", now=forward)

    assert await house.read(sweep.abandoned, now=forward + SECOND) == []


async def test_a_worker_that_was_forgotten_comes_back_by_its_beat(house: Database) -> None:
    """One whose clock ran a day ahead took it for long dead; its next beat makes it known again."""
    ahead = NOW + FORGET_MILLISECONDS + MINUTE
    await house.write(workers.register, "ahead", host="h", pid=1, now=ahead)
    forgotten = not await house.read(workers.is_alive, "w1", now=NOW)

    await house.write(workers.beat, "w1", now=NOW + SECOND)

    assert forgotten
    assert await house.read(workers.is_alive, "w1", now=NOW + 2 * SECOND)


async def test_an_owner_is_remembered_however_long_it_is_dead(house: Database) -> None:
    """A dead worker that still owns a running job is not forgotten with the others."""
    await house.write(take, "job-1", "w1")
    late = NOW + FORGET_MILLISECONDS + MINUTE

    await house.write(workers.register, "w3", host="h", pid=1, now=late)

    def known(db: Tx) -> list[str]:
        return list(db.execute(select(worker_table.c.id).order_by(worker_table.c.id)).scalars())

    assert await house.read(known) == ["w1", "w3"]


async def test_owed_replies_are_found_by_their_index(database: Database) -> None:
    """Thousands of posted replies are not read to find the one that is owed."""

    def plans(db: Tx) -> list[str]:
        rows = [
            {"id": f"r{n}", "address": "{}", "state": "posted" if n else "due", "created": NOW}
            for n in range(3_000)
        ]
        db.execute(reply_table.insert(), rows)
        if dialect_of(db) == "postgresql":
            db.execute(text("ANALYZE replies"))
        return [
            *plans_of(db, lambda tx: sweep.unposted(tx, now=NOW), "replies"),
            *plans_of(db, lambda tx: sweep.mend_clock(tx, now=NOW), "UPDATE replies"),
        ]

    found = await database.write(plans)

    assert len(found) == 2
    assert all("ix_replies_open" in plan for plan in found), found
