"""Accepting orders, by 1 and by 64 callers, against the same statements on raw sqlite3."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks import orders
from benchmarks.replay import Step, raw, recording, replay
from benchmarks.result import Result, Sizes
from bot.storage import open_database

CALLERS = (1, 64)
TARGET = 0.4


async def measure(sizes: Sizes, folder: Path) -> Sequence[Result]:
    """Let raw sqlite3, 1 caller and 64 callers take turns, each on a fresh copy of one database."""
    template = folder / "template.db"
    await orders.furnished(template)
    wanted = orders.new_jobs(sizes.orders)
    with recording() as steps:
        await _ours(template, folder, sizes.orders, 1)
    rates: dict[int, list[float]] = {callers: [] for callers in (0, *CALLERS)}
    for _ in range(sizes.rounds):
        rates[0].append(_raw(template, folder, steps, len(wanted)))
        for callers in CALLERS:
            rates[callers].append(await _ours(template, folder, sizes.orders * min(4, callers), callers))
    base = median(rates[0])
    return [_result(callers, median(rates[callers]), base) for callers in CALLERS]


async def _ours(template: Path, folder: Path, count: int, callers: int) -> float:
    database = await open_database(f"sqlite:///{_copy(template, folder)}")
    try:
        return await orders.accept_all(database, orders.new_jobs(count), callers)
    finally:
        await database.close()


def _raw(template: Path, folder: Path, steps: Sequence[Step], count: int) -> float:
    with raw(_copy(template, folder)) as connection:
        began = time.perf_counter()
        replay(connection, steps)
        return count / (time.perf_counter() - began)


def _copy(template: Path, folder: Path) -> Path:
    copy = folder / "copy.db"
    shutil.copyfile(template, copy)
    return copy


def _result(callers: int, rate: float, base: float) -> Result:
    ratio = rate / base
    return Result(
        what=f"Accepting an order, {callers} caller{'s' if callers > 1 else ''}",
        measured=f"{rate:,.0f} a second",
        baseline=f"raw sqlite3, one thread, the same statements: {base:,.0f} a second",
        ratio=ratio,
        target=f"at least {TARGET}" if callers > 1 else "",
        is_met=ratio >= TARGET if callers > 1 else None,
    )
