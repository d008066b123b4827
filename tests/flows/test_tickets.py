"""Vendors that give tickets: nobody waits while they draw, and no lost ticket leads to a second order."""

from __future__ import annotations

from collections import deque

import pytest

from bot.core.breaker import FAULTS_MAX
from bot.core.errors import (
    OutcomeUnknown,
    VendorAccount,
    VendorBusy,
    VendorFailed,
    VendorRefused,
    VendorUnreachable,
)
from bot.storage import callbacks
from bot.storage.schema import alarms, deliveries
from bot.storage.schema import calls as call_rows
from bot.storage.schema import jobs as job_rows
from tests.flows.conftest import Build
from tests.flows.house import Died, House
from tests.flows.world import PICTURE, Terms, caller
from tests.longer import few
from tests.ticket_vendor import TicketLedger

SEEKS = Terms(crash="look-up")


async def call_back(house: House, call: str, ticket: str | None = None) -> bool:
    """Let the vendor call back."""
    write = house.life.database._inner.write
    return await write(callbacks.hear, call, ticket, house.life.courier.send, now=house.clock())


async def test_a_resting_job_is_nobodys_and_keeps_its_place(build: Build) -> None:
    """Handed in, it has no owner and one due time; the vendor's place stays taken until it is done."""
    vendor = TicketLedger()
    house = await build(vendor, Terms(jobs_at_once=1))
    first = await house.order(caller("1"))
    second = await house.order(caller("2", "bob"))
    await house.settle()

    row = await house.job(first.id)
    assert (row.state, row.owner, row.takes) == ("running", None, 0)
    assert not house.life.courier._tasks
    assert (await house.job(second.id)).state == "waiting"
    assert await house.calls(first.id) == [("ticketed", None)]
    await house.pass_time(30)
    assert vendor.looks == 1
    assert len(vendor.asked) == 1

    vendor.is_done = True
    await house.live()
    assert await house.money(first.id) == ("done", PICTURE, PICTURE)
    assert await house.money(second.id) == ("done", PICTURE, PICTURE)
    await house.assert_sound()


async def test_a_long_rest_is_not_taken_for_abandoned(build: Build) -> None:
    """The sweep leaves a resting job alone until it is due."""
    house = await build(TicketLedger())
    card = await house.order(caller("1"))
    await house.settle()
    await house.life.database._inner.write(
        lambda db: db.execute(job_rows.update().values(not_before=house.clock() + 600_000))
    )
    await house.life.database._inner.write(lambda db: db.execute(deliveries.delete()))

    await house.pass_time(120)

    assert await house.rows(deliveries) == []
    assert (await house.job(card.id)).state == "running"


async def test_every_part_is_drawn_at_once(build: Build) -> None:
    """Ten pictures of a vendor that draws one at a time are ten tickets, and one is refused."""
    vendor = TicketLedger(words={3: VendorRefused("nsfw", stage="output", cost_nano=0)})
    house = await build(vendor, Terms(per_call=1))
    card = await house.order(caller("1"), count=10)
    await house.settle()

    assert len(vendor.asked) == 10
    vendor.is_done = True
    await house.live()

    assert await house.money(card.id) == ("done", 9 * PICTURE, 9 * PICTURE)
    assert len(await house.pictures(card.id)) == 9
    await house.assert_sound()


async def test_eight_of_ten_are_charged_when_a_part_stays_unknown(build: Build) -> None:
    """4 + 4 + 2, the last of unknown outcome: 8 stored and charged, the caps count the hold of the other 2 as well."""
    vendor = TicketLedger(words={8: OutcomeUnknown("cancelled")}, is_done=True)
    house = await build(vendor, Terms(per_call=4))
    card = await house.order(caller("1"), count=10)

    await house.live()

    assert await house.money(card.id) == ("done", 8 * PICTURE, 10 * PICTURE)
    assert len(await house.pictures(card.id)) == 8
    await house.assert_sound()


@pytest.mark.parametrize("trouble", [VendorBusy("429", retry_after_seconds=30), VendorUnreachable("connect")])
async def test_an_order_that_was_not_taken_is_handed_in_later(
    build: Build, trouble: VendorBusy | VendorUnreachable
) -> None:
    """Nothing was executed, so it is asked for again."""
    vendor = TicketLedger(troubles=deque([(trouble, False)]), is_done=True)
    house = await build(vendor)
    card = await house.order(caller("1"))

    await house.live()

    assert await house.money(card.id) == ("done", PICTURE, PICTURE)
    assert [state for state, _ in await house.calls(card.id)] == ["void", "stored"]


async def test_a_part_that_waits_does_not_hold_the_others_up(build: Build) -> None:
    """One part is busy, the other is drawing: the job rests, and both are drawn."""
    vendor = TicketLedger(troubles=deque([(VendorBusy("429", retry_after_seconds=30), False)]), is_done=True)
    house = await build(vendor)
    card = await house.order(caller("1"), count=2)
    await house.settle()

    assert (await house.job(card.id)).state == "running"
    await house.live()
    assert await house.money(card.id) == ("done", 2 * PICTURE, 2 * PICTURE)
    await house.assert_sound()


async def test_trouble_on_the_way_is_no_news(build: Build) -> None:
    """A look that fails says nothing about the order."""
    vendor = TicketLedger(
        is_done=True, way=deque([VendorUnreachable("reset"), VendorBusy("503", retry_after_seconds=9)])
    )
    house = await build(vendor)
    card = await house.order(caller("1"))

    await house.live()

    assert await house.money(card.id) == ("done", PICTURE, PICTURE)
    assert vendor.looks == 3


async def test_a_failure_is_handed_in_once_more(build: Build) -> None:
    """The vendor's own fault was not billed."""
    vendor = TicketLedger(is_done=True, words={0: VendorFailed("failed")})
    house = await build(vendor)
    card = await house.order(caller("1"))

    await house.live()

    assert await house.money(card.id) == ("failed", 0, 0)
    assert len(vendor.asked) == 2


@pytest.mark.parametrize("kind", few(["fails", "never"], ["fails"]))
async def test_a_vendor_that_takes_every_order_and_draws_none_is_left_alone(build: Build, kind: str) -> None:
    """Taking an order is no sign of health: one person after the other would wait in vain."""
    vendor = TicketLedger(is_done=kind == "fails", words={0: VendorFailed("failed")})
    house = await build(vendor)
    breaker = house.life.counters["paper"].breaker("paper-1")
    for number in range(FAULTS_MAX):
        assert breaker.state(house.clock()) == "closed" or kind == "fails"
        await house.order(caller(str(number)))
        await house.live()

    assert breaker.state(house.clock()) != "closed"
    vendor.is_done, vendor.words = True, {}
    house.clock.advance(600)
    card = await house.order(caller("last"))
    await house.live()
    assert await house.money(card.id) == ("done", PICTURE, PICTURE)
    assert breaker.state(house.clock()) == "closed"


async def test_an_account_fault_while_it_is_drawn_is_told_to_operators(build: Build) -> None:
    """The order stands, and its picture comes once the key is right; until then somebody must know."""
    vendor = TicketLedger(
        is_done=True, way=deque([VendorBusy("401", is_account=True), VendorBusy("402", is_account=True)])
    )
    house = await build(vendor)
    card = await house.order(caller("1"))

    await house.live()

    assert await house.money(card.id) == ("done", PICTURE, PICTURE)
    assert [row.cause for row in await house.rows(alarms)] == ["account:paper"]


async def test_an_account_fault_is_not_the_persons(build: Build) -> None:
    """Handing in is refused for our key: nothing is charged or counted, and the sentence says whose fault it is."""
    vendor = TicketLedger(troubles=deque([(VendorAccount("401"), False)]))
    house = await build(vendor)
    card = await house.order(caller("1"))

    await house.live()

    assert await house.money(card.id) == ("failed", 0, 0)
    assert "does not accept our account" in house.platform.shown_for(card.id).text


async def test_what_takes_too_long_is_given_up_and_may_come_late(build: Build) -> None:
    """After its time the outcome is unknown; a callback still brings the picture, free and marked late."""
    vendor = TicketLedger()
    house = await build(vendor)
    card = await house.order(caller("1"))
    await house.live()
    assert await house.money(card.id) == ("lost", 0, PICTURE)
    [call] = await house.rows(call_rows)
    assert call.reason == "too_slow"

    vendor.is_done = True
    assert await call_back(house, call.id)
    assert await call_back(house, call.id)
    await house.settle()

    [picture] = await house.pictures(card.id)
    assert picture.is_late
    assert await house.money(card.id) == ("lost", 0, PICTURE)
    looks = vendor.looks
    assert await call_back(house, call.id)
    await house.settle()
    assert vendor.looks == looks
    await house.assert_sound()


async def test_a_callback_wakes_the_job_at_once(build: Build) -> None:
    """Nobody waits for the next look."""
    vendor = TicketLedger()
    house = await build(vendor)
    card = await house.order(caller("1"))
    await house.settle()
    [call] = await house.rows(call_rows)

    vendor.is_done = True
    for _ in range(3):
        assert await call_back(house, call.id, call.ticket)
        await house.settle()

    assert await house.money(card.id) == ("done", PICTURE, PICTURE)
    assert vendor.looks == 1
    assert not await call_back(house, "no such call")
    await house.assert_sound()


async def test_an_early_callback_gives_the_ticket_that_a_crash_lost(build: Build) -> None:
    """It came before the ticket was recorded, and the process died: the next one goes on with the callback's."""
    vendor = TicketLedger(is_done=True)
    house = await build(vendor)
    await _dies_after_submit(house, "1")
    [call] = await house.rows(call_rows, state="called")

    await house.restart()
    assert await call_back(house, call.id, f"ticket-{call.id}")
    await house.live()

    [row] = await house.rows(job_rows)
    assert (row.state, row.charged, len(vendor.asked)) == ("done", PICTURE, 1)
    await house.assert_sound()


async def _dies_after_submit(house: House, event: str) -> None:
    """Order, and die right after the vendor took the order."""
    fuse = house.life.fuse

    def step(name: str) -> None:
        fuse.steps.append(name)
        if name == "submit":
            fuse.is_dead = True
            raise Died

    fuse.step = step  # type: ignore[method-assign]  # this life ends at a step by name
    await house.order(caller(event))
    with pytest.raises(Died):
        await house.settle()


@pytest.mark.parametrize(
    ("terms", "listed_after", "state"),
    [(Terms(), 0, "lost"), (SEEKS, 30, "done"), (SEEKS, None, "lost")],
    ids=["release", "found after 30 s", "not found"],
)
async def test_a_lost_ticket_follows_its_policy(
    build: Build, terms: Terms, listed_after: int | None, state: str
) -> None:
    """A process died between order and ticket: it is sought for 60 s where that is possible, never ordered again."""
    vendor = TicketLedger(is_done=True)
    house = await build(vendor, terms)
    await _dies_after_submit(house, "1")
    await house.restart()
    began = house.clock()
    if listed_after is not None:
        await house.pass_time(listed_after)
        vendor.is_listed = True

    await house.live()

    [row] = await house.rows(job_rows)
    assert row.state == state
    assert len(vendor.asked) == 1
    assert (row.charged, row.counted) == ((PICTURE, PICTURE) if state == "done" else (0, PICTURE))
    if listed_after is None:
        assert row.ended - began >= 60_000
        assert vendor.sought > 5
    await house.assert_sound()


@pytest.mark.parametrize("terms", [Terms(), SEEKS], ids=["release", "look-up"])
async def test_a_lost_answer_to_an_order_follows_the_policy_too(build: Build, terms: Terms) -> None:
    """The connection broke after the order was sent; the same as after a crash."""
    vendor = TicketLedger(troubles=deque([(OutcomeUnknown("reset"), True)]), is_done=True, is_listed=True)
    house = await build(vendor, terms)
    card = await house.order(caller("1"))

    await house.live()

    assert await house.money(card.id) == (
        ("done", PICTURE, PICTURE) if terms is SEEKS else ("lost", 0, PICTURE)
    )
    assert len(vendor.asked) == 1


async def test_a_cancelled_order_is_finished_by_its_vendor(build: Build) -> None:
    """What is drawing when it is cancelled is kept and charged; nothing more is handed in."""
    vendor = TicketLedger()
    house = await build(vendor)
    card = await house.order(caller("1"))
    await house.settle()

    cancelled = await house.life.studio.cancel(card.number, caller("2"))
    vendor.is_done = True
    await house.live()

    assert not cancelled.is_ended
    assert await house.money(card.id) == ("done", PICTURE, PICTURE)


@pytest.mark.slow
async def test_dying_at_any_step_costs_nobody_twice(build: Build) -> None:
    """Killed after every step in turn: no part is ordered twice, and what was ordered is drawn and paid for."""
    fatal = 1
    while True:
        vendor = TicketLedger(is_done=True, is_listed=True)
        house = await build(vendor, SEEKS, fatal=fatal)
        try:
            await house.order(caller("1"), count=2)
            await house.live()
        except Died:
            await house.restart()
            if not await house.rows(job_rows):
                await house.order(caller("1"), count=2)
            await house.live()
            await house.assert_sound()
            [row] = await house.rows(job_rows)
            parts = [order.index for order in vendor.asked]
            assert row.charged == len(parts) * PICTURE, fatal
            assert len(set(parts)) == len(parts), fatal
            assert row.counted == 2 * PICTURE, fatal
            fatal += 1
            continue
        break

    assert fatal > 15
