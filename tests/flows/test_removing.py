"""Pictures are taken out of their messages at once, also when that is decided while others are."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.core.ports import Removal
from bot.removing import Remover
from tests.flows.conftest import Build
from tests.flows.test_reporting import ADMIN
from tests.flows.world import caller


async def test_what_is_decided_while_another_is_removed_follows_at_once(build: Build) -> None:
    """A ring that nobody waits for is not missed: the remover looks again, not a quarter of a minute later."""
    house = await build()
    pictures = []
    for event in ("first", "second"):
        card = await house.order(caller(event))
        await house.live()
        pictures += [row.id for row in await house.pictures(card.id)]
    at_it, go_on, removed = asyncio.Event(), asyncio.Event(), asyncio.Queue[str]()

    async def remove(removal: Removal) -> None:
        at_it.set()
        await go_on.wait()
        removed.put_nowait(removal.picture)

    remover = Remover(house.life.database, {"web": remove}, house.clock, house.life.bell)
    running = asyncio.create_task(remover.run())
    await house.life.studio.decide_report(pictures[0], "taken_down", replace(ADMIN, event="1"))
    await at_it.wait()
    await house.life.studio.decide_report(pictures[1], "taken_down", replace(ADMIN, event="2"))
    go_on.set()

    async with asyncio.timeout(30):
        assert [await removed.get(), await removed.get()] == pictures
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
