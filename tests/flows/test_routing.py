"""Which vendor draws: by the operator's order, a tenant's, or the name that somebody gives."""

from __future__ import annotations

from bot.core.breaker import FAULTS_MAX
from bot.core.errors import NotOffered
from bot.core.front import Incoming
from bot.core.studio import Draft
from bot.reception import Reception
from bot.storage import pauses
from commands import COMMANDS
from tests.flows.conftest import Build
from tests.flows.test_failover import CHEAPER, SAME, drawn_by
from tests.flows.world import GUILD, HERE, SPARE, THERE, Terms, caller
from tests.vendors_for_tests import LedgerVendor, fails, unreachable


async def test_a_paused_vendor_is_passed_by_and_gets_nothing_from_others(build: Build) -> None:
    """Orders go to who is not paused, and no job moves to who is."""
    house = await build(LedgerVendor(unreachable()), Terms(spare=SAME))
    await house.life.database.write(pauses.begin, SPARE, "tests", now=house.clock())
    stayed = await house.order(caller("1"))
    await house.live()
    await house.life.database.write(pauses.begin, "paper", "tests", now=house.clock())
    await house.life.database.write(pauses.lift, SPARE, now=house.clock())
    passed = await house.order(caller("2"))

    assert (await house.job(stayed.id)).vendor == "paper"
    assert passed.request.vendor == SPARE


async def test_the_order_of_vendors_is_the_operators_and_differs_by_command(build: Build) -> None:
    """Edits may begin elsewhere than new pictures."""
    terms = Terms(spare=CHEAPER, routing={"order": {"edit": [SPARE]}})
    house = await build(terms=terms)
    first = await house.order(caller("1"))
    await house.live()
    [picture] = await house.pictures(first.id)
    draft = Draft(command="edit", prompt="at night", parent=picture.id)

    edit = await house.life.studio.order(draft, caller("2"))

    assert (first.request.vendor, edit.request.vendor) == ("paper", SPARE)


async def test_the_order_of_vendors_differs_by_tenant(build: Build) -> None:
    """One server begins elsewhere, for all commands or for one; what it does not say is as for everybody."""
    own = {HERE.id: {"*": [SPARE], "edit": ["paper"]}, GUILD.id: {"edit": [SPARE]}}
    house = await build(terms=Terms(spare=CHEAPER, routing={"tenants": own}))
    here, there = await house.order(caller("1")), await house.order(caller("2", tenant=THERE))
    guild = await house.order(caller("3", tenant=GUILD))
    await house.live()
    [picture] = await house.pictures(here.id)
    draft = Draft(command="edit", prompt="at night", parent=picture.id)

    edit = await house.life.studio.order(draft, caller("4"))

    assert [card.request.vendor for card in (here, there, guild, edit)] == [SPARE, "paper", "paper", "paper"]


async def test_who_stands_in_is_the_next_in_the_tenants_order(build: Build) -> None:
    """The tenant's first vendor is away: the next of its own order draws."""
    own = {HERE.id: {"*": [SPARE, "paper"]}}
    house = await build(terms=Terms(spare=SAME, routing={"tenants": own}))
    house.site.spare.will(unreachable())

    card = await house.order(caller("1"))
    await house.live()

    assert await drawn_by(house, card.id) == ("paper", 1, 1)
    await house.assert_sound()


async def test_a_tenants_own_choice_of_a_vendor_holds(build: Build) -> None:
    """A server whose admins chose a vendor's model gets that vendor, and no other one."""
    house = await build(terms=Terms(spare=SAME))
    admin = caller("0", is_admin=True)
    await house.life.studio.set_tenant_rules({"model": "spare/paper-1"}, admin)
    house.site.spare.will(unreachable())

    card = await house.order(caller("1"))
    await house.live()

    assert await drawn_by(house, card.id) == (SPARE, 0, 2)


async def test_what_nobody_can_draw_is_refused_before_any_hold(build: Build) -> None:
    """No hold, no job, one sentence."""
    house = await build(terms=Terms(spare=SAME))

    refusal = await house.refusal(caller("1"), background="transparent")

    assert isinstance(refusal, NotOffered)
    assert await house.accounts("") == []


async def test_whoever_is_left_alone_is_named_in_the_chat(build: Build) -> None:
    """The list says so in a few words, and all about the model says what happens next; afterwards it is over."""
    house = await build(LedgerVendor(*[fails()] * FAULTS_MAX))
    front = Reception(COMMANDS, house.life.studio, house.life.gallery)

    async def told(line: str) -> str:
        return str((await front.receive(Incoming(line, caller(f"{line} {house.clock()}")))).rows)

    assert "no measurements yet" in await told("/models")
    for number in range(FAULTS_MAX):
        await house.order(caller(str(number)))
        await house.settle()

    assert "left alone because it failed" in await told("/models")
    assert "it failed several times in a row; it is tried again in a moment" in await told("/models paper-1")
    house.clock.advance(31)
    assert "failed lately, is tried again" in await told("/models")
    await house.live()
    await house.order(caller("last"))
    await house.live()
    assert "Left alone" not in await told("/models paper-1")
