"""What a finished job costs us, from the order to its reply, when its vendor takes no time."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks.replay import copy, raw, recording, replay
from benchmarks.result import Result, Sizes
from benchmarks.workshop import Instant, working

BLOCK = 10


async def measure(sizes: Sizes, folder: Path) -> Sequence[Result]:
    """Finish jobs one after the other, in blocks, and send the statements of the same blocks again."""
    vendor = Instant()
    vendor.prepare(folder, sizes.jobs + BLOCK)
    (folder / "shop").mkdir()
    ours, bare = [], []
    with recording() as steps:
        async with working(folder / "shop", vendor) as shop:
            await shop.finish(BLOCK)
            await shop.settle()
            copy(folder / "shop" / "easel.db", folder / "copy.db")
            with raw(folder / "copy.db") as connection:
                for _ in range(sizes.jobs // BLOCK):
                    steps.clear()
                    began = time.process_time()
                    await shop.finish(BLOCK)
                    ours.append((time.process_time() - began) / BLOCK)
                    await shop.settle()
                    began = time.process_time()
                    replay(connection, steps)
                    bare.append((time.process_time() - began) / BLOCK)
    job, base = median(ours), median(bare)
    return [
        Result(
            what="Own CPU for a finished job of one picture",
            measured=f"{job * 1e3:.1f} ms",
            baseline=f"raw sqlite3, one thread, all its statements: {base * 1e3:.1f} ms",
            ratio=job / base,
        )
    ]
