"""Servers and workspaces: who is let in when met, and what operators let them spend."""

from __future__ import annotations

import asyncio

import pytest

from bot.core.errors import NotAllowed
from bot.core.plans import Allowance, Plans, Spender
from bot.storage import Database, Tx, audit, ledger, metering, tenancy
from bot.storage.people import Tenant, find_tenant
from bot.storage.tenancy import Doors, Mode
from bot.storage.terms import limits_of, terms_of
from tests.storage.builders import NOW

SMALL = Allowance.model_validate({"credits": "7", "per": "day"})
LARGE = Allowance.model_validate({"credits": "900", "per": "month"})
PLANS = Plans.model_validate({"default_plan": "everyone", "plans": ({"name": "everyone"},)})


def server(id: str, platform: str = "discord") -> Tenant:
    """Make a server as a platform meets it."""
    return Tenant(f"{platform}:{id}", platform, f"Server {id}", "waiting", "UTC", "")


def meet(db: Tx, id: str, mode: Mode = "first", platform: str = "discord") -> Tenant:
    """Meet a server."""
    return tenancy.meet(db, server(id, platform), Doors(mode, SMALL), now=NOW)[0]


def cap_of(db: Tx, id: str) -> int | None:
    """Read what operators let a server spend."""
    found = find_tenant(db, f"discord:{id}")
    assert found
    return found.cap.credits if found.cap else None


@pytest.mark.parametrize(
    ("mode", "states", "caps"),
    [
        ("first", ["approved", "waiting", "waiting"], [None, 0, 0]),
        ("open", ["approved", "approved", "approved"], [None, 7_000, 7_000]),
        (("discord:2",), ["waiting", "approved", "waiting"], [0, None, 0]),
        (("discord:2", "discord:3"), ["waiting", "approved", "approved"], [0, None, 7_000]),
        ((), ["waiting", "waiting", "waiting"], [0, 0, 0]),
    ],
    ids=["first", "open", "one id", "two ids", "nobody"],
)
async def test_who_is_let_in_when_met(
    database: Database, mode: Mode, states: list[str], caps: list[int | None]
) -> None:
    """Only the first that is let in spends without a cap of the operators."""
    met = [await database.write(meet, id, mode) for id in ("1", "2", "3")]

    assert [each.state for each in met] == states
    assert [await database.read(cap_of, id) for id in ("1", "2", "3")] == caps


async def test_each_platform_has_a_first(database: Database) -> None:
    """A workspace is let in although a server was before."""
    await database.write(meet, "1")

    workspace = await database.write(meet, "T1", "first", "slack")
    other = await database.write(meet, "T2", "first", "slack")

    assert (workspace.state, other.state) == ("approved", "waiting")


async def test_of_many_met_at_once_one_is_first(database: Database) -> None:
    """Nobody slips in beside the first."""
    met = await asyncio.gather(*(database.write(meet, str(id)) for id in range(12)))

    assert sorted(each.state for each in met) == ["approved", *["waiting"] * 11]


async def test_a_known_tenant_is_met_again_unchanged(database: Database) -> None:
    """Neither a refused first nor a changed setting lets anybody in; a new name is kept."""
    await database.write(meet, "1")
    await database.write(tenancy.decide, "discord:1", tenancy.Entry("refused"), SMALL, now=NOW)
    renamed = Tenant("discord:1", "discord", "New name", "waiting", "UTC", "")

    again, is_new = await database.write(tenancy.meet, renamed, Doors("open", SMALL), now=NOW)
    second = await database.write(meet, "2")

    assert (again.state, is_new, second.state) == ("refused", False, "waiting")
    found = await database.read(find_tenant, "discord:1")
    assert found
    assert found.name == "New name"


async def test_a_tenant_let_in_later_has_the_cap_of_newcomers(database: Database) -> None:
    """A cap that operators set before or after stays, whatever is decided again."""
    for id in ("1", "2", "3"):
        await database.write(meet, id)

    await database.write(tenancy.cap, "discord:3", LARGE, now=NOW)
    for id in ("1", "2", "3"):
        assert await database.write(
            tenancy.decide, f"discord:{id}", tenancy.Entry("approved"), SMALL, now=NOW
        )

    assert [await database.read(cap_of, id) for id in ("1", "2", "3")] == [None, 7_000, 900_000]
    assert not await database.write(tenancy.decide, "discord:9", tenancy.Entry("approved"), SMALL, now=NOW)
    assert not await database.write(tenancy.cap, "discord:9", LARGE, now=NOW)


async def test_the_cap_is_among_the_limits_of_a_hold(database: Database) -> None:
    """It turns with the operators' clock, and counts what the tenant has spent already."""
    await database.write(meet, "1")
    who = Spender("ann", "discord:1", "general")
    before = await database.read(limits_of, who, PLANS, now=NOW)
    await database.write(tenancy.cap, "discord:1", SMALL, now=NOW)

    [meter] = (await database.read(limits_of, who, PLANS, now=NOW)).meters

    assert before.meters == ()
    assert (meter.scope, meter.subject, meter.limit) == ("tenancy", "discord:1", 7_000)


async def test_a_cap_that_comes_back_counts_what_was_spent_without_it(database: Database) -> None:
    """Lifting a cap for an hour does not open its period anew."""
    await database.write(meet, "1")
    await database.write(tenancy.cap, "discord:1", SMALL, now=NOW)
    [meter] = (await database.read(limits_of, Spender("ann", "discord:1"), PLANS, now=NOW)).meters

    def is_opened(db: Tx) -> bool:
        [(_, must_open)] = ledger.create_or_lock(db, [(meter.account, "tenancy")]).values()
        return not must_open

    def open_it(db: Tx) -> None:
        from bot.core.accounts import HoldRequest

        metering.open_accounts(db, HoldRequest("j", "ann", 1, (meter,)), now=NOW)

    await database.write(open_it)
    assert await database.write(is_opened)
    await database.write(tenancy.cap, "discord:1", None, now=NOW)
    await database.write(tenancy.cap, "discord:1", SMALL, now=NOW)

    assert not await database.write(is_opened)


@pytest.mark.parametrize("tenant", ["discord:1", "discord:2", "discord:9"])
async def test_nobody_orders_where_easel_is_not_switched_on(database: Database, tenant: str) -> None:
    """Waiting, refused and unknown are the same to strangers."""
    for id in ("0", "1", "2"):
        await database.write(meet, id)
    await database.write(tenancy.decide, "discord:2", tenancy.Entry("refused"), SMALL, now=NOW)

    with pytest.raises(NotAllowed, match="not switched on"):
        await database.read(limits_of, Spender("ann", tenant), PLANS, now=NOW)
    terms = await database.read(terms_of, Spender("ann", tenant), PLANS, now=NOW)
    assert (terms is None) == (tenant == "discord:9")


async def test_every_decision_is_in_the_audit_log_once(database: Database) -> None:
    """What changes nothing is no deed."""
    for id in ("1", "1", "2"):
        await database.write(meet, id)
    for _ in range(2):
        await database.write(tenancy.decide, "discord:2", tenancy.Entry("approved"), SMALL, now=NOW)
    await database.write(tenancy.cap, "discord:2", LARGE, now=NOW)

    of_two = await database.read(audit.newest, "discord:2", limit=10)
    everything = await database.read(audit.newest, limit=10)

    assert [(each.act, each.amount) for each in of_two] == [
        ("cap", 900_000),
        ("approved", None),
        ("met", None),
    ]
    assert len(everything) == 4
    assert {each.by for each in everything} == {"operator"}
