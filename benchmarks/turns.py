"""Two ways to the same answer, timed in turns."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from statistics import median
from typing import TypeVar

SLOW_ROUNDS = 3
"""The slow way takes long, and varies little."""

Quick = TypeVar("Quick")
Slow = TypeVar("Slow")


async def taking_turns(
    rounds: int,
    quick: Callable[[], Awaitable[Quick]],
    slow: Callable[[Quick], Awaitable[Slow]],
    agree: Callable[[Quick, Slow], None],
) -> tuple[float, float]:
    """Time the quick way and the slow one; returns their medians in seconds. `agree` raises where they differ."""
    quick_seconds, slow_seconds = [], []
    for turn in range(rounds):
        began = time.perf_counter()
        found = await quick()
        quick_seconds.append(time.perf_counter() - began)
        if turn < SLOW_ROUNDS:
            began = time.perf_counter()
            added = await slow(found)
            slow_seconds.append(time.perf_counter() - began)
            agree(found, added)
    return median(quick_seconds), median(slow_seconds)
