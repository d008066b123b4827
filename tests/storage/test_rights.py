"""Admins that were named: persons, roles and groups, each in their own tenant."""

from __future__ import annotations

import pytest

from bot.core.commands import Caller
from bot.core.errors import NotAllowed
from bot.core.replies import Address
from bot.rights import Rights
from bot.storage import Database, Tx, audit, people, rights
from bot.storage.people import Tenant
from bot.storage.rights import Named
from tests.storage.builders import NOW

ANN = Named("person", "ann", "Ann")
MODERATORS = Named("role", "R1", "Moderators")


@pytest.fixture
async def house(database: Database) -> Database:
    """Two servers and a workspace that were let in, one server that waits."""

    def furnish(db: Tx) -> None:
        for id, state in (("G1", "approved"), ("G2", "approved"), ("G3", "waiting")):
            people.know_tenant(db, Tenant(f"discord:{id}", "discord", id, state, "UTC", ""), now=NOW)
        people.know_tenant(db, Tenant("slack:T1", "slack", "T1", "approved", "UTC", ""), now=NOW)

    await database.write(furnish)
    return database


def clock() -> int:
    return NOW


def rights_of(database: Database, *operators: str) -> Rights:
    """Decide, with these operators."""
    return Rights(database, clock, frozenset(operators), "ops@example.com")


def somebody(
    person: str = "ann", tenant: str = "discord:G1", roles: tuple[str, ...] = (), *, is_admin: bool = False
) -> Caller:
    """Make a caller whose user id is the person's name in capitals."""
    platform = tenant.partition(":")[0]
    address = Address(platform=platform, tenant=tenant, channel="c", person=person, user=person.upper())
    return Caller(person, address, person, "event", is_admin=is_admin, roles=roles)


async def test_a_named_person_administers_their_own_tenant_only(house: Database) -> None:
    """The same person is nobody next door."""
    await house.write(rights.name, "discord:G1", ANN, "boss", now=NOW)
    decide = rights_of(house)

    assert await decide.may_administer(somebody())
    assert not await decide.may_administer(somebody(tenant="discord:G2"))
    assert not await decide.may_administer(somebody("bob"))


async def test_a_lost_role_counts_at_once(house: Database) -> None:
    """A role counts while the caller has it, in the act itself."""
    await house.write(rights.name, "discord:G1", MODERATORS, "boss", now=NOW)
    decide = rights_of(house)

    assert await decide.may_administer(somebody(roles=("R0", "R1")))
    assert not await decide.may_administer(somebody(roles=("R0",)))
    assert not await decide.may_administer(somebody(tenant="discord:G2", roles=("R1",)))


async def test_a_right_that_was_taken_away_is_gone_at_once(house: Database) -> None:
    """Nothing is remembered between two acts."""
    decide = rights_of(house)
    for _ in range(2):
        await house.write(rights.name, "discord:G1", ANN, "boss", now=NOW)
    assert (await decide.admit(somebody())).is_admin

    assert await house.write(rights.unname, "discord:G1", ANN, "boss", now=NOW)
    assert not await house.write(rights.unname, "discord:G1", ANN, "boss", now=NOW)

    assert not (await decide.admit(somebody())).is_admin
    with pytest.raises(NotAllowed, match="Only admins"):
        await decide.check_admin(somebody())
    log = await house.read(audit.newest, "discord:G1", limit=9)
    assert [each.act for each in log] == ["admin removed", "admin added"]


@pytest.mark.parametrize(
    ("operator", "tenant", "is_one"),
    [
        ("discord:ANN", "discord:G1", True),
        ("slack:ANN", "slack:T1", True),
        ("slack:T1/ANN", "slack:T1", True),
        ("slack:T2/ANN", "slack:T1", False),
        ("slack:ANN", "discord:G1", False),
        ("discord:ann", "discord:G1", False),
        ("discord:", "discord:G1", False),
        ("discord:BOB", "discord:G1", False),
    ],
)
async def test_operators_are_named_by_the_platforms_ids(
    house: Database, operator: str, tenant: str, *, is_one: bool
) -> None:
    """A name that people see says nothing."""
    admitted = await rights_of(house, operator).admit(somebody(tenant=tenant))

    assert (admitted.is_operator, admitted.is_admin) == (is_one, is_one)


async def test_admins_are_no_operators(house: Database) -> None:
    """Manage Server moves nothing that belongs to whoever runs Easel."""
    decide = rights_of(house, "discord:OPAL")

    await decide.check_operator(somebody("opal"))
    with pytest.raises(NotAllowed, match=r"ops@example\.com"):
        await decide.check_operator(somebody(is_admin=True))


@pytest.mark.parametrize("tenant", ["discord:G3", "discord:G9"])
async def test_nobody_acts_where_easel_is_not_switched_on(house: Database, tenant: str) -> None:
    """Neither its owner nor an operator; strangers learn whom to ask."""
    decide = rights_of(house, "discord:OPAL")

    for caller in (somebody(tenant=tenant, is_admin=True), somebody("opal", tenant)):
        for check in (decide.admit, decide.check_place, decide.check_admin, decide.check_operator):
            with pytest.raises(NotAllowed, match=r"not switched on .* ops@example\.com"):
                await check(caller)


async def test_the_first_admin_that_comes_is_seen(house: Database) -> None:
    """So that no code is shown where none is needed; ordinary people count for nothing."""
    decide = rights_of(house)
    await decide.admit(somebody())
    before = await house.read(rights.standing, "discord:G1", "ann", ())

    await decide.admit(somebody(is_admin=True))

    after = await house.read(rights.standing, "discord:G1", "ann", ())
    assert before
    assert after
    assert (before.has_seen_admin, after.has_seen_admin) == (False, True)
