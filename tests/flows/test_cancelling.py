"""Cancelling: free until the vendor is called; after that nothing more is started, and what arrives is kept."""

from __future__ import annotations

import pytest

from bot.core.errors import NotAllowed, NotFound, Refusal
from tests.flows.conftest import Build
from tests.flows.world import PICTURE, Terms, caller
from tests.vendors_for_tests import Gate, LedgerVendor, busy, waits_at


async def test_a_waiting_job_is_cancelled_free(build: Build) -> None:
    """It ends at once, everything returns, and the vendor never hears of it."""
    gate = Gate()
    house = await build(LedgerVendor(waits_at(gate)), Terms(jobs_at_once=1))
    await house.order(caller("1", "bob"))
    card = await house.order(caller("2"))
    await house.life.deliver_due()

    outcome = await house.life.studio.cancel(card.number, caller("3"))
    gate.open()
    await house.live()

    assert (outcome.is_ended, outcome.returned) == (True, PICTURE)
    assert await house.money(card.id) == ("cancelled", 0, 0)
    assert house.platform.shown_for(card.id).text.startswith(f"#{card.number} was cancelled")
    assert len(house.vendor.asked) == 1
    await house.assert_sound()


async def test_a_job_that_waits_for_a_busy_vendor_is_cancelled_free(build: Build) -> None:
    """A call that surely was not executed does not count as a call."""
    house = await build(LedgerVendor(busy(60)))
    card = await house.order(caller("1"))
    await house.settle()

    outcome = await house.life.studio.cancel(None, caller("2"))
    await house.live()

    assert outcome.is_ended
    assert await house.money(card.id) == ("cancelled", 0, 0)
    assert len(house.vendor.asked) == 1


async def test_what_arrives_after_a_cancel_is_kept_charged_and_shown(build: Build) -> None:
    """A call that runs is not thrown away."""
    gate = Gate()
    house = await build(LedgerVendor(waits_at(gate)))
    card = await house.order(caller("1"))
    await house.life.deliver_due()
    await gate.reached.wait()

    outcome = await house.life.studio.cancel(card.number, caller("2"))
    gate.open()
    await house.live()

    assert (outcome.is_ended, outcome.returned) == (False, 0)
    assert await house.money(card.id) == ("done", PICTURE, PICTURE)
    assert len(house.platform.shown_for(card.id).pictures) == 1
    await house.assert_sound()


async def test_a_cancel_between_parts_starts_no_further_call(build: Build) -> None:
    """Of five pictures, the two that are being drawn arrive; the others are never asked for."""
    gate = Gate(expected=2)
    house = await build(LedgerVendor(*[waits_at(gate)] * 5))
    card = await house.order(caller("1"), count=5)
    await house.life.deliver_due()
    await gate.reached.wait()

    await house.life.studio.cancel(card.number, caller("2"))
    gate.open()
    await house.live()

    assert sorted(house.vendor.indices()) == [0, 1]
    assert await house.money(card.id) == ("done", 2 * PICTURE, 2 * PICTURE)
    assert "2 of 5 pictures; the others were cancelled." in house.platform.shown_for(card.id).text
    assert await house.account("allowance:ann") == (0, 0, 2 * PICTURE)
    await house.assert_sound()


async def test_a_cancelled_job_does_not_wait_for_a_busy_vendor(build: Build) -> None:
    """When the vendor turns the running call away, the job ends there and then."""
    gate = Gate()
    house = await build(LedgerVendor(waits_at(gate, busy(600))))
    card = await house.order(caller("1"))
    await house.life.deliver_due()
    await gate.reached.wait()

    await house.life.studio.cancel(card.number, caller("2"))
    gate.open()
    await house.settle()

    assert await house.money(card.id) == ("cancelled", 0, 0)
    assert house.platform.shown_for(card.id).kind == "failure"


async def test_a_job_that_nobody_has_taken_yet_is_cancelled_free(build: Build) -> None:
    """Between admission and the first call there is nothing to pay for."""
    house = await build()
    card = await house.order(caller("1"))

    outcome = await house.life.studio.cancel(card.number, caller("2"))
    await house.live()

    assert outcome.is_ended
    assert await house.money(card.id) == ("cancelled", 0, 0)
    assert house.vendor.asked == []


async def test_only_the_owner_or_an_admin_cancels(build: Build) -> None:
    """Others are told so, and the job goes on."""
    house = await build()
    card = await house.order(caller("1"))

    with pytest.raises(NotAllowed):
        await house.life.studio.cancel(card.number, caller("2", "bob"))
    outcome = await house.life.studio.cancel(card.number, caller("3", "bob", is_admin=True))

    assert outcome.is_ended


async def test_there_is_nothing_to_cancel_twice(build: Build) -> None:
    """An ended job cannot be cancelled, and without one there is nothing to cancel."""
    house = await build()
    card = await house.order(caller("1"))
    await house.live()

    with pytest.raises(Refusal) as ended:
        await house.life.studio.cancel(card.number, caller("2"))
    with pytest.raises(NotFound):
        await house.life.studio.cancel(None, caller("3"))

    assert ended.value.key == "job_ended"
    assert await house.money(card.id) == ("done", PICTURE, PICTURE)


async def test_who_looks_knows_whether_they_may_change_it(build: Build) -> None:
    """Their own job and, for admins, everybody's; nobody else is offered what they would be refused."""
    house = await build()
    card = await house.order(caller("1"))
    viewers = [caller("2"), caller("3", "bob"), caller("4", "bob", is_admin=True)]

    may_change = [(await house.life.studio.job(card.number, viewer)).may_change for viewer in viewers]

    assert may_change == [True, False, True]
