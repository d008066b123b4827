"""Runs picture work beside the event loop: a few threads, and a bound on the pixels in memory."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar, TypeVarTuple

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class PicturePool:
    """Shares `pixels` among all work under way, first come, first served.

    Work larger than the budget runs alone. A cancelled caller's pixels are free when its thread is done.
    """

    def __init__(self, *, workers: int = 2, pixels: int = 150_000_000) -> None:
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="pictures")
        self._budget = pixels
        self._free = pixels
        self._queue: deque[tuple[int, asyncio.Future[None]]] = deque()

    async def run(self, function: Callable[[*Ts], T], *arguments: *Ts, pixels: int) -> T:
        """Run `function` in a thread once its `pixels` are free, and give what it returns."""
        share = min(max(pixels, 0), self._budget)
        await self._take(share)
        work = asyncio.get_running_loop().run_in_executor(self._threads, function, *arguments)
        work.add_done_callback(lambda _: self._give_back(share))
        return await asyncio.shield(work)

    async def _take(self, share: int) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append((share, turn))
        self._serve()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._give_back(share)
            self._serve()
            raise

    def _give_back(self, share: int) -> None:
        self._free += share
        self._serve()

    def _serve(self) -> None:
        while self._queue and (self._queue[0][1].done() or self._queue[0][0] <= self._free):
            share, turn = self._queue.popleft()
            if not turn.done():
                self._free -= share
                turn.set_result(None)

    def close(self) -> None:
        """Wait for what runs; refuse what comes later with RuntimeError."""
        self._threads.shutdown(wait=True, cancel_futures=True)
