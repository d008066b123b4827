"""Paid calls on both databases: started under a fence, and every fact about one is kept."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.core.errors import Conflict
from bot.core.jobs import CallState, JobState
from bot.storage import Database, Tx, calls, jobs, ledger, operator
from bot.storage.calls import Answer
from bot.storage.schema import pictures
from bot.storage.transaction import Check
from tests.storage.builders import (
    CREDIT,
    CREDIT_NANO,
    NOW,
    SECOND,
    Calling,
    Order,
    accept,
    call_out,
    credits_of,
    finish,
    furnish,
    give_up,
    places,
    store,
    take,
)

CALL = Calling("job-1")


@pytest.fixture
def checks() -> tuple[Check, ...]:
    """Counters are the sums of their entries at every commit."""
    return (ledger.prove_touched,)


@pytest.fixture
async def epoch(database: Database) -> int:
    """A job of two parts that a worker has taken."""
    await database.write(furnish, "ann", balance=9 * CREDIT)
    await database.write(accept, Order("1", parts=(1, 1)))
    return await database.write(take, "job-1")


def the_call(db: Tx) -> tuple[CallState, str | None, int | None]:
    """Read what is known of the first call."""
    call = calls.calls_of(db, "job-1")[0]
    return call.state, call.reason, call.billed_nano


async def test_only_the_owner_of_a_running_job_may_call(database: Database, epoch: int) -> None:
    """Another epoch, a waiting and an ended job are conflicts; nothing is written."""
    with pytest.raises(Conflict):
        await database.write(call_out, CALL, epoch + 1)
    await database.write(accept, Order("2"), places(0))
    with pytest.raises(Conflict):
        await database.write(call_out, Calling("job-2"), 0)
    await database.write(finish, "job-1", epoch)
    with pytest.raises(Conflict):
        await database.write(call_out, CALL, epoch)

    assert await database.read(calls.calls_of, "job-1") == ()


async def test_the_pictures_of_a_call_are_stored_once(database: Database, epoch: int) -> None:
    """Five workers that hand in the same answer at once: one stores it."""
    await database.write(call_out, CALL, epoch)

    stored = await asyncio.gather(*(database.write(store, CALL) for _ in range(5)))

    def rows(db: Tx) -> int:
        return len(db.execute(pictures.select()).all())

    assert sorted(stored) == [False, False, False, False, True]
    assert await database.read(rows) == 1


async def test_an_answer_without_pictures_is_a_loss(database: Database, epoch: int) -> None:
    """A vendor that answers with nothing gave nothing: nobody is charged, its bill is counted."""
    await database.write(call_out, CALL, epoch)
    empty = Answer((), 0, CREDIT_NANO // 2)

    stored = await database.write(calls.store, CALL.id, empty, now=NOW)
    ended = await database.write(finish, "job-1", epoch)

    assert stored is False
    assert await database.read(the_call) == (CallState.FAILED, "no_picture", CREDIT_NANO // 2)
    assert ended is not None
    assert (ended.state, ended.charged, ended.counted) == (JobState.FAILED, 0, CREDIT // 2)


async def test_a_known_bill_is_not_forgotten(database: Database, epoch: int) -> None:
    """The bill came with the answer; what happens to the pictures afterwards does not make it unknown."""
    await database.write(call_out, CALL, epoch)
    await database.write(calls.answered, CALL.id, calls.Arrival(7), now=NOW)

    await database.write(give_up, CALL, CallState.UNKNOWN)
    lost = await database.read(the_call)
    await database.write(store, CALL)

    assert lost == (CallState.UNKNOWN, "unknown", 7)
    assert await database.read(the_call) == (CallState.STORED, None, 7)


@pytest.mark.parametrize("state", [CallState.STORED, CallState.REFUSED, CallState.FAILED, CallState.VOID])
async def test_what_is_certain_stays(database: Database, epoch: int, state: CallState) -> None:
    """A call that is concluded is not concluded again, and an end of its job does not make it unknown."""
    await database.write(call_out, CALL, epoch)
    if state is CallState.STORED:
        await database.write(store, CALL)
    else:
        await database.write(give_up, CALL, state, 0)
    known = await database.read(the_call)

    changed = await database.write(give_up, CALL, CallState.UNKNOWN)
    await database.write(calls.answered, CALL.id, calls.Arrival(99), now=NOW)
    await database.write(finish, "job-1", epoch)

    assert changed is False
    assert await database.read(the_call) == known


async def test_an_unknown_call_can_still_become_known(database: Database, epoch: int) -> None:
    """The job ended as lost; that the vendor refused is a fact all the same, and moves no money."""
    await database.write(call_out, CALL, epoch)
    ended = await database.write(finish, "job-1", epoch)

    learned = await database.write(give_up, CALL, CallState.REFUSED, 0)

    assert learned
    assert ended is not None
    assert ended.counted == CREDIT
    assert await database.read(the_call) == (CallState.REFUSED, "refused", 0)
    assert await database.read(credits_of) == (9 * CREDIT, 0, 0)


async def test_more_than_was_asked_costs_no_more_than_was_held(database: Database, epoch: int) -> None:
    """A vendor that sends three pictures for one: all are kept, the price stays within the hold."""
    await database.write(call_out, CALL, epoch)
    await database.write(store, CALL, 3)

    ended = await database.write(finish, "job-1", epoch)

    assert ended is not None
    assert (ended.stored, ended.charged) == (3, 2 * CREDIT)


async def test_a_finish_and_a_picture_at_once_agree(database: Database, epoch: int) -> None:
    """Either the picture counts and is charged, or it is late and free; never both, never neither."""
    for number in range(2, 7):
        job = f"job-{number}"
        await database.write(accept, Order(str(number)), places(99))
        claim = await database.write(jobs.take, job, "w1", now=NOW)
        if claim is None or claim.job is None:
            await database.write(finish, "job-1", None)
            claim = await database.write(jobs.take, job, "w1", now=NOW)
        assert claim is not None
        assert claim.job is not None
        await database.write(call_out, Calling(job), claim.job.epoch)

        ended, stored = await asyncio.gather(
            database.write(finish, job, claim.job.epoch), database.write(store, Calling(job))
        )

        listed = await database.read(operator.late_pictures, limit=1_000)
        late = [each for each in listed if each.job == job]
        assert ended is not None
        assert stored
        assert (ended.charged, len(late)) in ((CREDIT, 0), (0, 1))


async def test_calls_are_read_in_the_order_in_which_they_were_made(database: Database, epoch: int) -> None:
    """The reason that people are told is the last one."""
    later = replace(CALL, part=1)
    await database.write(call_out, later, epoch, now=NOW + SECOND)
    await database.write(call_out, CALL, epoch)

    found = await database.read(calls.calls_of, "job-1")

    assert [call.id for call in found] == [CALL.id, later.id]
    assert await database.read(calls.request_of, CALL.id) == '{"prompt": "a boat"}'
