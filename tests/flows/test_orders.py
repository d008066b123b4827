"""What is accepted, what is refused, and that each event counts once."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.core.catalogue import Size
from bot.core.commands import Caller
from bot.core.errors import NotAllowed, NotFound
from bot.core.ports import Usage
from bot.core.pricing import Ask, quote
from bot.storage.schema import entries, events, jobs
from tests.flows.conftest import Build
from tests.flows.house import House
from tests.flows.world import PICTURE, THERE, Terms, caller
from tests.vendors_for_tests import Gate, LedgerVendor, draws, picture_file, waits_at


async def kept(house: House, who: Caller, file: Path) -> str:
    """Upload a picture and return its id."""
    return (await house.life.gallery.keep(who, file.name, file)).picture


async def test_the_same_event_is_one_job(build: Build) -> None:
    """A platform that sends an event twice, at once or later, gets the same job."""
    house = await build()

    first, second = await asyncio.gather(house.order(caller("1")), house.order(caller("1")))
    await house.live()
    third = await house.order(caller("1"))

    assert first.id == second.id == third.id
    assert len(await house.rows(jobs)) == 1
    assert len(house.vendor.asked) == len(house.platform.posts) == 1
    assert await house.account("allowance:ann") == (0, 0, PICTURE)


async def test_a_refused_event_stays_refused(build: Build) -> None:
    """The same event gets the same refusal, also when there is money by then; a new event does not."""
    house = await build(terms=Terms(allowance="1"))
    admin = caller("grant", "bob", is_admin=True)

    first = await house.refusal(caller("1"))
    await house.life.studio.grant("ann", 5_000, "", admin)
    again = await house.refusal(caller("1"))
    accepted = await house.order(caller("2"))

    assert first.key == "out_of_credits"
    assert (again.key, str(again)) == (first.key, str(first))
    assert accepted.number == 1
    assert len(await house.rows(events)) == 2


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ({"prompt": " "}, "prompt_missing"),
        ({"count": 11}, "count_out_of_range"),
        ({"size": "5000x5000"}, "size_unfit"),
        ({"size": "very big"}, "size_unreadable"),
        ({"quality": "best"}, "quality_unknown"),
        ({"model": "crayon"}, "model_unknown"),
        ({"format": "jpeg"}, "format_not_offered"),
        ({"background": "transparent"}, "nobody_can"),
        ({"parent": "nobody's"}, "picture_unknown"),
    ],
)
async def test_what_cannot_be_drawn_is_refused_and_remembered(
    build: Build, options: dict[str, Any], key: str
) -> None:
    """Nothing is held, and the same event gets the same words again."""
    house = await build()

    first = await house.refusal(caller("1"), **options)
    again = await house.refusal(caller("1"), **options)

    assert (first.key, again.key, str(again)) == (key, key, str(first))
    assert await house.rows(entries) == []


async def test_a_receipt_says_what_the_ledger_says(build: Build) -> None:
    """By the token: held the bound, charged what the vendor measured, and both are the numbers that people read."""
    prices = {
        "per": "token",
        "text_in_nano": 5_000,
        "image_in_nano": 8_000,
        "image_out_nano": 30_000,
        "input_picture_tokens": 3_072,
        "grid": {"low": 16, "medium": 48},
    }
    usage = Usage(text_in=11, image_in=0, image_out=1_000)
    house = await build(LedgerVendor(draws(cost_nano=31_000_000, usage=usage)), Terms(prices=prices))
    model = house.site.catalogue.models[0]

    card = await house.order(caller("1"), "a boat", size="1920x1080")
    await house.live()

    drawn = card.request
    bound = quote(
        Ask("a boat", "medium", Size(card.request.width, card.request.height)), model
    ).price_millicredits
    measured = -(-(11 * 5_000 + 1_000 * 30_000) // 10_000)
    lines = {(row.key, row.held, row.spent) for row in await house.rows(entries)}
    assert lines == {(f"hold:{card.id}", bound, 0), (f"close:{card.id}", -bound, measured)}
    assert (drawn.trim_width, drawn.trim_height) == (1920, 1080)
    rows = {row.label: row.value for row in house.platform.shown_for(card.id).rows}
    assert rows["Cost"].split()[0] == f"{measured / 1000:g}"
    assert rows["Held"].split()[0] == f"{bound / 1000:g}"
    [line] = await house.life.studio.statement(caller("2"))
    assert (line.amount, line.job) == (-measured, card.number)
    balance = await house.life.studio.balance(caller("3"))
    assert (balance.held, balance.spent, balance.allowance_left) == (0, measured, 100_000 - measured)


async def test_an_edit_works_from_the_pictures_that_are_named(build: Build, tmp_path: Path) -> None:
    """The vendor gets our own bytes: parent first, then references, and the mask apart."""
    house = await build()
    ann = caller("0")
    parent = await kept(house, ann, picture_file(tmp_path, "parent"))
    reference = await kept(house, ann, picture_file(tmp_path, "reference"))
    mask = await kept(house, ann, picture_file(tmp_path, "mask", alpha=0))

    await house.order(caller("1"), parent=parent, references=(reference,), mask=mask)
    await house.live()

    [order] = house.vendor.asked
    by_id = {row.id: row.sha256 for row in await house.pictures_of("ann")}
    assert order.references == tuple(house.life.shelf.path(by_id[each]) for each in (parent, reference))
    assert order.mask == house.life.shelf.path(by_id[mask])


async def test_a_mask_must_fit_its_picture(build: Build, tmp_path: Path) -> None:
    """A mask of another size, without a hole or without a picture is refused before anything is held."""
    house = await build()
    parent = await kept(house, caller("0"), picture_file(tmp_path, "parent"))
    large = await kept(house, caller("0"), picture_file(tmp_path, "large", alpha=0, side=16))
    opaque = await kept(house, caller("0"), picture_file(tmp_path, "opaque"))

    refusals = [
        (await house.refusal(caller("1"), parent=parent, mask=large)).key,
        (await house.refusal(caller("2"), parent=parent, mask=opaque)).key,
        (await house.refusal(caller("3"), mask=large)).key,
        (await house.refusal(caller("4"), parent=parent, mask="no such mask")).key,
        (await house.refusal(caller("5"), references=("no such picture",))).key,
    ]

    assert refusals == [
        "mask_size",
        "mask_opaque",
        "mask_without_picture",
        "picture_unknown",
        "picture_unknown",
    ]


async def test_pictures_of_others_are_unknown(build: Build, tmp_path: Path) -> None:
    """Uploads, private pictures and pictures of another tenant cannot be used, and are not told apart from none."""
    house = await build()
    upload = await kept(house, caller("0"), picture_file(tmp_path, "upload"))
    private = await house.order(caller("1"), private=True)
    public = await house.order(caller("2"))
    await house.live()
    hidden, shown = (await house.pictures(private.id))[0].id, (await house.pictures(public.id))[0].id

    refused = [
        (await house.refusal(caller("3", "bob"), parent=upload)).key,
        (await house.refusal(caller("4", "bob"), parent=hidden)).key,
        (await house.refusal(caller("5", "bob"), references=(hidden,))).key,
        (await house.refusal(caller("6", "bob", tenant=THERE), parent=shown)).key,
    ]
    accepted = await house.order(caller("7", "bob"), parent=shown)

    assert refused == ["picture_unknown"] * 4
    assert accepted.request.parent == shown
    with pytest.raises(NotFound):
        await house.life.studio.job(private.number, caller("8", "bob"))


async def test_one_person_runs_only_as_many_jobs_as_the_plan_says(build: Build) -> None:
    """The third job of one person waits although the vendor has room; another person's does not."""
    gate = Gate()
    house = await build(LedgerVendor(*[waits_at(gate)] * 9), Terms(running_at_once=2, jobs_at_once=4))
    cards = [await house.order(caller(str(number))) for number in range(3)]
    other = await house.order(caller("other", "bob"))
    await house.life.deliver_due()

    states = [(await house.job(card.id)).state for card in (*cards, other)]
    gate.open()
    await house.live()

    assert states == ["running", "running", "waiting", "running"]
    assert {(await house.job(card.id)).state for card in (*cards, other)} == {"done"}
    await house.assert_sound()


async def test_one_person_queues_only_as_many_jobs_as_the_plan_says(build: Build) -> None:
    """What would wait beyond the plan is refused, and holds nothing."""
    house = await build(terms=Terms(running_at_once=1, waiting_max=2))
    for number in range(3):
        await house.order(caller(str(number)))

    refused = await house.refusal(caller("3"))
    other = await house.order(caller("4", "bob"))

    assert refused.key == "too_many_waiting"
    assert await house.account("allowance:ann") == (0, 3 * PICTURE, 0)
    assert other.position is None


async def test_again_orders_the_same_and_is_paid_by_who_presses(build: Build) -> None:
    """Somebody else's public job can be ordered again, at one's own expense."""
    house = await build()
    first = await house.order(caller("1"), "a boat", size="wide", count=2)
    await house.live()

    second = await house.life.studio.again(first.number, caller("2", "bob"))
    await house.live()

    assert second.request.model_copy(update={"size_words": "wide"}) == first.request
    assert await house.account("allowance:bob") == (0, 0, 2 * PICTURE)
    assert await house.account("allowance:ann") == (0, 0, 2 * PICTURE)


async def test_money_is_the_admins_to_give(build: Build) -> None:
    """Grants and looks at others are for admins; one event grants once."""
    house = await build()
    admin = caller("grant", "bob", is_admin=True)

    await house.life.studio.grant("ann", 5_000, "workshop", admin)
    twice = await house.life.studio.grant("ann", 5_000, "workshop", admin)

    assert twice.credits_available == 5_000
    with pytest.raises(NotAllowed):
        await house.life.studio.grant("ann", 5_000, "", caller("mine"))
    with pytest.raises(NotAllowed):
        await house.life.studio.balance(caller("look"), "bob")


async def test_credits_pay_what_the_allowance_does_not(build: Build) -> None:
    """A hold takes the allowance first, then credits, and what is not used returns to each."""
    house = await build(LedgerVendor(draws(fewer=1)), Terms(allowance="3", per_call=2))
    await house.life.studio.grant("ann", 5_000, "", caller("grant", "bob", is_admin=True))

    await house.order(caller("1"), count=2)
    held = await house.account("allowance:ann"), await house.account("credits:ann")
    await house.live()

    assert held == ((0, 3_000, 0), (5_000, 1_000, 0))
    assert await house.account("allowance:ann") == (0, 0, PICTURE)
    assert await house.account("credits:ann") == (5_000, 0, 0)
    await house.assert_sound()
