"""Probes of vendors: off by default, seldom, bounded, charged to nobody, and gone when they are done."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.catalogue import Size
from bot.core.pricing import estimate_label
from bot.ordering import request_for
from bot.probing import Probe, draft_for, plans_of
from bot.storage.schema import accounts, jobs, pictures, removals, replies
from bot.studio import EaselStudio
from config import load
from tests.flows.conftest import Build
from tests.flows.house import PEOPLE, House
from tests.flows.mortal import Died
from tests.flows.world import Terms, caller

HOUR = 3_600
SQUARE = Size(1024, 1024)
STEPS_MAX = 400


async def look(house: House, credits_per_day: int = 10) -> None:
    """Let the probe of the living process look once."""
    means = house.life.studio_means
    studio = EaselStudio(replace(means, plans=plans_of(means.plans, credits_per_day)))
    probe = Probe(studio.order, means.database, means.catalogue, means.clock, means.new_id, credits_per_day)
    await probe.look()


async def probed(house: House) -> list[str]:
    """List how the probes ended, the first one first."""
    return [row.state for row in await house.rows(jobs, tenant="probe")]


async def test_nothing_is_probed_by_default(build: Build) -> None:
    """Without credits nothing is ordered, and nobody is made up."""
    house = await build()
    await look(house, 0)
    await house.live()
    assert await house.rows(jobs) == []
    assert house.vendor.bills == []


async def test_a_probe_is_drawn_once_an_hour_and_leaves_no_message_or_picture(build: Build) -> None:
    """It is as cheap as it can be; looking again within the hour orders nothing."""
    house = await build()
    for _ in range(3):
        await look(house)
        await house.live()
        house.clock.advance(600)
    assert await probed(house) == ["done"]
    house.clock.advance(HOUR)
    await look(house)
    await house.live()
    await look(house)
    rows = await house.rows(jobs)
    assert [(row.state, row.held, row.charged) for row in rows] == [("done", 1_000, 1_000)] * 2
    assert len(await house.rows(pictures)) == 2
    assert await house.rows(pictures, deleted=None) == []
    assert await house.rows(replies) == []
    assert await house.rows(removals) == []
    assert house.platform.posts == []
    await house.assert_sound()


async def test_probes_stop_at_their_credits_and_begin_anew_the_next_day(build: Build) -> None:
    """Two credits are two pictures a day."""
    house = await build()
    for _ in range(5):
        await look(house, 2)
        await house.live()
        house.clock.advance(HOUR + 60)
    assert await probed(house) == ["done"] * 2
    house.clock.advance(12 * HOUR)
    await look(house, 2)
    await house.live()
    assert await probed(house) == ["done"] * 3


async def test_probes_stop_at_the_cap_of_the_bot(build: Build) -> None:
    """What probes spend counts there, and what people spent stops them."""
    cap = {"scope": "bot", "credits": "3", "per": "day"}
    house = await build(terms=Terms(caps=(cap,)))
    await house.order(caller("1"))
    await house.live()
    for _ in range(3):
        house.clock.advance(HOUR + 60)
        await look(house)
        await house.live()
    assert await probed(house) == ["done"]
    assert (await house.account("bot"))[2] == 3_000


async def test_nothing_is_probed_while_somebody_orders_or_an_hour_after(build: Build) -> None:
    """Neither while a job waits or runs, nor soon after its call."""
    house = await build()
    await house.order(caller("1"))
    await look(house)
    await house.live()
    house.clock.advance(HOUR - 600)
    await look(house)
    assert await probed(house) == []
    house.clock.advance(700)
    await look(house)
    assert await probed(house) == ["running"]
    await house.live()
    assert await probed(house) == ["done"]


async def test_a_person_is_never_charged_for_a_probe(build: Build) -> None:
    """Only the allowance of Easel itself, and caps, are touched."""
    house = await build()
    await look(house)
    await house.live()
    [job] = await house.rows(jobs)
    [payer] = await house.rows(accounts, spent=1_000)
    assert payer.id.startswith(f"allowance:{job.person}/probe:")
    assert job.person not in PEOPLE


@pytest.mark.slow
async def test_a_death_at_any_step_of_a_probe_leaves_nothing_open(build: Build) -> None:
    """The next process ends it; the picture is billed once at most, and is gone."""
    seen: set[str] = set()
    for fatal in range(1, STEPS_MAX):
        house = await build(fatal=fatal)
        died, steps = False, house.life.fuse.steps
        try:
            await look(house)
            await house.live()
            await look(house)
        except Died:
            died = True
            await house.restart()
            await look(house)
            await house.live()
            await look(house)
        assert len(await house.rows(jobs)) == 1
        assert len(house.vendor.bills) <= 1
        assert await house.rows(pictures, deleted=None) == []
        assert await house.rows(replies) == []
        await house.assert_sound()
        await house.end()
        seen.update(steps)
        if not died:
            break
    assert {"accept", "call_out", "draw", "seal", "store", "finish", "tidy"} <= seen


def test_every_model_in_the_catalogue_can_be_probed() -> None:
    """The smallest size and the lowest quality are what the model takes, and no picture of it is cheaper."""
    catalogue = load({}).catalogue
    assert catalogue.models
    for model in catalogue.models:
        request = request_for(draft_for(model), catalogue, {})
        assert (request.vendor, request.model, request.count) == (model.vendor, model.name, 1)
        assert request.hold <= estimate_label(model, model.default_quality, SQUARE)
