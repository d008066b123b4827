"""Questions that everybody in a conversation may see there: taken away when their time is up, also after a restart.

What only one person sees cannot be taken away by us: https://docs.slack.dev/reference/methods/chat.postEphemeral.
"""

from __future__ import annotations

import asyncio
import json

import structlog

from bot.core.errors import EaselError
from bot.core.inbox import Inbox, Received
from bot.core.ports import Clock
from bot.platforms.slack.api import SlackFailed
from bot.platforms.slack.callers import PLATFORM
from bot.platforms.slack.posting import Poster

log = structlog.get_logger(__name__)

KIND = "question"
"""Tells a question of ours from what Slack has told, in what is kept until it is dealt with."""


class Questions:
    """Takes questions away."""

    def __init__(self, inbox: Inbox, poster: Poster, clock: Clock) -> None:
        self._inbox = inbox
        self._poster = poster
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()

    async def keep(self, channel: str, stamp: str, seconds: int) -> None:
        """Remember when a question that was just posted is over."""
        until = self._clock() + seconds * 1_000
        body = json.dumps({"kind": KIND, "channel": channel, "stamp": stamp, "until": until})
        received = Received(PLATFORM, f"q{channel}/{stamp}", body)
        try:
            await self._inbox.commit(received)
        except EaselError as error:
            log.warning("a question could not be kept", problem=type(error).__name__)
        self._start(received)

    async def resume(self) -> None:
        """Take up the questions that were open when the process ended."""
        for received in await self._inbox.open(PLATFORM):
            if json.loads(received.body)["kind"] == KIND:
                self._start(received)

    async def stop(self) -> None:
        """Leave the questions that are open to the next start."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, received: Received) -> None:
        task = asyncio.create_task(self._take_away(received))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _take_away(self, received: Received) -> None:
        question = json.loads(received.body)
        await asyncio.sleep(max(0, question["until"] - self._clock()) / 1_000)
        try:
            await self._poster.remove(question["channel"], question["stamp"])
            await self._inbox.done(PLATFORM, received.key)
        except (SlackFailed, EaselError) as failed:
            # It is tried again at the next start; pressed until then, it says that it is over.
            log.info("a question could not be taken away", problem=str(failed))
