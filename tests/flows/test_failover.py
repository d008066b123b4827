"""When another vendor may stand in: what fails, what it costs, whose edit it is, and a death at every step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.core.breaker import FAULTS_MAX
from bot.core.errors import VendorRejected
from bot.core.studio import Draft
from bot.storage import jobs as job_moves
from bot.storage import moves as storage_moves
from bot.storage.jobs import Claim
from bot.storage.schema import alarms, moves
from tests.flows.conftest import Build
from tests.flows.house import House
from tests.flows.mortal import Died
from tests.flows.world import PICTURE, SPARE, Terms, caller
from tests.vendors_for_tests import (
    LedgerVendor,
    Turn,
    account_fault,
    breaks,
    busy,
    fails,
    finds_no_room,
    garbage,
    hides_outcome,
    nothing,
    raises,
    refuses,
    unreachable,
)

SAME: dict[str, Any] = {}
CHEAPER = {"prices": {"per": "picture", "picture_nano": {"low": 4_000_000, "medium": 8_000_000}}}
DEARER = {"prices": {"per": "picture", "picture_nano": {"low": 10_000_000, "medium": 20_010_000}}}
UNLIKE: dict[str, dict[str, Any]] = {
    "dearer": DEARER,
    "no such quality": {
        "qualities": ("low",),
        "default_quality": "low",
        "prices": {"per": "picture", "picture_nano": {"low": 1_000_000}},
    },
    "no such size": {"sizes": {"only": ("1536x1024",)}},
    "shorter words": {"prompt_characters_max": 3},
    "no such format": {"formats": ("webp",)},
}
MAY_MOVE = {"busy": busy(300), "unreachable": unreachable(), "account": account_fault()}
MUST_STAY: dict[str, Turn] = {
    "refused input": refuses("input"),
    "refused output": refuses("output"),
    "refused": refuses("unknown"),
    "failed": fails(),
    "unknown": hides_outcome(),
    "rejected": raises(lambda: VendorRejected("400")),
    "bug": breaks(),
    "no room": finds_no_room(),
    "garbage": garbage(),
    "nothing": nothing(),
}


async def drawn_by(house: House, job: str) -> tuple[str, int, int]:
    """Tell who has a job in the end, and how often each vendor was asked."""
    row = await house.job(job)
    return row.vendor, len(house.vendor.asked), len(house.site.spare.asked)


def moved(house: House) -> dict[tuple[str, str, str], float]:
    """Tell what the metrics say of moves: from whom, to whom, why."""
    counted = house.site.metrics.registry.collect()
    samples = [sample for family in counted for sample in family.samples]
    return {
        (each.labels["vendor"], each.labels["to"], each.labels["why"]): each.value
        for each in samples
        if each.name == "easel_jobs_moved_total"
    }


@pytest.mark.parametrize("fault", MAY_MOVE)
async def test_a_vendor_that_has_surely_done_nothing_gives_way(build: Build, fault: str) -> None:
    """The picture is there at once, paid once at the price of who drew it, and the receipt names them."""
    house = await build(LedgerVendor(*[MAY_MOVE[fault]] * 9), Terms(spare=CHEAPER))

    card = await house.order(caller("1"))
    await house.settle()

    assert await drawn_by(house, card.id) == (SPARE, 1, 1)
    assert await house.money(card.id) == ("done", 800, 800)
    assert len(house.site.spare.bills) == 1
    receipt = await house.life.studio.receipt(card.number, caller("2"))
    assert receipt.card.request.vendor == SPARE
    assert receipt.passed_on == (("paper", fault),)
    assert "spare" in str(house.platform.shown_for(card.id))
    assert moved(house) == {("paper", SPARE, fault): 1}
    await house.assert_sound()


@pytest.mark.parametrize("fault", MUST_STAY)
async def test_whatever_may_have_been_executed_or_refused_stays(build: Build, fault: str) -> None:
    """A refusal is final, an unknown outcome is never repeated elsewhere, our own faults are no vendor's."""
    house = await build(LedgerVendor(*[MUST_STAY[fault]] * 9), Terms(spare=CHEAPER))

    card = await house.order(caller("1"))
    await house.live()

    assert (await drawn_by(house, card.id))[::2] == ("paper", 0)
    assert await house.rows(moves) == []
    assert moved(house) == {}
    await house.assert_sound()


@pytest.mark.parametrize("unlike", UNLIKE)
async def test_only_who_draws_the_same_for_no_more_than_is_held_is_asked(build: Build, unlike: str) -> None:
    """A dearer vendor, or one that would draw something else, is not taken."""
    house = await build(LedgerVendor(unreachable()), Terms(spare=UNLIKE[unlike]))

    card = await house.order(caller("1"))
    await house.live()

    assert await drawn_by(house, card.id) == ("paper", 2, 0)
    assert await house.money(card.id) == ("done", PICTURE, PICTURE)


@pytest.mark.parametrize(
    "unlike", [{"references_max": 0}, {"takes_mask": False}], ids=["no edits", "no masks"]
)
async def test_an_edit_goes_to_nobody_who_cannot_do_it(
    build: Build, tmp_path: Path, unlike: dict[str, Any]
) -> None:
    """Although the plan would let it move, and whoever is left sells the model for less."""
    house = await build(terms=Terms(spare={**CHEAPER, **unlike}, edits_may_move=True))
    first = await house.order(caller("1"))
    await house.live()
    [picture] = await house.pictures(first.id)
    clear = tmp_path / "mask.png"
    Image.new("RGBA", (picture.width, picture.height), (0, 0, 0, 0)).save(clear)
    mask = await house.life.gallery.keep(caller("m"), clear.name, clear)
    house.vendor.will(unreachable())

    edit = await house.life.studio.order(
        Draft(command="edit", prompt="at night", parent=picture.id, mask=mask.picture), caller("2")
    )
    await house.live()

    assert (await house.job(edit.id)).vendor == "paper"
    assert (await house.money(edit.id))[0] == "done"
    assert house.site.spare.asked == []


@pytest.mark.parametrize("may_move", [False, True], ids=["plan forbids", "plan allows"])
async def test_an_edit_moves_only_if_the_plan_lets_it(build: Build, *, may_move: bool) -> None:
    """A chain of edits stays with the vendor that began it, unless the plan says otherwise."""
    house = await build(terms=Terms(spare=SAME, edits_may_move=may_move))
    first = await house.order(caller("1"))
    await house.live()
    [picture] = await house.pictures(first.id)
    house.vendor.will(unreachable())

    edit = await house.life.studio.order(
        Draft(command="edit", prompt="at night", parent=picture.id), caller("2")
    )
    await house.live()

    assert (await house.job(edit.id)).vendor == (SPARE if may_move else "paper")
    assert (await house.money(edit.id))[0] == "done"
    await house.assert_sound()


@pytest.mark.parametrize(
    ("terms", "options"),
    [
        (Terms(spare=SAME, routing={"failover": False}), {}),
        (Terms(spare=SAME, spare_vendor={"substitutes": True}), {}),
        (Terms(spare=SAME), {"model": "paper/paper-1"}),
    ],
    ids=["switched off", "draws with something similar", "vendor named"],
)
async def test_nobody_stands_in_where_that_is_not_wanted(
    build: Build, terms: Terms, options: dict[str, Any]
) -> None:
    """Operators switch it off, a vendor that may substitute is no stand-in, and who names a vendor gets that one."""
    house = await build(LedgerVendor(unreachable()), terms)

    card = await house.order(caller("1"), **options)
    await house.live()

    assert await drawn_by(house, card.id) == ("paper", 2, 0)


async def test_every_vendor_is_tried_once_and_then_waited_for(build: Build) -> None:
    """Two vendors out of reach do not throw a job to and fro."""
    house = await build(LedgerVendor(unreachable()), Terms(spare=SAME))
    house.site.spare.will(unreachable(), unreachable())

    card = await house.order(caller("1"))
    await house.live()

    assert await drawn_by(house, card.id) == (SPARE, 1, 3)
    assert await house.money(card.id) == ("done", PICTURE, PICTURE)
    assert len(await house.rows(moves)) == 1
    await house.assert_sound()


async def test_a_job_of_which_a_part_is_drawn_stays(build: Build) -> None:
    """Pictures of one order come from one vendor."""
    house = await build(LedgerVendor(at={1: [unreachable()]}), Terms(spare=SAME))

    card = await house.order(caller("1"), count=2)
    await house.live()

    assert await drawn_by(house, card.id) == ("paper", 3, 0)
    assert await house.money(card.id) == ("done", 2 * PICTURE, 2 * PICTURE)


async def test_several_pictures_move_and_are_split_as_the_new_vendor_takes_them(build: Build) -> None:
    """One call for each becomes one call for all."""
    house = await build(LedgerVendor(*[busy(60)] * 9), Terms(spare={"pictures_per_call": 4}))

    card = await house.order(caller("1"), count=3)
    await house.live()

    assert [order.count for order in house.site.spare.asked] == [3]
    assert await house.money(card.id) == ("done", 3 * PICTURE, 3 * PICTURE)
    await house.assert_sound()


async def test_a_failed_key_alarms_the_operators_although_the_picture_came(build: Build) -> None:
    """The person hears nothing of it; whoever holds the key does."""
    house = await build(LedgerVendor(account_fault()), Terms(spare=SAME))

    card = await house.order(caller("1"))
    await house.settle()

    told = house.platform.shown_for(card.id)
    assert told.kind == "result"
    assert [row.cause for row in await house.rows(alarms)] == ["account:paper"]


async def test_an_open_breaker_sends_orders_elsewhere_before_they_are_held(build: Build) -> None:
    """Once the first vendor has failed often enough, the next order is held and drawn at the other one."""
    house = await build(LedgerVendor(*[account_fault()] * 2), Terms(spare=CHEAPER))
    first = await house.order(caller("1"))
    await house.settle()
    second = await house.order(caller("2"))
    await house.settle()

    assert (first.request.vendor, second.request.vendor) == ("paper", SPARE)
    assert second.held == 800
    assert len(house.vendor.asked) == 1


async def test_an_open_breaker_does_not_make_an_order_dearer(build: Build) -> None:
    """The price that people know stands; the order waits for the first vendor."""
    house = await build(LedgerVendor(*[fails()] * FAULTS_MAX), Terms(spare=DEARER))
    for number in range(FAULTS_MAX):
        await house.order(caller(str(number)))
        await house.live()

    card = await house.order(caller("last"))
    await house.live()

    assert (card.request.vendor, card.held) == ("paper", PICTURE)
    assert await house.money(card.id) == ("done", PICTURE, PICTURE)


async def test_a_waiting_job_moves_when_the_breaker_opens_before_its_turn(build: Build) -> None:
    """What is queued behind a broken key is drawn elsewhere."""
    house = await build(LedgerVendor(account_fault()), Terms(spare=SAME, jobs_at_once=1))
    cards = [await house.order(caller(name, name)) for name in ("ann", "bob", "cy")]

    await house.live()

    assert [(await house.job(card.id)).vendor for card in cards] == [SPARE] * 3
    assert len(house.vendor.asked) == 1
    await house.assert_sound()


async def test_behind_a_broken_key_an_order_ends_at_once_where_nobody_stands_in(build: Build) -> None:
    """Nobody waits half an hour for what only the operator can mend; the vendor is asked once, then left alone."""
    house = await build(LedgerVendor(*[account_fault()] * 9))
    cards = [await house.order(caller(name, name)) for name in ("ann", "bob")]
    await house.settle()
    late = await house.order(caller("late", "cy"))
    await house.settle()

    assert {(await house.money(card.id)) for card in (*cards, late)} == {("failed", 0, 0)}
    assert len(house.vendor.asked) <= 2
    assert "does not accept our account" in house.platform.shown_for(late.id).text


async def test_a_job_does_not_move_twice_nor_after_its_end(build: Build) -> None:
    """A worker that was overtaken, and one that comes too late, change nothing."""
    house = await build(terms=Terms(spare=SAME))
    card = await house.order(caller("1"))
    taken = await house.life.database.write(job_moves.take, card.id, "w", now=house.clock())
    assert taken is not None
    assert taken.job is not None
    places = {name: each.places for name, each in house.life.counters.items()}
    request = taken.job.request.model_copy(update={"vendor": SPARE})
    move = storage_moves.Move(Claim(card.id, taken.job.epoch), request, 60_000, "busy")

    moved = [
        await house.life.database.write(
            storage_moves.move, move, places["paper"], places[SPARE], now=house.clock()
        )
        for _ in range(3)
    ]
    await house.live()

    assert moved == [True, False, False]
    assert await house.money(card.id) == ("done", PICTURE, PICTURE)
    assert len(house.vendor.asked) == 0


@pytest.mark.slow
@pytest.mark.parametrize("fault", MAY_MOVE)
async def test_a_death_at_any_step_of_a_move_leaves_one_vendor_and_one_charge(
    build: Build, fault: str
) -> None:
    """Whatever the step: one vendor draws, or the outcome is unknown and free; nothing is paid or posted twice."""
    seen: set[str] = set()
    for fatal in range(1, 200):
        house = await build(LedgerVendor(*[MAY_MOVE[fault]] * 3), Terms(spare=CHEAPER), fatal=fatal)
        steps = house.life.fuse.steps
        died = False
        try:
            await house.order(caller("1"))
            await house.live()
        except Died:
            died = True
            await house.restart()
            await house.order(caller("1"))
            await house.live()
        seen.update(steps)
        await assert_one_vendor_one_charge(house)
        await house.end()
        if not died:
            break

    assert {"accept", "call_out", "move", "store", "finish", "post"} <= seen


async def assert_one_vendor_one_charge(house: House) -> None:
    """Assert that one of both has drawn and was paid, or that nobody knows and nobody pays."""
    [row] = await house.life.studio.history(caller("2"))
    state, charged, _ = await house.money(row.id)
    bills = house.vendor.bills + house.site.spare.bills
    assert len(bills) <= 1
    assert state in ("done", "lost")
    if state == "done":
        assert charged == (800 if house.site.spare.bills else PICTURE)
        assert len(await house.pictures(row.id)) == 1
    else:
        assert charged == 0
    assert len(house.platform.shown) == 1
    await house.assert_sound()
