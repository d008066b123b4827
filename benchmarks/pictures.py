"""Pictures of 12 MB at once by our OpenAI dialect and by the official SDK, each in a fresh process."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.result import Result, Sizes
from tests.doubles.openai_simulator import OpenAISimulator

ROOT = Path(__file__).parents[1]
CLIENTS = ("ours", "sdk")
ROUNDS_MAX = 3
GROWTH_BYTES = 1_000_000
FASTER_FROM = 16


@dataclass(frozen=True)
class Drawn:
    """What drawing took: seconds, and the bytes by which memory grew."""

    seconds: float
    grown: float


async def measure(sizes: Sizes, _folder: Path) -> Sequence[Result]:
    """Let the clients take turns."""
    results: list[Result] = []
    growths: dict[str, float] = {}
    async with OpenAISimulator().serving() as simulator:
        for count in sizes.pictures:
            runs: dict[str, list[Drawn]] = {client: [] for client in CLIENTS}
            for _ in range(min(sizes.rounds, ROUNDS_MAX)):
                for client in CLIENTS:
                    runs[client].append(await _draw(client, simulator.base_url, count))
                    simulator.books.clear()
            us, them = (_middle(runs[client]) for client in CLIENTS)
            growths = {"ours": us.grown / max(1, count - 1), "sdk": them.grown / max(1, count - 1)}
            results.append(_clock(count, us.seconds, them.seconds))
    return [*results, _memory(sizes.pictures[-1], growths["ours"], growths["sdk"])]


async def _draw(client: str, base_url: str, count: int) -> Drawn:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.picture_client", client, base_url, str(count)),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate()
    return Drawn(**json.loads(said))


def _middle(runs: Sequence[Drawn]) -> Drawn:
    return Drawn(median(run.seconds for run in runs), median(run.grown for run in runs))


def _clock(count: int, ours: float, theirs: float) -> Result:
    is_aim = count >= FASTER_FROM
    return Result(
        what=f"{count} picture{'s' if count > 1 else ''} of 12 MB at once",
        measured=f"{ours:.2f} s",
        baseline=f"openai SDK, same server: {theirs:.2f} s",
        ratio=ours / theirs,
        target="at most 1" if is_aim else "",
        is_met=ours <= theirs if is_aim else None,
    )


def _memory(count: int, ours: float, theirs: float) -> Result:
    return Result(
        what=f"Memory for each further picture of 12 MB, {count} at once",
        measured=f"{ours / 1e6:.2f} MB",
        baseline=f"openai SDK: {theirs / 1e6:.1f} MB",
        ratio=max(ours, 1.0) / max(theirs, 1.0),
        target="under 1 MB",
        is_met=ours < GROWTH_BYTES,
    )
