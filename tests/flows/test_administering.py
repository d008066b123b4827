"""What admins do about a place itself, on the real studio."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.errors import BadOption, NotAllowed, NotFound
from bot.core.jobs import JobState
from bot.members import Members
from bot.storage import claims, tenancy
from bot.storage.people import Tenant, know_tenant
from bot.storage.schema import deeds, events
from bot.storage.schema import tenants as tenant_table
from tests.flows.conftest import Build
from tests.flows.house import House
from tests.flows.world import GUILD, HERE, NOON, PICTURE, THERE, Terms, caller

CODE = "K7QM-2F9D"


async def test_a_named_admin_grants_until_the_name_goes(build: Build) -> None:
    """Bob is an admin because Ann, who manages the place, said so, and only while she says so."""
    house = await build()
    studio = house.life.studio
    boss, bob = caller("1", "ann", is_admin=True), caller("2", "bob")

    added = [await studio.name_admin("bob", boss) for _ in range(2)]
    listed = await studio.admins(bob)
    await studio.grant("cy", 5_000, "the workshop", bob)
    removed = await studio.unname_admin("bob", boss)

    assert (added, listed, removed) == ([True, False], ["bob"], True)
    with pytest.raises(NotAllowed, match="Only admins"):
        await studio.grant("cy", 5_000, "", caller("3", "bob"))
    log = await studio.deeds(boss)
    assert [(each.by, each.act, each.whom, each.amount) for each in log] == [
        ("ann", "admin removed", "bob", None),
        ("bob", "grant", "cy", 5_000),
        ("ann", "admin added", "bob", None),
    ]
    assert log[1].reason == "the workshop"


async def test_a_named_role_counts_while_the_caller_has_it(build: Build) -> None:
    """The role says it, not the person."""
    house = await build()
    studio = house.life.studio
    await studio.name_admin("role:R1", caller("1", is_admin=True))
    bob = replace(caller("2", "bob"), roles=("R1",))

    await studio.grant("cy", 1_000, "", bob)

    with pytest.raises(NotAllowed):
        await studio.grant("cy", 1_000, "", replace(bob, roles=("R2",), address=bob.address, event="3"))


@pytest.mark.parametrize("who", ["everyone", "@everyone", "@here", "role:here", "group:here"])
async def test_everybody_cannot_be_an_admin(build: Build, who: str) -> None:
    """Not by its name, and not by the id of the server, which is everybody's role on Discord."""
    house = await build()

    with pytest.raises(BadOption, match="Everybody"):
        await house.life.studio.name_admin(who, caller("1", is_admin=True))


async def test_somebody_of_another_place_is_unknown(build: Build) -> None:
    """An admin here learns nothing about people who never came here."""
    house = await build()
    there = caller("1", "bob", tenant=THERE, is_admin=True)

    for ask in (house.life.studio.balance, house.life.studio.statement, house.life.studio.history):
        with pytest.raises(NotFound):
            await ask(there, "ann")
    with pytest.raises(NotFound):
        await house.life.studio.name_admin("ann", there)


async def test_a_claim_makes_the_first_admin(build: Build) -> None:
    """One code, one admin, and no guest."""
    house = await build()
    studio, inner = house.life.studio, house.life.database._inner
    await inner.write(claims.make, "web:here", CODE, now=NOON)

    for wrong in (caller("1", "bob"), replace(caller("2", "bob"), is_guest=True)):
        with pytest.raises(NotAllowed):
            await studio.claim("AAAA-AAAA" if not wrong.is_guest else CODE, wrong)
    await studio.claim(CODE.lower(), caller("3", "bob"))
    with pytest.raises(NotAllowed, match="no code to claim"):
        await studio.claim(CODE, caller("4", "cy"))

    assert await studio.admins(caller("5", "bob")) == ["bob"]


async def test_a_pause_stops_one_place_only(build: Build) -> None:
    """Its people are told why and hold nothing; what runs finishes, what waits waits, next door draws on."""
    house = await build(terms=Terms(jobs_at_once=1))
    studio, boss = house.life.studio, caller("boss", "ann", is_admin=True)
    running = await house.order(caller("1"))
    waiting = await house.order(caller("2", "bob"))

    await studio.pause("  the budget\nis being checked. ", boss)
    refusal = await house.refusal(caller("3", "cy"))
    there = await house.order(caller("4", "bob", tenant=THERE))
    await house.settle()
    while_paused = [(await house.job(each.id)).state for each in (running, waiting, there)]
    lifted = [await studio.resume(boss) for _ in range(2)]
    await house.live()

    assert str(refusal).startswith("An admin has paused Easel here: the budget is being checked. Nothing")
    assert while_paused == [JobState.DONE, JobState.WAITING, JobState.DONE]
    assert lifted == [True, False]
    assert (await house.job(waiting.id)).state == JobState.DONE
    assert [row.act for row in await house.rows(deeds)] == ["pause", "resume"]
    await house.assert_sound()


async def test_a_place_that_is_not_let_in_leaves_no_trace(build: Build) -> None:
    """No hold, no event, no admin: its owner learns whom to ask, and nothing else."""
    house = await build()
    await house.life.database._inner.write(
        lambda db: db.execute(
            tenant_table.update().where(tenant_table.c.id == THERE.id).values(state="waiting")
        )
    )
    owner = caller("1", "bob", tenant=THERE, is_admin=True)

    refusal = await house.refusal(owner)
    with pytest.raises(NotAllowed):
        await house.life.studio.grant("bob", 1_000, "", owner)

    assert str(refusal) == "Easel is not switched on for this server yet. Ask opal@example.com."
    assert await house.rows(events) == []
    assert await house.rows(deeds) == []
    assert await house.accounts("") == []


async def test_what_waits_in_a_place_that_is_refused_is_cancelled(build: Build) -> None:
    """One runs and is kept; the two that waited spend nothing of whoever runs Easel, and say so."""
    house = await build(terms=Terms(jobs_at_once=1))
    cards = [await house.order(caller(event)) for event in "123"]

    cap = house.site.plans.newcomer_cap
    await house.life.database.write(tenancy.decide, HERE.id, tenancy.Entry("refused"), cap, now=house.clock())
    await house.settle()
    await house.live()

    states = [(await house.money(card.id))[:2] for card in cards]
    assert states == [("done", PICTURE), ("cancelled", 0), ("cancelled", 0)]
    assert len(house.vendor.bills) == 1
    assert {house.platform.shown_for(card.id).kind for card in cards[1:]} == {"failure"}
    await house.assert_sound()


async def test_what_waited_goes_on_with_the_end_of_the_pause(build: Build) -> None:
    """It is sent in the same transaction: no sweep comes in between."""
    house = await build(terms=Terms(jobs_at_once=1))
    studio, boss = house.life.studio, caller("boss", "ann", is_admin=True)
    await house.order(caller("1"))
    waiting = await house.order(caller("2", "bob"))
    await studio.pause("a moment", boss)
    await house.settle()

    await studio.resume(boss)
    state = (await house.job(waiting.id)).state
    await house.settle()

    assert state == JobState.RUNNING
    assert (await house.job(waiting.id)).state == JobState.DONE


async def test_flags_of_before_give_no_right(build: Build) -> None:
    """Studio and gallery look up themselves who may delete, keep and cancel; nothing rests on what came with a call."""
    house = await build()
    studio, gallery = house.life.studio, house.life.gallery
    card = await house.order(caller("1"))
    await house.live()
    [picture] = await house.pictures(card.id)
    await studio.name_admin("bob", caller("2", is_admin=True))

    assert (await studio.job(card.number, caller("3", "bob"))).may_change
    await studio.unname_admin("bob", caller("4", is_admin=True))
    assert not (await studio.job(card.number, caller("5", "bob"))).may_change
    with pytest.raises(NotAllowed):
        await gallery.delete(picture.id, caller("6", "bob"))
    await studio.name_admin("bob", caller("7", is_admin=True))
    await gallery.delete(picture.id, caller("8", "bob"))


async def test_a_home_is_chosen_for_the_user_not_for_the_person(build: Build) -> None:
    """One Discord user is a person in each server, and has one home; nobody else's is touched."""
    house = await build()
    life = house.life
    members = Members(life.database, house.clock, house.site.new_id)
    far = Tenant("discord:far", "discord", "Far", "approved", "UTC", "")
    await life.database.write(know_tenant, far, now=NOON)
    here, there = [await members.known("discord", each.id, "42", "Ann") for each in (GUILD, far)]
    other = await members.known("discord", GUILD.id, "43", "Bob")

    await studio_prefers(house, here, {"home": "Far"})

    assert here != there
    assert [(home.tenant, home.is_chosen) for home in await members.homes("42")] == [
        ("discord:far", True),
        ("discord:guild", False),
    ]
    assert (await life.studio.preferences(caller("5", other, tenant=GUILD))).home is None


async def studio_prefers(house: House, person: str, changes: dict[str, str]) -> None:
    """Change what a person of the guild prefers."""
    who = caller("prefer", person, tenant=GUILD)
    discord = who.address.model_copy(update={"platform": "discord"})
    await house.life.studio.prefer(changes, replace(who, address=discord))
