"""The picture pool bounds threads and pixels."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from bot.storage.pool import PicturePool


@pytest.fixture
def pool() -> Iterator[PicturePool]:
    made = PicturePool(workers=2, pixels=100)
    yield made
    made.close()


async def test_results_and_errors_come_back(pool: PicturePool) -> None:
    """What the function returns or raises reaches the caller."""
    assert await pool.run(divmod, 7, 2, pixels=10) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        await pool.run(divmod, 1, 0, pixels=10)
    assert await pool.run(divmod, 7, 2, pixels=10_000) == (3, 1)


async def test_pixels_under_way_stay_within_the_budget(pool: PicturePool) -> None:
    """Two jobs that do not fit together run one after the other, in order."""
    release, first_runs = threading.Event(), threading.Event()
    order: list[str] = []

    def first() -> None:
        first_runs.set()
        release.wait(10)
        order.append("first")

    tasks = [asyncio.create_task(pool.run(first, pixels=60))]
    await asyncio.to_thread(first_runs.wait, 10)
    tasks.append(asyncio.create_task(pool.run(order.append, "second", pixels=60)))
    tasks.append(asyncio.create_task(pool.run(order.append, "third", pixels=60)))
    await asyncio.sleep(0)

    assert order == []
    release.set()
    await asyncio.gather(*tasks)
    assert order == ["first", "second", "third"]


async def test_a_cancelled_caller_gives_its_pixels_back_when_the_thread_is_done(pool: PicturePool) -> None:
    """Cancelling frees nothing early and blocks nothing later, whether running or waiting."""
    release, runs = threading.Event(), threading.Event()

    def slow() -> None:
        runs.set()
        release.wait(10)

    running = asyncio.create_task(pool.run(slow, pixels=100))
    await asyncio.to_thread(runs.wait, 10)
    waiting = asyncio.create_task(pool.run(divmod, 1, 1, pixels=100))
    last = asyncio.create_task(pool.run(divmod, 9, 2, pixels=100))
    await asyncio.sleep(0)
    running.cancel()
    waiting.cancel()
    await asyncio.gather(running, waiting, return_exceptions=True)
    assert not last.done()

    release.set()
    assert await last == (4, 1)
