"""Alarms of the command that people run: they come once each, in order, to the operator's own chat, also after a kill.

The operator is whoever opens the web chat of this machine.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.doubles.openai_simulator import OpenAISimulator
from tests.kill.chat import Chat, chatting
from tests.kill.easel import PLANS, ending
from tests.kill.openai_campaign import PlainEasel

TOLD_SECONDS = 120.0
QUIET_SECONDS = 12.0
"""Longer than between two looks for alarms: nothing that was to come comes later."""

CAP = "30"
"""Credits: between five and six pictures of the offline vendor."""


@dataclass
class WatchedEasel(PlainEasel):
    """`python -m bot run` with one cap on all of it; it draws offline unless it has a vendor."""

    cap: str = "1000000"
    free_min_mb: int = 1

    def configure(self) -> None:
        """Write the files that the next start reads."""
        super().configure()
        plans = PLANS.replace('credits = "1000000"\nper', f'credits = "{self.cap}"\nper')
        (self.folder / "config" / "plans.toml").write_text(plans, encoding="utf-8")

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment of the process; without a vendor there is no key."""
        found = {**super().environment, "EASEL_DISK_FREE_MIN_MB": str(self.free_min_mb)}
        return {name: value for name, value in found.items() if self.vendor or not name.startswith("OPENAI")}


async def alarms(chat: Chat, *signs: str) -> list[str]:
    """List the messages that hold one of these signs, the earliest first."""
    texts = [message["text"] for message in await chat.feed() if message["author"] == "easel"]
    return [text for text in texts if any(sign in text for sign in signs)]


async def until(chat: Chat, count: int, *signs: str) -> list[str]:
    """Wait until so many messages hold one of these signs."""
    async with asyncio.timeout(TOLD_SECONDS):
        while len(found := await alarms(chat, *signs)) < count:  # noqa: ASYNC110 - it happens in another process
            await asyncio.sleep(0.2)
    return found


OF_CAP = ("% of the limit of all of Easel are used", "leaves too little for an order")


@pytest.mark.slow
async def test_the_steps_of_a_cap_are_told_once_each_and_in_order(tmp_path: Path) -> None:
    """50, 80 and full; killed just after an order passed a step, Easel tells it after its start, and once."""
    async with ending(WatchedEasel(tmp_path, "", cap=CAP)) as easel, chatting(easel) as chat:
        await easel.start()
        await chat.say("event-0001", "three boats --count 3")
        await until(chat, 1, *OF_CAP)
        await chat.say("event-0002", "two boats --count 2")
        await easel.kill()
        await easel.start()
        await until(chat, 2, *OF_CAP)
        await chat.say("event-0003", "one boat more")
        await until(chat, 3, *OF_CAP)
        await easel.kill()
        await easel.start()
        await chat.say("event-0004", "another boat")
        await asyncio.sleep(QUIET_SECONDS)
        told = await alarms(chat, *OF_CAP)

    assert [text[:4] for text in told] == ["50 %", "80 %", "The "], told


@pytest.mark.slow
async def test_one_order_past_two_steps_tells_the_higher_one(tmp_path: Path) -> None:
    """Half is no news after four fifths, whatever is given back and ordered then."""
    async with ending(WatchedEasel(tmp_path, "", cap=CAP)) as easel, chatting(easel) as chat:
        await easel.start()
        await chat.say("event-0001", "five boats --count 5")
        await until(chat, 1, *OF_CAP)
        await asyncio.sleep(QUIET_SECONDS)
        told = await alarms(chat, *OF_CAP)

    assert [text[:4] for text in told] == ["80 %"], told


@pytest.mark.slow
async def test_faults_are_told_joined(tmp_path: Path) -> None:
    """A key without credit, an outcome that nobody knows, and a disk that fills up; several of one kind are one."""
    free_mb = shutil.disk_usage(tmp_path).free // 1_000_000
    async with OpenAISimulator().serving() as vendor:
        easel = WatchedEasel(tmp_path, vendor.base_url, free_min_mb=free_mb * 2 // 3)
        async with ending(easel), chatting(easel) as chat:
            await easel.start()
            signs = ("was drawn is unknown", "so its orders fail", "MB are free where")
            await chat.say("event-0009", "[hung_up] a boat --count 1")
            await until(chat, 2, *signs)
            for number in range(3):
                await chat.say(f"event-000{number}", f"[no_credit] a boat {number} --count 1")
            await until(chat, 3, *signs)
            await asyncio.sleep(QUIET_SECONDS)
            await easel.kill()
            await easel.start()
            await asyncio.sleep(QUIET_SECONDS)
            told = await alarms(chat, *signs)

    # Of one cause there is one message in a quarter of an hour, whichever process tells it.
    assert [sum(sign in text for text in told) for sign in signs] == [1, 1, 1], told
