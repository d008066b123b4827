"""What people ask at the wrong moment, of the wrong thing, or twice: on the real studio and gallery."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from bot.core.errors import NotAllowed, NotFound, Unconfirmed
from bot.storage import people
from bot.storage.schema import events, jobs
from tests.flows.conftest import Build
from tests.flows.house import House
from tests.flows.world import HERE, PICTURE, Terms, caller


async def drawn(house: House, event: str, person: str = "ann", **options: Any) -> Any:
    """Order pictures, wait for them, and return their job as its owner sees it."""
    card = await house.order(caller(event, person), **options)
    await house.live()
    return await house.life.studio.job(card.number, caller("look", person))


async def test_the_balance_adds_up_at_every_moment(build: Build) -> None:
    """Whoever looks while jobs are accepted and settled sees held, spent and left make the whole."""
    house = await build(terms=Terms(running_at_once=4))
    studio, sums = house.life.studio, set()

    async def order() -> None:
        for number in range(12):
            await house.order(caller(f"order {number}"))
            await house.settle()

    ordering = asyncio.create_task(order())
    while not ordering.done():
        balance = await studio.balance(caller("look"))
        sums.add(balance.available + balance.held + balance.spent)
    await ordering

    assert sums == {100_000}


async def test_a_dear_order_waits_for_a_press(build: Build) -> None:
    """Above the plan's limit nothing is held or remembered until the price was seen."""
    house = await build(terms=Terms(confirm_above="19.999"))

    with pytest.raises(Unconfirmed) as asked:
        await house.order(caller("1"), count=10)
    before = (len(await house.rows(events)), len(await house.rows(jobs)))
    seen = replace(caller("1"), has_seen_price=True)
    first, second = await asyncio.gather(house.order(seen, count=10), house.order(seen, count=10))

    assert asked.value.price == 10 * PICTURE
    assert before == (0, 0)
    assert first.id == second.id


async def test_who_cannot_pay_a_dear_order_is_not_asked(build: Build) -> None:
    """The refusal comes at once, and is remembered."""
    house = await build(terms=Terms(allowance="10", confirm_above="5"))

    refusals = [await house.refusal(caller("1"), count=10) for _ in range(2)]

    assert [refusal.key for refusal in refusals] == ["out_of_credits"] * 2


async def test_again_does_not_ask_for_the_price_that_it_shows(build: Build) -> None:
    """The button says what it costs."""
    house = await build(terms=Terms(confirm_above="0"))
    asked = replace(caller("1"), has_seen_price=True)
    card = await house.order(asked)
    await house.live()
    card = await house.life.studio.job(card.number, caller("look"))

    again = await house.life.studio.again(card.number, caller("2"))
    varied = await house.life.studio.vary(card.pictures[0].id, caller("3"))

    assert (again.number, varied.number) == (2, 3)


async def test_others_cannot_delete_a_picture_that_they_see(build: Build) -> None:
    """Its owner can, and an admin; anybody else is told that it is not theirs."""
    house = await build()
    gallery = house.life.gallery
    pictures = (await drawn(house, "1", count=2)).pictures

    with pytest.raises(NotAllowed):
        await gallery.delete(pictures[0].id, caller("2", "bob"))
    await gallery.delete(pictures[0].id, caller("3", "bob", is_admin=True))
    await gallery.delete(pictures[1].id, caller("4"))

    for picture in pictures:
        with pytest.raises(NotFound):
            await gallery.serve(picture.id, caller("5"), "shown")


async def test_many_deletes_at_once_are_one(build: Build) -> None:
    """One press deletes; the others are told that it is gone."""
    house = await build()
    picture = (await drawn(house, "1")).pictures[0].id

    done = await asyncio.gather(
        *(house.life.gallery.delete(picture, caller(f"press {number}")) for number in range(20)),
        return_exceptions=True,
    )

    refusals = [str(each) for each in done if isinstance(each, NotFound)]
    assert (done.count(None), len(refusals), len(set(refusals))) == (1, 19, 1)


async def test_a_deleted_picture_is_said_to_be_deleted(build: Build) -> None:
    """By its number as by itself; a place that never was is unknown."""
    house = await build()
    card = await drawn(house, "1")
    await house.life.gallery.delete(card.pictures[0].id, caller("2"))
    studio, keys = house.life.studio, []

    for position in (None, 1, 2):
        with pytest.raises(NotFound) as refused:
            await studio.picture(card.number, position, caller("3"))
        keys.append(refused.value.key)

    assert keys == ["picture_gone", "picture_gone", "picture_unknown"]


async def test_a_private_edit_leaves_no_trace_in_a_public_job(build: Build) -> None:
    """Others do not learn its number from the picture that it was made from; its owner does."""
    house = await build()
    public = await drawn(house, "1")
    hidden = await drawn(house, "2", parent=public.pictures[0].id, private=True)

    own = await house.life.studio.job(public.number, caller("3"))
    others = await house.life.studio.job(public.number, caller("4", "bob"))

    assert (own.child_numbers, others.child_numbers) == ((hidden.number,), ())


async def test_a_picture_names_its_job_to_those_who_may_see_it(build: Build) -> None:
    """So that "2: …" finds the picture beside it; a private one stays unknown to others."""
    house = await build()
    public, private = await drawn(house, "1"), await drawn(house, "2", private=True)
    studio = house.life.studio

    found = [await studio.job_of(card.pictures[0].id, caller("3", "bob")) for card in (public, private)]

    assert [card and card.number for card in found] == [public.number, None]


async def test_the_last_ten_jobs_of_somebody_are_ten(build: Build) -> None:
    """For an admin: private ones are not among them, and take no place of others."""
    house = await build(terms=Terms(allowance="1000"))
    for number in range(12):
        await drawn(house, f"p{number}")
        await drawn(house, f"s{number}", private=True)
    admin = caller("look", "bob", is_admin=True)

    shown = await house.life.studio.history(admin, "ann", limit=10)

    assert [card.number for card in shown] == [2 * number - 1 for number in range(12, 2, -1)]


async def test_the_last_jobs_of_a_channel(build: Build) -> None:
    """What was ordered elsewhere is not offered here."""
    house = await build()
    await drawn(house, "1")
    ann = caller("2")
    await house.order(replace(ann, address=ann.address.model_copy(update={"channel": "elsewhere"})))
    await house.live()

    here = await house.life.studio.history(caller("3"), only_here=True)
    everywhere = await house.life.studio.history(caller("4"))

    assert [[card.number for card in cards] for cards in (here, everywhere)] == [[1], [2, 1]]


async def test_the_statement_says_why_only_when_somebody_said_why(build: Build) -> None:
    """A grant without a reason is a plain line, and the amounts add up to what is there."""
    house = await build()
    studio = house.life.studio
    await studio.grant("ann", 5_000, "", caller("1", "bob", is_admin=True))
    await studio.grant("ann", 7_000, "the workshop", caller("2", "bob", is_admin=True))
    await studio.revoke("ann", 2_000, "", caller("3", "bob", is_admin=True))
    await drawn(house, "4")

    lines = await studio.statement(caller("5"))
    balance = await studio.balance(caller("6"))

    assert sorted(line.text for line in lines) == [
        "#1 a lighthouse",
        "credits given",
        "credits given: the workshop",
        "credits taken back",
    ]
    assert balance.available == balance.allowance_limit + sum(line.amount for line in lines)


@pytest.mark.parametrize("who", ["Åsa Öst", "åsa öst", "@Åsa Öst", "ÅSA ÖST", "user:åsa öst"])
async def test_a_name_with_other_letters_is_found(build: Build, who: str) -> None:
    """However an admin writes a name that the web knows by its small letters."""
    house = await build()
    identity = people.Identity("web", HERE.id, "åsa öst", "Åsa Öst")
    await house.life.database.write(people.know_person, identity, "asa", now=house.clock())

    assert await house.life.studio.person(who, caller("1", "bob", is_admin=True)) == "asa"
