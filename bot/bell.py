"""Wakes those who watch, within one process; who watches from another looks again by the clock."""

from __future__ import annotations

import asyncio


class LocalBell:
    """Rings for everybody who waits."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def ring(self) -> None:
        """Wake everybody who waits; call it on the event loop."""
        rung, self._next = self._next, asyncio.Event()
        rung.set()

    async def wait(self, timeout_seconds: float) -> bool:
        """Wait for the next ring; False when the time is up."""
        try:
            async with asyncio.timeout(timeout_seconds):
                await self._next.wait()
        except TimeoutError:
            return False
        return True
