"""From the commit of an order to its vendor, through courier and worker."""

from __future__ import annotations

import queue
import sqlite3
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks.replay import raw
from benchmarks.result import Result, Sizes, percentile
from benchmarks.workshop import Instant, working

TARGET_SECONDS = 0.005
BLOCK = 10
BARE = """
CREATE TABLE waiting (id INTEGER PRIMARY KEY, job TEXT, owner TEXT);
CREATE INDEX ix ON waiting (owner);
"""
NEXT = "SELECT id FROM waiting WHERE owner IS NULL LIMIT 1"


async def measure(sizes: Sizes, folder: Path) -> Sequence[Result]:
    """Order one picture after the other. The clock starts in the order's transaction, just before its COMMIT."""
    vendor = Instant()
    vendor.prepare(folder, sizes.jobs)
    sent, times = [0.0], []
    bare = []

    def on_send() -> None:
        sent[0] = time.perf_counter()

    def on_entry() -> None:
        times.append(time.perf_counter() - sent[0])

    vendor.on_entry = on_entry
    (folder / "shop").mkdir()
    async with working(folder / "shop", vendor) as shop:
        shop.watch.on_send = on_send
        for _ in range(sizes.jobs // BLOCK):
            for _ in range(BLOCK):
                await shop.finish(1)
                await shop.rest()
            bare += _bare(folder / "bare.db", BLOCK)
    p50, p99 = median(times), percentile(times, 0.99)
    base, base99 = median(bare), percentile(bare, 0.99)
    return [
        Result(
            what="Commit of an order → vendor asked",
            measured=f"p50 {p50 * 1e3:.1f} ms, p99 {p99 * 1e3:.1f} ms",
            baseline="raw sqlite3, two threads: insert, commit, wake, claim, commit:"
            f" p50 {base * 1e3:.1f} ms, p99 {base99 * 1e3:.1f} ms",
            ratio=p50 / base,
            target="under 5 ms, p99 too",
            is_met=p99 < TARGET_SECONDS,
        )
    ]


def _bare(path: Path, count: int) -> list[float]:
    """Hand jobs from one thread to another through a table."""
    path.unlink(missing_ok=True)
    times: list[float] = []
    sent: queue.Queue[float | None] = queue.Queue()
    started = threading.Semaphore(0)

    def work() -> None:
        with raw(path) as db:
            while (began := sent.get()) is not None:
                _claim(db)
                times.append(time.perf_counter() - began)
                started.release()

    with raw(path) as db:
        db.executescript(BARE)
        thread = threading.Thread(target=work)
        thread.start()
        for number in range(count):
            db.execute("BEGIN IMMEDIATE")
            db.execute("INSERT INTO waiting (job) VALUES (?)", (str(number),))
            began = time.perf_counter()
            db.execute("COMMIT")
            sent.put(began)
            started.acquire()
        sent.put(None)
        thread.join()
    return times


def _claim(db: sqlite3.Connection) -> None:
    db.execute("BEGIN IMMEDIATE")
    [number] = db.execute(NEXT).fetchone()
    db.execute("UPDATE waiting SET owner = 'me' WHERE id = ?", (number,))
    db.execute("COMMIT")
