"""Whole orders at every vendor of the shipped catalogue, each fault at each of them: the same guarantees for all.

The vendor's own client speaks to a simulator that was written from its documentation; between them and the order stands
everything that people use.
"""

from __future__ import annotations

from itertools import cycle
from pathlib import Path

import pytest
from PIL import Image

from tests.doubles.task_server import SCENES
from tests.flows.conftest import Build
from tests.flows.vendor_faults import ALL, WITH_TICKETS, account_fault, resting
from tests.flows.vendor_shop import EVERY_VENDOR, SOLD, TICKETED, shop_of
from tests.flows.world import caller
from tests.longer import few
from tests.vendors.contract.bench import KINDS

MATRIX = [
    (vendor.name, fault)
    for vendor in SOLD
    for fault in (*ALL, *(WITH_TICKETS if vendor.answers == "by ticket" else ()))
]
TURNS = [
    *((name, fault) for name, fault in zip(cycle(EVERY_VENDOR), ALL, strict=False)),
    *((name, fault) for name, fault in zip(cycle(TICKETED), WITH_TICKETS, strict=False)),
]
"""Each fault once, at one vendor after the other."""


@pytest.mark.parametrize("case", few(MATRIX, TURNS), ids="-".join)
async def test_every_fault_at_every_vendor(build: Build, tmp_path: Path, case: tuple[str, str]) -> None:
    """Paid at most once, never for what is not stored, told once, the books sound."""
    name, fault = case
    rare = {"polling": {"first_seconds": 30.0, "every_seconds": 30.0}}
    async with shop_of(name, build, tmp_path, **rare) as shop:
        await (ALL | WITH_TICKETS)[fault](shop)

        assert shop.bench.bill_nano <= sum(shop.billable)
        assert len(shop.house.platform.shown) == 1
        await shop.house.assert_sound()


@pytest.mark.parametrize("name", EVERY_VENDOR)
@pytest.mark.parametrize("case", few(["wrong key", "not_verified", "model_gone"], ["wrong key"]))
async def test_faults_of_our_account_are_told_to_operators(
    build: Build, tmp_path: Path, name: str, case: str
) -> None:
    """A bad key, an account that is not verified, or a model that is gone, like an empty balance."""
    async with shop_of(name, build, tmp_path, "wrong" if case == "wrong key" else "") as shop:
        await account_fault(shop, case)


def test_no_cell_of_the_matrix_is_missing() -> None:
    """Every vendor with a key has a simulator, its simulator plays every fault, and no fault is left to one vendor."""
    wanted = {
        *(
            "slow",
            "queued",
            "partial",
            "refused",
            "rate-limited",
            "out of credit",
            "5xx",
            "cut body",
            "HTML error",
        ),
        *("expired URL", "lost submit reply"),
        *(f"{when} callback" for when in ("duplicate", "forged", "early", "late", "missing")),
    }
    planned = {
        *("held", "partial", "refused", "busy", "no_credit", "fails", "cut", "page_502", "expired", "lost"),
        *("not_verified", "model_gone"),
    }

    assert set(ALL) | set(WITH_TICKETS) == wanted
    assert set(EVERY_VENDOR) <= set(KINDS)
    for vendor in SOLD:
        cells = {fault for name, fault in MATRIX if name == vendor.name}
        assert cells == (wanted if vendor.answers == "by ticket" else set(ALL))
        assert planned <= set(KINDS[vendor.name].scenes)
    assert len(TICKETED) == 2


async def test_a_vendor_that_names_a_wait_is_believed_whatever_its_pages_say(
    build: Build, tmp_path: Path
) -> None:
    """Runflow's newer page promises no Retry-After; where one comes all the same, it counts."""
    async with shop_of("runflow", build, tmp_path) as shop:
        shop.bench.simulator.retry_after = "23"
        shop.bench.plan("busy")
        card = await shop.order()
        await shop.house.settle()

        assert (await shop.house.job(card.id)).not_before - shop.house.clock() == 23_000


@pytest.mark.parametrize("name", EVERY_VENDOR)
async def test_limits_are_kept_before_a_call_is_made(build: Build, tmp_path: Path, name: str) -> None:
    """Of five orders two run at once and three pictures start a minute; the vendor never sees more."""
    async with shop_of(name, build, tmp_path, jobs_at_once=2, images_per_minute=3) as shop:
        shop.bench.plan("held", "held")
        cards = [
            await shop.order(str(n), person) for n, person in enumerate(("ann", "bob", "cy", "ann", "bob"))
        ]
        working = await shop.until_reached()
        states = [(await shop.house.job(card.id)).state for card in cards]
        assert states == ["running"] * 2 + ["waiting"] * 3
        assert shop.bench.asked <= 2

        shop.bench.simulator.gate.set()
        await working
        while (await shop.house.job(cards[2].id)).state != "done":
            await shop.house.pass_time(5)
        assert shop.bench.asked == 3
        assert (await shop.house.job(cards[3].id)).state == "waiting"

        await shop.house.live()
        assert {(await shop.drawn(card))[0] for card in cards} == {"done"}
        assert shop.bench.asked == 5


def test_every_vendor_has_limits_of_its_own() -> None:
    """Numbers of its documentation, or none where it publishes none."""
    limits = {vendor.name: (vendor.jobs_at_once, vendor.images_per_minute) for vendor in SOLD}

    assert limits == {
        "openai": (4, 5),
        "cometapi": (5, 0),
        "callmissed": (4, 60),
        "apixo": (8, 0),
        "runflow": (8, 0),
    }


@pytest.mark.parametrize(("listed_after", "state"), [(31, "done"), (None, "lost")])
async def test_a_lost_run_may_be_listed_only_after_half_a_minute(
    build: Build, tmp_path: Path, listed_after: int | None, state: str
) -> None:
    """By the terms that are shipped: asked for during sixty seconds, found once it is listed, never ordered again."""
    async with shop_of("runflow", build, tmp_path) as shop:
        simulator = shop.bench.simulator
        simulator.lists_all = False
        shop.bench.plan("lost")
        card = await shop.order()
        await shop.house.settle()
        began = shop.house.clock()
        while (await shop.house.job(card.id)).state == "running":
            if listed_after is not None and shop.house.clock() - began >= listed_after * 1_000:
                simulator.listed |= set(simulator.tasks)
            await shop.house.pass_time(3)

        passed = (shop.house.clock() - began) / 1_000
        assert (await shop.drawn(card))[0] == state
        assert passed >= (60 if listed_after is None else listed_after)
        assert shop.bench.asked == 1
        await shop.house.assert_sound()


@pytest.mark.parametrize(("name", "fate"), [("callmissed", "conflict"), ("runflow", "cancelled")])
async def test_eight_of_ten_are_charged_when_the_rest_stays_unknown(
    build: Build, tmp_path: Path, name: str, fate: str
) -> None:
    """4 + 4 + 2, the last unknown: 8 stored, 8 charged, and the caps count the hold of 2 too."""
    async with shop_of(name, build, tmp_path) as shop:
        if fate == "cancelled":
            shop.bench.plan("draws", "draws", "cancelled")
        else:
            shop.bench.plan("draws", "draws", "lost")
            shop.bench.simulator.keeps_nothing = True
        card = await shop.order(count=10)
        await shop.house.live()

        state, charged, counted = await shop.house.money(card.id)
        assert (state, len(await shop.house.pictures(card.id))) == ("done", 8)
        assert charged == -(-card.held * 8 // 10)
        assert counted == card.held
        await shop.house.assert_sound()


@pytest.mark.parametrize("name", TICKETED)
async def test_what_takes_longer_than_ten_minutes_is_looked_at_once_more(
    build: Build, tmp_path: Path, name: str
) -> None:
    """Given up as too slow after its limit, and no callback comes: a last look keeps the picture, free and as late."""
    async with shop_of(name, build, tmp_path) as shop:
        card, task = await resting(shop, "never")
        began = shop.house.clock()
        await shop.house.live()
        assert shop.house.clock() - began == 600_000
        assert await shop.drawn(card) == ("lost", 0, False)
        task.scene, task.asked = SCENES["draws"], 9

        await shop.house.pass_time(600)
        assert await shop.house.pictures(card.id) == []
        await shop.house.pass_time(301)

        assert await shop.drawn(card) == ("lost", 1, False)
        assert [row.is_late for row in await shop.house.pictures(card.id)] == [1]
        assert shop.bench.asked == 1
        await shop.house.assert_sound()


@pytest.mark.parametrize("name", EVERY_VENDOR)
@pytest.mark.parametrize("kind", few(["png", "jpeg", "webp"], ["webp"]))
async def test_pictures_to_change_come_as_the_vendor_takes_them(
    build: Build, tmp_path: Path, name: str, kind: str
) -> None:
    """Whatever people upload: CallMissed takes no WebP, so it gets a copy; the others get our own bytes."""
    async with shop_of(name, build, tmp_path) as shop:
        path = tmp_path / f"photo.{kind}"
        Image.new("RGB", (64, 64), "teal").save(path, kind)
        kept = await shop.house.life.gallery.keep(caller("u"), path.name, path)
        card = await shop.order("2", references=(kept.picture,))
        await shop.house.live()

        assert await shop.drawn(card) == ("done", 1, True)
        assert shop.bench.asked == 1


@pytest.mark.parametrize(
    ("asked", "tier"), [("1024x1024", "1:1"), ("1536x864", "16:9"), ("1200x630", "16:9")]
)
async def test_a_shape_and_a_tier_become_the_pixels_that_were_asked_for(
    build: Build, tmp_path: Path, asked: str, tier: str
) -> None:
    """APIXO takes no pixels and draws about as many: what comes is brought to the size, and Original keeps it whole."""
    async with shop_of("apixo", build, tmp_path) as shop:
        card = await shop.house.order(caller("1"), size=asked)
        await shop.house.live()

        [(_, body)] = shop.bench.simulator.asked
        assert (body["input"]["aspect_ratio"], body["input"]["resolution"]) == (tier, "1k")
        [picture] = await shop.house.pictures(card.id)
        assert f"{picture.width}x{picture.height}" == asked
        assert picture.original_sha256 not in {None, picture.sha256}
