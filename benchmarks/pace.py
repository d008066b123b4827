"""Fifty orders a second while the vendor is busy: how long one of them waits to be accepted."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.replay import Step, copy, raw, recording, replay
from benchmarks.result import Result, Sizes, percentile
from benchmarks.workshop import Busy, Workshop, working

A_SECOND = 50
TARGET_SECONDS = 0.020


async def measure(sizes: Sizes, folder: Path) -> Sequence[Result]:
    """Send orders by the clock, whether or not those before are accepted."""
    count = int(A_SECOND * sizes.rate_seconds)
    with recording() as steps:
        async with working(folder, Busy()) as shop:
            for _ in range(A_SECOND // 2):
                await shop.order()
            await shop.settle()
            copy(folder / "easel.db", folder / "copy.db")
            steps.clear()
            times = await asyncio.gather(*(_order(shop, number / A_SECOND) for number in range(count)))
            bare = _replayed(folder / "copy.db", steps)
    p99, base = percentile(times, 0.99), percentile(bare, 0.99)
    return [
        Result(
            what=f"Accepting an order at {A_SECOND} a second, p99",
            measured=f"{p99 * 1e3:.1f} ms (p50 {percentile(times, 0.5) * 1e3:.1f} ms)",
            baseline=f"raw sqlite3, the same statements at the same pace: {base * 1e3:.1f} ms",
            ratio=p99 / base,
            target="under 20 ms",
            is_met=p99 < TARGET_SECONDS,
        )
    ]


async def _order(shop: Workshop, at_seconds: float) -> float:
    await asyncio.sleep(at_seconds)
    began = time.perf_counter()
    await shop.order()
    return time.perf_counter() - began


def _replayed(path: Path, steps: Sequence[Step]) -> list[float]:
    """Send one transaction after the other, each at its time; what is read before it counts as its own."""
    times: list[float] = []
    transactions = _transactions(steps)
    with raw(path) as connection:
        first = time.perf_counter()
        for number, transaction in enumerate(transactions):
            time.sleep(max(0.0, first + number / A_SECOND - time.perf_counter()))
            began = time.perf_counter()
            replay(connection, transaction)
            times.append(time.perf_counter() - began)
    return times


def _transactions(steps: Sequence[Step]) -> list[list[Step]]:
    found: list[list[Step]] = [[]]
    for step in steps:
        found[-1].append(step)
        if step.sql == "COMMIT":
            found.append([])
    return found[:-1]
