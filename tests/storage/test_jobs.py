"""A job's moves on both databases: taken, put back, cancelled, finished; by one worker at a time."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import update

from bot.core.errors import Conflict
from bot.core.jobs import CallState, JobState
from bot.storage import Database, Tx, jobs, ledger, operator, sweep, views, workers
from bot.storage.jobs import TAKES_MAX, Claim
from bot.storage.schema import jobs as job_table
from bot.storage.schema import replies
from bot.storage.terms import Queue
from bot.storage.transaction import Check
from bot.storage.workers import STALE_MILLISECONDS
from tests.storage.builders import (
    CREDIT,
    MINUTE,
    NOW,
    SECOND,
    Calling,
    Order,
    accept,
    call_out,
    credits_of,
    deliver,
    faults,
    finish,
    furnish,
    give_up,
    places,
    sends,
    state_of,
    store,
    sums,
    take,
)

LATER = NOW + STALE_MILLISECONDS


@pytest.fixture
def checks() -> tuple[Check, ...]:
    """Counters are the sums of their entries at every commit."""
    return (ledger.prove_touched,)


@pytest.fixture
async def house(database: Database) -> Database:
    """A tenant, Ann with nine credits, two workers and one job that may run."""
    await database.write(furnish, "ann", balance=9 * CREDIT, worker_ids=("w1", "w2"))
    await database.write(accept, Order("1", parts=(1, 1)))
    return database


async def test_a_job_is_taken_by_one_worker(house: Database) -> None:
    """Of two workers that ask at once one gets the job; the other hears that it is busy."""
    taken = await asyncio.gather(
        *(house.write(jobs.take, "job-1", worker, now=NOW) for worker in ("w1", "w2"))
    )

    assert sorted(each.is_busy for each in taken if each) == [False, True]
    assert [each.job.takes for each in taken if each and each.job] == [1]


@pytest.mark.parametrize(("silent", "is_busy"), [(STALE_MILLISECONDS - 1, True), (STALE_MILLISECONDS, False)])
async def test_only_a_dead_owners_job_is_taken_over(house: Database, silent: int, is_busy: bool) -> None:
    """A job is free when its owner has not beaten for the stale time, and not a millisecond before."""
    await house.write(take, "job-1", "w1")
    await house.write(workers.beat, "w2", now=NOW + silent)

    taken = await house.write(jobs.take, "job-1", "w2", now=NOW + silent)

    assert taken is not None
    assert taken.is_busy is is_busy


async def test_a_beating_owner_keeps_its_job(house: Database) -> None:
    """However long a job runs, nobody takes it from a worker that beats."""
    await house.write(take, "job-1", "w1")
    await house.write(workers.beat, "w1", now=NOW + 60 * MINUTE)

    taken = await house.write(jobs.take, "job-1", "w2", now=NOW + 60 * MINUTE + 1)

    assert taken is not None
    assert taken.is_busy


async def test_a_worker_that_left_is_not_waited_for(house: Database) -> None:
    """A worker that stopped in good order leaves its jobs to the next one at once."""
    await house.write(take, "job-1", "w1")
    await house.write(workers.leave, "w1")

    assert await house.write(take, "job-1", "w2") == 2


async def test_a_paused_worker_can_do_nothing_but_hand_in_its_picture(house: Database) -> None:
    """Overtaken while it was stopped: its moves fail, its picture is kept, listed as late and costs nothing."""
    stopped = await house.write(take, "job-1", "w1")
    await house.write(call_out, Calling("job-1"), stopped)
    next_epoch = await house.write(take, "job-1", "w2", now=LATER)
    ended = await house.write(finish, "job-1", next_epoch, now=LATER)

    stored = await house.write(store, Calling("job-1"), now=LATER + 1)
    with pytest.raises(Conflict):
        await house.write(call_out, Calling("job-1", part=1), stopped)
    put_back = await house.write(
        jobs.put_back, Claim("job-1", stopped), places(), not_before=NOW, now=LATER + 1
    )
    finished = await house.write(finish, "job-1", stopped)

    assert ended is not None
    assert (ended.state, ended.charged, ended.counted) == (JobState.LOST, 0, CREDIT)
    assert (stored, put_back, finished) == (True, False, None)
    late = await house.read(operator.late_pictures, limit=9)
    assert [each.job for each in late] == ["job-1"]
    card = await house.read(views.card, "job-1")
    assert card is not None
    assert (card.state, card.charged, card.pictures) == (JobState.LOST, 0, ())
    assert await house.read(credits_of) == (9 * CREDIT, 0, 0)
    assert await house.read(faults) == []


async def test_a_picture_of_a_paused_worker_counts_while_its_job_is_open(house: Database) -> None:
    """The next worker has not given up yet when the picture arrives: it is an ordinary part of the job."""
    stopped = await house.write(take, "job-1", "w1")
    await house.write(call_out, Calling("job-1"), stopped)
    next_epoch = await house.write(take, "job-1", "w2", now=LATER)
    await house.write(store, Calling("job-1"), now=LATER)

    ended = await house.write(finish, "job-1", next_epoch, now=LATER)

    assert ended is not None
    assert (ended.state, ended.charged, ended.stored) == (JobState.DONE, CREDIT, 1)
    assert await house.read(operator.late_pictures, limit=9) == []


async def test_finishing_twice_settles_once(house: Database) -> None:
    """Ten workers that finish at once: one settles, owes one reply and frees one place."""
    epoch = await house.write(take, "job-1", "w1")
    await house.write(call_out, Calling("job-1"), epoch)
    await house.write(store, Calling("job-1"))

    endings = await asyncio.gather(*(house.write(finish, "job-1", epoch) for _ in range(10)))

    def owed(db: Tx) -> int:
        return len(db.execute(replies.select()).all())

    assert sum(ending is not None for ending in endings) == 1
    assert await house.read(credits_of) == (9 * CREDIT, 0, CREDIT)
    assert await house.read(owed) == 1


async def test_a_poison_job_can_be_closed_after_its_last_take(house: Database) -> None:
    """Each crash costs a take; the take after the last one closes it, and its place goes to the next job."""
    await house.write(accept, Order("2", queue=Queue()), places(1))
    at, epoch = NOW, 0
    for crash in range(TAKES_MAX + 1):
        await house.write(workers.register, f"dying-{crash}", host="h", pid=1, now=at)
        epoch = await house.write(take, "job-1", f"dying-{crash}", now=at)
        at += STALE_MILLISECONDS
    job = await house.read(jobs.find, "job-1")

    ended = await house.write(jobs.finish, Claim("job-1", epoch), places(1), reason="too_many_takes", now=at)

    assert job is not None
    assert job.takes == TAKES_MAX + 1
    assert ended is not None
    assert (ended.state, ended.reason, ended.charged) == (JobState.FAILED, "too_many_takes", 0)
    assert await house.read(state_of, "job-2") == "running"
    assert await house.read(credits_of) == (9 * CREDIT, CREDIT, 0)


async def test_a_job_that_is_put_back_waits_and_returns_its_take(house: Database) -> None:
    """A busy vendor is nobody's fault: the place goes on, the take does not count, a timed send brings it back."""
    await house.write(accept, Order("2"), places(1))
    epoch = await house.write(take, "job-1", "w1")

    put_back = await house.write(
        jobs.put_back, Claim("job-1", epoch), places(1), not_before=NOW + 9 * SECOND, now=NOW
    )

    job = await house.read(jobs.find, "job-1")
    assert put_back
    assert job is not None
    assert (job.state, job.takes) == (JobState.WAITING, 0)
    assert await house.read(state_of, "job-2") == "running"
    assert await house.read(sends, after=NOW) == [("job-1", NOW + 9 * SECOND)]


async def test_a_cancel_while_waiting_is_free(house: Database) -> None:
    """Nothing was called: the hold returns whole, and a second cancel changes nothing."""
    states = [await house.write(jobs.cancel, "job-1", places(), now=NOW) for _ in range(2)]

    assert states == [JobState.CANCELLED, JobState.CANCELLED]
    assert await house.read(credits_of) == (9 * CREDIT, 0, 0)
    assert await house.write(jobs.cancel, "job-none", places(), now=NOW) is None


async def test_a_cancel_after_the_call_keeps_what_arrives(house: Database) -> None:
    """The open call goes on, no other starts, and what arrives is stored, charged and shown."""
    epoch = await house.write(take, "job-1", "w1")
    await house.write(call_out, Calling("job-1"), epoch)

    state = await house.write(jobs.cancel, "job-1", places(), now=NOW)
    started = await house.write(call_out, Calling("job-1", part=1), epoch)
    await house.write(store, Calling("job-1"))
    ended = await house.write(finish, "job-1", epoch)

    assert (state, started) == (JobState.RUNNING, False)
    assert ended is not None
    assert (ended.state, ended.charged) == (JobState.DONE, CREDIT)
    assert await house.read(credits_of) == (9 * CREDIT, 0, CREDIT)


async def test_a_cancelled_job_is_not_put_back_to_wait(house: Database) -> None:
    """Cancelled during a call that turned out busy: the job ends there and then, free."""
    epoch = await house.write(take, "job-1", "w1")
    await house.write(call_out, Calling("job-1"), epoch)
    await house.write(jobs.cancel, "job-1", places(), now=NOW)
    await house.write(give_up, Calling("job-1"), CallState.VOID, 0)

    await house.write(jobs.put_back, Claim("job-1", epoch), places(), not_before=NOW + MINUTE, now=NOW)

    assert await house.read(state_of, "job-1") == "cancelled"
    assert await house.read(credits_of) == (9 * CREDIT, 0, 0)


async def test_a_cancel_and_a_call_at_once_agree(house: Database) -> None:
    """Either the call comes first and the cancel waits for it, or the cancel ends the job and no call is made."""
    crowd = Queue(person_running_max=99)
    for number in range(7):
        job = f"job-c{number}"
        await house.write(accept, Order(f"c{number}", queue=crowd), places(99))
        epoch = await house.write(take, job, "w1")

        state, called = await asyncio.gather(
            house.write(jobs.cancel, job, places(99), now=NOW),
            house.write(call_out, Calling(job), epoch),
            return_exceptions=True,
        )

        if called is True:
            assert state is JobState.RUNNING
        else:
            assert isinstance(called, Conflict)
            assert state is JobState.CANCELLED
    assert await house.read(faults) == []


async def test_a_cancel_and_a_finish_at_once_settle_once(house: Database) -> None:
    """Whoever comes first ends the job; the other finds it ended."""
    epoch = await house.write(take, "job-1", "w1")
    await house.write(call_out, Calling("job-1"), epoch)
    await house.write(store, Calling("job-1"))

    state, ending = await asyncio.gather(
        house.write(jobs.cancel, "job-1", places(), now=NOW), house.write(finish, "job-1", epoch)
    )

    assert state is JobState.DONE
    assert ending is None or ending.charged == CREDIT
    assert await house.read(credits_of) == (9 * CREDIT, 0, CREDIT)


@pytest.mark.parametrize(
    ("state", "waited", "is_ended"), [("waiting", 30, True), ("waiting", 29, False), ("running", 30, False)]
)
async def test_only_a_waiting_job_expires(house: Database, state: str, waited: int, is_ended: bool) -> None:
    """A job that began to run just before it was swept is left alone: its call may be paid."""
    await house.write(accept, Order("2"), places(0 if state == "waiting" else 9))

    ended = await house.write(jobs.expire, "job-2", places(0), now=NOW + waited * MINUTE)

    assert (ended is not None) is is_ended
    assert await house.read(state_of, "job-2") == ("failed" if is_ended else state)


async def test_fan_out_charges_for_what_is_stored(house: Database) -> None:
    """Of four parts one is stored, one unknown, one refused before and one after drawing."""
    order = Order("4", parts=(1, 1, 1, 1), meters=())
    await house.write(accept, order)
    epoch = await house.write(take, order.job)
    parts = [Calling(order.job, part) for part in range(4)]
    for call in parts:
        await house.write(call_out, call, epoch)
    await house.write(store, parts[0])
    await house.write(give_up, parts[1], CallState.UNKNOWN)
    await house.write(give_up, parts[2], CallState.REFUSED, 0)
    await house.write(give_up, parts[3], CallState.REFUSED)

    ended = await house.write(finish, order.job, epoch)

    assert ended is not None
    assert (ended.state, ended.charged, ended.counted, ended.stored) == (JobState.DONE, CREDIT, 3 * CREDIT, 1)


async def test_a_hold_that_is_gone_stops_the_finish(house: Database) -> None:
    """A job whose hold was closed by other means is a fault that must be seen: nothing is written."""
    await house.write(ledger.close, "job-1", charged=0, counted=0, now=NOW)

    with pytest.raises(Conflict, match="closed already"):
        await house.write(finish, "job-1", None)
    assert await house.read(state_of, "job-1") == "running"


async def test_an_ended_job_with_an_open_hold_is_found(house: Database) -> None:
    """The check that the books are asked for can fail: a job ended by hand is named."""

    def end_by_hand(db: Tx) -> None:
        db.execute(update(job_table).values(state="failed"))

    before = await house.read(ledger.open_holds_of_ended_jobs)
    await house.write(end_by_hand)

    assert before == []
    assert await house.read(ledger.open_holds_of_ended_jobs) == ["job-1"]


async def test_every_end_settles_and_frees(house: Database) -> None:
    """Done, failed, lost and cancelled jobs leave no hold, no place and no debt behind."""
    for number in range(2, 6):
        await house.write(accept, Order(str(number)), places(99))
    await house.write(deliver, Order("1", parts=(1, 1)))
    epoch = await house.write(take, "job-2")
    await house.write(call_out, Calling("job-2"), epoch)
    await house.write(finish, "job-2", epoch)
    await house.write(finish, "job-3", None)
    await house.write(jobs.cancel, "job-4", places(), now=NOW)
    await house.write(deliver, Order("5"))

    states = [await house.read(state_of, f"job-{number}") for number in range(1, 6)]
    assert states == ["done", "lost", "failed", "cancelled", "done"]
    assert await house.read(credits_of) == (9 * CREDIT, 0, 3 * CREDIT)
    assert await house.read(sums, "credits:ann") == (9 * CREDIT, 0, 3 * CREDIT)
    assert await house.read(sweep.abandoned, now=NOW + 60 * MINUTE) == []
    assert await house.read(faults) == []
