"""The owner of another server is an admin there and nobody here: what they give buys nothing beyond their cap."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.errors import Refusal
from bot.members import Members
from bot.operating import Operating
from bot.storage.schema import accounts, jobs
from tests.flows.conftest import Build
from tests.flows.house import House, Site, furnish
from tests.flows.stage import DARK, FOREIGN, VICTIM, WITH, WITHOUT, Role, Stage, Tables
from tests.flows.test_rights_matrix import LINES, WAYS
from tests.flows.world import GUILD, PICTURE, Terms
from tests.vendors_for_tests import LedgerVendor, hides_outcome

CAP = 4_000
"""What the operators let the foreign server spend in a day: two pictures."""


async def stage_in(house: House) -> Stage:
    stage = Stage(house)
    await stage.furnish()
    return stage


def lines_for(user: str) -> list[str]:
    """Every administrative line, about somebody and with more than anybody should have."""
    lines = [line for each in LINES.values() for line in each]
    mine = [line.replace("user:user-vic", user).replace("user:user-olga", user) for line in lines]
    gifts = [f"/quota grant {user} 900 for me", f"/quota plan {user} everyone"]
    gifts += ["/quota cap server none", "/quota cap here none"]
    return [line for line in mine if not line.startswith(("/quota pause", "/quota block"))] + gifts


async def spendable(stage: Stage, who: Role) -> int:
    return (await stage.house.life.studio.balance(stage.caller(who))).credits_available


async def drawn_until_refused(stage: Stage, who: Role) -> tuple[int, str]:
    """Order until something is refused; returns how many were drawn, and why no more."""
    for number in range(30):
        try:
            await stage.house.order(stage.caller(who), f"picture {number}")
        except Refusal as refusal:
            await stage.house.live()
            return number, refusal.key
        await stage.house.live()
    raise AssertionError("nothing was refused")


async def test_a_server_that_waits_gives_nothing(build: Build) -> None:
    """Its owner runs every administrative command by every way: no account is made, nothing can be ordered."""
    stage = await stage_in(await build(LedgerVendor(hides_outcome())))
    owner = WITHOUT["the owner of a place that waits"]
    before = {row.id for row in await stage.house.rows(accounts)}

    for line in lines_for("user:user-dan"):
        for way in WAYS:
            assert (await way(stage, owner, line)).kind == "refusal", line

    assert {row.id for row in await stage.house.rows(accounts)} == before
    assert await drawn_until_refused(stage, owner) == (0, "tenant_waiting")


async def test_what_a_foreign_owner_gives_stays_in_their_server(build: Build) -> None:
    """They may give themselves millions there; here the same user has nothing of it, and nobody's money moved."""
    stage = await stage_in(await build(LedgerVendor(hides_outcome())))
    members = Members(stage.house.life.database, stage.house.clock, stage.house.site.new_id)
    here = await members.known("discord", GUILD.id, "user-finn", "Finn")
    before = {row.id: tuple(row) for row in await stage.house.rows(accounts)}

    for line in lines_for("user:user-finn"):
        for way in WAYS:
            await way(stage, FOREIGN, line)

    assert await spendable(stage, FOREIGN) > 1_000_000
    assert await spendable(stage, Role(here)) == 0
    after = {row.id: tuple(row) for row in await stage.house.rows(accounts)}
    assert [name for name, row in before.items() if after[name] != row] == []
    assert all("finn" in name or "discord:far" in name or "bot" in name for name in after.keys() - before)
    await stage.house.assert_sound()


async def test_a_newcomer_spends_its_cap_and_no_more(build: Build) -> None:
    """Whatever its owner grants, plans and lifts: a server that was let in later spends what operators set."""
    stage = await stage_in(await build(LedgerVendor(hides_outcome())))
    for line in lines_for("user:user-finn"):
        await WAYS[0](stage, FOREIGN, line)
    await stage.house.live()
    spent = sum(row.counted or 0 for row in await stage.house.rows(jobs, tenant=FOREIGN.tenant.id))

    count, why = await drawn_until_refused(stage, FOREIGN)

    assert (spent + count * PICTURE, why) == (CAP, "cap_tenancy")


async def test_a_server_that_is_let_in_later_begins_with_the_cap_of_newcomers(build: Build) -> None:
    """Its owner's grants reach that far."""
    stage = await stage_in(await build(LedgerVendor(hides_outcome())))
    house, owner = stage.house, WITHOUT["the owner of a place that waits"]
    waiting = replace(DARK)
    operating = Operating(house.life.database, house.clock, ("paper",), house.site.plans)
    limit = house.site.plans.newcomer_cap.credits

    said = await operating.answer(f'{{"act": "tenant", "tenant": "{waiting.id}", "state": "approved"}}')
    await operating.answer(f'{{"act": "cap", "tenant": "{waiting.id}", "millicredits": {CAP}}}')
    for line in lines_for("user:user-dan"):
        await WAYS[0](stage, owner, line)
    await house.live()
    count, why = await drawn_until_refused(stage, owner)

    assert f"{limit // 1000} credits a day" in said
    assert (count, why) == (CAP // PICTURE, "cap_tenancy")


STRANGERS = (*WITHOUT.values(), FOREIGN)


def about_the_server(tables: Tables) -> list[object]:
    """Pick what only those with a right may change: money, meters, terms, admins and pictures of the server."""
    rows: list[object] = []
    for name in ("accounts", "admins", "deeds", "jobs", "pictures", "takedowns", "tenants", "tenant_rules"):
        rows += [
            (name, row) for row in tables[name] if GUILD.id in row or "vic" in row or "credits:vic" in row
        ]
    for name in ("channel_rules", "tenant_pauses", "verdicts", "claims", "adjustments"):
        rows += [(name, row) for row in tables[name] if "discord:far" not in row and "finn" not in row]
    return rows


STEPS = st.lists(
    st.tuples(st.integers(0, len(STRANGERS) + 1), st.integers(0, 10**6), st.integers(0, len(WAYS) - 1)),
    min_size=5,
    max_size=30,
)


@pytest.mark.slow
@settings(max_examples=int(os.environ.get("EASEL_HISTORIES", "5")), deadline=None)
@given(steps=STEPS)
def test_random_acts_of_random_people_change_nothing_of_others(steps: list[tuple[int, int, int]]) -> None:
    """Between acts of an admin, who may, nobody else moves money, terms, admins or pictures of the server."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_play(Path(folder), steps))


async def _play(folder: Path, steps: list[tuple[int, int, int]]) -> None:
    await furnish(f"sqlite:///{folder / 'easel.db'}")
    house = House(Site(folder, LedgerVendor(hides_outcome()), Terms()))
    await house.start()
    try:
        stage = await stage_in(house)
        for role, line, way in steps:
            before = about_the_server(await stage.tables())
            is_allowed = role >= len(STRANGERS)
            who = WITH["a named person"] if is_allowed else STRANGERS[role]
            lines = lines_for("user:user-vic") + lines_for(f"user:user-{who.person}")
            reply = await WAYS[way](stage, who, random.Random(line).choice(lines))
            assert reply.kind != "failure"
            if not is_allowed:
                assert about_the_server(await stage.tables()) == before, (who, line, way)
        assert (await house.life.studio.job(2, stage.caller(VICTIM))).number == 2
    finally:
        await house.end()
        house.site.pool.close()
        shutil.rmtree(folder / "pictures", ignore_errors=True)
