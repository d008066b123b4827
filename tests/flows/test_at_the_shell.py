"""What an operator reads at the shell about a person of a chat."""

from __future__ import annotations

import json

from bot.operating import Operating
from tests.flows.conftest import Build
from tests.flows.stage import SECRET, Stage
from tests.flows.world import GUILD
from tests.vendors_for_tests import LedgerVendor, hides_outcome


async def test_somebodys_jobs_are_listed_with_their_links(build: Build) -> None:
    """Plan, available, held, spent; each job with price, state and where it stands; private ones are not there."""
    stage = Stage(await build(LedgerVendor(hides_outcome())))
    await stage.furnish()
    house = stage.house
    operating = Operating(
        house.life.database, house.clock, ("paper",), house.site.plans, receive=stage.front.receive
    )

    act = {"act": "quota", "tenant": GUILD.id, "line": "show user:user-vic", "event": "1"}
    answer = json.loads(await operating.answer(json.dumps(act)))
    rows = dict(answer["rows"])

    assert answer["ok"]
    assert {"Plan", "Held", "Spent", "#1", "#2"} <= rows.keys()
    assert "2 credits" in rows["#2"]
    assert "https://discord.com/channels/guild/" in rows["#2"]
    assert "#3" not in rows
    assert SECRET not in str(answer)
