"""The code that makes its bearer the first admin of a tenant."""

from __future__ import annotations

import asyncio

import pytest

from bot.core.claims import claim_code, is_same_code
from bot.storage import Database, Tx, claims, people, rights
from bot.storage.claims import HOUR, TRIES_MAX
from bot.storage.people import Tenant
from bot.storage.rights import Named
from tests.storage.builders import NOW

G1 = "discord:G1"
ANN, BOB = Named("person", "ann", "Ann"), Named("person", "bob", "Bob")
CODE = claim_code(bytes(range(8)))


@pytest.fixture
async def house(database: Database) -> Database:
    """One server that was let in, one that waits."""

    def furnish(db: Tx) -> None:
        for id, state in (("G1", "approved"), ("G2", "waiting")):
            people.know_tenant(db, Tenant(f"discord:{id}", "discord", id, state, "UTC", ""), now=NOW)

    await database.write(furnish)
    return database


def test_codes_are_read_as_people_type_them() -> None:
    """Case, spaces and the dash do not matter; every letter does."""
    assert CODE == "2345-6789"
    assert is_same_code(" 23456789 ", CODE)
    assert is_same_code("k7qm 2f9d", "K7QM-2F9D")
    assert not is_same_code("2345-678A", CODE)
    assert not is_same_code("", CODE)
    assert not is_same_code("ünïcödé", CODE)


async def test_a_code_is_shown_until_it_is_used(house: Database) -> None:
    """Asked again it is the same; after an hour it is another; a used one is gone with the need for it."""
    first = await house.write(claims.make, G1, CODE, now=NOW)
    same = await house.write(claims.make, G1, "OTHE-RONE", now=NOW + HOUR - 1)
    later = await house.write(claims.make, G1, "OTHE-RONE", now=NOW + HOUR)
    needing = await house.read(claims.without_admin)

    done = await house.write(claims.claim, G1, "other one", ANN, now=NOW + HOUR + 1)

    assert (first, same, later, needing) == (CODE, CODE, "OTHE-RONE", [G1])
    assert done == "done"
    assert await house.read(rights.named, G1) == [ANN]
    assert await house.write(claims.make, G1, "THIR-DONE", now=NOW + HOUR + 2) is None
    assert await house.read(claims.in_force, G1, now=NOW + HOUR + 2) is None
    assert await house.read(claims.without_admin) == []


async def test_a_code_is_used_once(house: Database) -> None:
    """Whoever used it hears so again when their event comes twice; anybody else comes too late."""
    await house.write(claims.make, G1, CODE, now=NOW)

    said = await asyncio.gather(
        *(house.write(claims.claim, G1, CODE, who, now=NOW) for who in (ANN, BOB, ANN, BOB))
    )

    assert sorted(said) == ["done", "done", "gone", "gone"]
    assert len(await house.read(rights.named, G1)) == 1


async def test_guessing_ends_the_code(house: Database) -> None:
    """After ten wrong tries the right one does nothing either."""
    await house.write(claims.make, G1, CODE, now=NOW)

    wrong = [await house.write(claims.claim, G1, f"AAAA-{n}", BOB, now=NOW) for n in range(TRIES_MAX)]
    right = await house.write(claims.claim, G1, CODE, ANN, now=NOW)

    assert (set(wrong), right) == ({"wrong"}, "gone")
    assert await house.read(claims.in_force, G1, now=NOW) is None
    assert await house.write(claims.make, G1, "NEWC-ODE2", now=NOW) == "NEWC-ODE2"


@pytest.mark.parametrize(("tenant", "later"), [("discord:G2", 0), ("discord:G9", 0), (G1, HOUR)])
async def test_a_code_is_good_in_its_own_place_for_an_hour(house: Database, tenant: str, later: int) -> None:
    """Where Easel is not switched on there is none at all."""
    made = await house.write(claims.make, tenant, CODE, now=NOW)

    assert (made is None) == (tenant != G1)
    assert await house.write(claims.claim, tenant, CODE, ANN, now=NOW + later) == "gone"
    assert await house.read(rights.named, tenant) == []
