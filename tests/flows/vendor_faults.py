"""What can go wrong at a vendor, each as a story of one order that any vendor can play."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from bot.core.studio import JobCard
from bot.storage.schema import alarms
from tests.doubles.task_server import SCENES
from tests.flows.vendor_shop import ADDRESS, Shop

Fault = Callable[[Shop], Any]
FOUND_OUT = {
    "release": ("lost", 0, False),
    "idempotency-key": ("done", 1, True),
    "look-up": ("done", 1, True),
}
"""How an order ends whose answer was lost: unknown, or found out by its key or our reference; never ordered twice."""


async def slow(shop: Shop) -> None:
    """It takes its time to answer: nobody gives up, nothing is asked twice."""
    shop.bench.plan("held")
    card = await shop.order()
    working = await shop.until_reached()
    assert (await shop.house.job(card.id)).state == "running"
    shop.bench.simulator.gate.set()
    await working
    await shop.house.live()
    assert await shop.drawn(card) == ("done", 1, True)
    assert shop.bench.asked == 1


async def queued(shop: Shop) -> None:
    """It says several times that the order waits or is drawn: nobody is held up, and the picture comes."""
    shop.bench.plan("slow")
    card = await shop.order()
    await shop.house.settle()
    row = await shop.house.job(card.id)
    assert (row.state, row.owner) == ("running", None)
    await shop.house.live()
    assert await shop.drawn(card) == ("done", 1, True)
    assert shop.bench.asked == 1


async def partial(shop: Shop) -> None:
    """One picture fewer than ordered comes: what came is kept and paid for, the rest is free."""
    shop.bench.plan("partial")
    several = shop.bench.per_call > 1
    card = await shop.order(count=3 if several else 1)
    await shop.house.live()
    state, stored, _ = await shop.drawn(card)
    assert (state, stored) == ("done", 2) if several else (state, stored) == ("lost", 0)
    assert shop.bench.asked == 1


async def refused(shop: Shop) -> None:
    """The safety check says no: final, free, and told as what it is."""
    shop.bench.plan("refused")
    card = await shop.order()
    await shop.house.live()
    assert await shop.drawn(card) == ("failed", 0, False)
    assert "did not accept" in shop.house.platform.shown_for(card.id).text
    assert (shop.bench.asked, await shop.house.rows(alarms)) == (1, [])


async def rate_limited(shop: Shop) -> None:
    """Too much: the order waits as long as the vendor says, its place given back, and is drawn then."""
    shop.bench.plan("busy")
    card = await shop.order()
    await shop.house.settle()
    row = await shop.house.job(card.id)
    said = 10 if shop.name == "runflow" else 7
    assert (row.state, row.not_before - shop.house.clock()) == ("waiting", said * 1000)
    await shop.house.pass_time(said - 1)
    assert shop.bench.asked == 1
    await shop.house.live()
    assert await shop.drawn(card) == ("done", 1, True)
    assert shop.bench.asked == 2


async def out_of_credit(shop: Shop) -> None:
    """Our account is empty: the person is not blamed, the operators are alarmed, and nobody waits for it."""
    shop.bench.plan("no_credit")
    card = await shop.order()
    await shop.house.settle()
    assert await shop.drawn(card) == ("failed", 0, False)
    told = shop.house.platform.shown_for(card.id).text
    assert "does not accept our account" in told
    assert "your" not in told.lower()
    assert [row.cause for row in await shop.house.rows(alarms)] == [f"account:{shop.name}"]


async def account_fault(shop: Shop, case: str) -> None:
    """Whatever is wrong with our account is the operators' to mend."""
    if case != "wrong key":
        shop.bench.plan(case)
    card = await shop.order()
    await shop.house.settle()
    assert await shop.drawn(card) == ("failed", 0, False)
    assert "does not accept our account" in shop.house.platform.shown_for(card.id).text
    assert [row.cause for row in await shop.house.rows(alarms)] == [f"account:{shop.name}"]


async def server_error(shop: Shop) -> None:
    """It says itself that it failed and bills nothing: asked once more, and paid once."""
    shop.bench.plan("fails")
    card = await shop.order()
    await shop.house.live()
    assert await shop.drawn(card) == ("done", 1, True)
    assert shop.bench.asked == 2


async def _lost_answer(shop: Shop, case: str) -> None:
    shop.bench.plan(case)
    card = await shop.order()
    await shop.house.live()
    assert await shop.drawn(card) == FOUND_OUT[shop.policy]
    repeats = 1 if shop.policy == "idempotency-key" else 0
    assert shop.bench.asked == 1 + repeats
    _, charged, counted = await shop.house.money(card.id)
    if not charged:
        assert counted == card.held
        assert "cannot know whether" in shop.house.platform.shown_for(card.id).text


async def cut_body(shop: Shop) -> None:
    """Its answer ends in the middle."""
    await _lost_answer(shop, "cut")


async def html_error(shop: Shop) -> None:
    """Something between us answers with a page, while the vendor may have drawn."""
    await _lost_answer(shop, "page_502")


async def lost_submit_reply(shop: Shop) -> None:
    """It takes the order and hangs up."""
    await _lost_answer(shop, "lost")


async def expired_url(shop: Shop) -> None:
    """The address of the picture leads nowhere any more: free for the person, counted for the caps."""
    shop.bench.plan("expired")
    card = await shop.order()
    await shop.house.live()
    if shop.policy == "idempotency-key":
        assert await shop.drawn(card) == ("done", 1, True)
    else:
        assert await shop.drawn(card) == ("lost", 0, False)
        assert (await shop.house.money(card.id))[2]
        assert shop.bench.asked == 1


async def resting(shop: Shop, scene: str = "slow") -> tuple[JobCard, Any]:
    """Order, and leave the vendor drawing; looked at by due time only after a quarter of an hour."""
    shop.bench.plan(scene)
    card = await shop.order()
    await shop.house.settle()
    [*_, task] = shop.bench.simulator.tasks.values()
    return card, task


async def duplicate_callback(shop: Shop) -> None:
    """Told four times at once, and once more: one picture, one charge."""
    card, task = await resting(shop)
    task.asked = 9
    assert await asyncio.gather(*(shop.call_back() for _ in range(4))) == [True] * 4
    await shop.house.settle()
    assert await shop.call_back()
    await shop.house.settle()
    assert await shop.drawn(card) == ("done", 1, True)
    assert shop.bench.asked == 1


async def forged_callback(shop: Shop) -> None:
    """Somebody else says that it is done: turned away where it is signed, and never believed where it is not."""
    card, task = await resting(shop, "never")
    if shop.name == "runflow":
        assert not await shop.call_back(**{"Runflow-Signature": "0" * 64})
    else:
        task.scene, true_scene = replace_scene(task), task.scene
        assert await shop.call_back()
        task.scene = true_scene
    await shop.house.settle()
    assert (await shop.house.job(card.id)).state == "running"
    assert await shop.house.pictures(card.id) == []
    await shop.house.live()
    assert await shop.drawn(card) == ("lost", 0, False)


async def early_callback(shop: Shop) -> None:
    """It calls back before it has answered the order: kept, and used once the ticket is known."""
    shop.bench.plan("held")
    card = await shop.order()
    working = await shop.until_reached()
    assert await shop.call_back()
    shop.bench.simulator.gate.set()
    await working
    await shop.house.live()
    assert await shop.drawn(card) == ("done", 1, True)
    assert shop.bench.asked == 1


async def late_callback(shop: Shop) -> None:
    """It is done after we gave up: the picture is kept as late, and nobody is charged for it."""
    card, task = await resting(shop, "never")
    await shop.house.live()
    assert await shop.drawn(card) == ("lost", 0, False)
    task.scene, task.asked = replace_scene(task), 9
    assert await shop.call_back()
    await shop.house.settle()
    assert await shop.drawn(card) == ("lost", 1, False)
    assert [row.is_late for row in await shop.house.pictures(card.id)] == [1]


async def missing_callback(shop: Shop) -> None:
    """It never calls back: the order is looked at when it is due."""
    card, task = await resting(shop)
    assert task.body["callback_url"].startswith(ADDRESS)
    await shop.house.live()
    assert await shop.drawn(card) == ("done", 1, True)
    assert task.asked > 1


def replace_scene(task: Any) -> Any:
    """What the vendor would say if it were done."""
    return SCENES["draws"]


ALL: dict[str, Fault] = {
    "slow": slow,
    "partial": partial,
    "refused": refused,
    "rate-limited": rate_limited,
    "out of credit": out_of_credit,
    "5xx": server_error,
    "cut body": cut_body,
    "HTML error": html_error,
    "expired URL": expired_url,
    "lost submit reply": lost_submit_reply,
}
WITH_TICKETS: dict[str, Fault] = {
    "queued": queued,
    "duplicate callback": duplicate_callback,
    "forged callback": forged_callback,
    "early callback": early_callback,
    "late callback": late_callback,
    "missing callback": missing_callback,
}
"""What can only happen where an order is answered by a ticket."""
