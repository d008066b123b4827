"""Terms that admins set, by way of the whole house: who is asked, who is blocked, who left."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.commands import Caller
from bot.core.errors import Refusal, Unconfirmed
from bot.core.front import Incoming
from bot.core.plans import Plans
from bot.core.studio import Limit
from bot.reception import Reception
from bot.storage import deciding
from bot.storage.schema import identities, terms
from commands import COMMANDS
from tests.flows.conftest import Build
from tests.flows.house import House
from tests.flows.world import HERE, THERE, Terms
from tests.flows.world import caller as called

PLANS = {
    "default_plan": "everyone",
    "plans": [
        {"name": "everyone", "allowance": {"credits": "100", "per": "month"}, "confirm_above": "20"},
        {"name": "careful", "allowance": {"credits": "100", "per": "month"}, "confirm_above": "3"},
        {"name": "large", "allowance": {"credits": "500", "per": "month"}},
    ],
}


def caller(person: str, event: str, *, is_admin: bool = False) -> Caller:
    """Make somebody who acts."""
    return called(event, person, is_admin=is_admin)


async def built(build: Build) -> House:
    """Build a house with two plans."""
    house = await build(terms=Terms(jobs_at_once=1))
    house.site.plans = Plans.model_validate(PLANS)
    await house.restart()
    return house


async def test_above_which_price_is_asked_is_the_plans_own(build: Build) -> None:
    """Two pictures cost four credits: asked on the careful plan, and drawn on the other."""
    house = await built(build)
    admin = caller("bob", "a1", is_admin=True)

    await house.order(caller("ann", "1"), count=2)
    await house.life.studio.set_plan("ann", "careful", admin)
    with pytest.raises(Unconfirmed):
        await house.order(caller("ann", "2"), count=2)
    pressed = await house.order(replace(caller("ann", "2"), has_seen_price=True), count=2)
    under = await house.order(caller("ann", "3"), count=1)

    assert (pressed.number, under.number) == (2, 3)


async def test_the_setup_shows_what_everybody_has(build: Build) -> None:
    """Not what the admin who looks has of their own."""
    house = await built(build)
    admin, studio = caller("bob", "a1", is_admin=True), house.life.studio
    await house.order(caller("bob", "1"))

    await studio.set_plan("everyone", "everyone", admin)
    await studio.set_plan("bob", "large", admin)
    await studio.set_cap("bob", Limit(5_000, "week"), admin)
    await studio.set_cap("server", Limit(70_000, "day"), admin)
    setup = await studio.setup(admin)

    assert setup.allowance is not None
    assert setup.allowance.amount == 100_000
    assert [(cap.scope, cap.amount) for cap in setup.caps if cap.scope in {"person", "tenant"}] == [
        ("tenant", 70_000)
    ]


async def test_who_is_limited_reads_it_in_credits(build: Build) -> None:
    """The sentence of the refusal sends people to /credits, and that says what is left and until when."""
    house = await built(build)
    admin, ann = caller("bob", "a1", is_admin=True), caller("ann", "1")
    await house.order(ann)
    await house.life.studio.set_cap("ann", Limit(3_000, "day"), admin)
    front = Reception(COMMANDS, house.life.studio, house.life.gallery)

    told = await front.receive(Incoming("/credits", replace(ann, event="2")))

    assert told.text == "You can spend 1 credit now: a limit leaves no more of your 98 credits."
    [own] = [row.value for row in told.rows if row.label == "Your own limit"]
    assert own.startswith("1 of 3 credits left, opens again ")


async def test_a_block_cancels_what_waits_and_lets_what_runs_finish(build: Build) -> None:
    """One runs, two wait: those cost nothing and say so; unblocked, the person orders again."""
    house = await built(build)
    admin = caller("bob", "a1", is_admin=True)
    for event in "123":
        await house.order(caller("ann", event))

    is_new, count = await house.life.studio.block("ann", "spam", admin)
    refusal = await house.refusal(caller("ann", "4"))
    await house.live()
    await house.life.studio.unblock("ann", "", admin)
    after = await house.order(caller("ann", "5"))

    assert (is_new, count, refusal.key, after.number) == (True, 2, "blocked", 4)
    await house.live()
    cards = await house.life.studio.history(caller("ann", "h"))
    assert [card.state for card in cards] == ["done", "cancelled", "cancelled", "done"]
    await house.assert_sound()


async def test_who_left_has_nothing_waiting(build: Build) -> None:
    """A person's and then a whole place's waiting jobs are cancelled; what runs ends in the history."""
    house = await built(build)
    for event, who in enumerate(("ann", "ann", "bob")):
        await house.order(caller(who, str(event)))

    gone = await house.life.studio.leaving.person_left(HERE.id, "ann")
    emptied = await house.life.studio.leaving.tenant_left(HERE.id)
    again = await house.life.studio.leaving.tenant_left(HERE.id)
    await house.live()

    assert (gone, emptied, again) == (1, 1, 0)
    await house.assert_sound()


async def test_a_block_that_died_halfway_is_carried_out(build: Build) -> None:
    """Blocked, and dead before the jobs were cancelled: the next sweep does it."""
    house = await built(build)
    for event in "12":
        await house.order(caller("ann", event))

    block = deciding.Decision(HERE.id, "person:ann", "bob")
    await house.life.database._inner.write(deciding.block, block, now=house.clock())

    await house.pass_time(1)

    states = [
        (await house.job(card.id)).state for card in await house.life.studio.history(caller("ann", "h"))
    ]
    assert states == ["cancelled", "done"] or states[0] == "cancelled"


async def test_only_admins_decide(build: Build) -> None:
    """Every act checks the right itself, whatever the surface let through."""
    house = await built(build)
    ann, studio = caller("ann", "1"), house.life.studio
    acts = (
        studio.set_plan("bob", "careful", ann),
        studio.set_cap("here", Limit(0, "day"), ann),
        studio.reset("bob", "", ann),
        studio.block("bob", "", ann),
        studio.unblock("bob", "", ann),
        studio.overview(ann),
        studio.standing(ann, "bob"),
        studio.grant("bob", 1, "until 2099-01-01", ann),
    )
    for act in acts:
        with pytest.raises(Refusal) as refused:
            await act
        assert refused.value.key == "admins_only"


async def test_a_place_takes_back_only_what_it_gave(build: Build) -> None:
    """The admin of another server where a person draws takes nothing of what they have from here, however often."""
    house = await built(build)
    studio = house.life.studio
    elsewhere = {"platform": "web", "tenant": THERE.id, "user": "ann", "person": "ann", "name": "Ann"}
    await house.life.database.write(lambda db: db.execute(identities.insert(), elsewhere))
    there = called("t1", "cy", tenant=THERE, is_admin=True)
    here = caller("bob", "h1", is_admin=True)
    await studio.grant("ann", 50_000, "prize", here)
    await studio.grant("ann", 9_000, "until 2050-11-21", there)
    await studio.grant("ann", 3_000, "", replace(there, event="t2"))

    house.clock.advance(24 * 3_600)
    foreign = [await studio.revoke("ann", 60_000, "", replace(there, event=event)) for event in ("t3", "t4")]
    own = await studio.revoke("ann", 60_000, "", replace(here, event="h2"))

    assert [taken for taken, _ in foreign] == [3_000, 0]
    assert own[0] == 50_000
    assert await house.account("credits:ann") == (9_000, 0, 0)


async def test_admins_see_what_a_guest_has(build: Build) -> None:
    """A guest has no allowance, whoever asks; what they were granted is all. Forgotten, they are nobody's guest."""
    house = await built(build)
    studio, admin = house.life.studio, caller("bob", "a1", is_admin=True)
    ann = replace(caller("ann", "1"), is_guest=True)
    await studio.grant("ann", 10_000, "", admin)
    await house.order(ann)
    await house.live()

    own, seen = await studio.balance(ann), await studio.balance(admin, "ann")
    standing = await studio.standing(admin, "ann")

    assert (own.available, seen.available, standing.why) == (8_000, 8_000, "guest")
    await studio.forget(replace(ann, event="2"))
    assert [row.kind for row in await house.rows(terms)] == []
