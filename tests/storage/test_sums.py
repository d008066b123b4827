"""Reports equal a slow recomputation, whatever happened, on both databases."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from bot.core.accounts import Adjustment
from bot.core.jobs import CallState
from bot.core.reports import DIMENSIONS, Days, Dimension, Sums, date_of, day_of
from bot.storage import Database, Tx, ledger, people, refunds, reports, sums
from bot.storage.people import Tenant
from bot.storage.schema import accounts, adjustments, entries, jobs, tenants
from bot.storage.schema import people as people_table
from bot.storage.schema import sums as sums_table
from bot.storage.terms import Queue
from tests.storage.builders import (
    CREDIT,
    DAY,
    HOUR,
    HOUSE,
    NOW,
    Calling,
    Order,
    accept,
    call_out,
    count_jobs,
    deliver,
    finish,
    furnish,
    give_up,
    places,
    store,
    take,
)

PEOPLE, CHANNELS = ("ann", "bob", "cy"), ("main", "design")
ZONES = ("UTC", "Asia/Kathmandu", "America/New_York", "Pacific/Auckland")
FATES = ("done", "done", "part", "failed", "lost", "cancelled", "open")

Event = tuple[str, str, str, int, bool]
"""Who, where, what becomes of it, how many hours later, and whether it is refunded."""

QUEUE = Queue(person_running_max=10_000)
EVENTS = st.lists(
    st.tuples(
        st.sampled_from(PEOPLE),
        st.sampled_from(CHANNELS),
        st.sampled_from(FATES),
        st.integers(0, 40),
        st.booleans(),
    ),
    min_size=1,
    max_size=8,
)


def live(db: Tx, history: list[Event], zones: list[str]) -> None:
    """Let it all happen; the tenant's clock moves to another zone now and then."""
    now, run = NOW, count_jobs(db)
    for number, (person, channel, fate, hours, is_refunded) in enumerate(history):
        now += hours * HOUR
        zone = zones[number % len(zones)]
        db.execute(update(tenants).where(tenants.c.id == HOUSE).values(time_zone=zone))
        order = Order(f"{run}-{number}", person, parts=(1, 2), channel=channel, queue=QUEUE)
        accept(db, order, places(10_000), now=now)
        _end(db, order, fate, now + HOUR)
        if is_refunded:
            wish = Adjustment("", person, 0, "admin", job=order.job)
            refunds.refund(db, wish, current=frozenset(), now=now + 5 * HOUR)


def _end(db: Tx, order: Order, fate: str, now: int) -> None:
    if fate == "open":
        return
    if fate == "done":
        deliver(db, order, now=now)
        return
    epoch = take(db, order.job, now=now)
    if fate == "part":
        # One part comes, of the other nobody knows.
        deliver_first(db, order, epoch, now)
    elif fate in ("failed", "lost"):
        for part in (0, 1):
            call = Calling(order.job, part, part + 1)
            call_out(db, call, epoch, now=now)
            give_up(db, call, CallState.UNKNOWN if fate == "lost" else CallState.REFUSED)
    else:
        db.execute(update(jobs).where(jobs.c.id == order.job).values(is_cancelled=1))
    finish(db, order.job, epoch, now=now)


def deliver_first(db: Tx, order: Order, epoch: int, now: int) -> None:
    """Store the first part; the second is lost."""
    first, second = Calling(order.job, 0, 1), Calling(order.job, 1, 2)
    for call in (first, second):
        call_out(db, call, epoch, now=now)
    store(db, first, 1, now=now)
    give_up(db, second, CallState.UNKNOWN)


def slowly(db: Tx, days: Days) -> tuple[Sums, dict[Dimension, Counter[str]]]:
    """Read every job and every entry, and add up what the report has to say."""
    total, shares = Sums(), {each: Counter[str]() for each in DIMENSIONS}
    rows = {row.id: row for row in db.execute(select(jobs).where(jobs.c.tenant == HOUSE))}
    payers = select(entries).join(accounts, accounts.c.id == entries.c.account)
    paid = Counter[str]()
    for row in db.execute(payers.where(accounts.c.scope.in_(("allowance", "credits")))):
        if row.key.startswith("close:"):
            paid[row.key.removeprefix("close:")] += row.spent
    for row in rows.values():
        if row.day is None or not days.first <= row.day <= days.last:
            continue
        failures = int(row.state in ("failed", "lost"))
        total -= Sums(-1, -row.stored, -failures, -paid[row.id])
        for each in DIMENSIONS:
            shares[each][getattr(row, each)] += paid[row.id]
    for row in db.execute(select(adjustments).where(adjustments.c.kind == "refund")):
        if rows.get(row.job) and days.first <= row.day <= days.last:
            total = replace(total, refunded=total.refunded + row.amount)
            for each in DIMENSIONS:
                shares[each][getattr(rows[row.job], each)] += 0
    return total, shares


@pytest.fixture
async def house(database: Database) -> Database:
    """People with credits, and a tenant that nothing happens in."""
    await database.write(furnish, *PEOPLE, balance=10_000 * CREDIT)
    other = Tenant("web:other", "web", "Other", "approved", "UTC", "")
    await database.write(people.know_tenant, other, now=NOW)
    return database


@settings(
    max_examples=int(os.environ.get("EASEL_HISTORIES", "12")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=EVENTS, zones=st.lists(st.sampled_from(ZONES), min_size=1, max_size=3))
async def test_reports_equal_a_slow_recomputation(
    house: Database, history: list[Event], zones: list[str]
) -> None:
    """By every dimension, for every day, week and month of a random history; the histories pile up."""
    await house.write(live, history, zones)

    assert await house.read(sums.wrong) == []
    for back in range(0, 16, 5):
        day = date_of(day_of(NOW, "UTC") + back)
        for period in (f"{day:%Y-%m-%d}", f"{day:%G-W%V}", f"{day:%Y-%m}"):
            found = await house.read(reports.report, HOUSE, period, now=NOW)
            total, shares = await house.read(slowly, found.span.days)
            assert found.total == total
            for each in DIMENSIONS:
                names = {part.name: part.sums.charged for part in found.shares[each].top}
                assert names == dict(shares[each])
    assert (await house.read(reports.report, "web:other", "month", now=NOW)).total == Sums()


async def test_a_wrong_sum_is_found(house: Database) -> None:
    """A sum too much, one that is missing, and one that nothing made."""
    await house.write(live, [("ann", "main", "done", 0, True)], ["UTC"])
    spoil = [
        update(sums_table).values(charged=sums_table.c.charged + 1),
        delete(sums_table),
        sums_table.insert().values(
            tenant="x", day=1, person="ann", channel="c", model="m", vendor="v", jobs=1
        ),
    ]
    for statement in spoil:

        def broken(db: Tx, statement: object = statement) -> list[str]:
            with db.begin_nested() as point:
                db.execute(statement)  # type: ignore[call-overload]
                found = sums.wrong(db)
                point.rollback()
            return found

        assert len(await house.write(broken)) >= 1
    assert await house.read(sums.wrong) == []


async def test_others_are_summed_up(house: Database) -> None:
    """The largest ten have a row each; the rest make one, and nothing is missing."""
    names = [f"p{number:02}" for number in range(13)]

    def order(db: Tx) -> None:
        for number, name in enumerate(names):
            db.execute(people_table.insert(), {"id": name, "name": f"Name {name}", "created": NOW})
            ledger.grant(db, Adjustment(name, name, 1_000 * CREDIT, "admin"), now=NOW)
            asked = Order(name, name, parts=(number + 1,))
            accept(db, asked, now=NOW)
            deliver(db, asked, now=NOW)

    await house.write(order)

    shares = (await house.read(reports.report, HOUSE, "today", now=NOW)).shares["person"]
    assert [part.name for part in shares.top] == [f"Name {name}" for name in reversed(names[3:])]
    assert (shares.others.jobs, shares.others.pictures, shares.others_count) == (3, 1 + 2 + 3, 3)


async def test_a_table_too_long_by_day_is_of_the_whole_span(house: Database) -> None:
    """The largest first, and the amounts are the same."""
    history = [(person, "main", "done", 24, False) for person in PEOPLE for _ in range(3)]
    await house.write(live, history, ["UTC"])
    days = Days(day_of(NOW, "UTC"), day_of(NOW + 30 * DAY, "UTC"))

    by_day = await house.read(reports.rows, HOUSE, days, limit=9)
    whole = await house.read(reports.rows, HOUSE, days, limit=8)

    assert len(by_day) == 9
    assert [(row.day, row.person, row.sums.pictures) for row in whole] == [
        (None, person, 9) for person in PEOPLE
    ]
