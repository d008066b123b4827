"""A paused process finds time gone by when it goes on; a second process is turned away; a stopped one drains.

`KILL_PAUSE` makes the pause longer, in seconds: `make kill` pauses for longer than a worker takes to count as dead.
"""

from __future__ import annotations

import asyncio
import os

import pytest

from tests.kill.chat import Chat
from tests.kill.easel import Easel
from tests.kill.records import Records

PAUSE_SECONDS = float(os.environ.get("KILL_PAUSE", "4"))
END_SECONDS = 60.0


@pytest.mark.slow
async def test_after_a_pause_nothing_is_repeated_and_nothing_lost(
    easel: Easel, chat: Chat, records: Records
) -> None:
    """What was answered during the pause is taken; what comes after its time is stored, listed and free."""
    late = PAUSE_SECONDS + 3
    for number, line in enumerate(
        (
            "a fox, takes 1 seconds --model bare",
            "a hen, takes 1 seconds --model keyed",
            f"an owl, takes {late} seconds --model bare",
            f"a cat, takes {late} seconds --model keyed --count 3",
        )
    ):
        await chat.say(f"event-000{number}", f"{line} --size 192x192")
    await records.until_asked(5)

    easel.pause()
    await asyncio.sleep(PAUSE_SECONDS)
    easel.resume()
    async with asyncio.timeout(END_SECONDS):
        await records.until(lambda: len(records.rows("SELECT id FROM pictures")) == 6)
        await records.until_over()
    listed = await easel.late_pictures()

    assert records.jobs() == [("done", 4_000), ("done", 4_000), ("lost", 0), ("lost", 0)]
    assert (records.entries("asked"), records.bills(), records.entries("replayed")) == (5, 5, 0)
    late_pictures = {picture for (picture,) in records.rows("SELECT id FROM pictures WHERE is_late = 1")}
    assert listed == late_pictures
    assert len(late_pictures) == 4
    assert await easel.stop() == 0


async def test_a_second_process_is_told_who_holds_the_folder(
    easel: Easel, chat: Chat, records: Records
) -> None:
    """It ends at once, not well, and disturbs nothing."""
    code, _, said = await easel.command("run")
    await chat.say("event-0001", "a fox --model bare --size 192x192")
    await records.until_over()

    assert code == 2
    assert f"process {easel.pid} " in said
    assert str(easel.data) in said
    assert records.jobs() == [("done", 4_000)]


async def test_a_stopped_process_finishes_what_it_can(easel: Easel, chat: Chat, records: Records) -> None:
    """SIGTERM: what ends within the drain time ends now, with its reply; the exit is clean."""
    await chat.say("event-0001", "a fox, takes 1 seconds --model bare --size 192x192")
    await records.until_asked(1)

    assert await easel.stop() == 0
    assert records.is_over()
    assert records.jobs() == [("done", 4_000)]
    assert records.rows("SELECT state FROM replies") == [("posted",)]
    assert not records.rows("SELECT id FROM workers")


@pytest.mark.slow
async def test_what_outlasts_the_drain_goes_on_at_the_next_start(
    easel: Easel, chat: Chat, records: Records
) -> None:
    """It stops in time all the same; the next start repeats by key, and without one never."""
    easel.drain_seconds = 1
    easel.run_seconds = 20
    await easel.kill()
    easel.configure()
    await easel.start()
    for vendor in ("keyed", "bare"):
        await chat.say(f"event-{vendor}", f"a fox, takes 4 seconds --model {vendor} --size 192x192")
    await records.until_asked(2)

    assert await easel.stop() == 0
    assert (records.bills(), records.jobs()) == (0, [("running", None), ("running", None)])
    await easel.start()
    async with asyncio.timeout(END_SECONDS):
        await records.until_over()
        # Nobody listens for the second picture, which may be drawn after the first one's reply is posted.
        await records.until(lambda: records.bills() == 2)
    assert records.jobs() == [("done", 4_000), ("lost", 0)]
    assert (records.entries("asked"), records.entries("replayed"), records.bills()) == (3, 1, 2)
