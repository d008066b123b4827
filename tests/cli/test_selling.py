"""`easel vendors`: what vendors cost and how they have done, with and without a running Easel."""

from __future__ import annotations

import asyncio
import json

import pytest

from bot.app import build
from bot.core.errors import VendorAccount
from bot.storage import Tx, jobs, prices, workers
from bot.storage.jobs import Claim
from bot.storage.prices import Listed
from tests.cli.conftest import Shell, furnish, now, write
from tests.storage.builders import Calling, Order, call_out, places, store, take

DRAWN = 6


def draw(db: Tx) -> None:
    """Let the sketch draw a few pictures, and its price change once."""
    workers.register(db, "w1", host="here", pid=1, now=now())
    furnish(db, *(Order(str(number)) for number in range(DRAWN)))
    for number in range(DRAWN):
        call = Calling(f"job-{number}")
        epoch = take(db, call.job, now=now())
        call_out(db, call, epoch, now=now() - 12_000)
        store(db, call, now=now())
        jobs.finish(db, Claim(call.job, epoch), places(9), reason=None, now=now())
    for nano in (50_000_000, 60_000_000):
        prices.note(db, [Listed("sketch", "sketch", "low", nano)], now=now() + nano)


async def test_vendors_are_told_in_words_and_as_json(shell: Shell) -> None:
    """Availability, time, prices and their changes; a program gets the same numbers."""
    await write(shell.config, draw)

    told = (await asyncio.to_thread(shell, "vendors")).output
    [sheet] = json.loads((await asyncio.to_thread(shell, "vendors", "--json")).output)

    assert "Sketch (offline)" in told
    assert f"answered {DRAWN} of {DRAWN} (100 %)" in told
    assert "low: $0.050 to $0.060" in told
    assert "yours: it is drawn by Easel itself" in told
    assert (sheet["facts"]["Runs in"], sheet["facts"]["Keeps"]) == ("this machine", "nothing")
    [model] = sheet["models"]
    assert model["health"]["outcomes"] == {"drawn": DRAWN}
    assert model["health"]["speeds"][0]["calls"] == DRAWN
    assert [nano for _, nano in model["prices"][0]["history"]] == [50_000_000, 60_000_000]


async def test_a_running_easel_says_whom_it_leaves_alone(shell: Shell) -> None:
    """Nobody is, so nothing is said; before the first picture there are no measurements."""
    async with shell.running():
        code, said = await shell.beside("vendors")

    assert code == 0, said
    assert "no measurements yet" in said
    assert "Left alone" not in said


async def test_before_the_first_start_there_is_nothing_to_tell(shell: Shell) -> None:
    """One sentence that names the next step."""
    result = await asyncio.to_thread(shell, "vendors")

    assert result.exit_code == 2
    assert "easel run" in result.output


@pytest.mark.slow
async def test_doctor_names_whom_a_running_easel_leaves_alone(shell: Shell) -> None:
    """A broken key opens the breaker; doctor and the list say so."""
    async with build(shell.config) as easel, easel.running():
        counter = easel.recovery._counters["sketch"]
        counter.learn("sketch", VendorAccount("401"), now=now())
        _, examined = await shell.beside("doctor")
        _, told = await shell.beside("vendors")

    assert "sketch/sketch" in examined
    assert "Left alone" in told
