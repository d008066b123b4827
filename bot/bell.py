"""Wakes those who watch, within one process; who watches from another looks again by the clock."""

from __future__ import annotations

import asyncio


class LocalBell:
    """Rings for everybody who waits."""

    def __init__(self) -> None:
        self._next = asyncio.Event()
        self._rings = 0

    @property
    def rings(self) -> int:
        """Tell how often it has rung."""
        return self._rings

    def ring(self) -> None:
        """Wake everybody who waits; call it on the event loop."""
        rung, self._next = self._next, asyncio.Event()
        self._rings += 1
        rung.set()

    async def wait(self, timeout_seconds: float, rings: int | None = None) -> bool:
        """Wait for the next ring after so many, by default after now; False when the time is up."""
        if rings is not None and rings != self._rings:
            return True
        try:
            async with asyncio.timeout(timeout_seconds):
                await self._next.wait()
        except TimeoutError:
            return False
        return True
