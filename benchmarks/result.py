"""What a benchmark is given and what it gives."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Sizes:
    """How much is measured. Subject and baseline take turns for `rounds`, and their medians count."""

    rounds: int
    orders: int
    """Orders of one round by one caller."""
    entries: int
    jobs: int
    rate_seconds: float
    starts: int
    idle_seconds: float
    pictures: tuple[int, ...]
    """How many pictures are drawn at once, the fewest first."""
    commands: int
    """Commands of a chat platform within a second."""


FULL = Sizes(
    rounds=7,
    orders=400,
    entries=1_000_000,
    jobs=300,
    rate_seconds=20,
    starts=7,
    idle_seconds=20,
    pictures=(1, 8, 16, 32),
    commands=200,
)
QUICK = Sizes(
    rounds=1,
    orders=40,
    entries=100_000,
    jobs=10,
    rate_seconds=0.5,
    starts=1,
    idle_seconds=1,
    pictures=(1, 3),
    commands=20,
)


@dataclass(frozen=True)
class Result:
    """One line of the table; `ratio` is what was measured over what the baseline gave."""

    what: str
    measured: str
    baseline: str
    ratio: float
    target: str = ""
    is_met: bool | None = None


Benchmark = Callable[[Sizes, Path], Awaitable[Sequence[Result]]]
"""Measures in an empty folder of its own."""


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
