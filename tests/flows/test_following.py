"""Jobs on their way, as their askers see them."""

from __future__ import annotations

import pytest

from bot.core.errors import NotFound
from bot.core.following import Eta
from tests.flows.chatroom import Chatroom
from tests.flows.conftest import Build
from tests.flows.world import Terms


async def test_how_long_it_takes_is_told_from_five_measurements_on(build: Build) -> None:
    """The median and nine in ten; read once a minute."""
    room = Chatroom(await build(terms=Terms(allowance="1000")))
    watch = room.watch
    for seconds in (10, 20, 30, 40):
        await draw_in(room, seconds)
    first = await room.submit("ann", "imagine", prompt="a fox")
    assert first.number is not None
    early = await watch.look(first.number, room.caller("ann"))
    await room.house.live()
    await draw_in(room, 50)
    room.house.clock.advance(60)
    second = await room.submit("ann", "imagine", prompt="another fox")
    assert second.number is not None
    late = await watch.look(second.number, room.caller("ann"))

    assert early.eta is None
    assert "no measurements yet" in early.reply.text
    assert late.eta is not None
    assert late.reply.text.endswith(f"Usually {late.eta.usual_seconds} s, rarely {late.eta.rare_seconds} s.")
    assert late.eta == Eta(20, 50)


async def test_a_job_is_followed_to_its_end_by_its_asker_alone(build: Build) -> None:
    """Each change is told once; somebody else's job is unknown."""
    room = Chatroom(await build())
    watch = room.watch
    ordered = await room.submit("ann", "imagine", prompt="a fox", private="yes")
    assert ordered.number is not None
    states = []
    async for view in watch.follow(ordered.number, room.caller("ann")):
        states.append(view.card.state.value)
        if view.card.state.is_open:
            assert [job.number for job in await watch.open("discord")] == [ordered.number]
            await room.house.live()

    with pytest.raises(NotFound):
        await watch.look(ordered.number, room.caller("bob"))
    assert states == ["running", "done"]
    assert await watch.open("discord") == []


async def draw_in(room: Chatroom, seconds: int) -> None:
    """Draw a picture that takes this long."""
    reply = await room.submit("ann", "imagine", prompt=f"takes {seconds}")
    assert reply.kind == "accepted"
    room.house.clock.advance(seconds)
    await room.house.live()
