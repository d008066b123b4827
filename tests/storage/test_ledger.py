"""The books on both databases: holds, closings, grants, revokes, refunds and meters."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from bot.core.accounts import Adjustment, Line, credits_account
from bot.storage import Database, Tx, ledger, metering, refunds, views
from bot.storage.schema import accounts
from bot.storage.transaction import Check
from tests.storage.builders import (
    CREDIT,
    DAY,
    HOUR,
    HOUSE,
    MINUTE,
    NOW,
    SECOND,
    Calling,
    Order,
    accept,
    allowance,
    call_out,
    credits_of,
    deliver,
    faults,
    finish,
    furnish,
    meter,
    sums,
    take,
)

NIGHT = NOW + 12 * HOUR
"""The next midnight."""


@pytest.fixture
def checks() -> tuple[Check, ...]:
    """Counters are the sums of their entries at every commit."""
    return (ledger.prove_touched,)


def adjustment(event: str, credits_given: int = 0, job: str | None = None) -> Adjustment:
    """Describe what an admin does for Ann."""
    return Adjustment(event, "ann", credits_given * CREDIT, "admin", "because", job)


async def test_a_grant_is_given_once_per_event(database: Database) -> None:
    """The same event grants once, also when it comes five times at once."""
    order = adjustment("e", 10)

    given = await asyncio.gather(*(database.write(ledger.grant, order, now=NOW) for _ in range(5)))

    assert sorted(given) == [False, False, False, False, True]
    assert await database.read(credits_of) == (10 * CREDIT, 0, 0)


async def test_a_revoke_never_takes_what_is_held(database: Database) -> None:
    """Three of ten credits are held: seven can be taken, once, and the statement says so."""
    await database.write(furnish, "ann", balance=10 * CREDIT)
    await database.write(accept, Order("1", parts=(3,)))

    taken = await asyncio.gather(
        *(database.write(ledger.revoke, adjustment("r", 99), now=NOW) for _ in range(3))
    )

    assert taken == [7 * CREDIT] * 3
    assert await database.read(credits_of) == (3 * CREDIT, 3 * CREDIT, 0)


async def test_a_repeated_revoke_takes_nothing_given_since(database: Database) -> None:
    """A revoke that found nothing is remembered: its repetition after a grant takes nothing either."""
    await database.write(ledger.revoke, adjustment("r", 5), now=NOW)
    await database.write(ledger.grant, adjustment("g", 5), now=NOW)

    again = await database.write(ledger.revoke, adjustment("r", 5), now=NOW)

    assert again == 0
    assert await database.read(credits_of) == (5 * CREDIT, 0, 0)
    moves = await database.read(views.movements, "ann", HOUSE, limit=9, now=NOW)
    assert [(move.kind, move.amount) for move in moves] == [("grant", 5 * CREDIT)]


async def test_an_adjustment_has_one_direction(database: Database) -> None:
    """A grant cannot take and a revoke cannot give."""
    with pytest.raises(ValueError, match="would take"):
        await database.write(ledger.grant, adjustment("e", -5), now=NOW)
    with pytest.raises(ValueError, match="would give"):
        await database.write(ledger.revoke, adjustment("e", -5), now=NOW)


async def test_the_database_itself_refuses_a_negative_balance(database: Database) -> None:
    """Whatever the code decides, a balance below zero does not commit, nor a hold below zero."""

    def overdraw(db: Tx, line: Line) -> None:
        ledger.lock_balance(db, "ann")
        ledger.post(db, "wrong", [line], now=NOW)

    for line in (Line(credits_account("ann"), spent=1), Line(credits_account("ann"), held=-1)):
        with pytest.raises(IntegrityError):
            await database.write(overdraw, line)

    assert await database.read(credits_of) == (0, 0, 0)


async def test_a_hold_of_nothing_opens_and_closes(database: Database) -> None:
    """A free picture needs no balance and passes a used-up cap; its hold is closed like any other."""
    await database.write(furnish, "ann")
    free = Order("1", parts=(0,), meters=(meter("bot", 0, "bot"), allowance("ann", 0)))

    outcome = await database.write(accept, free)
    ended = await database.write(deliver, free)

    assert outcome.refusal is None
    assert ended is not None
    assert ended.charged == 0
    assert await database.read(faults) == []


async def test_a_settled_job_returns_the_rest_to_where_it_was(database: Database) -> None:
    """Of four held pictures one is stored: the allowance pays it, the credits come back whole."""
    meters = (allowance("ann", 2 * CREDIT), meter("bot", 9 * CREDIT, "bot"))
    await database.write(furnish, "ann", balance=5 * CREDIT)
    await database.write(accept, Order("1", parts=(1, 3), meters=meters))
    held = [await database.read(sums, each.account) for each in meters]

    await database.write(deliver, Order("1", parts=(1,)))

    assert held == [(0, 2 * CREDIT, 0), (0, 4 * CREDIT, 0)]
    assert [await database.read(sums, each.account) for each in meters] == [(0, 0, CREDIT)] * 2
    assert await database.read(credits_of) == (5 * CREDIT, 0, 0)


async def test_what_settles_after_midnight_belongs_to_the_old_day(database: Database) -> None:
    """Held at 23:59:59 and settled in the new day: the old day pays, and what returns to it is gone with it."""
    old, new = allowance("ann", 3 * CREDIT, now=NIGHT - 1), allowance("ann", 3 * CREDIT, now=NIGHT)
    late = Order("1", parts=(1, 1), meters=(old, meter("bot", 9 * CREDIT, "bot", now=NIGHT - 1)))
    await database.write(furnish, "ann")
    await database.write(accept, late, now=NIGHT - SECOND)

    await database.write(deliver, Order("1", parts=(1,)), now=NIGHT + MINUTE)

    assert await database.read(sums, old.account) == (0, 0, CREDIT)
    assert await database.read(sums, new.account) == (0, 0, 0)
    assert await database.read(credits_of) == (0, 0, 0)
    fresh = await database.write(accept, Order("2", parts=(3,), meters=(new,)), now=NIGHT + MINUTE)
    assert fresh.refusal is None


async def refund_twice(
    database: Database, job: str, first: frozenset[str], second: frozenset[str]
) -> list[int]:
    """Refund one job five times at once, then once more, perhaps in another period."""
    order = adjustment("x", job=job)
    given = await asyncio.gather(
        *(database.write(refunds.refund, order, current=first, now=NOW) for _ in range(5))
    )
    return [*sorted(given), await database.write(refunds.refund, order, current=second, now=NOW + DAY)]


async def test_a_refund_goes_back_where_it_came_from(database: Database) -> None:
    """While the period lasts the allowance gets its part back, the credits theirs; the caps keep the cost."""
    mine, cap = allowance("ann", 2 * CREDIT), meter("bot", 9 * CREDIT, "bot")
    order = Order("1", parts=(3,), meters=(mine, cap))
    await database.write(furnish, "ann", balance=CREDIT)
    await database.write(accept, order)
    await database.write(deliver, order)

    given = await refund_twice(database, order.job, frozenset({mine.account}), frozenset())

    assert given == [0, 0, 0, 0, 3 * CREDIT, 0]
    assert await database.read(sums, mine.account) == (0, 0, 0)
    assert await database.read(credits_of) == (CREDIT, 0, 0)
    assert await database.read(sums, cap.account) == (0, 0, 3 * CREDIT)


@pytest.mark.parametrize("is_past", [False, True])
async def test_a_refund_is_given_once_across_a_change_of_period(database: Database, is_past: bool) -> None:
    """What only the allowance paid is given back once, though the second try would go to the credits."""
    mine = allowance("ann", 2 * CREDIT)
    order = Order("1", parts=(2,), meters=(mine,))
    await database.write(furnish, "ann")
    await database.write(accept, order)
    await database.write(deliver, order)
    now, then = (frozenset[str](), frozenset({mine.account}))[:: 1 if is_past else -1]

    given = await refund_twice(database, order.job, now, then)

    assert given == [0, 0, 0, 0, 2 * CREDIT, 0]
    assert await database.read(sums, mine.account) == (0, 0, 2 * CREDIT if is_past else 0)
    assert await database.read(credits_of) == (2 * CREDIT if is_past else 0, 0, 0)


async def test_there_is_no_refund_for_what_was_not_paid(database: Database) -> None:
    """An open job and one that cost nothing give nothing back, and a later settlement can still be refunded."""
    await database.write(furnish, "ann", balance=CREDIT)
    await database.write(accept, Order("1"))

    early = await database.write(refunds.refund, adjustment("x", job="job-1"), current=frozenset(), now=NOW)
    await database.write(deliver, Order("1"))
    later = await database.write(refunds.refund, adjustment("x", job="job-1"), current=frozenset(), now=NOW)

    assert (early, later) == (0, CREDIT)
    assert await database.read(credits_of) == (CREDIT, 0, 0)


async def test_a_new_cap_opens_with_what_its_period_has_spent(database: Database) -> None:
    """A cap that comes into force at noon counts the morning: settled jobs by what counts, open ones by their hold."""
    await database.write(furnish, "ann", "bob", balance=99 * CREDIT)
    await database.write(accept, Order("old", parts=(5,)), now=NOW - DAY)
    await database.write(accept, Order("1", parts=(2,)))
    await database.write(deliver, Order("1", parts=(2,)))
    await database.write(accept, Order("2", parts=(3,), person="bob", channel="side"))
    subjects = {"person": "ann", "channel": f"{HOUSE}/side", "tenant": HOUSE, "platform": "web", "bot": "bot"}
    caps = tuple(meter(scope, 99 * CREDIT, subject) for scope, subject in subjects.items())  # type: ignore[arg-type]

    await database.write(accept, Order("3", meters=caps, channel="side"))

    told = [await database.read(sums, cap.account) for cap in caps]
    assert [(held // CREDIT, spent // CREDIT) for _, held, spent in told] == [
        *((1, 2), (4, 0)),
        *((4, 2), (4, 2), (4, 2)),
    ]
    assert await database.read(faults) == []


async def test_two_orders_open_a_new_cap_once(database: Database) -> None:
    """Ten orders at once meet a new cap of eight: the morning's three count once, five get through."""
    await database.write(furnish, "ann", "bob", balance=99 * CREDIT)
    await database.write(accept, Order("0", parts=(3,)))
    caps = (meter("bot", 8 * CREDIT, "bot"), meter("bot", 9 * CREDIT, "bot", per="month"))

    orders = [Order(f"o{n}", person="ann" if n % 2 else "bob", meters=caps) for n in range(10)]
    outcomes = await asyncio.gather(*(database.write(accept, order) for order in orders))

    refused = [outcome.refusal for outcome in outcomes if outcome.refusal]
    assert [refusal.key for refusal in refused] == ["cap_bot"] * 5
    assert await database.read(sums, caps[0].account) == (0, 8 * CREDIT, 0)
    assert await database.read(sums, caps[1].account) == (0, 8 * CREDIT, 0)


async def test_a_cap_that_was_away_counts_what_it_missed(database: Database) -> None:
    """A cap taken out of the file and put back the same day counts what was spent between, after a restart."""
    cap = meter("bot", 5 * CREDIT, "bot")
    await database.write(furnish, "ann", balance=99 * CREDIT)
    await database.write(accept, Order("1", parts=(2,), meters=(cap,)))
    await database.write(accept, Order("2", parts=(3,)), now=NOW + 1)
    await database.write(metering.reopen_meters)

    refused = await database.write(accept, Order("3", meters=(cap,)), now=NOW + 2)
    await database.write(metering.reopen_meters)
    await database.write(accept, Order("4", meters=(cap,)), now=NOW + 3)

    assert refused.refusal is not None
    assert (refused.refusal.key, refused.refusal.values["left"]) == ("cap_bot", 0)
    assert await database.read(sums, cap.account) == (0, 5 * CREDIT, 0)


async def test_a_lowered_cap_refuses_until_its_period_ends(database: Database) -> None:
    """A limit below what is counted leaves zero, and the next day is free again."""
    await database.write(furnish, "ann", balance=99 * CREDIT)
    await database.write(accept, Order("1", parts=(5,), meters=(meter("bot", 9 * CREDIT, "bot"),)))

    lowered = await database.write(accept, Order("2", meters=(meter("bot", 2 * CREDIT, "bot"),)))
    tomorrow = meter("bot", 2 * CREDIT, "bot", now=NOW + DAY)
    next_day = await database.write(accept, Order("3", meters=(tomorrow,)), now=NOW + DAY)

    assert lowered.refusal is not None
    assert lowered.refusal.values == {"price": CREDIT, "left": 0}
    assert next_day.refusal is None


async def test_a_loss_counts_against_caps_and_not_against_people(database: Database) -> None:
    """A lost job charges nothing, and the cap keeps what the vendor may bill: no fault spends past a cap."""
    cap = meter("bot", 2 * CREDIT, "bot")
    await database.write(furnish, "ann", balance=9 * CREDIT)
    for number in "12":
        await database.write(accept, Order(number, meters=(cap,)))
        epoch = await database.write(take, f"job-{number}")
        await database.write(call_out, Calling(f"job-{number}"), epoch)
        await database.write(finish, f"job-{number}", epoch)

    third = await database.write(accept, Order("3", meters=(cap,)))

    assert await database.read(credits_of) == (9 * CREDIT, 0, 0)
    assert third.refusal is not None
    assert third.refusal.key == "cap_bot"


async def test_accounts_are_locked_in_one_order(database: Database) -> None:
    """A hold sorts its accounts here and a closing sorts them in the database: both orders are the same."""
    names = ("2026-11", "2026-11-21", "2026-W47")
    pairs = [(f"bot:bot:{name}", "bot") for name in (*names[::-1], "9", "A", "a", "_")]
    ordered = await database.write(ledger.create_or_lock, pairs)  # type: ignore[arg-type]

    def stored(db: Tx) -> list[str]:
        query = select(accounts.c.id).where(accounts.c.id.in_([f"bot:bot:{name}" for name in names]))
        return list(db.execute(query.order_by(accounts.c.rank, accounts.c.id)).scalars())

    assert [name for name in ordered if name.removeprefix("bot:bot:") in names] == await database.read(stored)


async def test_counters_that_differ_from_their_entries_are_named(database: Database) -> None:
    """The proof itself can fail: a counter changed by hand is found, and the write is undone."""

    def meddle(db: Tx) -> None:
        ledger.post(db, "touch", [Line(credits_account("ann"))], now=NOW)
        db.execute(accounts.update().values(granted=accounts.c.granted + 1))

    await database.write(ledger.grant, adjustment("g", 1), now=NOW)

    with pytest.raises(RuntimeError, match="credits:ann"):
        await database.write(meddle)
    assert await database.read(credits_of) == (CREDIT, 0, 0)
