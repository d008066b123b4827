"""A socket that stays open and says nothing, by a clock that a test turns."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from typing import Any

from bot.platforms.slack.ports import SlackPorts
from bot.platforms.slack.server import SlackChat
from bot.platforms.slack.settings import SlackSettings, Watch
from tests.doubles.clock import PATIENCE_SECONDS
from tests.doubles.slack.double import Slack


@dataclass
class Empty:
    """Nothing is open, and every workspace is known."""

    id: str = "tenant"

    async def open(self, _: str) -> tuple[()]:
        """Return nothing."""
        return ()

    async def know(self, *_: str) -> Empty:
        """Return the workspace."""
        return self


async def ready(chat: SlackChat) -> None:
    """Wait until it is ready."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while chat.readiness() is not True:  # noqa: ASYNC110 - readiness rings no bell
            await asyncio.sleep(0.01)


@asynccontextmanager
async def listening(slack: Slack, silent_seconds: float) -> AsyncIterator[SlackChat]:
    """Run Slack's side of Easel over a socket; the clock is Slack's own."""
    ports: dict[str, Any] = dict.fromkeys((each.name for each in fields(SlackPorts)), Empty())
    ports |= {"commands": (), "know_tenant": Empty().know, "clock": slack.clock.now_ms}
    watch = Watch(look_seconds=0.1, silent_seconds=silent_seconds)
    settings = SlackSettings(slack.bot_token, slack.app_token, api_url=slack.api_url, watch=watch)
    chat = SlackChat(settings, SlackPorts(**ports))
    try:
        async with chat.running():
            await ready(chat)
            yield chat
    finally:
        await chat.close()


async def test_a_minute_of_silence_is_not_ready(slack: Slack) -> None:
    """Half a minute is; what is said afterwards makes it ready again."""
    async with listening(slack, silent_seconds=10_000) as chat:
        slack.transport.deaden()
        slack.clock.turn(31)
        assert chat.readiness() is True

        slack.clock.turn(30)
        assert chat.readiness() == "has not been heard for a minute"


async def test_a_silent_socket_is_replaced(slack: Slack) -> None:
    """After half a minute; the new one is heard, so it stays ready."""
    async with listening(slack, silent_seconds=30) as chat:
        old = await slack.connected()
        slack.transport.deaden()
        slack.clock.turn(31)

        await slack.world.changes.until(
            lambda: any(each is not old for each in slack.transport.sockets) or None, "a new socket"
        )

        slack.clock.turn(31)
        await ready(chat)
