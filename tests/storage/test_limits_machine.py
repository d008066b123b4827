"""A limit set, changed, taken away and set again while jobs open and close: it counts what a slow model adds up."""

from __future__ import annotations

import os
import random
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count

import pytest

from bot.core.jobs import CallState
from bot.core.plans import Allowance, Plans, Spender
from bot.storage import Database, Tx, deciding, metering, people, tenancy
from bot.storage.accepting import accept
from bot.storage.deciding import Decision, NewCap
from bot.storage.people import Tenant
from bot.storage.terms import Queue, limits_of
from tests.storage.builders import (
    CREDIT,
    HOUSE,
    NOW,
    Calling,
    Order,
    call_out,
    faults,
    finish,
    furnish,
    give_up,
    places,
    store,
    take,
)

PLANS = Plans.model_validate(
    {"default_plan": "all", "plans": [{"name": "all", "running_at_once": 999, "waiting_max": 999}]}
)
WIDE = places(99_999)
ABOUTS = ("person:ann", "channel:main", "tenant", "operators")

Step = tuple[str, int, int]
"""Buy so many pictures; close one of the open jobs with so many of them, or lose them; a limit that leaves so much."""


def history(seed: str, steps: int = 40) -> list[Step]:
    """Make up a history: limits are near what is spent, so that what is missed or kept decides an order."""
    chance = random.Random(seed)
    kinds = chance.choices(("buy", "close", "limit", "lift"), weights=(5, 4, 3, 1), k=steps)
    return [
        (kind, chance.randint(-1, 3) if kind == "limit" else chance.randint(1, 3), chance.randint(0, 3))
        for kind in kinds
    ]


@dataclass
class Model:
    """What a place has spent in its day, the slow way."""

    tenant: str
    about: str
    limit: int | None = None
    now: int = NOW
    costs: dict[str, int] = field(default_factory=dict)
    is_open: dict[str, int] = field(default_factory=dict)

    @property
    def spent(self) -> int:
        return sum(self.costs.values())


def play(db: Tx, model: Model, steps: list[Step], names: count[int]) -> None:
    """Let it all happen, and compare every answer."""
    people.know_tenant(db, Tenant(model.tenant, "web", "", "approved", "UTC", ""), now=NOW)
    for kind, one, other in steps:
        model.now += 1
        match kind:
            case "buy":
                buy(db, model, one, f"h{next(names)}")
            case "close" if model.is_open:
                close(db, model, sorted(model.is_open)[one % len(model.is_open)], other)
            case "limit":
                limit(db, model, max(0, model.spent + one))
            case "lift":
                limit(db, model, None)


def buy(db: Tx, model: Model, price: int, event: str) -> None:
    asked = Order(event, parts=(1,) * price)
    who = Spender("ann", model.tenant, "main")
    new = asked.new_job()
    new = replace(
        new,
        event=replace(new.event, tenant=model.tenant),
        address=new.address.model_copy(update={"tenant": model.tenant}),
        limits=lambda tx: replace(
            partial(limits_of, who=who, plans=PLANS, now=model.now)(tx), queue=Queue(9_999, 99_999, 9_999)
        ),
    )
    outcome = accept(db, new, WIDE, now=model.now)
    fits = model.limit is None or model.spent + price <= model.limit
    assert (outcome.refusal is None) == fits, (model, price, outcome)
    if fits:
        model.costs[asked.job] = model.is_open[asked.job] = price
    elif outcome.refusal is not None:
        assert outcome.refusal.values["left"] == max(0, (model.limit or 0) - model.spent) * CREDIT


def close(db: Tx, model: Model, job: str, fate: int) -> None:
    """Draw `fate` of its pictures, at most what was ordered; of none of them nobody knows how it went."""
    wanted = model.is_open.pop(job)
    epoch = take(db, job)
    for part in range(wanted):
        call = Calling(job, part)
        call_out(db, call, epoch)
        if part < fate:
            store(db, call)
        else:
            give_up(db, call, CallState.REFUSED if fate else CallState.UNKNOWN, 0 if fate else None)
    finish(db, job, epoch)
    model.costs[job] = min(fate, wanted) if fate else wanted


def limit(db: Tx, model: Model, cap: int | None) -> None:
    model.limit = cap
    if model.about == "operators":
        allowed = None if cap is None else Allowance.model_construct(credits=cap * CREDIT, per="day")
        tenancy.cap(db, model.tenant, allowed, now=model.now)
    else:
        new = NewCap(None if cap is None else cap * CREDIT, "day")
        deciding.set_cap(db, Decision(model.tenant, model.about, "admin"), new, now=model.now)


@pytest.fixture
async def house(database: Database) -> Database:
    """Ann with more credits than she ever spends."""
    await database.write(furnish, "ann", balance=10**6 * CREDIT)
    return database


@pytest.mark.parametrize("about", ABOUTS)
async def test_a_limit_counts_what_its_period_costs(house: Database, about: str) -> None:
    """Every order is taken or refused as the model says, with what it says is left; EASEL_LIMITS says how many."""
    names = count()
    for seed in range(int(os.environ.get("EASEL_LIMITS", "3"))):
        model = Model(f"{HOUSE}-{seed}", about)
        await house.write(play, model, history(f"{about} {seed}"), names)
    assert await house.read(faults) == []


async def test_every_restart_counts_the_same(house: Database) -> None:
    """A process that starts lets every meter count anew; with open and closed jobs nothing changes."""
    model = Model(f"{HOUSE}-again", "tenant")
    await house.write(
        play, model, [("buy", 3, 0), ("buy", 2, 0), ("limit", 3, 0), ("close", 0, 1)], count(10**6)
    )
    for _ in range(3):
        await house.write(metering.reopen_meters)
        await house.write(play, model, [("buy", 1, 0), ("close", 0, 1)], count(10**6 + len(model.costs)))

    await house.write(play, model, [("limit", 0, 0), ("buy", 1, 0)], count(10**7))
    assert await house.read(faults) == []
