"""Numbers for Prometheus: what is counted while Easel runs, and how everything stands when somebody asks.

Amounts are whole millicredits; a credit is 1,000 of them.
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    generate_latest,
)

from bot.core.jobs import Ending
from bot.core.retirement import Retirement
from bot.storage import operator, pauses
from bot.storage.database import Database
from bot.storage.health import Books

LAG_SECONDS = 1.0
ANSWER_BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
CALL_BUCKETS = (0.1, 0.5, 1, 2, 5, 10, 20, 40, 60, 90, 120, 180, 300, 600)


class Metrics:
    """Every number of this process, in a registry of its own."""

    def __init__(self, version: str) -> None:
        own = self.registry = CollectorRegistry()
        self._answers = Histogram(
            "easel_answer_seconds",
            "From a line or press arriving to its answer; an accepted order is held and queued by then.",
            ["way", "kind"],
            buckets=ANSWER_BUCKETS,
            registry=own,
        )
        self._ended = Counter(
            "easel_jobs_ended", "Jobs that ended, by how.", ["vendor", "state"], registry=own
        )
        self._charged = Counter(
            "easel_charged_millicredits", "What people paid for ended jobs.", ["vendor"], registry=own
        )
        self._counted = Counter(
            "easel_counted_millicredits",
            "What ended jobs counted in the caps; above charged, the operator bears the difference.",
            ["vendor"],
            registry=own,
        )
        self._calls = Counter(
            "easel_calls", "Paid calls, by what came of them.", ["vendor", "outcome"], registry=own
        )
        self._finished = Histogram(
            "easel_call_seconds",
            "From a paid call to its end.",
            ["vendor"],
            buckets=CALL_BUCKETS,
            registry=own,
        )
        self._begun = Histogram(
            "easel_call_first_byte_seconds",
            "From a paid call to the first byte of its answer, where the vendor's dialect tells.",
            ["vendor"],
            buckets=CALL_BUCKETS,
            registry=own,
        )
        self._lag = Histogram(
            "easel_loop_lag_seconds",
            "How much later than asked the event loop came back.",
            buckets=(0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5),
            registry=own,
        )
        self._jobs = Gauge("easel_jobs_open", "Jobs that wait or run.", ["vendor", "state"], registry=own)
        self._held = Gauge("easel_held_millicredits", "What open jobs hold.", ["vendor"], registry=own)
        self._oldest = Gauge(
            "easel_oldest_waiting_timestamp_seconds",
            "When the oldest waiting job was ordered.",
            ["vendor"],
            registry=own,
        )
        self._paused = Gauge(
            "easel_paused", "1 for a vendor that is paused, * for all.", ["vendor"], registry=own
        )
        self._disk = Gauge("easel_disk_free_bytes", "Free room where the data folder is.", registry=own)
        self._wrong = Gauge(
            "easel_books_wrong", "Accounts and holds that the last proof found wrong.", registry=own
        )
        self._proved = Gauge(
            "easel_books_proved_timestamp_seconds", "When the books were last proved.", registry=own
        )
        self._retires = Gauge(
            "easel_model_retires_timestamp_seconds",
            "When a model is retired.",
            ["model", "vendor"],
            registry=own,
        )
        Info("easel_build", "The version that runs.", registry=own).info({"version": version})
        ProcessCollector(registry=own)

    def job_ended(self, vendor: str, ending: Ending) -> None:
        """Count a job that has ended."""
        self._ended.labels(vendor, ending.state.value).inc()
        self._charged.labels(vendor).inc(ending.charged)
        self._counted.labels(vendor).inc(ending.counted)

    def call_ended(self, vendor: str, outcome: str, seconds: float) -> None:
        """Count a paid call."""
        self._calls.labels(vendor, outcome).inc()
        self._finished.labels(vendor).observe(seconds)

    def call_begun(self, vendor: str, seconds: float) -> None:
        """Count the time to a first byte."""
        self._begun.labels(vendor).observe(seconds)

    def answered(self, way: str, kind: str, seconds: float) -> None:
        """Count an answer to a person: to a "line" or "press", of the reply's kind."""
        self._answers.labels(way, kind).observe(seconds)

    def books_proved(self, books: Books, at: int) -> None:
        """Keep what the last proof found."""
        self._wrong.set(len(books.accounts) + len(books.holds))
        self._proved.set(at // 1_000)

    def retirement(self, each: Retirement) -> None:
        """Keep when a model is retired."""
        at = datetime(each.date.year, each.date.month, each.date.day, tzinfo=UTC)
        self._retires.labels(each.model, each.vendor).set(at.timestamp())

    async def watch_loop(self) -> None:
        """Measure, once a second, how late the event loop is; until cancelled."""
        while True:
            asked = time.perf_counter() + LAG_SECONDS
            await asyncio.sleep(LAG_SECONDS)
            self._lag.observe(max(0.0, time.perf_counter() - asked))

    async def page(self, database: Database, free_bytes: int) -> bytes:
        """Write everything in the text format of Prometheus, with the open jobs as they stand now."""
        standing = await database.read(operator.standing)
        in_force = await database.read(pauses.in_force)
        for gauge in (self._jobs, self._held, self._oldest, self._paused):
            gauge.clear()
        for each in standing:
            self._jobs.labels(each.vendor, each.state).set(each.jobs)
            self._held.labels(each.vendor).inc(each.held)
            if each.state == "waiting":
                self._oldest.labels(each.vendor).set(each.oldest // 1_000)
        for pause in in_force:
            self._paused.labels(pause.vendor).set(1)
        self._disk.set(free_bytes)
        return generate_latest(self.registry)
