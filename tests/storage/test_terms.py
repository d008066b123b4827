"""Plans, caps and blocks that admins set, on both databases: what counts, from when, and under concurrency."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial

import pytest

from bot.core.periods import Unit
from bot.core.plans import Plans, Spender
from bot.core.terms import Choice
from bot.storage import Database, Tx, audit, deciding, jobs, ledger
from bot.storage.accepting import Outcome, accept
from bot.storage.deciding import EVERYONE, Decision, NewCap
from bot.storage.people import Tenant, know_tenant
from bot.storage.terms import Terms, about_role, terms_of, terms_of_other
from bot.storage.terms import limits_of as limits
from bot.storage.transaction import Check
from tests.storage.builders import (
    CREDIT,
    DAY,
    HOUSE,
    NOW,
    Order,
    count_jobs,
    deliver,
    faults,
    furnish,
    places,
    state_of,
    sums,
)

PLANS = Plans.model_validate(
    {
        "default_plan": "none",
        "plans": [
            {"name": "none"},
            {"name": "small", "allowance": {"credits": "2", "per": "day"}},
            {"name": "large", "allowance": {"credits": "9", "per": "day"}, "waiting_max": 99},
        ],
    }
)
ELSEWHERE = "web:elsewhere"
ANN = Decision(HOUSE, "person:ann", "admin")
HERE = Decision(HOUSE, "channel:main", "admin")
ALL = Decision(HOUSE, EVERYONE, "admin")


@pytest.fixture
def checks() -> tuple[Check, ...]:
    """Counters are the sums of their entries at every commit."""
    return (ledger.prove_touched,)


def order(db: Tx, asked: Order, *, roles: tuple[str, ...] = (), now: int = NOW) -> Outcome:
    """Accept an order on the terms of this moment."""
    who = Spender(asked.person, HOUSE, asked.channel, roles)
    new = replace(asked.new_job(), limits=partial(limits, who=who, plans=PLANS, now=now))
    return accept(db, new, places(), now=now)


async def terms(database: Database, person: str = "ann", *roles: str, tenant: str = HOUSE) -> Terms:
    """Read somebody's terms."""
    found = await database.read(terms_of, Spender(person, tenant, "main", roles), PLANS, now=NOW)
    assert found is not None
    return found


def refused(outcome: Outcome) -> str | None:
    """Name the refusal, if there is one."""
    return outcome.refusal.key if outcome.refusal else None


async def test_the_named_plan_counts_from_the_next_order(database: Database) -> None:
    """For everyone, for a role and for one person; taken away again, the wider one counts."""
    await database.write(furnish, "ann", "bob")
    await database.write(deciding.set_plan, ALL, "small", now=NOW)
    await database.write(deciding.set_plan, Decision(HOUSE, "role:9", "admin"), "large", now=NOW)
    wide = await terms(database, "ann", "9")
    await database.write(deciding.set_plan, ANN, "none", now=NOW)
    own = await terms(database, "ann", "9")
    await database.write(deciding.set_plan, ANN, None, now=NOW)

    assert wide.choice == Choice(PLANS.plan("large"), "role", "9")
    assert own.choice == Choice(PLANS.plan("none"), "own")
    assert (await terms(database, "ann")).choice == Choice(PLANS.plan("small"), "tenant")
    assert refused(await database.write(order, Order("1", parts=(3,)))) == "out_of_credits"
    assert refused(await database.write(order, Order("2", parts=(3,)), roles=("9",))) is None


async def test_a_foreign_role_never_counts(database: Database) -> None:
    """The same role id in another tenant says nothing here."""
    await database.write(furnish, "ann")
    await database.write(know_tenant, Tenant(ELSEWHERE, "web", "", "approved", "UTC", ""), now=NOW)
    await database.write(deciding.set_plan, Decision(ELSEWHERE, "role:9", "admin"), "large", now=NOW)

    assert (await terms(database, "ann", "9")).plan.name == "everyone" or PLANS.plan("everyone").name
    assert (await terms(database, "ann", "9")).choice.why == "tenant"
    assert (await terms(database, "ann", "9", tenant=ELSEWHERE)).choice.why == "role"


@pytest.mark.parametrize("what", [ANN, HERE, ALL])
async def test_a_cap_counts_what_the_period_has_spent(database: Database, what: Decision) -> None:
    """Set in the middle of the day it knows of three settled and one held; left below, it refuses with 0 left."""
    await database.write(furnish, "ann", balance=20 * CREDIT)
    sold, held = Order("1", parts=(3,)), Order("2")
    await database.write(order, sold)
    await database.write(deliver, sold)
    await database.write(order, held)

    await database.write(deciding.set_cap, what, NewCap(5 * CREDIT, "day"), now=NOW)
    small = await database.write(order, Order("3"))
    large = await database.write(order, Order("4"))
    await database.write(deciding.set_cap, what, NewCap(2 * CREDIT, "day"), now=NOW)
    lowered = await database.write(order, Order("5"))
    tomorrow = await database.write(order, Order("6"), now=NOW + DAY)

    assert [refused(each) for each in (small, large, lowered, tomorrow)] == [
        None,
        f"cap_{what.about.partition(':')[0]}",
        f"cap_{what.about.partition(':')[0]}",
        None,
    ]
    assert [each.refusal.values["left"] for each in (large, lowered) if each.refusal] == [0, 0]
    assert await database.write(deliver, held) is not None
    assert await database.read(faults) == []


@pytest.mark.parametrize(
    ("what", "per", "days"),
    [(ALL, "day", 1), (ALL, "week", 2), (ALL, "month", 10), (ANN, "week", 2), (HERE, "month", 10)],
)
async def test_a_cap_lasts_its_day_week_or_month(
    database: Database, what: Decision, per: Unit, days: int
) -> None:
    """From a Saturday in November: the last day of the period still counts it, the one after does not."""
    await database.write(furnish, "ann", balance=20 * CREDIT)
    await database.write(deciding.set_cap, what, NewCap(CREDIT, per), now=NOW)
    await database.write(order, Order("1"))

    last = await database.write(order, Order("2"), now=NOW + (days - 1) * DAY)
    next_one = await database.write(order, Order("3"), now=NOW + days * DAY)

    assert (refused(last), refused(next_one)) == (f"cap_{what.about.partition(':')[0]}", None)


async def test_a_cap_that_was_away_knows_what_was_spent_meanwhile(database: Database) -> None:
    """Set, removed and set again within a day, it has counted everything."""
    await database.write(furnish, "ann", balance=20 * CREDIT)
    await database.write(deciding.set_cap, ALL, NewCap(5 * CREDIT, "day"), now=NOW)
    await database.write(order, Order("1", parts=(2,)))
    await database.write(deciding.set_cap, ALL, NewCap(None), now=NOW + 1)
    free = await database.write(order, Order("2", parts=(9,)), now=NOW + 2)
    await database.write(deciding.set_cap, ALL, NewCap(12 * CREDIT, "day"), now=NOW + 3)
    last = await database.write(order, Order("3"), now=NOW + 4)
    over = await database.write(order, Order("4"), now=NOW + 5)

    assert [refused(each) for each in (free, last, over)] == [None, None, "cap_tenant"]
    assert (await database.read(sums, f"tenant:{HOUSE}:2026-11-21"))[1:] == (12 * CREDIT, 0)


async def test_a_cap_of_a_person_is_this_tenants_affair(database: Database) -> None:
    """What they spend elsewhere neither counts here nor is limited there."""
    await database.write(furnish, "ann", balance=20 * CREDIT)
    await database.write(know_tenant, Tenant(ELSEWHERE, "web", "", "approved", "UTC", ""), now=NOW)
    await database.write(order, Order("1", parts=(2,)))

    await database.write(deciding.set_cap, Decision(ELSEWHERE, "person:ann", "x"), NewCap(0, "day"), now=NOW)

    assert refused(await database.write(order, Order("2"))) is None
    there = (await terms(database, tenant=ELSEWHERE)).limits.meters
    assert [meter.limit for meter in there] == [0]


async def test_a_blocked_person_orders_nothing_until_unblocked(database: Database) -> None:
    """The refusal is a sentence; waiting jobs can be withdrawn and give all back; running ones go on."""
    await database.write(furnish, "ann", balance=9 * CREDIT)
    for event in "12345":
        await database.write(order, Order(event))

    assert await database.write(deciding.block, ANN, now=NOW)
    waiting = await database.read(deciding.waiting_of_blocked)
    for job, vendor in waiting:
        assert await database.write(jobs.withdraw, job, places(vendor=vendor), now=NOW)
    refusal = await database.write(order, Order("6"))
    again = await database.write(deciding.block, ANN, now=NOW)
    lifted = await database.write(deciding.unblock, ANN, now=NOW)
    after = await database.write(order, Order("7"))

    assert [await database.read(state_of, f"job-{event}") for event in "1235"] == [
        "running",
        "running",
        "cancelled",
        "cancelled",
    ]
    assert [refused(refusal), again, lifted, refused(after)] == ["blocked", False, True, None]
    assert await database.read(deciding.waiting_of, HOUSE, "ann") == [("job-7", "sketch")]
    assert await database.write(deliver, Order("1")) is not None
    assert not await database.write(jobs.withdraw, "job-2", places(), now=NOW)


async def test_each_act_is_noted_once(database: Database) -> None:
    """What changes nothing writes nothing."""
    await database.write(furnish, "ann")
    for _ in range(3):
        await database.write(deciding.set_plan, ANN, "small", now=NOW)
        await database.write(deciding.set_cap, HERE, NewCap(CREDIT, "week"), now=NOW)
        await database.write(deciding.unblock, ANN, now=NOW)

    noted = await database.read(audit.newest, HOUSE, limit=9)

    assert [(deed.act, deed.whom, deed.amount, deed.detail) for deed in noted] == [
        ("cap", "channel:main", CREDIT, "per week"),
        ("plan", "ann", None, "small"),
    ]


async def test_two_admins_at_once_leave_one_of_their_caps(database: Database) -> None:
    """Whoever is last wins; nothing is lost, doubled or locked in a circle with 50 orders around it."""
    await database.write(furnish, "ann", balance=99 * CREDIT)
    await database.write(deciding.set_plan, ANN, "large", now=NOW)
    caps = [NewCap(limit * CREDIT, "day") for limit in (12, 14, 13, 15)]
    asked = [Order(str(n)) for n in range(50)]

    done = await asyncio.gather(
        *(database.write(order, each) for each in asked[:25]),
        *(database.write(deciding.set_cap, ALL, cap, now=NOW) for cap in caps),
        *(database.write(order, each) for each in asked[25:]),
    )

    in_force = next(m for m in (await terms(database)).limits.meters if m.scope == "tenant")
    taken = sum(refused(each) is None for each in done if isinstance(each, Outcome))
    after = await database.write(order, Order("after"))
    _, held, spent = await database.read(sums, in_force.account)
    assert in_force.limit in {cap.credits for cap in caps}
    assert 12 <= taken < 50
    assert refused(after) == ("cap_tenant" if taken * CREDIT >= in_force.limit else None)
    assert held + spent == await database.read(count_jobs) * CREDIT
    assert await database.read(faults) == []


async def test_little_left_is_told_once_a_period(database: Database) -> None:
    """Below a fifth of nine, or less than a picture; told again the next day, and not for a repeated event."""
    await database.write(furnish, "ann")
    await database.write(deciding.set_plan, ANN, "large", now=NOW)

    plenty = await database.write(order, Order("1", parts=(7,)))
    little = await database.write(order, Order("2"))
    repeated = await database.write(order, Order("2"))
    again = await database.write(order, Order("3"))
    tomorrow = await database.write(order, Order("4", parts=(8,)), now=NOW + DAY)

    told = [each.little_left for each in (plenty, little, repeated, again, tomorrow)]
    assert told == [None, CREDIT, None, None, CREDIT]


async def test_admins_see_on_which_terms_somebody_last_ordered(database: Database) -> None:
    """Nobody can ask for the roles of people who are not there: those of their last order here count, and only here."""
    await database.write(furnish, "ann", "bob")
    pro = Decision(HOUSE, about_role("R1"), "admin")
    await database.write(deciding.set_plan, pro, "large", now=NOW)
    who = Spender("ann", HOUSE, "main")

    async def seen(of: Spender = who) -> tuple[str, str]:
        found = await database.read(terms_of_other, of, PLANS, now=NOW)
        assert found is not None
        return found.plan.name, found.choice.why

    before = await seen()
    await asyncio.gather(
        *(database.write(order, Order(f"{n}", person="ann"), roles=("R2", "R1")) for n in range(4))
    )
    with_role = await seen(), await seen(replace(who, person="bob"))
    await database.write(order, Order("9", person="ann"))

    assert before == await seen() == ("none", "tenant")
    assert with_role == (("large", "role"), ("none", "tenant"))
    assert await database.read(faults) == []
