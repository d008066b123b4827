"""Restarts in good order, jobs that kill their worker, and things that are gone when a job's turn comes."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.core.catalogue import Catalogue
from bot.core.errors import NotFound
from bot.storage import workers
from bot.storage.jobs import TAKES_MAX
from bot.storage.schema import deliveries
from tests.flows.conftest import Build
from tests.flows.house import House
from tests.flows.world import PICTURE, Terms, caller
from tests.vendors_for_tests import Gate, LedgerVendor, picture_file, waits_at


async def stop(house: House, drain_seconds: float) -> int:
    """Stop the process as SIGTERM does; returns how many jobs were not done in time."""
    left = await house.life.courier.drain(drain_seconds)
    await house.life.calls.finish_late(0)
    await house.life.database.write(workers.leave, house.life.worker.id)
    await house.end()
    return left


async def test_a_stop_lets_what_is_drawn_finish(build: Build) -> None:
    """The courier takes nothing new; the picture that is on its way arrives; the next process draws the rest."""
    gate = Gate()
    house = await build(LedgerVendor(waits_at(gate)), Terms(jobs_at_once=1))
    first = await house.order(caller("1"))
    running = asyncio.create_task(house.life.courier.run(house.life.worker.handle))
    await gate.reached.wait()
    second = await house.order(caller("2"))

    running.cancel()
    gate.open()
    left = await stop(house, drain_seconds=10)
    await house.start()
    states = (await house.job(first.id)).state, (await house.job(second.id)).state
    await house.live()

    assert left == 0
    assert states == ("done", "running")
    assert await house.money(second.id) == ("done", PICTURE, PICTURE)
    assert len(house.vendor.bills) == 2
    await house.assert_sound()


@pytest.mark.parametrize(
    ("has_keys", "ending"), [(False, ("lost", 0, PICTURE)), (True, ("done", PICTURE, PICTURE))]
)
async def test_what_a_stop_cuts_off_follows_its_crash_policy(
    build: Build, has_keys: bool, ending: tuple[str, int, int]
) -> None:
    """Without keys the outcome is unknown and nothing is repeated; with keys the same call is asked for again."""
    gate = Gate()
    vendor = LedgerVendor(waits_at(gate), honours_keys=has_keys)
    house = await build(vendor, Terms(crash="idempotency-key" if has_keys else "release"))
    card = await house.order(caller("1"))
    await house.life.deliver_due()
    await gate.reached.wait()

    left = await stop(house, drain_seconds=0)
    await house.start()
    await house.live()

    assert left == 1
    assert await house.money(card.id) == ending
    assert len({order.call for order in vendor.asked}) == 1
    await house.assert_sound()


async def test_a_job_that_breaks_its_worker_is_closed_and_gives_its_place_back(build: Build) -> None:
    """After five takes its answer gets one last chance, then it ends: told, free, counted; others are drawn."""
    house = await build(terms=Terms(jobs_at_once=1))
    house.fill_disk("store", *[RuntimeError("a bug")] * 99)
    card = await house.order(caller("1"))
    for _ in range(TAKES_MAX):
        await house.settle()
        await house.pass_time(60)
    house.fill_disk("store")
    second = await house.order(caller("2", "bob"))
    await house.live()

    assert await house.money(card.id) == ("lost", 0, PICTURE)
    assert (await house.job(card.id)).takes <= TAKES_MAX + 2
    assert house.vendor.indices() == [0, 0]
    assert house.platform.shown_for(card.id).kind == "failure"
    assert await house.money(second.id) == ("done", PICTURE, PICTURE)
    assert await house.rows(deliveries) == []
    await house.assert_sound()


async def test_a_picture_deleted_while_its_edit_waits_is_still_there_for_it(
    build: Build, tmp_path: Path
) -> None:
    """Deleting hides the picture at once; its bytes stay for the job that was accepted."""
    gate = Gate()
    house = await build(LedgerVendor(waits_at(gate)), Terms(jobs_at_once=1))
    file = picture_file(tmp_path, "parent")
    parent = (await house.life.gallery.keep(caller("0"), file.name, file)).picture
    await house.order(caller("1", "bob"))
    card = await house.order(caller("2"), parent=parent)
    await house.life.deliver_due()
    await gate.reached.wait()

    await house.life.gallery.delete(parent, caller("3"))
    gate.open()
    await house.live()

    assert await house.money(card.id) == ("done", PICTURE, PICTURE)
    assert (await house.refusal(caller("4"), parent=parent)).key == "picture_gone"
    with pytest.raises(NotFound):
        await house.life.gallery.serve(parent, caller("5"), "shown")


async def test_a_job_whose_picture_is_gone_ends_free(build: Build, tmp_path: Path) -> None:
    """Without the bytes it works from a job ends with a sentence, and the vendor is not asked."""
    house = await build()
    file = picture_file(tmp_path, "parent")
    parent = (await house.life.gallery.keep(caller("0"), file.name, file)).picture
    card = await house.order(caller("1"), parent=parent)

    [row] = await house.pictures_of("ann")
    house.life.shelf.path(row.sha256).unlink()
    await house.live()

    assert await house.money(card.id) == ("failed", 0, 0)
    assert house.platform.shown_for(card.id).kind == "failure"
    assert house.vendor.asked == []
    await house.assert_sound()


async def test_jobs_of_a_vendor_that_is_gone_end_free(build: Build) -> None:
    """A vendor that was taken out of the configuration leaves no job and no hold behind."""
    gate = Gate()
    house = await build(LedgerVendor(waits_at(gate)), Terms(jobs_at_once=1))
    called = await house.order(caller("1"))
    waiting = await house.order(caller("2"))
    await house.life.deliver_due()
    await gate.reached.wait()
    await house.end()

    house.site.catalogue = Catalogue(vendors=(), models=())
    house.clock.advance(31)
    await house.start()
    await house.live()

    assert await house.money(called.id) == ("lost", 0, PICTURE)
    assert await house.money(waiting.id) == ("failed", 0, 0)
    assert {post.reply.kind for post in house.platform.posts} == {"failure"}
    await house.assert_sound()


async def test_a_job_of_a_vendor_that_is_gone_can_be_cancelled(build: Build) -> None:
    """Its hold returns at once, without waiting for its time to run out."""
    gate = Gate()
    house = await build(LedgerVendor(waits_at(gate)), Terms(jobs_at_once=1))
    await house.order(caller("1"))
    waiting = await house.order(caller("2"))
    await house.life.deliver_due()
    await gate.reached.wait()
    await house.end()

    house.site.catalogue = Catalogue(vendors=(), models=())
    await house.start()
    outcome = await house.life.studio.cancel(waiting.number, caller("3"))

    assert (outcome.is_ended, outcome.returned) == (True, PICTURE)
    assert await house.money(waiting.id) == ("cancelled", 0, 0)
