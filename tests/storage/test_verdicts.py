"""Lost jobs and late pictures on both databases: what a decision moves, and that it moves it once."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.core.accounts import Meter
from bot.core.errors import CapReached, Refusal
from bot.core.jobs import CallState
from bot.core.lost import LostAct, LostOrder, Verdict
from bot.core.plans import Plans, Spender
from bot.storage import Database, Tx, accepting, deciding, ledger, verdicts
from bot.storage import sums as daily_sums
from bot.storage.deciding import Decision
from bot.storage.refunds import RefundOrder, refund_job
from bot.storage.schema import deeds, jobs, pictures, replies
from bot.storage.terms import about_role, limits_of, terms_of
from bot.storage.transaction import Check
from bot.storage.verdicts import Deciding
from tests.storage.builders import (
    CREDIT,
    DAY,
    HOUSE,
    NOW,
    Calling,
    Order,
    accept,
    call_out,
    credits_of,
    faults,
    finish,
    furnish,
    give_up,
    meter,
    places,
    send,
    sends,
    state_of,
    store,
    sums,
    take,
)

PLANS = Plans.model_validate(
    {"default_plan": "all", "plans": [{"name": "all", "allowance": {"credits": "2", "per": "day"}}]}
)
NO_ALLOWANCE = Plans.model_validate({"default_plan": "all", "plans": [{"name": "all"}]})
BOT = meter("bot", 4 * CREDIT, "bot")
LOST = Calling("job-1", 0, 3)


@pytest.fixture
def checks() -> tuple[Check, ...]:
    """Counters are the sums of their entries at every commit, and reports are right."""
    return (ledger.prove_touched, _reports_are_right)


def _reports_are_right(db: Tx) -> None:
    assert daily_sums.wrong(db) == []


def allowance(db: Tx, now: int = NOW) -> Meter:
    """Ann's two credits of the day."""
    terms = terms_of(db, Spender("ann", HOUSE), PLANS, now=now)
    assert terms is not None
    assert terms.allowance is not None
    return terms.allowance


def lose(db: Tx, balance: int = 5) -> None:
    """Let Ann order three pictures for three credits; what became of the call nobody knows."""
    furnish(db, "ann", balance=balance * CREDIT)
    order = Order("1", parts=(3,), meters=(allowance(db), BOT))
    assert accept(db, order).refusal is None
    epoch = take(db, order.job)
    call_out(db, LOST, epoch)
    give_up(db, LOST, CallState.UNKNOWN)
    finish(db, order.job, epoch)


def decide(
    db: Tx, act: LostAct, picture: str | None = None, *, now: int = NOW, plans: Plans = PLANS
) -> Verdict | None:
    """Decide about job 1 as somebody."""
    order = LostOrder(HOUSE, 1, act, "admin", picture)
    return verdicts.decide(db, order, Deciding(plans, send), now=now)


def newest(db: Tx) -> str:
    """Name the late picture that a button would name."""
    [case] = verdicts.cases(db, HOUSE, limit=10)
    assert case.picture is not None
    return case.picture


def job(db: Tx) -> Any:
    return db.execute(select(jobs)).one()


async def test_a_lost_call_moves_the_bot_cap(database: Database) -> None:
    """After a cap's worth of losses the next order is refused, and goes through once it is given back."""
    await database.write(lose)
    assert await database.read(sums, BOT.account) == (0, 0, 3 * CREDIT)
    assert await database.read(credits_of) == (5 * CREDIT, 0, 0)
    nexts = [Order(name, parts=(2,), meters=(BOT,)) for name in ("2", "3")]

    refused = await database.write(accept, nexts[0])
    forgiven = await database.write(decide, "forgive")
    accepted = await database.write(accept, nexts[1])

    assert isinstance(refused.refusal, CapReached)
    assert forgiven is not None
    assert (forgiven.is_new, forgiven.amount) == (True, 3 * CREDIT)
    assert accepted.refusal is None
    assert (await database.read(job_one)).counted == 0
    assert await database.read(verdicts.cases, HOUSE, limit=10) == []
    assert await database.read(faults) == []


def job_one(db: Tx) -> Any:
    return db.execute(select(jobs).where(jobs.c.id == "job-1")).one()


@pytest.mark.parametrize("first", ["charge", "forgive"])
async def test_an_unknown_outcome_is_decided_once(database: Database, first: LostAct) -> None:
    """Whatever is pressed afterwards, by whomever, changes nothing and says what was decided."""
    await database.write(lose)

    done = await database.write(decide, first)
    kept = await database.read(sums, BOT.account)
    again = [await database.write(decide, act) for act in ("charge", "forgive")]

    assert done is not None
    assert done.is_new
    assert kept[2] == (3 * CREDIT if first == "charge" else 0)
    assert [(each.act, each.is_new) for each in again if each] == [(first, False)] * 2
    assert await database.read(sums, BOT.account) == kept
    assert len(await database.read(lambda db: db.execute(select(deeds.c.act)).all())) == 1
    assert await database.write(decide, "deliver") is None


async def test_late_pictures_are_charged_as_the_settlement_would_have(database: Database) -> None:
    """From the allowance first, then the balance; the pictures are delivered, the report counts them on that day."""
    await database.write(lose)
    await database.write(store, LOST, 3)
    picture = await database.read(newest)

    done = await database.write(decide, "charge", picture)
    again = await database.write(decide, "deliver", picture)

    assert done == Verdict(1, "ann", "charge", is_new=True, is_late=True, pictures=3, amount=3 * CREDIT)
    assert again is not None
    assert (again.act, again.is_new) == ("charge", False)
    assert await database.read(credits_of) == (5 * CREDIT, 0, CREDIT)
    assert (await database.read(sums, (await database.read(allowance)).account))[2] == 2 * CREDIT
    assert await database.read(sums, BOT.account) == (0, 0, 3 * CREDIT)
    row = await database.read(job)
    assert (row.state, row.stored, row.charged, row.counted) == ("done", 3, 3 * CREDIT, 3 * CREDIT)
    assert await database.read(lambda db: db.execute(select(pictures.c.is_late)).scalars().all()) == [0] * 3
    names = await database.read(lambda db: db.execute(select(replies.c.id)).scalars().all())
    assert sorted(names) == [f"job-1:late-{picture}", "job-1:result"]
    assert len(await database.read(sends)) >= 2
    assert await database.read(faults) == []


async def test_late_pictures_are_delivered_free(database: Database) -> None:
    """The person pays nothing, the caps keep what it cost."""
    await database.write(lose)
    await database.write(store, LOST, 1)
    picture = await database.read(newest)

    done = await database.write(decide, "deliver", picture)

    assert done is not None
    assert (done.pictures, done.amount) == (1, 0)
    assert await database.read(credits_of) == (5 * CREDIT, 0, 0)
    row = await database.read(job)
    assert (row.state, row.stored, row.charged, row.counted) == ("done", 1, 0, CREDIT)
    assert await database.read(sums, BOT.account) == (0, 0, CREDIT)
    assert await database.write(decide, "charge", picture) is not None
    assert (await database.read(job)).charged == 0


async def test_what_the_person_does_not_have_is_not_charged(database: Database) -> None:
    """It says so; nothing is decided, and Deliver is still there."""
    await database.write(lose, 1)
    await database.write(store, LOST, 3)
    picture = await database.read(newest)

    with pytest.raises(Refusal, match="Deliver is free"):
        await database.write(decide, "charge", picture, plans=NO_ALLOWANCE)

    assert await database.read(credits_of) == (CREDIT, 0, 0)
    assert await database.read(state_of, "job-1") == "lost"
    done = await database.write(decide, "deliver", picture)
    assert done is not None
    assert done.is_new


async def test_a_charge_after_the_period_is_paid_by_the_new_one(database: Database) -> None:
    """The old day's allowance is gone, the new day's pays."""
    await database.write(lose)
    await database.write(store, LOST, 3)

    await database.write(decide, "charge", await database.read(newest), now=NOW + DAY)

    old, new = [(await database.read(allowance, at)).account for at in (NOW, NOW + DAY)]
    assert (await database.read(sums, old))[2] == 0
    assert (await database.read(sums, new))[2] == 2 * CREDIT
    assert await database.read(credits_of) == (5 * CREDIT, 0, CREDIT)


@pytest.mark.parametrize(("later", "back"), [(0, (5, 0)), (DAY, (7, 0))], ids=["in the period", "after it"])
async def test_a_late_charge_can_be_refunded(database: Database, later: int, back: tuple[int, int]) -> None:
    """To where it came from while that lasts, else to the balance; after that it is never charged again."""
    await database.write(lose)
    await database.write(store, LOST, 2)
    picture = await database.read(newest)
    await database.write(decide, "charge", picture)
    assert await database.read(credits_of) == (5 * CREDIT, 0, 0)

    refund = RefundOrder(HOUSE, 1, "admin", "sorry")
    first = await database.write(refund_job, refund, now=NOW + later)
    second = await database.write(refund_job, refund, now=NOW + later)

    assert first is not None
    assert first.to_allowance + first.to_credits == 2 * CREDIT
    assert second is not None
    assert second.outcome == "given before"
    granted, spent = back
    assert await database.read(credits_of) == (granted * CREDIT, 0, spent)


async def test_a_picture_that_came_after_the_button_is_decided_by_itself(database: Database) -> None:
    """Its price was not on the button; a forgiven job that is charged after all counts again."""
    await database.write(lose)
    await database.write(decide, "forgive")
    await database.write(store, LOST, 1)
    first = await database.read(newest)
    await database.write(_another_late_picture)
    second = await database.read(newest)

    await database.write(decide, "charge", first)
    left = await database.read(verdicts.cases, HOUSE, limit=10)

    assert first != second
    assert [(case.picture, case.pictures) for case in left] == [(second, 1)]
    assert (await database.read(job)).charged == CREDIT
    assert await database.read(sums, BOT.account) == (0, 0, CREDIT)


def _another_late_picture(db: Tx) -> None:
    row = db.execute(select(pictures)).one()._asdict()
    db.execute(pictures.insert(), {**row, "id": "zz", "position": 9, "created": row["created"] + 1})


async def test_what_is_deleted_or_foreign_is_not_decided(database: Database) -> None:
    """A late picture that was deleted is gone from the list; nobody decides elsewhere or about nothing."""
    await database.write(lose)
    await database.write(store, LOST, 1)
    picture = await database.read(newest)

    foreign = LostOrder("web:other", 1, "deliver", "admin", picture)
    assert await database.write(verdicts.decide, foreign, Deciding(PLANS, send), now=NOW) is None
    assert await database.write(decide, "deliver", "another") is None
    assert await database.write(decide, "forgive", picture) is None
    await database.write(_delete_all)
    assert await database.read(verdicts.cases, HOUSE, limit=10) == []
    assert await database.write(decide, "charge", picture) is None
    assert (await database.read(job)).charged == 0


def _delete_all(db: Tx) -> None:
    db.execute(update(pictures).values(deleted=NOW))


BY_ROLE = Plans.model_validate(
    {
        "default_plan": "none",
        "plans": [{"name": "none"}, {"name": "pro", "allowance": {"credits": "5", "per": "day"}}],
    }
)


def lose_with_a_role(db: Tx) -> None:
    """Let Ann, who has no credits, order on the plan of her role."""
    furnish(db, "ann")
    deciding.set_plan(db, Decision(HOUSE, about_role("R1"), "admin"), "pro", now=NOW)
    who = Spender("ann", HOUSE, "main", ("R1",))
    order = Order("1", parts=(3,))
    new = replace(order.new_job(), limits=partial(limits_of, who=who, plans=BY_ROLE, now=NOW))
    assert accepting.accept(db, new, places(), now=NOW).refusal is None
    epoch = take(db, order.job)
    call_out(db, LOST, epoch)
    give_up(db, LOST, CallState.UNKNOWN)
    finish(db, order.job, epoch)


async def test_late_pictures_are_charged_to_the_allowance_of_a_role(database: Database) -> None:
    """Whoever decides has other roles than who pays."""
    await database.write(lose_with_a_role)
    await database.write(store, LOST, 3)
    picture = await database.read(newest)

    done = await database.write(decide, "charge", picture, plans=BY_ROLE)

    assert done is not None
    assert done.amount == 3 * CREDIT
    assert (await database.read(job_one)).charged == 3 * CREDIT
    assert await database.read(faults) == []
