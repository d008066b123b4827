"""Acceptance on both databases: one event becomes one job or one refusal, whatever comes at once."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from bot.core.accounts import Adjustment
from bot.core.errors import NotOffered, Refusal
from bot.storage import Database, Tx, accepting, ledger, people
from bot.storage.accepting import Event, Outcome
from bot.storage.people import Identity
from bot.storage.schema import events, jobs
from bot.storage.schema import people as people_table
from bot.storage.terms import Queue
from bot.storage.transaction import Check
from tests.storage.builders import (
    CREDIT,
    HOUSE,
    NOW,
    Order,
    accept,
    allowance,
    count_jobs,
    credits_of,
    faults,
    furnish,
    meter,
    places,
    sums,
)


@pytest.fixture
def checks() -> tuple[Check, ...]:
    """Counters are the sums of their entries at every commit."""
    return (ledger.prove_touched,)


def told(outcome: Outcome) -> tuple[str, dict[str, object]] | None:
    """Read what a refused person is told."""
    return (outcome.refusal.key, outcome.refusal.values) if outcome.refusal else None


async def test_of_150_orders_at_once_exactly_100_are_accepted(database: Database) -> None:
    """Allowance 25 and credits 75 pay 100 pictures of one credit; 50 are refused clearly."""
    mine = allowance("ann", 25 * CREDIT)
    await database.write(furnish, "ann", balance=75 * CREDIT)
    orders = [Order(f"o{n}", meters=(mine,), queue=Queue(person_waiting_max=200)) for n in range(150)]

    outcomes = await asyncio.gather(*(database.write(accept, order) for order in orders))

    assert Counter(str(told(outcome)) for outcome in outcomes) == {
        "None": 100,
        str(("out_of_credits", {"price": CREDIT, "have": 0})): 50,
    }
    assert await database.read(sums, mine.account) == (0, 25 * CREDIT, 0)
    assert await database.read(credits_of) == (75 * CREDIT, 75 * CREDIT, 0)
    assert await database.read(count_jobs) == 100
    assert await database.read(count_jobs, "running") == 2
    assert await database.read(faults) == []


async def test_the_same_event_at_once_is_one_job(database: Database) -> None:
    """Ten deliveries of one event make one job with one hold; nine are told of it."""
    await database.write(furnish, "ann", balance=9 * CREDIT)

    outcomes = await asyncio.gather(*(database.write(accept, Order("1")) for _ in range(10)))
    again = await database.write(accept, Order("1"))

    assert {outcome.job for outcome in (*outcomes, again)} == {"job-1"}
    assert sum(outcome.is_new for outcome in (*outcomes, again)) == 1
    assert await database.read(count_jobs) == 1
    assert await database.read(credits_of) == (9 * CREDIT, CREDIT, 0)


async def test_of_two_presses_at_once_one_is_accepted(database: Database) -> None:
    """Whichever process each reaches: the others are told which job draws it, and hold nothing."""
    await database.write(furnish, "ann", "bob", balance=9 * CREDIT)

    def press(db: Tx, event: str, person: str = "ann") -> Outcome:
        new = replace(Order(event, person).new_job(), is_once=True)
        return accepting.accept(db, new, places(), now=NOW)

    outcomes = await asyncio.gather(*(database.write(press, f"press {n}") for n in range(8)))
    of_another = await database.write(press, "press of bob", "bob")

    refusals = [told(outcome) for outcome in outcomes if outcome.refusal]
    assert refusals == [("already_drawing", {"number": 1})] * 7
    assert of_another.job is not None
    assert await database.read(count_jobs) == 2
    assert await database.read(credits_of) == (9 * CREDIT, CREDIT, 0)


async def test_a_refused_event_stays_refused(database: Database) -> None:
    """A repetition gets the same sentence with the same numbers, though credits were granted in between."""
    order = Order("1", parts=(3,), meters=(meter("bot", 99 * CREDIT, "bot"),))
    await database.write(furnish, "ann", balance=2 * CREDIT)
    first = await asyncio.gather(*(database.write(accept, order) for _ in range(5)))
    await database.write(ledger.grant, Adjustment("g", "ann", 50 * CREDIT, "admin"), now=NOW)

    again = await database.write(accept, order)

    refusals = [told(outcome) for outcome in (*first, again)]
    assert refusals == [("out_of_credits", {"price": 3 * CREDIT, "have": 2 * CREDIT})] * 6
    assert str(again.refusal) == str(first[0].refusal)
    assert sum(outcome.is_new for outcome in (*first, again)) == 1
    assert await database.read(count_jobs) == 0


async def test_a_refusal_before_the_price_is_remembered(database: Database) -> None:
    """What was refused before anything was held is refused again, and never becomes a job."""
    event = Event("web", HOUSE, "1")
    refusal = NotOffered("model_unknown", model="dall·e \x00 „x“", models="sketch")
    await database.write(furnish, "ann", balance=CREDIT)
    await database.write(accepting.refuse, event, refusal, "ann", now=NOW)

    known = await database.read(accepting.known, event)
    again = await database.write(accept, Order("1"))

    assert known is not None
    assert told(known) == told(again) == (refusal.key, refusal.values)
    assert await database.read(accepting.known, Event("web", HOUSE, "2")) is None


async def test_events_of_two_tenants_do_not_meet(database: Database) -> None:
    """A platform's event id is unique in its tenant only."""
    await database.write(furnish, "ann", balance=CREDIT)
    refusal = Refusal("queue_full")

    await database.write(accepting.refuse, Event("web", "web:other", "1"), refusal, "ann", now=NOW)
    outcome = await database.write(accept, Order("1"))

    assert outcome.job == "job-1"


async def test_an_order_that_breaks_leaves_no_trace(database: Database) -> None:
    """A fault after the hold undoes the event with it, so the repetition is accepted as new."""

    def break_down(db: Tx) -> None:
        accept(db, Order("1"))
        raise RuntimeError("a bug")

    await database.write(furnish, "ann", balance=CREDIT)
    with pytest.raises(RuntimeError, match="a bug"):
        await database.write(break_down)

    outcome = await database.write(accept, Order("1"))

    assert outcome.is_new
    assert await database.read(credits_of) == (CREDIT, CREDIT, 0)


async def test_nobody_has_more_waiting_than_they_may(database: Database) -> None:
    """Of thirty orders at once two run, twenty wait and eight are told that this is the most."""
    await database.write(furnish, "ann", balance=99 * CREDIT)

    outcomes = await asyncio.gather(*(database.write(accept, Order(f"o{n}")) for n in range(30)))

    assert Counter(str(told(outcome)) for outcome in outcomes) == {
        "None": 22,
        str(("too_many_waiting", {"limit": 20})): 8,
    }
    assert await database.read(count_jobs, "waiting") == 20
    assert await database.read(credits_of) == (99 * CREDIT, 22 * CREDIT, 0)


async def test_the_queue_of_all_is_bounded(database: Database) -> None:
    """When as many wait as the queue takes, the next person is told that it is full and holds nothing."""
    queue = Queue(waiting_max=3)
    await database.write(furnish, "ann", "bob", balance=99 * CREDIT)
    for number in range(7):
        await database.write(accept, Order(f"o{number}", queue=queue), places(4))

    full = await database.write(accept, Order("b", person="bob", queue=queue), places(2))

    assert await database.read(count_jobs, "waiting") == 3
    assert told(full) == ("queue_full", {})
    assert await database.read(credits_of, "bob") == (99 * CREDIT, 0, 0)


async def test_jobs_are_numbered_without_gaps_in_their_tenant(database: Database) -> None:
    """Numbers are what people say; refused orders use none."""
    await database.write(furnish, "ann", balance=8 * CREDIT)

    await asyncio.gather(*(database.write(accept, Order(f"o{n}")) for n in range(12)))

    def numbers(db: Tx) -> list[int]:
        return list(db.execute(select(jobs.c.number).order_by(jobs.c.number)).scalars())

    assert await database.read(numbers) == list(range(1, 9))


async def test_every_event_is_one_or_the_other(database: Database) -> None:
    """After any mix an event names a job or a refusal, never both and never none."""
    await database.write(furnish, "ann", balance=5 * CREDIT)
    await asyncio.gather(*(database.write(accept, Order(f"o{n % 8}")) for n in range(24)))

    def neither_or_both(db: Tx) -> int:
        wrong = events.c.job.is_(None) == events.c.refusal.is_(None)
        return int(db.execute(select(func.count()).select_from(events).where(wrong)).scalar_one())

    assert await database.read(neither_or_both) == 0


async def test_somebody_who_says_two_things_at_once_is_one_person(database: Database) -> None:
    """Five first messages of one identity make one person, and no wallet is left without an owner."""
    who = Identity("web", HOUSE, "u1", "Ann")

    found = await asyncio.gather(
        *(database.write(people.know_person, who, f"p{n}", now=NOW) for n in range(5))
    )

    def known(db: Tx) -> list[str]:
        return list(db.execute(select(people_table.c.id)).scalars())

    assert len(set(found)) == 1
    assert await database.read(known) == [found[0]]
