"""A server whose clock is set: its caps count the period that it is now, its allowances stay what they were."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.accounts import Meter
from bot.core.errors import CapReached
from bot.core.periods import period_of
from bot.storage import Database, Tx, ledger, preferences
from tests.storage.builders import CREDIT, HOUR, HOUSE, NOW, Order, accept, deliver, furnish


@pytest.fixture
def checks() -> tuple:  # type: ignore[type-arg]  # as the fixture it stands in for
    return (ledger.prove_touched,)


def cap(zone: str, now: int, limit: int = 3 * CREDIT, scope: str = "tenant") -> Meter:
    """The day's cap of the house, of its main channel or of Ann there, by the clock of a zone."""
    period = period_of(now, zone, "day")
    subject = {"tenant": HOUSE, "channel": f"{HOUSE}/main", "person": f"ann/{HOUSE}"}[scope]
    return Meter(scope, subject, limit, period.key, period.start_ms, period.end_ms)  # type: ignore[arg-type]  # a scope


def spend(db: Tx, event: str, meter: Meter, *, now: int) -> None:
    order = Order(event, meters=(meter,))
    outcome = accept(db, order, now=now)
    if outcome.refusal:
        raise outcome.refusal
    deliver(db, order, now=now)


def counted(db: Tx, meter: Meter) -> int:
    return ledger.account(db, meter.account, meter.scope).counted


def set_clock(db: Tx, zone: str, *, now: int) -> None:
    preferences.set_tenant_rules(db, HOUSE, {"time_zone": zone}, now=now)


@pytest.mark.parametrize("scope", ["tenant", "channel", "person"])
async def test_what_the_new_period_does_not_hold_is_taken_off(database: Database, scope: str) -> None:
    """Spent before the new midnight: it is yesterday's now, though the day has the same name."""
    await database.write(furnish, "ann", balance=100 * CREDIT)
    # 01:00 UTC; in the Azores it is still yesterday until 01:00.
    early, later = NOW - 11 * HOUR - 1800_000, NOW
    before, after = cap("UTC", early, scope=scope), cap("Atlantic/Azores", later, scope=scope)
    await database.write(spend, "1", before, now=early)
    await database.write(spend, "2", before, now=later)

    assert before.account == after.account
    assert await database.read(counted, before) == 2 * CREDIT
    await database.write(set_clock, "Atlantic/Azores", now=later)

    assert await database.read(counted, after) == CREDIT
    await database.write(set_clock, "UTC", now=later + 1)
    await database.write(spend, "3", before, now=later + 2)
    assert await database.read(counted, before) == 3 * CREDIT


@pytest.mark.parametrize("scope", ["tenant", "channel", "person"])
async def test_what_the_new_period_holds_more_is_added(database: Database, scope: str) -> None:
    """The next hold finds it, so that no clock gives a cap twice."""
    await database.write(furnish, "ann", balance=100 * CREDIT)
    # 23:00 UTC is the next day already in Tokyo: so are the last hours of today.
    evening = NOW + 11 * HOUR
    today = cap("UTC", evening, scope=scope)
    for event in ("1", "2", "3"):
        await database.write(spend, event, today, now=evening)
    # The day that it is there by now has a meter already, which has counted nothing.
    tomorrow = cap("Asia/Tokyo", evening, scope=scope)
    await database.write(spend, "0", replace(tomorrow, limit=9 * CREDIT, starts=evening + HOUR), now=evening)

    await database.write(set_clock, "Asia/Tokyo", now=evening)

    with pytest.raises(CapReached):
        await database.write(spend, "4", tomorrow, now=evening + 1)


async def test_open_holds_stay_counted(database: Database) -> None:
    """They close on the account that they were taken from, so it keeps what it counts until then."""
    await database.write(furnish, "ann", balance=100 * CREDIT)
    early = NOW - 11 * HOUR - 1800_000
    meter = cap("UTC", early)
    order = Order("1", meters=(meter,))
    await database.write(accept, order, now=early)

    await database.write(set_clock, "Atlantic/Azores", now=NOW)
    assert await database.read(counted, meter) == CREDIT
    await database.write(deliver, order, now=NOW)
    assert await database.read(counted, meter) == CREDIT
    await database.write(set_clock, "Atlantic/Azores", now=NOW + 1)

    assert await database.read(counted, meter) == 0


async def test_allowances_and_other_houses_stay(database: Database) -> None:
    """Each named period gives one allowance; another server's meters, and a person's everywhere, have another clock."""
    await database.write(furnish, "ann", balance=100 * CREDIT)
    period = period_of(NOW, "UTC", "day")
    own = Meter("allowance", f"ann/{HOUSE}", 9 * CREDIT, period.key, period.start_ms, period.end_ms)
    other = Meter("tenant", f"{HOUSE}2", 9 * CREDIT, period.key, period.start_ms, period.end_ms)
    everywhere = Meter("person", "ann", 9 * CREDIT, period.key, period.start_ms, period.end_ms)
    await database.write(spend, "1", own, now=NOW)
    await database.write(spend, "2", other, now=NOW)
    await database.write(spend, "3", everywhere, now=NOW)

    await database.write(set_clock, "Pacific/Kiritimati", now=NOW)

    assert await database.read(counted, own) == CREDIT
    assert await database.read(counted, other) == CREDIT
    assert await database.read(counted, everywhere) == 3 * CREDIT
