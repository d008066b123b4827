"""`easel run` as a process of its own: from its start until it is ready, and while nobody wants anything."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psutil  # type: ignore[import-untyped]

from benchmarks.result import Result, Sizes

ROOT = Path(__file__).parents[1]
READY_SECONDS = 1.5
IDLE_SHARE = 0.005
IDLE_BYTES = 100_000_000
TICK_SECONDS = 0.01
"""CPU time is counted in steps of this size, so one more is added to be above it."""

EASEL = ("-m", "bot", "run")
BARE = (
    "-c",
    """
import asyncio, pydantic, sqlalchemy
from aiohttp import web

async def main():
    runner = web.AppRunner(web.Application())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print("ready", flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
""",
)


@dataclass(frozen=True)
class Start:
    """How long a start took, and the resident bytes right after it."""

    seconds: float
    bytes: int


@dataclass(frozen=True)
class Rest:
    """What a process needs while nobody wants anything: share of a core, and resident bytes."""

    share: float
    bytes: int


async def measure(sizes: Sizes, folder: Path) -> Sequence[Result]:
    """Start both in turns on a data folder that is there already, then watch both side by side."""
    first = await _start(EASEL, folder)
    ours, bare = [], []
    for _ in range(sizes.starts):
        ours.append((await _start(EASEL, folder)).seconds)
        bare.append((await _start(BARE, folder)).seconds)
    ready, base = median(ours), median(bare)
    resting, bare_resting = await asyncio.gather(
        *(_rest(program, folder, sizes.idle_seconds) for program in (EASEL, BARE))
    )
    return [
        Result(
            what="Start of the process → ready",
            measured=f"{ready:.2f} s (first start, with its migration: {first.seconds:.2f} s)",
            baseline=f"a server of aiohttp with SQLAlchemy and pydantic imported: {base:.2f} s",
            ratio=ready / base,
            target=f"under {READY_SECONDS} s",
            is_met=ready < READY_SECONDS,
        ),
        Result(
            what="Memory at rest, web chat alone",
            measured=f"{resting.bytes / 1e6:.0f} MB (after the first start: {first.bytes / 1e6:.0f} MB)",
            baseline=f"the same bare server: {bare_resting.bytes / 1e6:.0f} MB",
            ratio=resting.bytes / bare_resting.bytes,
            target="under 100 MB, both",
            is_met=max(resting.bytes, first.bytes) < IDLE_BYTES,
        ),
        Result(
            what="CPU at rest, web chat alone",
            measured=f"{resting.share:.2%} of a core at most",
            baseline="one core",
            ratio=resting.share,
            target="under 0.5 %",
            is_met=resting.share < IDLE_SHARE,
        ),
    ]


async def _start(program: Sequence[str], folder: Path) -> Start:
    began = time.perf_counter()
    async with _running(program, folder) as pid:
        return Start(time.perf_counter() - began, psutil.Process(pid).memory_info().rss)


async def _rest(program: Sequence[str], folder: Path, seconds: float) -> Rest:
    async with _running(program, folder) as pid:
        process = psutil.Process(pid)
        await asyncio.sleep(min(3.0, seconds))
        began, before = time.perf_counter(), _cpu_seconds(process)
        await asyncio.sleep(seconds)
        used = _cpu_seconds(process) - before + TICK_SECONDS
        return Rest(used / (time.perf_counter() - began), process.memory_info().rss)


@asynccontextmanager
async def _running(program: Sequence[str], folder: Path) -> AsyncIterator[int]:
    """Run a program within the block, once it has printed its first line."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PORT": "0", "EASEL_DATA_DIR": "data"}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *program,
        cwd=folder,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        assert process.stdout is not None
        if not await process.stdout.readline():
            raise RuntimeError(f"{program[:2]} did not start")
        yield process.pid
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def _cpu_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
