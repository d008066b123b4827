"""What was taken lets what comes in go first, for a moment and no longer."""

from __future__ import annotations

import asyncio

import pytest

from bot.platforms.slack.turns import QUIET_SECONDS, YIELD_SECONDS_MAX, Turns
from tests.platforms.slack.turning import TurningLoop


def waited(arrivals: list[float]) -> list[float]:
    """Let something come in at these moments; returns when the turn of each came."""
    turned: list[float] = []

    async def one(turns: Turns, at: float) -> None:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(at)
        turns.note()
        await turns.wait()
        turned.append(loop.time())

    async def all_of_them() -> list[float]:
        turns, began = Turns(), asyncio.get_running_loop().time()
        await asyncio.gather(*(one(turns, at) for at in arrivals))
        return [each - began for each in turned]

    with asyncio.Runner(loop_factory=TurningLoop) as runner:
        return runner.run(all_of_them())


def test_what_comes_alone_waits_for_a_moment() -> None:
    """Nobody notices it."""
    assert waited([0.0]) == [pytest.approx(QUIET_SECONDS, abs=0.02)]


def test_a_burst_is_taken_before_anything_of_it_is_done() -> None:
    """All of it, in the order in which it came."""
    last = 0.9
    found = waited([number * 0.01 for number in range(round(last / 0.01) + 1)])

    assert found == sorted(found)
    assert found[0] >= last


def test_what_comes_without_an_end_holds_nothing_up_for_long() -> None:
    """The first of it has its turn after a second and a half."""
    found = waited([number * 0.01 for number in range(400)])

    assert found[0] == pytest.approx(YIELD_SECONDS_MAX, abs=0.05)
