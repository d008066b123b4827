"""Late answers, paused processes, midnight, long waits, and clocks that are set."""

from __future__ import annotations

import pytest

from bot.core.jobs import CallState
from bot.storage import operator
from tests.flows.conftest import Build
from tests.flows.house import House, ImpatientCounter
from tests.flows.world import MIDNIGHT, PICTURE, Terms, caller
from tests.vendors_for_tests import Gate, LedgerVendor, Turn, busy, garbage, hides_outcome, waits_at

HOUR = 3_600
DAY = 24 * HOUR


async def late_pictures(house: House) -> int:
    """Count the pictures that are listed as arrived late."""
    return len(await house.life.database.read(operator.late_pictures, limit=9))


@pytest.fixture
def no_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a time limit end when it ends."""
    monkeypatch.setattr("bot.paidcalls.GRACE_SECONDS", 0.0)


@pytest.mark.usefixtures("no_grace")
async def test_an_answer_after_the_time_limit_is_kept_as_late_and_free(build: Build) -> None:
    """The job ends as lost; the picture that comes later is stored and listed, and nothing is charged for it."""
    gate = Gate()
    house = await build(LedgerVendor(waits_at(gate)), counter=ImpatientCounter)
    card = await house.order(caller("1"))
    await house.live()
    ended = await house.money(card.id)

    gate.open()
    await house.life.calls.finish_late(5)

    assert ended == await house.money(card.id) == ("lost", 0, PICTURE)
    assert await house.calls(card.id) == [(CallState.STORED, None)]
    assert await late_pictures(house) == 1
    assert (await house.life.studio.job(card.number, caller("2"))).pictures == ()
    assert len(house.platform.posts) == 1
    await house.assert_sound()


@pytest.mark.usefixtures("no_grace")
@pytest.mark.parametrize("then", [garbage(), hides_outcome(), busy(1)])
async def test_a_late_answer_without_a_picture_changes_nothing(build: Build, then: Turn) -> None:
    """What comes late and is no picture leaves job and books as they are."""
    gate = Gate()
    house = await build(LedgerVendor(waits_at(gate, then)), counter=ImpatientCounter)
    card = await house.order(caller("1"))
    await house.live()

    gate.open()
    await house.life.calls.finish_late(5)

    assert await house.money(card.id) == ("lost", 0, PICTURE)
    assert await late_pictures(house) == 0
    await house.assert_sound()


async def test_a_paused_process_repeats_nothing_and_its_picture_is_listed(build: Build) -> None:
    """Another process takes the job over and closes it as lost; the first one's picture is kept as late."""
    gate = Gate()
    house = await build(LedgerVendor(waits_at(gate)))
    card = await house.order(caller("1"))
    paused = house.life
    await paused.deliver_due()
    await gate.reached.wait()

    house.clock.advance(31)
    await house.start()
    await house.live()
    ended = await house.money(card.id)
    gate.open()
    await paused.settle()

    assert ended == await house.money(card.id) == ("lost", 0, PICTURE)
    assert len(house.vendor.asked) == len(house.vendor.bills) == 1
    assert await late_pictures(house) == 1
    assert len(house.platform.posts) == 1
    await house.assert_sound()


async def test_a_paused_process_and_a_repetition_by_key_give_one_picture(build: Build) -> None:
    """With idempotency keys both processes get the same picture; it is stored and charged once."""
    gate = Gate()
    vendor = LedgerVendor(waits_at(gate), honours_keys=True)
    house = await build(vendor, Terms(crash="idempotency-key"))
    card = await house.order(caller("1"))
    paused = house.life
    await paused.deliver_due()
    await gate.reached.wait()

    house.clock.advance(31)
    await house.start()
    await house.live()
    gate.open()
    await paused.settle()

    assert await house.money(card.id) == ("done", PICTURE, PICTURE)
    assert len(vendor.bills) == 1
    assert len({order.idempotency_key for order in vendor.asked}) == 1
    assert len(await house.pictures(card.id)) == 1
    assert len(house.platform.shown) == 1
    await house.assert_sound()


async def test_a_process_whose_job_was_taken_starts_no_further_call(build: Build) -> None:
    """Of three parts, the paused process had asked for two; it does not ask for the third when it comes back."""
    gate = Gate(expected=2)
    house = await build(LedgerVendor(at={0: [waits_at(gate)], 1: [waits_at(gate)]}))
    card = await house.order(caller("1"), count=3)
    paused = house.life
    await paused.deliver_due()
    await gate.reached.wait()

    house.clock.advance(31)
    await house.start()
    await house.live()
    gate.open()
    await paused.settle()

    assert sorted(house.vendor.indices()) == [0, 1, 2]
    assert await house.money(card.id) == ("done", PICTURE, 3 * PICTURE)
    assert await late_pictures(house) == 2
    await house.assert_sound()


async def test_a_hold_taken_before_midnight_closes_on_its_own_day(build: Build) -> None:
    """Yesterday's allowance and cap pay for yesterday's order; today's are untouched."""
    gate = Gate()
    cap = {"scope": "bot", "credits": "50", "per": "day"}
    terms = Terms(allowance="10", allowance_per="day", caps=(cap,))
    house = await build(LedgerVendor(waits_at(gate)), terms)
    house.clock.now = MIDNIGHT + (DAY - 1) * 1000
    card = await house.order(caller("1"))
    await house.life.deliver_due()
    await gate.reached.wait()

    house.clock.advance(2)
    gate.open()
    await house.live()

    assert await house.money(card.id) == ("done", PICTURE, PICTURE)
    [yesterday] = await house.accounts("allowance:ann")
    assert yesterday.endswith("2050-11-21")
    assert await house.account("bot:") == (0, 0, PICTURE)
    assert (await house.life.studio.balance(caller("2"))).allowance_left == 10_000
    await house.assert_sound()


async def test_a_long_wait_ends_with_a_sentence(build: Build) -> None:
    """A job that found no place in its time is closed, free, and the person is told."""
    gate = Gate()
    house = await build(LedgerVendor(waits_at(gate)), Terms(jobs_at_once=1))
    first = await house.order(caller("1", "bob"))
    card = await house.order(caller("2"))
    await house.life.deliver_due()
    await gate.reached.wait()

    house.clock.advance(31 * 60)
    await house.life.recovery.sweep(house.life.courier.send)
    ended = await house.money(card.id)
    gate.open()
    await house.live()

    assert ended == ("failed", 0, 0)
    assert "too busy" in house.platform.shown_for(card.id).text
    assert await house.money(first.id) == ("done", PICTURE, PICTURE)
    await house.assert_sound()


async def test_a_clock_set_back_during_a_wait_costs_no_hour(build: Build) -> None:
    """The wait is measured anew; the job is drawn soon, once."""
    house = await build(LedgerVendor(busy(40)))
    card = await house.order(caller("1"))
    await house.settle()

    house.clock.advance(-HOUR)
    before = house.clock()
    await house.live()

    assert await house.money(card.id) == ("done", PICTURE, PICTURE)
    assert house.clock() - before < 120_000
    await house.assert_sound()


async def test_a_clock_set_back_does_not_keep_a_dead_process_alive(build: Build) -> None:
    """A job whose owner died ends soon, although the owner's last beat lies ahead."""
    gate = Gate()
    house = await build(LedgerVendor(waits_at(gate)))
    card = await house.order(caller("1"))
    await house.life.deliver_due()
    await gate.reached.wait()
    await house.end()

    house.clock.advance(-HOUR)
    before = house.clock()
    await house.start()
    await house.live()

    assert await house.money(card.id) == ("lost", 0, PICTURE)
    assert house.clock() - before < 300_000
    await house.assert_sound()


async def test_a_clock_set_forward_a_day_ends_a_wait(build: Build) -> None:
    """By the clock the job has waited too long: it ends free, and is told."""
    house = await build(LedgerVendor(busy(40)))
    card = await house.order(caller("1"))
    await house.settle()

    house.clock.advance(DAY)
    await house.live()

    assert await house.money(card.id) == ("failed", 0, 0)
    assert house.platform.shown_for(card.id).kind == "failure"
    await house.assert_sound()


async def test_a_clock_set_forward_a_day_does_not_harm_what_is_being_drawn(build: Build) -> None:
    """A process that has not beaten by the new clock still owns its job."""
    gate = Gate()
    house = await build(LedgerVendor(waits_at(gate)))
    card = await house.order(caller("1"))
    await house.life.deliver_due()
    await gate.reached.wait()

    house.clock.advance(DAY)
    await house.life.recovery.sweep(house.life.courier.send)
    await house.life.deliver_due()
    gate.open()
    await house.live()

    assert await house.money(card.id) == ("done", PICTURE, PICTURE)
    assert len(house.vendor.asked) == 1
    await house.assert_sound()
