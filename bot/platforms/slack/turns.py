"""Slack's clock runs until it has its acknowledgement: what was taken already lets what just comes in go first."""

from __future__ import annotations

import asyncio

QUIET_SECONDS = 0.05
"""Nothing came in for so long: the burst is over."""
YIELD_SECONDS_MAX = 1.5
"""What was taken waits no longer than that: a form can be opened for three seconds."""


class Turns:
    """Says when it is the turn of something that was taken, first come first served."""

    def __init__(self) -> None:
        self._line = asyncio.Lock()
        self._came_in = 0.0

    def note(self) -> None:
        """Something came in."""
        self._came_in = asyncio.get_running_loop().time()

    async def wait(self) -> None:
        """Return when nothing has come in for a moment, or enough time has passed."""
        loop = asyncio.get_running_loop()
        ends = loop.time() + YIELD_SECONDS_MAX
        async with self._line:
            while (left := min(self._came_in + QUIET_SECONDS, ends) - loop.time()) > 0:  # noqa: ASYNC110 - a time
                await asyncio.sleep(left)
