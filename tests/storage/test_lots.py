"""Credits that end, on both databases: spent first, gone at their end, and never below zero."""

from __future__ import annotations

import asyncio

import pytest

from bot.core.accounts import Adjustment, lot_account
from bot.storage import Database, deciding, ledger, refunds, views
from bot.storage.transaction import Check
from tests.storage.builders import (
    CREDIT,
    DAY,
    HOUSE,
    NOW,
    Order,
    accept,
    allowance,
    credits_of,
    deliver,
    faults,
    furnish,
    sums,
)

SOON, LATE = NOW + DAY, NOW + 9 * DAY


@pytest.fixture
def checks() -> tuple[Check, ...]:
    """Counters are the sums of their entries at every commit."""
    return (ledger.prove_touched,)


async def give(database: Database, event: str, credits_given: int, until: int | None) -> bool:
    """Grant credits that end."""
    order = Adjustment(event, "ann", credits_given * CREDIT, "admin", "because", until=until)
    return await database.write(ledger.grant, order, now=NOW)


async def lot(database: Database, until: int) -> tuple[int, int, int]:
    """Read granted, held and spent of what ends then."""
    return await database.read(sums, lot_account("ann", until))


async def left(database: Database, now: int = NOW) -> tuple[int, list[int]]:
    """Read what lasts and what ends, in credits."""
    money = await database.read(views.money, "ann", None, now=now)
    return money.balance.available // CREDIT, [rest // CREDIT for _, rest in money.ending]


async def test_what_ends_is_spent_first_the_soonest_before(database: Database) -> None:
    """Seven of two, three and five: the lasting ones give what the others cannot."""
    await database.write(furnish, "ann", balance=5 * CREDIT)
    await give(database, "late", 3, LATE)
    await give(database, "soon", 2, SOON)
    order = Order("1", parts=(7,))

    await database.write(accept, order)
    held = [(await lot(database, until))[1] for until in (SOON, LATE)]
    await database.write(deliver, Order("1", parts=(4,)))

    assert held == [2 * CREDIT, 3 * CREDIT]
    assert [await lot(database, until) for until in (SOON, LATE)] == [
        (2 * CREDIT, 0, 2 * CREDIT),
        (3 * CREDIT, 0, 2 * CREDIT),
    ]
    assert await database.read(credits_of) == (5 * CREDIT, 0, 0)
    assert await left(database) == (5, [1])


async def test_what_ended_is_not_there_and_the_statement_says_so(database: Database) -> None:
    """To the millisecond; the last millisecond still counts."""
    await database.write(furnish, "ann")
    await give(database, "soon", 2, SOON)

    in_time = await database.write(accept, Order("1"), now=SOON - 1)
    too_late = await database.write(accept, Order("2"), now=SOON)

    assert in_time.refusal is None
    assert too_late.refusal is not None
    assert too_late.refusal.values["have"] == 0
    assert await left(database, SOON) == (0, [])
    moves = await database.read(views.movements, "ann", HOUSE, limit=9, now=SOON)
    assert [(move.kind, move.amount, move.until) for move in moves] == [
        ("ended", -CREDIT, None),
        ("grant", 2 * CREDIT, SOON),
    ]


async def test_a_hold_open_over_the_end_closes_on_it(database: Database) -> None:
    """What it charges is paid by what ended meanwhile, and what returns there is gone with it."""
    await database.write(furnish, "ann", balance=CREDIT)
    await give(database, "soon", 3, SOON)
    await database.write(accept, Order("1", parts=(1, 2)), now=SOON - 1)

    await database.write(deliver, Order("1", parts=(1,)), now=SOON + 1)

    assert await lot(database, SOON) == (3 * CREDIT, 0, CREDIT)
    assert await left(database, SOON + 1) == (1, [])
    assert await database.read(faults) == []


async def test_a_grant_with_an_end_is_given_once(database: Database) -> None:
    """The same event five times at once, and two events that end together."""
    await database.write(furnish, "ann")

    given = await asyncio.gather(*(give(database, "e", 2, SOON) for _ in range(5)))
    other = await give(database, "f", 1, SOON)

    assert sorted(given) == [False] * 4 + [True]
    assert other
    assert await left(database) == (0, [3])


async def test_a_revoke_takes_what_ends_first_and_nothing_held(database: Database) -> None:
    """Two of three held: one that ends and four that last can be taken."""
    await database.write(furnish, "ann", balance=4 * CREDIT)
    await give(database, "soon", 3, SOON)
    await database.write(accept, Order("1", parts=(2,)))

    taken = await database.write(ledger.revoke, Adjustment("r", "ann", 2 * CREDIT, "admin"), now=NOW)
    rest = await database.write(ledger.revoke, Adjustment("s", "ann", 99 * CREDIT, "admin"), now=NOW)

    assert (taken, rest) == (2 * CREDIT, 3 * CREDIT)
    assert await left(database) == (0, [])
    assert await lot(database, SOON) == (2 * CREDIT, 2 * CREDIT, 0)


@pytest.mark.parametrize(("at", "expected"), [(NOW, (4, [3])), (SOON, (7, []))])
async def test_a_refund_goes_back_while_they_last(
    database: Database, at: int, expected: tuple[int, list[int]]
) -> None:
    """After their end what they paid goes to the lasting credits."""
    await database.write(furnish, "ann", balance=4 * CREDIT)
    await give(database, "soon", 3, SOON)
    await database.write(accept, Order("1", parts=(5,)))
    await database.write(deliver, Order("1", parts=(5,)))

    order = Adjustment("x", "ann", 0, "admin", job="job-1")
    given = await database.write(refunds.refund, order, current=frozenset(), now=at)

    assert given == 5 * CREDIT
    assert await left(database, at) == expected


async def test_fifty_orders_at_once_take_each_credit_once(database: Database) -> None:
    """Two purses of five and two more: twelve orders pass, and another grant comes meanwhile."""
    await database.write(furnish, "ann", balance=5 * CREDIT)
    await give(database, "soon", 5, SOON)

    done, _ = await asyncio.gather(
        asyncio.gather(*(database.write(accept, Order(str(n))) for n in range(50))),
        give(database, "late", 2, LATE),
    )

    taken = sum(each.refusal is None for each in done)
    assert 10 <= taken <= 12
    assert sum((await left(database))[1]) + (await left(database))[0] == 12 - taken
    assert await database.read(faults) == []


async def test_a_reset_starts_the_allowance_again_once(database: Database) -> None:
    """Three settled and one held of five: the three count no more, the held one does, and its refund gives nothing."""
    mine = allowance("ann", 5 * CREDIT)
    mine = type(mine)(mine.scope, mine.subject, mine.limit, "2026-11-21", mine.starts, mine.ends)
    await database.write(furnish, "ann")
    sold = Order("1", parts=(3,), meters=(mine,))
    await database.write(accept, sold)
    await database.write(deliver, sold)
    await database.write(accept, Order("2", meters=(mine,)))
    order = Adjustment("z", "ann", 0, "admin", "sorry")

    given = await asyncio.gather(*(database.write(deciding.reset, order, HOUSE, now=NOW) for _ in range(3)))
    refund = Adjustment("x", "ann", 0, "admin", job="job-1")
    back = await database.write(refunds.refund, refund, current=frozenset({mine.account}), now=NOW)

    assert given == [3 * CREDIT] * 3
    assert back == 0
    assert await database.read(sums, mine.account) == (0, CREDIT, 0)
    fits = await database.write(accept, Order("3", parts=(4,), meters=(mine,)))
    over = await database.write(accept, Order("4", meters=(mine,)))
    assert (fits.refusal is None, over.refusal is None) == (True, False)
