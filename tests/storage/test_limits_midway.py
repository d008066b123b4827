"""Plans and caps changed, lowered below held, removed and set while holds are open, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import update

from bot.core.accounts import Adjustment, left
from bot.core.jobs import CallState
from bot.core.plans import Allowance, Plans, Spender
from bot.storage import Database, Tx, deciding, jobs, ledger, metering, tenancy
from bot.storage.accepting import Outcome, accept
from bot.storage.deciding import Decision, NewCap
from bot.storage.schema import jobs as job_table
from bot.storage.terms import limits_of, terms_of
from bot.storage.transaction import Check
from tests.storage.builders import (
    CREDIT,
    HOUSE,
    NOW,
    Calling,
    Order,
    call_out,
    credits_of,
    deliver,
    faults,
    finish,
    furnish,
    give_up,
    places,
    store,
    sums,
    take,
)

PLANS = Plans.model_validate(
    {
        "default_plan": "none",
        "plans": [
            {"name": "none"},
            {"name": "small", "allowance": {"credits": "2", "per": "day"}},
            {"name": "large", "allowance": {"credits": "9", "per": "day"}},
            {"name": "slow", "allowance": {"credits": "9", "per": "month"}},
        ],
    }
)
CAPPED = PLANS.model_copy(
    update={
        "caps": Plans.model_validate(
            {
                "default_plan": "none",
                "plans": [{"name": "none"}],
                "caps": [{"scope": "bot", "credits": "4", "per": "day"}],
            }
        ).caps
    }
)
SUBJECTS = {
    "person": ("person:ann", f"person:ann/{HOUSE}:2026-11-21"),
    "channel": ("channel:main", f"channel:{HOUSE}/main:2026-11-21"),
    "tenant": ("tenant", f"tenant:{HOUSE}:2026-11-21"),
}
ANN = Decision(HOUSE, "person:ann", "admin")
OPEN = Order("open", parts=(1, 1, 1))
"""Three pictures, held before anything is decided."""


@pytest.fixture
def checks() -> tuple[Check, ...]:
    """Counters are the sums of their entries at every commit."""
    return (ledger.prove_touched,)


def order(db: Tx, asked: Order, plans: Plans = PLANS, *, now: int = NOW) -> Outcome:
    """Accept an order on the terms of this moment."""
    who = Spender(asked.person, HOUSE, asked.channel)
    limits = partial(limits_of, who=who, plans=plans, now=now)
    return accept(db, replace(asked.new_job(), limits=limits), places(), now=now)


def refused(outcome: Outcome) -> str | None:
    """Name the refusal, if there is one."""
    return outcome.refusal.key if outcome.refusal else None


def end_whole(db: Tx) -> None:
    """All three pictures come."""
    deliver(db, OPEN)


def end_part(db: Tx) -> None:
    """One comes; the others are refused for nothing."""
    epoch = take(db, OPEN.job)
    for part in range(3):
        call = Calling(OPEN.job, part, 1)
        call_out(db, call, epoch)
        if part == 0:
            store(db, call)
        else:
            give_up(db, call, CallState.REFUSED, 0)
    finish(db, OPEN.job, epoch)


def end_lost(db: Tx) -> None:
    """Of all three nobody knows: the person pays nothing, the caps count them."""
    epoch = take(db, OPEN.job)
    for part in range(3):
        call = Calling(OPEN.job, part, 1)
        call_out(db, call, epoch)
        give_up(db, call, CallState.UNKNOWN)
    finish(db, OPEN.job, epoch)


def end_cancelled(db: Tx) -> None:
    """Called off in time."""
    jobs.cancel(db, OPEN.job, places(), now=NOW)


ENDS: dict[str, tuple[Callable[[Tx], None], int]] = {
    "whole": (end_whole, 3),
    "part": (end_part, 1),
    "lost": (end_lost, 3),
    "cancelled": (end_cancelled, 0),
}


@pytest.fixture
async def house(database: Database) -> Database:
    """Ann with credits, three of them held."""
    await database.write(furnish, "ann", "bob", balance=50 * CREDIT)
    assert refused(await database.write(order, OPEN)) is None
    return database


async def counted(database: Database, account: str) -> tuple[int, int]:
    """Read what a meter holds and has spent, in credits."""
    _, held, spent = await database.read(sums, account)
    return held // CREDIT, spent // CREDIT


@pytest.mark.parametrize(
    ("scope", "how"), [*(("tenant", how) for how in ENDS), ("person", "part"), ("channel", "part")]
)
async def test_a_cap_that_is_set_over_a_hold_closes_with_it(house: Database, scope: str, how: str) -> None:
    """It counts the whole hold while that is open, and then what the job cost: what came back can be spent."""
    about, account = SUBJECTS[scope]
    end, cost = ENDS[how]
    await house.write(deciding.set_cap, Decision(HOUSE, about, "admin"), NewCap(4 * CREDIT, "day"), now=NOW)

    over = await house.write(order, Order("1", parts=(2,)))
    before = await counted(house, account)
    await house.write(end)
    after = await counted(house, account)
    fits = await house.write(order, Order("2", parts=(4 - cost,))) if cost < 4 else None
    full = await house.write(order, Order("3"))

    assert (refused(over), before, after) == (f"cap_{scope}", (3, 0), (0, cost))
    assert fits is not None
    assert (refused(fits), refused(full)) == (None, f"cap_{scope}")
    assert await house.read(faults) == []


async def test_what_operators_set_over_a_hold_closes_with_it(house: Database) -> None:
    """The cap of a tenant, and one of the whole bot that a restart brings."""
    limit = Allowance.model_construct(credits=4 * CREDIT, per="day")
    await house.write(tenancy.cap, HOUSE, limit, now=NOW)
    await house.write(metering.reopen_meters)

    over = await house.write(order, Order("1", parts=(2,)), CAPPED)
    small = await house.write(order, Order("2"), CAPPED)
    await house.write(end_part)
    fits = await house.write(order, Order("3", parts=(2,)), CAPPED)
    full = await house.write(order, Order("4"), CAPPED)

    assert [refused(each) for each in (over, small, fits, full)] == ["cap_tenancy", None, None, "cap_tenancy"]
    assert await counted(house, f"tenancy:{HOUSE}:2026-11-21") == (3, 1)
    assert await counted(house, "bot:bot:2026-11-21") == (3, 1)
    assert await house.read(faults) == []


@pytest.mark.parametrize("scope", SUBJECTS)
async def test_a_cap_lowered_below_what_is_held_never_touches_it(house: Database, scope: str) -> None:
    """It shows nothing left, closes as ever, and takes orders again when what is held came back."""
    about, account = SUBJECTS[scope]
    what = Decision(HOUSE, about, "admin")
    await house.write(deciding.set_cap, what, NewCap(9 * CREDIT, "day"), now=NOW)
    await house.write(order, Order("1"))
    await house.write(deciding.set_cap, what, NewCap(2 * CREDIT, "day"), now=NOW + 1)

    over = await house.write(order, Order("2"), now=NOW + 2)
    held = await counted(house, account)
    await house.write(end_cancelled)
    again = await house.write(order, Order("3"), now=NOW + 3)
    full = await house.write(order, Order("4"), now=NOW + 4)

    assert over.refusal is not None
    assert (over.refusal.key, over.refusal.values["left"], held) == (f"cap_{scope}", 0, (4, 0))
    assert [refused(each) for each in (again, full)] == [None, f"cap_{scope}"]
    assert await counted(house, account) == (2, 0)
    assert await house.read(faults) == []


@pytest.mark.parametrize("scope", SUBJECTS)
async def test_a_cap_removed_and_set_again_over_holds_misses_nothing(house: Database, scope: str) -> None:
    """What was held before, taken meanwhile and closed meanwhile: each once, at what it cost."""
    about, account = SUBJECTS[scope]
    what = Decision(HOUSE, about, "admin")
    await house.write(deciding.set_cap, what, NewCap(9 * CREDIT, "day"), now=NOW)
    await house.write(order, Order("1"))
    await house.write(deciding.set_cap, what, NewCap(None), now=NOW + 1)
    free = [await house.write(order, Order(f"f{n}", parts=(2,)), now=NOW + 2) for n in range(2)]
    await house.write(end_part)
    await house.write(deliver, Order("f0", parts=(2,)), now=NOW + 3)
    await house.write(deciding.set_cap, what, NewCap(7 * CREDIT, "day"), now=NOW + 4)

    last = await house.write(order, Order("2"), now=NOW + 5)
    over = await house.write(order, Order("3"), now=NOW + 6)

    assert [refused(each) for each in (*free, last, over)] == [None, None, None, f"cap_{scope}"]
    assert await counted(house, account) == (4, 3)
    await house.write(deliver, Order("f1", parts=(2,)), now=NOW + 7)
    assert await counted(house, account) == (2, 5)
    assert await house.read(faults) == []


CHANGES = [
    ("large", "small", "out_of_credits", 0),
    ("large", "none", "out_of_credits", 0),
    ("large", "slow", None, 9),
    ("small", "large", None, 7),
    ("none", "small", None, 2),
]
"""From which plan to which while three credits are held; what an order of one meets then; what the allowance shows."""


@pytest.mark.parametrize(
    ("change", "how"),
    [*((change, "part") for change in CHANGES), *((CHANGES[0], how) for how in ENDS if how != "part")],
)
async def test_a_plan_changed_over_a_hold_never_touches_it(
    database: Database, change: tuple[str, str, str | None, int], how: str
) -> None:
    """Raised, lowered below what is held, taken away, given and turned from days to months: the hold stays whole."""
    before, after, refusal, rest = change
    end, cost = ENDS[how]
    charged = 0 if how == "lost" else cost
    await database.write(furnish, "ann", balance=3 * CREDIT)
    await database.write(deciding.set_plan, ANN, before, now=NOW)
    assert refused(await database.write(order, OPEN)) is None
    day = f"allowance:ann/{HOUSE}:2026-11-21"
    taken = await counted(database, day)
    await database.write(drain)
    await database.write(deciding.set_plan, ANN, after, now=NOW)

    assert await counted(database, day) == taken
    assert await database.read(allowance_left) == rest
    assert refused(await database.write(order, Order("1"))) == refusal
    await database.write(end)

    held, spent = await counted(database, day)
    own = 0 if refusal or after == "slow" else 1
    assert (held, spent) == (own, min(taken[0], charged))
    granted, kept, paid = await database.read(credits_of)
    assert (kept, paid) == (0, (charged - min(taken[0], charged)) * CREDIT)
    assert granted >= paid
    assert await database.read(faults) == []


def allowance_left(db: Tx) -> int:
    """Say what Ann's allowance shows, in credits."""
    terms = terms_of(db, Spender("ann", HOUSE, "main"), PLANS, now=NOW)
    meter = terms.allowance if terms else None
    return left(meter, ledger.account(db, meter.account, "allowance")) // CREDIT if meter else 0


def drain(db: Tx) -> None:
    """Leave Ann nothing but what is held, so that only the allowance can pay."""
    granted, held, spent = credits_of(db)
    adjust = Adjustment("drain", "ann", granted - held - spent, "admin")
    ledger.revoke(db, adjust, now=NOW)


async def test_a_job_that_ends_while_a_cap_opens_counts_once(house: Database) -> None:
    """Many jobs end while the first orders meet a new cap: nothing is counted twice, missed or left behind."""
    many = [Order(f"m{n}", person="bob", parts=(1,)) for n in range(12)]
    for each in many:
        await house.write(order, each)
    await house.write(release)
    cap = NewCap(99 * CREDIT, "day")
    ending = [house.write(deliver, each) for each in many]
    late = [house.write(order, Order(f"l{n}")) for n in range(4)]

    await asyncio.gather(
        *ending[:6],
        house.write(deciding.set_cap, Decision(HOUSE, "tenant", "admin"), cap, now=NOW),
        *late,
        *ending[6:],
    )
    await house.write(order, Order("after"))

    held, spent = await counted(house, SUBJECTS["tenant"][1])
    assert held == 3 + 4 + 1
    assert spent == 12
    assert await house.read(faults) == []


def release(db: Tx) -> None:
    """Let all of them run at once."""
    db.execute(update(job_table).where(job_table.c.state == "waiting").values(state="running"))
