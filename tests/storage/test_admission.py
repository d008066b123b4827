"""Who runs next: turns, limits of people and of vendors, and what it costs with a long queue."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy import select, text

from bot.core.errors import TooMany
from bot.storage import Database, Tx, admission, dialect_of, jobs, ledger, sweep, views
from bot.storage.admission import Places
from bot.storage.jobs import Claim
from bot.storage.schema import jobs as job_table
from bot.storage.terms import Queue
from bot.storage.transaction import Check
from tests.storage.builders import (
    CREDIT,
    HOUSE,
    MINUTE,
    NOW,
    SECOND,
    VENDOR,
    Order,
    accept,
    count_jobs,
    finish,
    furnish,
    places,
    request,
    sends,
    state_of,
    take,
)
from tests.storage.explaining import plans_of

PEOPLE = ("ann", "bob", "cat")
ONE_EACH = Queue(person_running_max=1)


@pytest.fixture
def checks() -> tuple[Check, ...]:
    """Counters are the sums of their entries at every commit."""
    return (ledger.prove_touched,)


def running(db: Tx) -> list[str]:
    """List running jobs in the order in which they were accepted."""
    query = select(job_table.c.id).where(job_table.c.state == "running").order_by(job_table.c.seq)
    return list(db.execute(query).scalars())


async def serve_all(database: Database, at: Places) -> list[str]:
    """Finish running jobs one after the other, the oldest start first; returns who was served."""
    served = []
    while now_running := await database.read(running):
        served.append(now_running[0].removeprefix("job-"))
        await database.write(jobs.finish, Claim(now_running[0]), at, reason=None, now=NOW)
    return served


async def test_people_take_turns(database: Database) -> None:
    """Who orders five at once does not keep those waiting who order one each afterwards."""
    at = places(1)
    await database.write(furnish, *PEOPLE, balance=9 * CREDIT)
    for name in ("ann1", "ann2", "ann3", "ann4", "bob1", "bob2", "cat1"):
        await database.write(accept, Order(name, person=name[:3]), at)

    position = (await database.read(views.card, "job-ann4") or pytest.fail("no card")).position
    served = await serve_all(database, at)

    assert served == ["ann1", "ann2", "bob1", "cat1", "ann3", "bob2", "ann4"]
    assert position == 5


async def test_a_newcomer_begins_with_the_turn_being_served(database: Database) -> None:
    """Who comes late does not get the turns that others have used before."""
    at = places(1)
    await database.write(furnish, "ann", "bob", balance=9 * CREDIT)
    for name in ("a0", "a1", "a2", "a3"):
        await database.write(accept, Order(name), at)
    for done in ("job-a0", "job-a1"):
        await database.write(jobs.finish, Claim(done), at, reason=None, now=NOW)
    for name in ("b1", "b2"):
        await database.write(accept, Order(name, person="bob"), at)

    assert await serve_all(database, at) == ["a2", "a3", "b1", "b2"]


async def test_who_runs_as_many_as_they_may_is_passed_over(database: Database) -> None:
    """Places that one person may not take go to the next one, and come back when theirs is free."""
    at = places(3)
    await database.write(furnish, "ann", "bob", balance=9 * CREDIT)
    for name in ("a1", "a2", "a3"):
        await database.write(accept, Order(name, queue=ONE_EACH), at)
    await database.write(accept, Order("b1", person="bob", queue=ONE_EACH), at)
    first = await database.read(running)

    await database.write(jobs.finish, Claim("job-a1"), at, reason=None, now=NOW)

    assert first == ["job-a1", "job-b1"]
    assert await database.read(running) == ["job-a2", "job-b1"]


async def test_a_vendor_runs_no_more_than_it_takes(database: Database) -> None:
    """Thirty orders of ten people at once fill four places; each that is freed is filled once."""
    crowd = [f"p{n}" for n in range(10)]
    await database.write(furnish, *crowd, balance=9 * CREDIT)

    orders = [Order(f"{name}-{n}", person=name) for n in range(3) for name in crowd]
    await asyncio.gather(*(database.write(accept, order, places(4)) for order in orders))
    filled = await database.read(running)
    await asyncio.gather(
        *(database.write(jobs.finish, Claim(job), places(4), reason=None, now=NOW) for job in filled)
    )

    assert len(filled) == 4
    assert await database.read(count_jobs, "running") == 4
    assert await database.read(count_jobs, "waiting") == 22
    assert set(filled).isdisjoint(await database.read(running))


async def test_two_vendors_do_not_wait_for_each_other(database: Database) -> None:
    """Places are counted by vendor."""
    await database.write(furnish, "ann", balance=9 * CREDIT)

    await database.write(accept, Order("1"), places(1))
    await database.write(accept, Order("2"), places(1, vendor="other"))

    assert await database.read(running) == ["job-1", "job-2"]


async def test_a_full_minute_opens_by_exactly_one_send(database: Database) -> None:
    """Five pictures a minute: the third pair waits for the first to leave the window, and one send wakes it."""
    at = places(9, per_minute=5)
    people = [f"p{n}" for n in range(5)]
    await database.write(furnish, *people, balance=9 * CREDIT)
    for number, person in enumerate(people):
        order = Order(f"o{number}", person=person, parts=(2,))
        await database.write(accept, order, at, now=NOW + number * SECOND)
    opens = NOW + MINUTE + 1
    full = await database.read(running)
    for _ in range(3):
        await database.write(admission.admit, at, now=NOW + 30 * SECOND)
    timed = await database.read(sends, after=NOW + 30 * SECOND)

    early = await database.write(admission.admit, at, now=NOW + MINUTE - 1)
    opened = await database.write(admission.admit, at, now=opens)

    assert full == ["job-o0", "job-o1"]
    assert timed == [("job-o2", opens)]
    assert (early, opened) == ([], ["job-o2"])
    assert (await database.read(sends, after=opens)) == [("job-o3", NOW + SECOND + MINUTE + 1)]


async def test_more_than_a_minute_takes_runs_when_the_minute_is_empty(database: Database) -> None:
    """An order of eight at a vendor of five a minute is not kept waiting for ever."""
    at = places(9, per_minute=5)
    await database.write(furnish, "ann", balance=99 * CREDIT)
    await database.write(accept, Order("1"), at)
    await database.write(accept, Order("2", parts=(4, 4)), at, now=NOW + SECOND)

    admitted = await database.write(admission.admit, at, now=NOW + MINUTE + 1)

    assert admitted == ["job-2"]


async def test_a_clock_set_back_does_not_hide_the_wake_up(database: Database) -> None:
    """A wake-up that lies an hour ahead by the old clock does not stop one that is due in a minute."""
    at = places(9, per_minute=1)
    await database.write(furnish, "ann", balance=99 * CREDIT)
    await database.write(accept, Order("1"), at, now=NOW + 60 * MINUTE)
    await database.write(accept, Order("2"), at, now=NOW + 60 * MINUTE)

    await database.write(accept, Order("3", person="ann"), at, now=NOW)
    first = await database.read(state_of, "job-2")
    await database.write(jobs.finish, Claim("job-1"), at, reason=None, now=NOW)

    assert first == "running"
    assert [when for _, when in await database.read(sends)][-1] == NOW + MINUTE + 1


def crowd_in(db: Tx, waiting: int) -> None:
    """Let `waiting` jobs of many people wait, and nine times as many lie in the past."""
    names = [f"p{n}" for n in range(waiting // 10)]
    furnish(db, *names, "new", balance=CREDIT)
    common = {
        "platform": "web",
        "tenant": HOUSE,
        "channel": "main",
        "command": "imagine",
        "request": request().model_dump_json(),
        "address": '{"platform": "web", "tenant": "local", "channel": "local", "person": "ann"}',
        "vendor": VENDOR,
        "person_running_max": 2,
        "created": NOW,
        "wait_until": NOW + MINUTE,
        "pictures": 1,
    }
    rows = [
        {
            **common,
            "id": f"w{n}",
            "number": -n - 1,
            "person": names[n % len(names)],
            "turn": n // len(names),
            "state": "waiting" if n < waiting else "done",
            "owner": "w1",
        }
        for n in range(10 * waiting)
    ]
    db.execute(job_table.insert(), rows)
    if dialect_of(db) == "postgresql":
        db.execute(text("ANALYZE jobs"))


ACTS: dict[str, Callable[[Tx], object]] = {
    "accept": lambda db: accept(db, Order("1", person="new"), places(4)),
    "finish": lambda db: finish(db, "w0", None),
    "admit": lambda db: admission.admit(db, places(4, per_minute=50), now=NOW),
    "expired": lambda db: sweep.expired(db, now=NOW),
    "abandoned": lambda db: sweep.abandoned(db, now=NOW),
    "mend": lambda db: sweep.mend_clock(db, now=NOW),
}


async def test_a_long_queue_is_read_by_its_partial_indexes(database: Database) -> None:
    """Among thousands of ended jobs, whoever looks for a state uses the index of that state alone, and its order."""
    await database.write(crowd_in, 1_000)

    plans = {name: await database.write(plans_of, act, "FROM jobs", "state = ") for name, act in ACTS.items()}

    assert all(plans.values())
    for plan in [plan for each in plans.values() for plan in each]:
        assert "ix_jobs_waiting" in plan or "ix_jobs_running" in plan, plan
        assert "Seq Scan on jobs" not in plan, plan
        assert "SCAN jobs\n" not in plan + "\n", plan
        assert "LIMIT" not in plan or not ("TEMP B-TREE" in plan or "Sort" in plan), plan


async def test_a_full_queue_is_noticed_with_any_length(database: Database) -> None:
    """The limit of all holds while thousands wait."""
    await database.write(crowd_in, 100)

    outcome = await database.write(accept, Order("1", person="new", queue=Queue(waiting_max=90)), places(0))

    assert isinstance(outcome.refusal, TooMany)
    assert outcome.refusal.key == "queue_full"


async def test_a_taken_place_is_free_after_the_job(database: Database) -> None:
    """One place, ten jobs, each taken and finished: all are served and none runs beside another."""
    await database.write(furnish, "ann", balance=99 * CREDIT)
    for number in range(10):
        await database.write(accept, Order(f"o{number}"), places(1))
    most = 0
    while now_running := await database.read(running):
        most = max(most, len(now_running))
        epoch = await database.write(take, now_running[0])
        await database.write(jobs.finish, Claim(now_running[0], epoch), places(1), reason=None, now=NOW)

    assert most == 1
    assert await database.read(count_jobs, "failed") == 10
