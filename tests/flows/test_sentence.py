"""From a prompt to a delivered, paid picture."""

from __future__ import annotations

from bot.storage.schema import entries, replies
from tests.flows.conftest import Build
from tests.flows.world import PICTURE, caller


async def test_an_order_becomes_a_picture_that_is_stored_paid_and_shown(build: Build) -> None:
    """Held, drawn, stored, settled at the price of what is stored, shown once."""
    house = await build()

    card = await house.order(caller("1"))
    held = await house.account("allowance:ann")
    await house.settle()

    assert held == (0, PICTURE, 0)
    assert await house.account("allowance:ann") == (0, 0, PICTURE)
    assert await house.money(card.id) == ("done", PICTURE, PICTURE)
    assert [(row.key, row.held, row.spent) for row in await house.rows(entries)] == [
        (f"hold:{card.id}", PICTURE, 0),
        (f"close:{card.id}", -PICTURE, PICTURE),
    ]
    assert [post.key for post in house.platform.posts] == [f"{card.id}:result"]
    assert len(house.platform.shown_for(card.id).pictures) == 1
    [reply] = await house.rows(replies)
    assert (reply.state, reply.message) == ("posted", f"message {card.id}:result")
    await house.assert_sound()
