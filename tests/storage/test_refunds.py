"""Refunds of whole jobs on both databases: to where a job was paid from, and never for what was not paid."""

from __future__ import annotations

import pytest

from bot.core.accounts import Adjustment, Meter
from bot.core.plans import Place, Plans, limits_in_force
from bot.storage import Database, deciding, ledger
from bot.storage.refunds import Refund, RefundOrder, refund_job
from bot.storage.transaction import Check
from tests.storage.builders import (
    CREDIT,
    DAY,
    HOUSE,
    NOW,
    Order,
    accept,
    credits_of,
    deliver,
    finish,
    furnish,
    sums,
    take,
)

PLANS = Plans.model_validate(
    {"default_plan": "all", "plans": [{"name": "all", "allowance": {"credits": "2", "per": "day"}}]}
)
FIRST = RefundOrder(HOUSE, 1, "operator", "sorry")


@pytest.fixture
def checks() -> tuple[Check, ...]:
    """Counters are the sums of their entries at every commit."""
    return (ledger.prove_touched,)


def allowance() -> Meter:
    """Ann's two credits of the day."""
    place = Place("ann", "main", HOUSE, "web", "UTC")
    return limits_in_force(PLANS, PLANS.plan(), place, now=NOW)[0]


async def sell(database: Database) -> str:
    """Let Ann pay three credits, two of them by her allowance; returns the allowance's account."""
    order = Order("1", parts=(3,), meters=(allowance(),))
    await database.write(furnish, "ann", balance=5 * CREDIT)
    await database.write(accept, order)
    await database.write(deliver, order)
    return order.meters[0].account


async def test_each_payer_gets_its_part_back(database: Database) -> None:
    """While the day lasts the allowance gets two and the balance one; the second time nothing moves."""
    mine = await sell(database)

    done = await database.write(refund_job, FIRST, now=NOW)
    again = await database.write(refund_job, FIRST, now=NOW)

    assert done == Refund("given", "ann", 2 * CREDIT, CREDIT)
    assert again == Refund("given before", "ann")
    assert await database.read(sums, mine) == (0, 0, 0)
    assert await database.read(credits_of) == (5 * CREDIT, 0, 0)


async def test_an_allowance_that_is_over_is_paid_into_the_balance(database: Database) -> None:
    """The next day all three go into the balance, and are there to spend."""
    mine = await sell(database)

    done = await database.write(refund_job, FIRST, now=NOW + DAY)

    assert done == Refund("given", "ann", 0, 3 * CREDIT)
    assert await database.read(sums, mine) == (0, 0, 2 * CREDIT)
    assert await database.read(credits_of) == (7 * CREDIT, 0, 0)


async def test_nothing_paid_is_nothing_back(database: Database) -> None:
    """An open job, one that cost nothing and one that is not there each have their own answer."""
    await database.write(furnish, "ann", balance=5 * CREDIT)
    await database.write(accept, Order("1"))

    is_open = await database.write(refund_job, FIRST, now=NOW)
    await database.write(finish, "job-1", await database.write(take, "job-1"))
    free = await database.write(refund_job, FIRST, now=NOW)
    missing = await database.write(refund_job, RefundOrder("discord:9", 1, "x", "x"), now=NOW)

    assert (is_open, free, missing) == (Refund("open", "ann"), Refund("free", "ann"), None)
    assert await database.read(credits_of) == (5 * CREDIT, 0, 0)


@pytest.mark.parametrize("later", [0, DAY])
async def test_what_a_reset_gave_back_is_not_given_back_again(database: Database, later: int) -> None:
    """Though a later job has spent the allowance anew, and also when the day is over: only the credits come back."""
    mine = await sell(database)
    reset = Adjustment("z", "ann", 0, "admin")
    await database.write(deciding.reset, reset, HOUSE, now=NOW)
    second = Order("2", parts=(2,), meters=(allowance(),))
    await database.write(accept, second)
    await database.write(deliver, second)

    done = await database.write(refund_job, FIRST, now=NOW + later)
    again = await database.write(refund_job, FIRST, now=NOW + later)

    assert done == Refund("given", "ann", 0, CREDIT)
    assert again == Refund("given before", "ann")
    assert await database.read(sums, mine) == (0, 0, 2 * CREDIT)
    assert await database.read(credits_of) == (5 * CREDIT, 0, 0)


async def test_a_job_that_a_reset_gave_back_whole_has_nothing_left_to_give(database: Database) -> None:
    """And says so, however often it is asked."""
    await database.write(furnish, "ann")
    order = Order("1", parts=(2,), meters=(allowance(),))
    await database.write(accept, order)
    await database.write(deliver, order)
    await database.write(deciding.reset, Adjustment("z", "ann", 0, "admin"), HOUSE, now=NOW)

    done = [await database.write(refund_job, FIRST, now=NOW) for _ in range(2)]

    assert done == [Refund("free", "ann")] * 2
    assert await database.read(sums, order.meters[0].account) == (0, 0, 0)
